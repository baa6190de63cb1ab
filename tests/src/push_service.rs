//! A push service on loopback, with TLS and HTTP/2, that does what the real ones do and looks at what they can't: it decrypts every
//! message with the phone's own key (RFC 8291) and checks who signed it (RFC 8292).
//!
//! It is written from the RFCs and not from our own sender, so that the two can't be wrong in the same way.

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex},
};

use api::clock::Clock;
use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    rand,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::HeaderMap,
    http::request::Parts,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::sealed::{Signed, certificates, check, open};

/// The service.
pub struct PushService {
    shared: Arc<Shared>,
    /// The time by which signatures are judged; the app under test goes by it too.
    pub clock: Clock,
    origin: String,
    ca_file: PathBuf,
}

#[derive(Default)]
struct Shared {
    phones: Mutex<HashMap<String, State>>,
    faults: Mutex<Vec<String>>,
    keys_seen: Mutex<Vec<String>>,
}

struct State {
    private: PrivateKey,
    auth: [u8; 16],
    answers: VecDeque<Reply>,
    arrived: Vec<Arrived>,
    tries: usize,
}

/// What a phone is answered for, in place of 201.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status with headers and a body.
    Status(u16, Vec<(&'static str, &'static str)>, &'static str),
    /// The connection breaks.
    Reset,
    /// Nothing comes back.
    Hang,
}

/// A message that a phone was shown.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The request's headers.
    pub headers: HeaderMap,
    /// What it says.
    pub body: Value,
    /// How long it was before it was sealed.
    pub length: usize,
}

/// A phone that has subscribed here.
#[derive(Clone)]
pub struct Phone {
    shared: Arc<Shared>,
    token: String,
    subscription: Value,
}

impl PushService {
    /// Starts a service of its own.
    ///
    /// # Panics
    /// When it can't.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let (config, ca) = certificates();
        let ca_file = std::env::temp_dir().join(format!("kairan-ca-{}.pem", uuid::Uuid::now_v7()));
        std::fs::write(&ca_file, ca).expect("a file");
        let (shared, clock) = (Arc::new(Shared::default()), Clock::system());
        tokio::spawn(serve(
            listener,
            TlsAcceptor::from(Arc::new(config)),
            (shared.clone(), origin.clone(), clock.clone()),
        ));
        Self { shared, clock, origin, ca_file }
    }

    /// The settings that let the app call this service.
    #[must_use]
    pub fn settings(&self) -> [(&'static str, String); 2] {
        [("KAIRAN_PUSH_TEST_ORIGINS", self.origin.clone()), ("KAIRAN_PUSH_CA_FILE", self.ca_file.display().to_string())]
    }

    /// The settings that let the app call this service and another one.
    ///
    /// # Panics
    /// When the authorities can't be put into one file.
    #[must_use]
    pub fn settings_with(&self, other: &Self) -> [(&'static str, String); 2] {
        let read = |service: &Self| std::fs::read_to_string(&service.ca_file).expect("an authority");
        std::fs::write(&self.ca_file, read(self) + &read(other)).expect("a file");
        let [_, ca_file] = self.settings();
        [("KAIRAN_PUSH_TEST_ORIGINS", format!("{},{}", self.origin, other.origin)), ca_file]
    }

    /// A phone with keys of its own.
    ///
    /// # Panics
    /// When there is no randomness.
    #[must_use]
    pub fn phone(&self) -> Phone {
        let private = PrivateKey::generate(&ECDH_P256).expect("a key");
        let mut auth = [0; 16];
        rand::fill(&mut auth).expect("a secret");
        let token = uuid::Uuid::now_v7().to_string();
        let public = private.compute_public_key().expect("a public key");
        let subscription = json!({
            "endpoint": format!("{}/push/{token}", self.origin),
            "expirationTime": null,
            "keys": { "p256dh": BASE64URL.encode(public.as_ref()), "auth": BASE64URL.encode(auth) },
        });
        let state = State { private, auth, answers: VecDeque::new(), arrived: Vec::new(), tries: 0 };
        self.shared.phones.lock().expect("phones").insert(token.clone(), state);
        Phone { shared: self.shared.clone(), token, subscription }
    }

    /// What was wrong with messages, so far.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        self.shared.faults.lock().expect("faults").clone()
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        std::fs::remove_file(&self.ca_file).ok();
        if !std::thread::panicking() {
            assert_eq!(self.faults(), Vec::<String>::new(), "messages that no real service would have taken");
        }
    }
}

