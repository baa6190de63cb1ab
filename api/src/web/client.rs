//! Who is at the other end of the connection: their address, and whether the page that asks is ours.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use actix_web::{
    Error, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header,
    web::Data,
};
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;

use crate::{
    config::{Origin, Settings},
    problem::Problem,
    say::Message,
};

/// The client's address. The headers that a proxy adds are believed only when the connection comes from one of the
/// trusted proxies; then it is the last address that is none of theirs. Where that can't be read, or two headers name two addresses (one of which
/// the client has written), it is the proxy's: what stands before it is anybody's word.
#[must_use]
pub fn address(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |a| a.ip().to_canonical());
    let Some(settings) = request.app_data::<Data<Settings>>() else { return peer };
    let trusted = |ip: &IpAddr| settings.trusted_proxies.iter().any(|net| net.contains(ip));
    if !trusted(&peer) {
        return peer;
    }
    let foreign = |hops: Vec<Option<IpAddr>>| hops.into_iter().rev().find(|hop| hop.is_none_or(|ip| !trusted(&ip)));
    match (foreign(forwarded(request)), foreign(forwarded_for(request))) {
        (Some(Some(one)), None) | (None, Some(Some(one))) => one,
        (Some(Some(one)), Some(Some(other))) if one == other => one,
        _ => peer,
    }
}

/// Whose tries are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// An IPv4 address, or the network of 64 bits that one IPv6 customer has at least.
    pub own: IpAddr,
    /// Of IPv6, the network of 48 bits around it, which one customer may have.
    pub around: Option<IpAddr>,
}

/// From which network a request comes.
#[must_use]
pub fn network(request: &HttpRequest) -> Network {
    let first = |v6: Ipv6Addr, bits: u32| IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> (128 - bits) << (128 - bits)));
    match address(request) {
        IpAddr::V6(v6) => Network { own: first(v6, 64), around: Some(first(v6, 48)) },
        v4 => Network { own: v4, around: None },
    }
}

/// The addresses of `Forwarded` (RFC 7239), nearest last; none for a hop that can't be read.
fn forwarded(request: &HttpRequest) -> Vec<Option<IpAddr>> {
    let node = |hop: &str| {
        let pairs = hop.split(';').filter_map(|part| part.trim().split_once('='));
        let mut nodes = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for"));
        nodes.next().and_then(|(_, node)| node_address(node.trim_matches('"')))
    };
    hops(request, "forwarded", node)
}

/// The same of `X-Forwarded-For`.
fn forwarded_for(request: &HttpRequest) -> Vec<Option<IpAddr>> {
    hops(request, "x-forwarded-for", |hop| node_address(hop.trim()))
}

fn hops(request: &HttpRequest, name: &str, read: impl Fn(&str) -> Option<IpAddr>) -> Vec<Option<IpAddr>> {
    let lines = request.headers().get_all(name).map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(read).collect()
}

/// An address with or without port and brackets.
fn node_address(node: &str) -> Option<IpAddr> {
    let bare = node.trim_start_matches('[').split(']').next()?;
    bare.parse()
        .or_else(|_| bare.rsplit_once(':').map_or(bare, |(host, _)| host).parse())
        .ok()
        .map(|ip: IpAddr| ip.to_canonical())
}

/// Refuses a writing request that a page of another site sent with our cookie. Browsers say where a request comes from
/// (`Sec-Fetch-Site`, or `Origin` with every POST); one that says neither is refused too.
///
/// # Errors
/// `foreign_origin`.
pub fn same_origin(request: &HttpRequest) -> Result<(), Problem> {
    let text = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok());
    let ours = match text("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text(header::ORIGIN.as_str())
            .is_some_and(|origin| request.app_data::<Data<Origin>>().is_some_and(|own| own.as_str() == origin)),
    };
    if ours {
        Ok(())
    } else {
        let own = request.app_data::<Data<Origin>>().map(|o| o.to_string()).unwrap_or_default();
        Err(Problem::forbidden("foreign_origin", Message::new("problem-foreign-origin").with("own", own)))
    }
}

/// What the log says of a request: its route and never its path, which names notices, and the address that is believed.
#[derive(Debug)]
pub struct Span;

impl RootSpanBuilder for Span {
    fn on_request_start(request: &ServiceRequest) -> tracing::Span {
        let route = request.match_pattern().unwrap_or_default();
        tracing::info_span!("request", method = %request.method(), route, client = %address(request.request()), status = Empty)
    }

    fn on_request_end<B: MessageBody>(span: tracing::Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    /// The address that is believed of a request that came over the proxy 192.0.2.1, with headers.
    fn believed(headers: &[(&'static str, &str)]) -> String {
        let proxies = ("KAIRAN_TRUSTED_PROXIES".to_owned(), "192.0.2.0/24".to_owned());
        let settings = Settings::read([proxies], []).expect("settings");
        let request = TestRequest::default().peer_addr(([192, 0, 2, 1], 1).into()).app_data(Data::new(settings));
        address(&headers.iter().fold(request, |request, header| request.append_header(*header)).to_http_request())
            .to_string()
    }

    #[test]
    fn the_last_address_that_is_no_proxys_is_believed() {
        for (headers, address) in [
            (&[][..], "192.0.2.1"),
            (&[("X-Forwarded-For", "203.0.113.5")], "203.0.113.5"),
            (&[("X-Forwarded-For", "198.51.100.9, 203.0.113.5, 192.0.2.7")], "203.0.113.5"),
            (&[("X-Forwarded-For", "198.51.100.9"), ("X-Forwarded-For", "203.0.113.5")], "203.0.113.5"),
            (&[("Forwarded", "for=198.51.100.9, For=\"[2001:db8::5]:4711\";proto=https")], "2001:db8::5"),
            (&[("Forwarded", "for=203.0.113.5"), ("X-Forwarded-For", "203.0.113.5:4711")], "203.0.113.5"),
        ] {
            assert_eq!(believed(headers), address, "{headers:?}");
        }
    }

    #[test]
    fn what_stands_before_a_hop_that_cannot_be_read_is_anybodys_word() {
        for headers in [
            &[("X-Forwarded-For", "203.0.113.5, unknown")][..],
            &[("X-Forwarded-For", "203.0.113.5, ")],
            &[("X-Forwarded-For", "203.0.113.5, _hidden, 192.0.2.7")],
            &[("X-Forwarded-For", "203.0.113.5"), ("X-Forwarded-For", "町")],
            &[("Forwarded", "for=203.0.113.5, for=unknown")],
            &[("Forwarded", "for=203.0.113.5, by=192.0.2.7;proto=https")],
        ] {
            assert_eq!(believed(headers), "192.0.2.1", "{headers:?}");
        }
    }

    #[test]
    fn two_headers_that_name_two_addresses_are_believed_neither() {
        let headers = [("Forwarded", "for=203.0.113.5"), ("X-Forwarded-For", "198.51.100.9")];
        assert_eq!(believed(&headers), "192.0.2.1");
    }
}
