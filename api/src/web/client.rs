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
};

/// The client's address. The headers that a proxy adds are believed only when the connection comes from one of the
/// trusted proxies; then it is the last address that is none of theirs.
#[must_use]
pub fn address(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |a| a.ip().to_canonical());
    let Some(settings) = request.app_data::<Data<Settings>>() else { return peer };
    let trusted = |ip: &IpAddr| settings.trusted_proxies.iter().any(|net| net.contains(ip));
    if !trusted(&peer) {
        return peer;
    }
    let hops: Vec<IpAddr> = forwarded(request);
    hops.iter().rev().find(|ip| !trusted(ip)).copied().unwrap_or(peer)
}

/// Whose tries are counted together: an IPv4 address, or the network of 64 bits that one IPv6 customer has.
#[must_use]
pub fn network(request: &HttpRequest) -> IpAddr {
    match address(request) {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

/// The addresses of `Forwarded` (RFC 7239) or, without it, of `X-Forwarded-For`: nearest last.
fn forwarded(request: &HttpRequest) -> Vec<IpAddr> {
    let lines = |name: &str| -> Vec<String> {
        request.headers().get_all(name).filter_map(|v| v.to_str().ok()).map(str::to_owned).collect()
    };
    let standard = lines("forwarded");
    let hops: Vec<String> = if standard.is_empty() {
        lines("x-forwarded-for").iter().flat_map(|line| line.split(',')).map(|hop| hop.trim().to_owned()).collect()
    } else {
        let parts = standard.iter().flat_map(|line| line.split(',')).flat_map(|hop| hop.split(';'));
        let fors =
            parts.filter_map(|part| part.trim().split_once('=')).filter(|(name, _)| name.eq_ignore_ascii_case("for"));
        fors.map(|(_, node)| node.trim_matches('"').to_owned()).collect()
    };
    hops.iter().filter_map(|hop| node_address(hop)).collect()
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
        Err(Problem::forbidden(
            "foreign_origin",
            format!("このページからは送れません。{own} を開いてやり直してください。"),
        ))
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
