//! The push service of a run. It lives in the process that is never killed, one origin for each lane, decrypts what it gets, and judges
//! signatures by the true time. Each worker signs with a subject of its own, and so every ring is known by who sent it.

use std::{
    collections::HashMap,
    error::Error,
    fmt,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use api::clock::Clock;
use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    rand,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use http_body_util::BodyExt as _;
use hyper::{
    Request, Response,
    body::{Body, Bytes, Frame, Incoming},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tests::{
    push_service::{Manner, certificates},
    sealed::{check, open},
};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use crate::{
    log::{Log, Phone, Ring},
    weather::Reply,
};

/// What workers sign as: `https://worker-7.crash.example`.
const SUBJECT: (&str, &str) = ("https://worker-", ".crash.example");
/// A piece of a body.
const PIECE: usize = 1024;
/// The latest that a signature may end, in seconds (RFC 8292).
const A_DAY: i64 = 86_400;

/// The service.
pub struct Service {
    shared: Arc<Shared>,
    /// Its origins.
    pub origins: Vec<String>,
    /// The authority to trust for it.
    pub ca_file: PathBuf,
}

struct Shared {
    log: Arc<Log>,
    keys: OnceLock<HashMap<Phone, (PrivateKey, [u8; 16])>>,
}

/// The subject of a worker.
pub fn subject(worker: u32) -> String {
    format!("{}{worker}{}", SUBJECT.0, SUBJECT.1)
}

impl Service {
    /// Starts it with so many origins.
    pub async fn start(log: Arc<Log>, origins: usize, scratch: &Path) -> Result<Self, Box<dyn Error>> {
        let (config, ca) = certificates(Manner::Proper);
        let (ca_file, tls) = (scratch.join("ca.pem"), TlsAcceptor::from(Arc::new(config)));
        std::fs::write(&ca_file, ca)?;
        let shared = Arc::new(Shared { log, keys: OnceLock::new() });
        let mut names = Vec::new();
        for _ in 0..origins {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let origin = format!("https://localhost:{}", listener.local_addr()?.port());
            tokio::spawn(serve(listener, tls.clone(), (shared.clone(), origin.clone())));
            names.push(origin);
        }
        Ok(Self { shared, origins: names, ca_file })
    }

    /// Makes the phones, each at one of the origins; gives what their browsers hand in. To be called once.
    pub fn phones(&self, at: impl Iterator<Item = usize>) -> Result<Vec<Value>, Box<dyn Error>> {
        let (mut keys, mut subscriptions) = (HashMap::new(), Vec::new());
        for (phone, origin) in (0..).zip(at) {
            let private = PrivateKey::generate(&ECDH_P256)?;
            let mut auth = [0; 16];
            rand::fill(&mut auth)?;
            subscriptions.push(json!({
                "endpoint": format!("{}/push/{phone}", self.origins[origin]),
                "keys": {
                    "p256dh": BASE64URL.encode(private.compute_public_key()?.as_ref()),
                    "auth": BASE64URL.encode(auth),
                },
            }));
            keys.insert(phone, (private, auth));
        }
        self.shared.keys.set(keys).map_err(|_| "the phones are there already")?;
        Ok(subscriptions)
    }
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, place: (Arc<Shared>, String)) {
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).ok();
        let (tls, place) = (tls.clone(), place.clone());
        tokio::spawn(async move {
            let Ok(stream) = tls.accept(stream).await else { return };
            let answer = service_fn(move |request| take(request, place.clone()));
            let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            server.serve_connection(TokioIo::new(stream), answer).await.ok();
        });
    }
}

/// A stream that breaks.
#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stream breaks")
    }
}

impl Error for Broken {}

async fn take(
    request: Request<Incoming>,
    (shared, origin): (Arc<Shared>, String),
) -> Result<Response<Lying>, Box<dyn Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let read = read(&head, &body, (&shared, &origin)).unwrap_or_else(|fault| {
        shared.log.violation(format!("a message that no service would take: {fault}"));
        Read { worker: 0, told: None }
    });
    let reply = match read.told {
        None => Reply::Refuse(400, 0, false),
        Some(told) => answer(&shared.log, read.worker, &told),
    };
    let (status, length, wait) = match reply {
        Reply::Ring(length) => (201, length, false),
        Reply::Refuse(status, length, wait) => (status, length, wait),
        Reply::Break => return Err(Box::new(Broken)),
    };
    let name = match status {
        201 => "201",
        401 => "401",
        403 => "403",
        410 => "410",
        429 => "429",
        503 => "503",
        _ => "400",
    };
    shared.log.look(|state| *state.answers.entry(name).or_default() += 1);
    let response = Response::builder().status(status);
    let response = if wait { response.header("Retry-After", "1") } else { response };
    Ok(response.body(Lying::new(&shared.log, read.worker, length))?)
}

