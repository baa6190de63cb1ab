//! The other side of a measurement: a push service on loopback with TLS, HTTP/2 and HTTP/1.1, in a process of its own.
//!
//! It makes subscriptions with real keys, takes messages, opens a sample of them with the phones' own keys, and counts who got one. It keeps
//! private keys of the sample alone: a city's would be more memory than what is measured. With faults it answers as push services do on
//! a bad day, the same each time.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU8, AtomicUsize, Ordering::Relaxed},
    },
};

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    rand,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::{
    body::{Bytes, Incoming},
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::{ServerConfig, crypto::aws_lc_rs::default_provider, pki_types::PrivateKeyDer};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{given, push::Outcome};
use crate::{clock::Clock, push::wire::plain::Plain};

/// Of so many subscriptions, one is opened.
const SAMPLE: usize = 97;
/// Messages on one connection before it is told to go away, with faults.
const GO_AWAY_AFTER: usize = 20_000;
/// What a notice looks like that is pushed: as long as most are.
const PAYLOAD_TEXT: &str = "来週の日曜日は午前8時から町内の一斉清掃を行います。軍手とごみ袋をご用意のうえ、集会所の前にお集まりください。雨の日は次の週に延期します。小さなお子さまもどうぞ。";

/// What arrived.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Arrivals {
    /// Messages that were answered 201.
    pub received: usize,
    /// Subscriptions that got one.
    pub distinct: usize,
    /// Subscriptions that got more than one.
    pub repeated: usize,
    /// Messages of the sample that could be opened.
    pub opened: usize,
    /// Messages of the sample that could not.
    pub unreadable: usize,
    /// Answers other than 201.
    pub faults: usize,
    /// When the first came, in microseconds since 1970; 0 where none came.
    pub first_at: i64,
    /// When the last came.
    pub last_at: i64,
}

struct Phone {
    private: PrivateKey,
    auth: [u8; 16],
}

struct Sink {
    sample: Vec<Phone>,
    got: Vec<AtomicU8>,
    tried: Vec<AtomicU8>,
    faulty: bool,
    clock: Clock,
    arrivals: Mutex<Arrivals>,
    received: AtomicUsize,
    faults: AtomicUsize,
    first_at: AtomicI64,
    last_at: AtomicI64,
}

/// Makes `subscriptions`, writes `endpoints.jsonl`, `ca.pem`, `vapid.json` and `payload.json` into `dir`, prints a line when it is ready, and serves
/// until it is told to stop; then it prints what arrived, as JSON.
///
/// # Errors
/// When a file or the port can't be had.
pub async fn run(subscriptions: usize, dir: &Path, faulty: bool, stop: impl Future<Output = ()>) -> Outcome {
    fs::create_dir_all(dir)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("https://localhost:{}", listener.local_addr()?.port());
    let (config, authority) = certificates()?;
    fs::write(dir.join("ca.pem"), authority)?;
    fs::write(dir.join("vapid.json"), given::make_vapid("mailto:measurement@kairan.example")?)?;
    fs::write(dir.join("payload.json"), payload(&origin))?;
    let sample = subscribe(subscriptions, &origin, &dir.join("endpoints.jsonl"))?;
    let sink = Arc::new(Sink {
        sample,
        got: (0..subscriptions).map(|_| AtomicU8::new(0)).collect(),
        tried: (0..subscriptions).map(|_| AtomicU8::new(0)).collect(),
        faulty,
        clock: Clock::system(),
        arrivals: Mutex::default(),
        received: AtomicUsize::new(0),
        faults: AtomicUsize::new(0),
        first_at: AtomicI64::new(0),
        last_at: AtomicI64::new(0),
    });
    println!("{origin}");
    let tls = TlsAcceptor::from(Arc::new(config));
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            connection = listener.accept() => {
                let (Ok((stream, _)), tls, sink) = (connection, tls.clone(), sink.clone()) else { continue };
                tokio::spawn(serve(stream, tls, sink));
            }
        }
    }
    println!("{}", serde_json::to_string(&sink.report())?);
    Ok(())
}

fn payload(origin: &str) -> String {
    let id = uuid::Uuid::now_v7();
    let notification = json!({
        "title": "町内一斉清掃のお知らせ", "body": PAYLOAD_TEXT, "lang": "ja", "navigate": format!("{origin}/n/{id}"),
        "tag": id, "data": { "notice": id, "revision": 1 },
    });
    json!({ "web_push": 8030, "notification": notification }).to_string()
}

/// Writes the subscriptions, one a line; gives the private keys of the sample.
fn subscribe(count: usize, origin: &str, path: &Path) -> Outcome<Vec<Phone>> {
    let failed = |_| "no key could be made";
    let mut file = BufWriter::new(File::create(path)?);
    let mut sample = Vec::with_capacity(count / SAMPLE + 1);
    for number in 0..count {
        let private = PrivateKey::generate(&ECDH_P256).map_err(failed)?;
        let mut auth = [0; 16];
        rand::fill(&mut auth).map_err(failed)?;
        let public = private.compute_public_key().map_err(failed)?;
        // As long as real ones are.
        let endpoint = format!("{origin}/push/{number}/{}", BASE64URL.encode([7; 96]));
        let keys = json!({ "p256dh": BASE64URL.encode(public.as_ref()), "auth": BASE64URL.encode(auth) });
        writeln!(file, "{}", json!({ "endpoint": endpoint, "expirationTime": null, "keys": keys }))?;
        if number % SAMPLE == 0 {
            sample.push(Phone { private, auth });
        }
    }
    file.flush()?;
    Ok(sample)
}

