//! How the service goes about its connections: properly, or as none should.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use socket2::{Domain, SockRef, Socket, Type};
use time::{Duration as Days, OffsetDateTime, macros::datetime};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, WriteHalf, duplex, split},
    net::{TcpListener, TcpStream},
    sync::Mutex,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto, pki_types::PrivateKeyDer},
    server::TlsStream,
};

use super::{Shared, answer};

/// How a service goes about its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As it should: TLS, HTTP/2 or HTTP/1.1.
    Proper,
    /// It offers HTTP/1.1 alone.
    Http1,
    /// On its first connection it takes so many messages, says that it goes away (GOAWAY), and ignores the others. The next ones are proper.
    GoesAwayAfter(u32),
    /// Its certificate is of a year that is over.
    Expired,
    /// Its certificate is of an authority that nobody trusts.
    Unknown,
    /// It takes connections and never says anything.
    Mute,
    /// It reads the beginning of what comes and closes its own half of the connection.
    HalfCloses,
    /// It reads the beginning of what comes and resets the connection.
    Resets,
}

/// A server's configuration, and the authority to trust for it.
pub fn certificates(manner: Manner) -> (ServerConfig, String) {
    let ca_key = KeyPair::generate().expect("a key");
    let mut ca = CertificateParams::new(Vec::new()).expect("parameters");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_pem = match manner {
        Manner::Unknown => ca.self_signed(&KeyPair::generate().expect("another key")),
        _ => ca.self_signed(&ca_key),
    };
    let ca_pem = ca_pem.expect("an authority").pem();
    let issuer = Issuer::new(ca, ca_key);
    let key = KeyPair::generate().expect("a key");
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    if manner == Manner::Expired {
        leaf.not_before = LONG_AGO;
        leaf.not_after = LONG_AGO + Days::days(365);
    }
    let leaf = leaf.signed_by(&key, &issuer).expect("a certificate");
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("a configuration");
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if manner != Manner::Http1 {
        config.alpn_protocols.insert(0, b"h2".to_vec());
    }
    (config, ca_pem)
}

const LONG_AGO: OffsetDateTime = datetime!(2020-01-01 00:00 UTC);

/// Takes connections for as long as there is somebody who could look.
pub async fn serve(listener: TcpListener, config: Arc<ServerConfig>, (manner, shared): (Manner, Arc<Shared>)) {
    let tls = TlsAcceptor::from(config);
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, shared) = (tls.clone(), shared.clone());
        let first = shared.connections.fetch_add(1, SeqCst) == 0;
        tokio::spawn(async move {
            if manner == Manner::Mute {
                // Held open until whoever called gives up.
                let mut stream = stream;
                return drain(&mut stream).await;
            }
            let Ok(mut stream) = tls.accept(stream).await else { return };
            match manner {
                Manner::HalfCloses => {
                    beginning(&mut stream).await;
                    stream.shutdown().await.ok();
                    drain(&mut stream).await;
                }
                Manner::Resets => {
                    beginning(&mut stream).await;
                    SockRef::from(stream.get_ref().0).set_linger(Some(Duration::ZERO)).expect("a reset at the end");
                }
                Manner::GoesAwayAfter(taken) if first => goes_away_after(taken, stream, shared).await,
                _ => speak(stream, shared).await,
            }
        });
    }
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, shared: Arc<Shared>) {
    let answer = service_fn(move |request| answer::take(request, shared.clone()));
    let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    server.serve_connection(TokioIo::new(stream), answer).await.ok();
}

/// Waits until something comes.
async fn beginning(stream: &mut (impl AsyncRead + Unpin)) {
    if let Ok(1..) = stream.read(&mut [0; 1_024]).await {}
}

async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    let mut rest = [0; 1_024];
    while let Ok(1..) = stream.read(&mut rest).await {}
}

/// HTTP/2's frame types and the beginning of a connection (RFC 9113, sections 3.4 and 6).
const HEADERS: u8 = 1;
const GOAWAY: u8 = 7;
const PREFACE: usize = 24;

/// A frame, its nine bytes of head included.
struct Frame(Vec<u8>);

impl Frame {
    async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let mut frame = vec![0; 9];
        from.read_exact(&mut frame).await?;
        let length = u32::from_be_bytes([0, frame[0], frame[1], frame[2]]) as usize;
        frame.resize(9 + length, 0);
        from.read_exact(&mut frame[9..]).await?;
        Ok(Self(frame))
    }

    fn kind(&self) -> u8 {
        self.0[3]
    }

    fn stream(&self) -> u32 {
        u32::from_be_bytes([self.0[5], self.0[6], self.0[7], self.0[8]]) & 0x7fff_ffff
    }

    /// That nothing after the stream `last` was or will be taken, without an error.
    fn goaway(last: u32) -> Self {
        let head = [0, 0, 8, GOAWAY, 0, 0, 0, 0, 0];
        Self([&head[..], &last.to_be_bytes(), &[0; 4]].concat())
    }
}

/// Stands between the caller and a proper service, passes `taken` messages on, and drops what comes after them.
async fn goes_away_after(taken: u32, stream: TlsStream<TcpStream>, shared: Arc<Shared>) {
    let (near, far) = duplex(1 << 20);
    tokio::spawn(speak(far, shared));
    let (mut from_caller, to_caller) = split(stream);
    let (mut from_service, mut to_service) = split(near);
    let to_caller = Arc::new(Mutex::new(to_caller));
    let answers = to_caller.clone();
    tokio::spawn(async move {
        while let Ok(frame) = Frame::read(&mut from_service).await {
            if answers.lock().await.write_all(&frame.0).await.is_err() {
                break;
            }
        }
    });
    let mut preface = [0; PREFACE];
    if from_caller.read_exact(&mut preface).await.is_err() || to_service.write_all(&preface).await.is_err() {
        return;
    }
    // The streams of a caller have odd numbers.
    let last = taken * 2 - 1;
    let mut told = false;
    while let Ok(frame) = Frame::read(&mut from_caller).await {
        if frame.stream() > last {
            if frame.kind() == HEADERS && !told {
                told = true;
                go_away(&to_caller, last).await;
            }
            continue;
        }
        if to_service.write_all(&frame.0).await.is_err() {
            break;
        }
    }
}

async fn go_away(to_caller: &Mutex<WriteHalf<TlsStream<TcpStream>>>, last: u32) {
    let mut to_caller = to_caller.lock().await;
    to_caller.write_all(&Frame::goaway(last).0).await.ok();
    to_caller.flush().await.ok();
}

/// A port at which nobody listens, for as long as the socket is held.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn nobodys_port() -> (Socket, u16) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a free port");
    let address = socket.local_addr().expect("an address");
    let port = address.as_socket().expect("a port").port();
    (socket, port)
}
