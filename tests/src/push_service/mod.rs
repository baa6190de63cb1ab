//! A push service on loopback, with TLS and HTTP/2, that does what the real ones do and looks at what they can't: it decrypts every
//! message with the phone's own key (RFC 8291) and checks who signed it (RFC 8292).
//!
//! It is written from the RFCs and not from our own sender, so that the two can't be wrong in the same way. It also does what no
//! service should: a [`Reply`] is what one phone is answered, a [`Manner`] how the service goes about its connections.

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, atomic::AtomicUsize},
    time::{Duration, Instant},
};

use api::clock::Clock;
use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    rand,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use hyper::{Version, header::HeaderMap};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};

mod answer;
mod line;

pub use line::{Manner, certificates, nobodys_port};

/// The service.
pub struct PushService {
    shared: Arc<Shared>,
    /// The time by which signatures are judged; the app under test goes by it too.
    pub clock: Clock,
    origin: String,
    ca: String,
    ca_file: PathBuf,
    origins: Vec<String>,
}

struct Shared {
    clock: Clock,
    origin: String,
    phones: Mutex<HashMap<String, State>>,
    faults: Mutex<Vec<String>>,
    keys_seen: Mutex<Vec<String>>,
    /// Connections so far, messages in hand, and the most that there were.
    connections: AtomicUsize,
    in_hand: AtomicUsize,
    most_in_hand: AtomicUsize,
    let_go: watch::Sender<bool>,
}

struct State {
    private: PrivateKey,
    auth: [u8; 16],
    /// The VAPID key that it subscribed under, where the test says so.
    key: Option<String>,
    answers: VecDeque<Reply>,
    arrived: Vec<Arrived>,
    tried: Vec<Tried>,
}

