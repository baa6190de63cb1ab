//! Opening a connection: an endpoint is a URL that a stranger gave us, so what it may make us do is bounded.
//!
//! The host list is asked at every dial and not only when the browser registered, since the list may have become shorter. The name is
//! resolved once, each address is judged, and it is exactly those addresses that are called: a name that leads elsewhere a moment later
//! changes nothing. There is no proxy, whatever the environment says, and nobody here follows a redirect.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, InvalidDnsNameError, ServerName, pem::PemObject as _},
};
use rustls_platform_verifier::Verifier;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use url::{Host, Url};

use super::address;
use crate::config::{PushHosts, Settings};

/// How long resolving, connecting and TLS may take together.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the first of several addresses has, so that a dead one leaves time for the next.
const ONE_OF_SEVERAL: Duration = Duration::from_millis(1_500);

/// What stops the way out from being made.
#[derive(Debug, thiserror::Error)]
pub enum WayOutError {
    /// The file of the further authority can't be read.
    #[error("{0}: {1}")]
    File(String, io::Error),
    /// It holds no certificate.
    #[error("{0} holds no certificate in PEM")]
    NoCertificate(String),
    /// TLS can't be set up.
    #[error("TLS can't be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// Why a service was not reached.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// It is not one that may be called.
    #[error("not a push service that may be called")]
    NotAllowed,
    /// Its name leads to no public address.
    #[error("the name leads to no public address")]
    NotPublic,
    /// Its name can't be one of a certificate.
    #[error(transparent)]
    Name(#[from] InvalidDnsNameError),
    /// The name, the connection or TLS failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// HTTP could not be begun.
    #[error("{0}")]
    Http(String),
    /// It took longer than five seconds.
    #[error("no connection within five seconds")]
    TimedOut,
}

/// Opens connections, as the settings allow it.
#[derive(Clone)]
pub struct Dial {
    allowed: PushHosts,
    tls: TlsConnector,
}

/// A connection, and whether the service speaks HTTP/2.
#[derive(Debug)]
pub struct Line {
    /// The stream.
    pub stream: TlsStream<TcpStream>,
    /// Whether HTTP/2 was agreed on; HTTP/1.1 otherwise.
    pub http2: bool,
}

impl Dial {
    /// By the host list of `settings`, trusting the system's authorities and the further one of the settings.
    ///
    /// # Errors
    /// When the further authority can't be read or TLS can't be set up.
    pub fn new(settings: &Settings) -> Result<Self, WayOutError> {
        let further = settings.push_ca_file.as_deref().map(authorities).transpose()?.unwrap_or_default();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Verifier::new_with_extra_roots(further, provider.clone())?;
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous() // the name of the method; the verifier is the platform's own
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { allowed: settings.push.clone(), tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Connects to `origin`, `https://host[:port]`.
    ///
    /// # Errors
    /// When it may not be called, or does not answer within five seconds.
    pub async fn connect(&self, origin: &str) -> Result<Line, DialError> {
        timeout(CONNECT, self.connect_at_all(origin)).await.unwrap_or(Err(DialError::TimedOut))
    }

    async fn connect_at_all(&self, origin: &str) -> Result<Line, DialError> {
        let url = Url::parse(origin).ok().filter(|url| self.allowed.allowed(url).is_some());
        let url = url.ok_or(DialError::NotAllowed)?;
        let (host, port) =
            url.host().map(|host| host.to_owned()).zip(url.port_or_known_default()).ok_or(DialError::NotAllowed)?;
        let found: Vec<SocketAddr> = match &host {
            Host::Domain(name) => lookup_host((name.as_str(), port)).await?.collect(),
            Host::Ipv4(address) => vec![(*address, port).into()],
            Host::Ipv6(address) => vec![(*address, port).into()],
        };
        let addresses = admitted(found, self.allowed.is_test_origin(&url));
        let name = match host {
            Host::Domain(name) => ServerName::try_from(name)?,
            Host::Ipv4(address) => ServerName::from(IpAddr::V4(address)),
            Host::Ipv6(address) => ServerName::from(IpAddr::V6(address)),
        };
        let stream = first_to_answer(&addresses).await?;
        stream.set_nodelay(true)?;
        let stream = self.tls.connect(name, stream).await?;
        let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok(Line { stream, http2 })
    }
}

impl std::fmt::Debug for Dial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dial").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

/// Of the addresses that a name leads to, those that may be called: public ones, and for the origins of tests loopback alone.
fn admitted(found: Vec<SocketAddr>, test_origin: bool) -> Vec<SocketAddr> {
    let may = |ip: IpAddr| if test_origin { ip.is_loopback() } else { address::is_public(ip) };
    found.into_iter().filter(|address| may(address.ip())).collect()
}

async fn first_to_answer(addresses: &[SocketAddr]) -> Result<TcpStream, DialError> {
    let mut failed = DialError::NotPublic;
    for (place, address) in addresses.iter().enumerate() {
        let last = place + 1 == addresses.len();
        let limit = if last { CONNECT } else { ONE_OF_SEVERAL };
        match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failed = error.into(),
            Err(_) => failed = DialError::TimedOut,
        }
    }
    Err(failed)
}

fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, WayOutError> {
    let name = || path.display().to_string();
    let text = std::fs::read(path).map_err(|e| WayOutError::File(name(), e))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    found.ok().filter(|found| !found.is_empty()).ok_or_else(|| WayOutError::NoCertificate(name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Settings {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::read(variables, []).expect("settings")
    }

    #[test]
    fn row_who_may_be_called_a_name_leads_to_public_addresses_alone() {
        let found = |texts: &[&str]| texts.iter().map(|text| text.parse().expect("an address")).collect::<Vec<_>>();
        let mixed = found(&["10.0.0.1:443", "142.250.196.138:443", "[::1]:443", "[fe80::1]:443", "127.0.0.1:443"]);
        assert_eq!(admitted(mixed.clone(), false), found(&["142.250.196.138:443"]));
        assert_eq!(admitted(mixed, true), found(&["[::1]:443", "127.0.0.1:443"]), "tests stay on this machine");
    }

    #[tokio::test]
    async fn row_who_may_be_called_the_list_at_every_dial() {
        let dial = Dial::new(&settings(&[])).expect("a dial");
        for origin in [
            "https://elsewhere.example",
            "http://fcm.googleapis.com",
            "https://fcm.googleapis.com:8443",
            "https://fcm.googleapis.com.",
            "https://user@fcm.googleapis.com",
            "https://2130706433",
            "https://0177.0.0.1",
            "https://0x7f.1",
            "https://127.0.0.1",
            "https://[::ffff:127.0.0.1]",
            "https://[fe80::1%25eth0]",
            "https://localhost",
            "nonsense",
        ] {
            assert!(matches!(dial.connect(origin).await, Err(DialError::NotAllowed)), "{origin}");
        }
    }

    #[tokio::test]
    async fn row_who_may_be_called_not_a_listed_name_that_leads_home() {
        // As a name would that changes between registration and sending: what counts is where it leads at the dial.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        assert!(matches!(first_to_answer(&admitted(vec![address], false)).await, Err(DialError::NotPublic)));
        assert!(first_to_answer(&admitted(vec![address], true)).await.is_ok());
    }

    #[test]
    fn an_authority_that_is_none_is_named() {
        for (path, text) in [("/nowhere/ca.pem", "/nowhere/ca.pem"), ("/dev/null", "no certificate")] {
            let error = Dial::new(&settings(&[("KAIRAN_PUSH_CA_FILE", path)])).expect_err("no authority").to_string();
            assert!(error.contains(text), "{error}");
        }
    }
}