impl Phone {
    /// What its browser hands in: `PushSubscription.toJSON()`.
    #[must_use]
    pub fn subscription(&self) -> Value {
        self.subscription.clone()
    }

    /// The next tries are answered so; then 201 again.
    pub fn answer(&self, replies: impl IntoIterator<Item = Reply>) {
        self.with(|state| state.answers.extend(replies));
    }

    /// The next tries are answered with these statuses.
    pub fn answer_status(&self, statuses: impl IntoIterator<Item = u16>) {
        self.answer(statuses.into_iter().map(|status| Reply::Status(status, Vec::new(), "")));
    }

    /// What it was shown so far.
    #[must_use]
    pub fn arrived(&self) -> Vec<Arrived> {
        self.with(|state| state.arrived.clone())
    }

    /// The titles of what it was shown so far.
    #[must_use]
    pub fn titles(&self) -> Vec<String> {
        let title = |message: &Arrived| message.body["notification"]["title"].as_str().unwrap_or_default().to_owned();
        self.arrived().iter().map(title).collect()
    }

    /// How often it was tried to reach it.
    #[must_use]
    pub fn tries(&self) -> usize {
        self.with(|state| state.tries)
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(self.shared.phones.lock().expect("phones").get_mut(&self.token).expect("a phone"))
    }
}

type Service = (Arc<Shared>, String, Clock);

async fn serve(listener: TcpListener, tls: TlsAcceptor, service: Service) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, service) = (tls.clone(), service.clone());
        tokio::spawn(async move {
            let Ok(stream) = tls.accept(stream).await else { return };
            let answer = service_fn(move |request| take(request, service.clone()));
            let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            server.serve_connection(TokioIo::new(stream), answer).await.ok();
        });
    }
}

/// A connection that breaks.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection breaks")
    }
}

impl std::error::Error for Broken {}

async fn take(
    request: Request<Incoming>,
    (shared, origin, clock): Service,
) -> Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let token = head.uri.path().trim_start_matches("/push/").to_owned();
    let answer = |status: u16| Response::builder().status(status);
    match receive((&head, &body), &token, (&shared, &origin, &clock)) {
        Err((status, fault)) => {
            shared.faults.lock().expect("faults").push(fault);
            Ok(answer(status).body(Full::default())?)
        }
        Ok(None) => Ok(answer(201).header("Location", format!("{origin}/message/{token}")).body(Full::default())?),
        Ok(Some(Reply::Hang)) => std::future::pending().await,
        Ok(Some(Reply::Reset)) => Err(Box::new(Broken)),
        Ok(Some(Reply::Status(status, headers, body))) => {
            let response =
                headers.into_iter().fold(answer(status), |response, (name, value)| response.header(name, value));
            Ok(response.body(Full::from(body))?)
        }
    }
}

/// Looks at a message and, unless its phone was told to answer otherwise, shows it. A fault comes with the status to answer.
fn receive(
    (head, body): (&Parts, &[u8]),
    token: &str,
    (shared, origin, clock): (&Shared, &str, &Clock),
) -> Result<Option<Reply>, (u16, String)> {
    let mut phones = shared.phones.lock().expect("phones");
    let phone = phones.get_mut(token).ok_or_else(|| (404, format!("a message for nobody: {}", head.uri)))?;
    phone.tries += 1;
    judge(&check(&head.headers, origin).map_err(|fault| (400, fault))?, clock, shared).map_err(|fault| (400, fault))?;
    let message = open((&phone.private, &phone.auth), body).map_err(|fault| (400, fault))?;
    if let Some(reply) = phone.answers.pop_front() {
        return Ok(Some(reply));
    }
    let body = serde_json::from_slice(&message).map_err(|e| (400, e.to_string()))?;
    phone.arrived.push(Arrived { headers: head.headers.clone(), body, length: message.len() });
    Ok(None)
}

/// Signatures hold for at most a day, and all are made with one key.
fn judge(signed: &Signed, clock: &Clock, shared: &Shared) -> Result<(), String> {
    let left = signed.expires - clock.now().unix_timestamp();
    if !(1..=86_400).contains(&left) {
        return Err(format!("signed for another {left} s"));
    }
    let mut keys = shared.keys_seen.lock().expect("keys");
    if !keys.contains(&signed.key) {
        keys.push(signed.key.clone());
    }
    if keys.len() == 1 { Ok(()) } else { Err("another key than the one subscribed under".into()) }
}