/// What a phone is answered for, in place of 201. A phone that is answered 2xx was shown its message.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status with headers and a body.
    Status(u16, Vec<(&'static str, &'static str)>, &'static str),
    /// The connection breaks.
    Reset,
    /// Nothing comes back.
    Hang,
    /// 201, but only so much later.
    Slowly(Duration),
    /// 201, but only when [`PushService::let_go`] is called.
    Held,
    /// A status, and a body that comes in drops and never ends.
    Trickle(u16),
    /// A status, and a body that comes as fast as it is taken and never ends.
    Endless(u16),
    /// A status, a `Content-Length` of 10 GB, and a few bytes.
    Huge(u16),
    /// A status, and a hundred thousand bytes of headers.
    Flood(u16),
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

/// A message that came, whatever was answered.
#[derive(Clone, Debug)]
pub struct Tried {
    /// When it had come.
    pub at: Instant,
    /// How it came.
    pub version: Version,
    /// The request's headers.
    pub headers: HeaderMap,
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
        Self::start_with(Manner::Proper, Clock::system()).await
    }

    /// Starts one that goes about its connections in a manner of its own.
    ///
    /// # Panics
    /// When it can't.
    pub async fn start_as(manner: Manner) -> Self {
        Self::start_with(manner, Clock::system()).await
    }

    async fn start_with(manner: Manner, clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let (config, ca) = certificates(manner);
        let ca_file = std::env::temp_dir().join(format!("kairan-ca-{}.pem", uuid::Uuid::now_v7()));
        std::fs::write(&ca_file, &ca).expect("a file");
        let shared = Arc::new(Shared {
            clock: clock.clone(),
            origin: origin.clone(),
            phones: Mutex::default(),
            faults: Mutex::default(),
            keys_seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            in_hand: AtomicUsize::new(0),
            most_in_hand: AtomicUsize::new(0),
            let_go: watch::Sender::new(false),
        });
        tokio::spawn(line::serve(listener, Arc::new(config), (manner, shared.clone())));
        Self { shared, clock, origins: vec![origin.clone()], origin, ca, ca_file }
    }

    /// Starts another one, with the same clock; [`settings`](Self::settings) of this one then allow both.
    ///
    /// # Panics
    /// When it can't.
    pub async fn another(&mut self, manner: Manner) -> Self {
        let other = Self::start_with(manner, self.clock.clone()).await;
        self.origins.push(other.origin.clone());
        self.ca += &other.ca;
        std::fs::write(&self.ca_file, &self.ca).expect("a file");
        other
    }

    /// Allows an origin besides, at which nobody may be.
    pub fn allow(&mut self, origin: &str) {
        self.origins.push(origin.to_owned());
    }

    /// The settings that let the app call this service, and those started from it.
    #[must_use]
    pub fn settings(&self) -> [(&'static str, String); 2] {
        [
            ("KAIRAN_PUSH_TEST_ORIGINS", self.origins.join(",")),
            ("KAIRAN_PUSH_CA_FILE", self.ca_file.display().to_string()),
        ]
    }

    /// Where it is, as the app knows it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// A phone with keys of its own.
    ///
    /// # Panics
    /// When there is no randomness.
    #[must_use]
    pub fn phone(&self) -> Phone {
        let token = uuid::Uuid::now_v7().to_string();
        let phone = Phone { shared: self.shared.clone(), token: token.clone(), subscription: Value::Null };
        let (private, auth, subscription) = phone.fresh();
        let state =
            State { private, auth, key: None, answers: VecDeque::new(), arrived: Vec::new(), tried: Vec::new() };
        self.shared.phones.lock().expect("phones").insert(token, state);
        Phone { subscription, ..phone }
    }

    /// Answers whoever was [`Held`](Reply::Held), and whoever comes later.
    pub fn let_go(&self) {
        self.shared.let_go.send_replace(true);
    }

    /// How many messages are in hand, and the most that there were at once.
    #[must_use]
    pub fn in_hand(&self) -> (usize, usize) {
        let read = |number: &AtomicUsize| number.load(std::sync::atomic::Ordering::SeqCst);
        (read(&self.shared.in_hand), read(&self.shared.most_in_hand))
    }

    /// How many connections were opened.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.connections.load(std::sync::atomic::Ordering::SeqCst)
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
    fn fresh(&self) -> (PrivateKey, [u8; 16], Value) {
        let private = PrivateKey::generate(&ECDH_P256).expect("a key");
        let mut auth = [0; 16];
        rand::fill(&mut auth).expect("a secret");
        let public = private.compute_public_key().expect("a public key");
        let subscription = json!({
            "endpoint": format!("{}/push/{}", self.shared.origin, self.token),
            "expirationTime": null,
            "keys": { "p256dh": BASE64URL.encode(public.as_ref()), "auth": BASE64URL.encode(auth) },
        });
        (private, auth, subscription)
    }

    /// The same address with other keys, as after a browser was set up anew. What is sealed for the former keys it can't open.
    pub fn change_keys(&mut self) {
        let (private, auth, subscription) = self.fresh();
        self.with(|state| (state.private, state.auth) = (private, auth));
        self.subscription = subscription;
    }

    /// It subscribed under this VAPID key and takes no message signed by another, whatever the other phones subscribed under.
    pub fn subscribed_under(&self, key: &str) {
        self.with(|state| state.key = Some(key.to_owned()));
    }

    /// What its browser hands in: `PushSubscription.toJSON()`.
    #[must_use]
    pub fn subscription(&self) -> Value {
        self.subscription.clone()
    }

    /// The secret part of its address.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The next tries are answered so; then 201 again.
    pub fn answer(&self, replies: impl IntoIterator<Item = Reply>) {
        self.with(|state| state.answers.extend(replies));
    }

    /// From now on it is answered 201, whatever was said before.
    pub fn recover(&self) {
        self.with(|state| state.answers.clear());
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

    /// Every message that came for it.
    #[must_use]
    pub fn tried(&self) -> Vec<Tried> {
        self.with(|state| state.tried.clone())
    }

    /// How often it was tried to reach it.
    #[must_use]
    pub fn tries(&self) -> usize {
        self.with(|state| state.tried.len())
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(self.shared.phones.lock().expect("phones").get_mut(&self.token).expect("a phone"))
    }
}