/// A server's configuration, and the authority to trust for it.
fn certificates() -> Outcome<(ServerConfig, String)> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    // With the same name as the leaf's, OpenSSL takes the leaf for its own authority.
    authority.distinguished_name.push(DnType::CommonName, "Kairan measurement authority");
    let pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate()?;
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    leaf.distinguished_name.push(DnType::CommonName, "localhost");
    let leaf = leaf.signed_by(&key, &issuer)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((config, pem))
}

async fn serve(stream: TcpStream, tls: TlsAcceptor, sink: Arc<Sink>) {
    stream.set_nodelay(true).ok();
    // A client that goes away is the client's affair.
    let Ok(stream) = tls.accept(stream).await else { return };
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        serve_http2(stream, sink).await;
    } else {
        let take = service_fn(move |request: Request<Incoming>| {
            let sink = sink.clone();
            async move {
                let path = request.uri().path().to_owned();
                let body = request.into_body().collect().await?.to_bytes();
                Ok::<_, hyper::Error>(sink.answer(&path, &body).map(|()| Empty::<Bytes>::new()))
            }
        });
        let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), take).await;
    }
}

async fn serve_http2(stream: TlsStream<TcpStream>, sink: Arc<Sink>) {
    let mut builder = h2::server::Builder::new();
    builder.initial_connection_window_size(1 << 20).max_concurrent_streams(128);
    let Ok(mut connection) = builder.handshake::<_, Bytes>(Plain(stream)).await else { return };
    let mut taken = 0;
    while let Some(Ok((request, respond))) = connection.accept().await {
        taken += 1;
        if sink.faulty && taken == GO_AWAY_AFTER {
            connection.graceful_shutdown();
        }
        tokio::spawn(take_http2(request, respond, sink.clone()));
    }
}

async fn take_http2(request: Request<h2::RecvStream>, mut respond: h2::server::SendResponse<Bytes>, sink: Arc<Sink>) {
    let (head, mut rest) = request.into_parts();
    let mut body = Vec::with_capacity(1_024);
    while let Some(Ok(chunk)) = rest.data().await {
        if rest.flow_control().release_capacity(chunk.len()).is_err() {
            return;
        }
        body.extend_from_slice(&chunk);
    }
    let answer = sink.answer(head.uri.path(), &body);
    if answer.status() == StatusCode::IM_A_TEAPOT {
        respond.send_reset(h2::Reason::INTERNAL_ERROR);
    } else {
        let _ = respond.send_response(answer, true);
    }
}

impl Sink {
    /// What the message for the subscription in `path` is answered; 418 stands for a connection that breaks.
    fn answer(&self, path: &str, body: &[u8]) -> Response<()> {
        let now = i64::try_from(self.clock.now().unix_timestamp_nanos() / 1_000).unwrap_or(0);
        let number = path.split('/').nth(2).and_then(|number| number.parse::<usize>().ok());
        let number = number.filter(|number| *number < self.got.len());
        let mut answer = Response::new(());
        let Some(number) = number else {
            *answer.status_mut() = StatusCode::NOT_FOUND;
            return answer;
        };
        if let Some((status, wait)) = self.fault(number) {
            self.faults.fetch_add(1, Relaxed);
            *answer.status_mut() = status;
            if wait > 0 {
                answer.headers_mut().insert(header::RETRY_AFTER, wait.into());
            }
            return answer;
        }
        self.first_at.compare_exchange(0, now, Relaxed, Relaxed).ok();
        self.last_at.fetch_max(now, Relaxed);
        self.received.fetch_add(1, Relaxed);
        self.got[number].fetch_add(1, Relaxed);
        if number.is_multiple_of(SAMPLE) {
            let phone = &self.sample[number / SAMPLE];
            let message = ece::open(&phone.private, &phone.auth, body).ok();
            let says = message.is_some_and(|message| serde_json::from_slice::<serde_json::Value>(&message).is_ok());
            let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
            if says { arrivals.opened += 1 } else { arrivals.unreadable += 1 }
        }
        *answer.status_mut() = StatusCode::CREATED;
        if let Ok(place) = header::HeaderValue::from_str(&format!("/message/{number}")) {
            answer.headers_mut().insert(header::LOCATION, place);
        }
        answer
    }

    /// On a bad day: two of a hundred phones are gone, three are refused at first, one breaks off.
    fn fault(&self, number: usize) -> Option<(StatusCode, u16)> {
        if !self.faulty {
            return None;
        }
        let first = self.tried[number].fetch_add(1, Relaxed) == 0;
        match (number % 100, first) {
            (13 | 14, _) => Some((StatusCode::GONE, 0)),
            (31, true) => Some((StatusCode::TOO_MANY_REQUESTS, 2)),
            (47, true) => Some((StatusCode::SERVICE_UNAVAILABLE, 1)),
            (61, true) => Some((StatusCode::INTERNAL_SERVER_ERROR, 0)),
            (83, true) => Some((StatusCode::IM_A_TEAPOT, 0)),
            _ => None,
        }
    }

    fn report(&self) -> Arrivals {
        let got = |least: u8| self.got.iter().filter(|count| count.load(Relaxed) >= least).count();
        let sample = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Arrivals {
            received: self.received.load(Relaxed),
            distinct: got(1),
            repeated: got(2),
            faults: self.faults.load(Relaxed),
            first_at: self.first_at.load(Relaxed),
            last_at: self.last_at.load(Relaxed),
            ..sample
        }
    }
}