/// A message as it was understood.
struct Read {
    worker: u32,
    told: Option<Told>,
}

struct Told {
    phone: Phone,
    notice: Uuid,
    revision: i32,
    topic: String,
    in_time: bool,
}

fn read(head: &hyper::http::request::Parts, body: &[u8], (shared, origin): (&Shared, &str)) -> Result<Read, String> {
    let signed = check(&head.headers, origin)?;
    let worker = signed.subject.strip_prefix(SUBJECT.0).and_then(|rest| rest.strip_suffix(SUBJECT.1));
    let worker = worker.and_then(|number| number.parse().ok()).ok_or(format!("signed as {}", signed.subject))?;
    let phone: Option<Phone> = head.uri.path().strip_prefix("/push/").and_then(|number| number.parse().ok());
    let keys = shared.keys.get().ok_or("there are no phones yet")?;
    let (phone, (private, auth)) =
        phone.and_then(|phone| Some((phone, keys.get(&phone)?))).ok_or(format!("for nobody: {}", head.uri))?;
    let message: Value = serde_json::from_slice(&open((private, auth), body)?).map_err(|e| e.to_string())?;
    let (notification, topic) = (&message["notification"], head.headers["topic"].to_str().map_err(|e| e.to_string())?);
    let notice = notification["data"]["notice"].as_str().unwrap_or_default();
    if notification["tag"] != notice {
        return Err(format!("the tag {} for {notice}", notification["tag"]));
    }
    let revision = notification["data"]["revision"].as_i64().and_then(|number| i32::try_from(number).ok());
    let left = signed.expires - Clock::system().now().unix_timestamp();
    let told = Told {
        phone,
        notice: notice.parse().map_err(|_| format!("the notice {notice}"))?,
        revision: revision.ok_or("no revision")?,
        topic: topic.to_owned(),
        in_time: (1..=A_DAY).contains(&left),
    };
    Ok(Read { worker, told: Some(told) })
}

/// What a message is answered; when it rings, it does so here.
fn answer(log: &Log, worker: u32, told: &Told) -> Reply {
    let at = log.now();
    let rung = log.with(|state| {
        let gone = state.gone.contains(&told.phone);
        let notice = state.notices.get_mut(&told.notice);
        let Some(notice) = notice else { return Err(Reply::Refuse(400, 0, false)) };
        *notice.tries.entry(worker).or_default() += 1;
        if gone {
            return Err(Reply::Refuse(410, 0, false));
        }
        if !told.in_time {
            return Err(Reply::Refuse(403, 60, false));
        }
        let before = notice.refused.get(&told.phone).copied().unwrap_or(0);
        let turn = u32::from(told.notice.as_bytes()[15]);
        let Reply::Ring(length) = notice.weather.reply(told.phone, turn, before) else {
            notice.refused.insert(told.phone, before + 1);
            return Err(notice.weather.reply(told.phone, turn, before));
        };
        let ring = Ring { at, worker, revision: told.revision };
        Ok((state.ring(told.phone, (told.notice, &told.topic, ring)), length))
    });
    match rung {
        Err(refused) => refused,
        Ok((Ok(acts), length)) => {
            // What is tied to this ring happens before its answer leaves.
            acts.into_iter().for_each(|act| act(worker));
            Reply::Ring(length)
        }
        Ok((Err(fault), length)) => {
            log.violation(fault);
            Reply::Ring(length)
        }
    }
}

/// An answer's body, in pieces, of which is known whether it was taken.
struct Lying {
    log: Arc<Log>,
    number: u64,
    left: usize,
}

impl Lying {
    fn new(log: &Arc<Log>, worker: u32, length: usize) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let (number, now) = (NUMBER.fetch_add(1, Relaxed), log.now());
        if length > 0 {
            log.look(|state| state.lying.insert(number, (worker, now)));
        }
        Self { log: log.clone(), number, left: length }
    }
}

impl Body for Lying {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let body = self.get_mut();
        let piece = body.left.min(PIECE);
        body.left -= piece;
        Poll::Ready((piece > 0).then(|| Ok(Frame::data(Bytes::from(vec![b'.'; piece])))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }
}

impl Drop for Lying {
    fn drop(&mut self) {
        self.log.look(|state| state.lying.remove(&self.number));
    }
}
