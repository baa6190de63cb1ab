//! What is open to each push service, on one lane.
//!
//! A service that speaks HTTP/2 has one connection, and another one when all that are open carry as many messages as they should: what is
//! on its way at once is rate times answer time, so a service that is far away gets more connections than one nearby. A service
//! that offers HTTP/1.1 alone has a connection for each message on its way. Everybody who waits for the same dial shares its end.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    time::{Duration, Instant},
};

use futures_util::{
    FutureExt as _,
    future::{LocalBoxFuture, Shared},
};
use http_body_util::Full;
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::task::spawn_local;

use super::{
    dial::{Dial, DialError, Line},
    plain::Plain,
};

/// Messages on one HTTP/2 connection that make another one worth opening; services allow about a hundred.
const STREAMS: usize = 64;
/// Connections to one service at most, on one lane.
const CONNECTIONS: usize = 8;
/// A connection that has carried nothing for so long may be dead without a word, and an emergency must not be what finds out.
const IDLE: Duration = Duration::from_secs(30);
/// What an answer's head may hold: no service sends more than a few hundred bytes.
const LARGEST_HEAD: u32 = 16 * 1_024;
/// Services that are remembered; a stranger can name any number of hosts below an allowed one.
const REMEMBERED: usize = 200;

type Dialled = Shared<LocalBoxFuture<'static, Result<(), Rc<DialError>>>>;

/// The connections of a lane.
#[derive(Clone)]
pub struct Pool {
    dial: Dial,
    services: Rc<RefCell<HashMap<String, Service>>>,
}

#[derive(Default)]
struct Service {
    http2: Vec<Rc<Http2>>,
    /// Connections that carry nothing at the moment.
    idle_http1: Vec<(Http1, Instant)>,
    /// Whether the last connection agreed on HTTP/1.1.
    http1_only: bool,
    dialling: Option<Dialled>,
}

/// A connection that speaks HTTP/1.1.
pub type Http1 = http1::SendRequest<Full<Bytes>>;

/// A connection that speaks HTTP/2.
pub struct Http2 {
    /// Opens streams.
    pub open: h2::client::SendRequest<Bytes>,
    /// Messages on their way.
    pub streams: Cell<usize>,
    /// No more messages on this one: it was told to go away, or did not answer.
    pub retired: Rc<Cell<bool>>,
    used_at: Cell<Instant>,
}

/// Room for one message.
pub enum Room {
    /// On a connection with others.
    Http2(Rc<Http2>),
    /// On a connection of its own.
    Http1(Http1),
}

/// What there is for one more message.
enum Found {
    /// Room.
    Room(Room),
    /// A connection that is being opened, for all who wait.
    Dialling(Dialled),
    /// Nothing: the service takes one message to a connection.
    OneEach,
}

impl Pool {
    /// With nothing open.
    #[must_use]
    pub fn new(dial: Dial) -> Self {
        Self { dial, services: Rc::default() }
    }

    /// Room for one message to `origin`, on a connection that is open or is opened now.
    ///
    /// # Errors
    /// When it can't be reached.
    pub async fn room(&self, origin: &str) -> Result<Room, Rc<DialError>> {
        loop {
            match self.look(origin) {
                Found::Room(room) => return Ok(room),
                Found::OneEach => return self.begin(origin).await.map_err(Rc::new),
                Found::Dialling(dialled) => dialled.await?,
            }
        }
    }

    fn look(&self, origin: &str) -> Found {
        let mut services = self.services.borrow_mut();
        if services.len() >= REMEMBERED && !services.contains_key(origin) {
            services.retain(|_, service| service.is_in_use());
        }
        let service = services.entry(origin.to_owned()).or_default();
        if let Some(room) = service.free() {
            return Found::Room(room);
        }
        if service.http1_only {
            return Found::OneEach;
        }
        let dialled = || self.clone().dialled(origin.to_owned());
        if let Some(least) = service.http2.iter().min_by_key(|one| one.streams.get()).cloned() {
            // All are busy: this message joins one, and the next find another connection.
            if service.dialling.is_none() && service.http2.len() < CONNECTIONS {
                spawn_local(service.dialling.insert(dialled()).clone());
            }
            return Found::Room(Room::Http2(least));
        }
        // It goes on by itself: who waits for it may be gone before it ends.
        let begin = || {
            let dialled = dialled();
            spawn_local(dialled.clone());
            dialled
        };
        Found::Dialling(service.dialling.get_or_insert_with(begin).clone())
    }

    /// Takes a connection back that can carry another message.
    pub fn give_back(&self, origin: &str, connection: Http1) {
        if let Some(service) = self.services.borrow_mut().get_mut(origin)
            && service.idle_http1.len() < CONNECTIONS
        {
            service.idle_http1.push((connection, Instant::now()));
        }
    }

    fn dialled(self, origin: String) -> Dialled {
        let dial = async move {
            let begun = self.begin(&origin).await;
            if let Some(service) = self.services.borrow_mut().get_mut(&origin) {
                service.dialling = None;
                match begun? {
                    Room::Http2(connection) => service.http2.push(connection),
                    Room::Http1(connection) => service.idle_http1.push((connection, Instant::now())),
                }
            }
            Ok(())
        };
        dial.boxed_local().shared()
    }

    async fn begin(&self, origin: &str) -> Result<Room, DialError> {
        let Line { stream, http2 } = self.dial.connect(origin).await?;
        if let Some(service) = self.services.borrow_mut().get_mut(origin) {
            service.http1_only = !http2;
        }
        let failed = |error: &dyn std::error::Error| DialError::Http(error.to_string());
        if !http2 {
            let begun = http1::Builder::new().max_buf_size(LARGEST_HEAD as usize).handshake(TokioIo::new(stream)).await;
            let (open, connection) = begun.map_err(|e| failed(&e))?;
            spawn_local(connection);
            return Ok(Room::Http1(open));
        }
        let mut builder = h2::client::Builder::new();
        builder.enable_push(false).max_header_list_size(LARGEST_HEAD);
        let (open, connection) = builder.handshake(Plain(stream)).await.map_err(|e| failed(&e))?;
        let http2 =
            Rc::new(Http2 { open, streams: Cell::new(0), retired: Rc::default(), used_at: Cell::new(Instant::now()) });
        // Not the whole of it: who holds the means to open streams keeps a connection from ending.
        let retired = http2.retired.clone();
        spawn_local(async move {
            // How it ended is what each message on it finds out for itself.
            let _ = connection.await;
            retired.set(true);
        });
        Ok(Room::Http2(http2))
    }
}

impl Service {
    fn is_in_use(&self) -> bool {
        self.dialling.is_some() || self.http2.iter().any(|one| one.streams.get() > 0)
    }

    fn free(&mut self) -> Option<Room> {
        self.http2.retain(|one| !one.retired.get() && (one.streams.get() > 0 || one.used_at.get().elapsed() < IDLE));
        if let Some(one) = self.http2.iter().find(|one| one.streams.get() < STREAMS) {
            one.used_at.set(Instant::now());
            return Some(Room::Http2(one.clone()));
        }
        self.idle_http1.retain(|(one, since)| one.is_ready() && since.elapsed() < IDLE);
        self.idle_http1.pop().map(|(one, _)| Room::Http1(one))
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("dial", &self.dial).finish_non_exhaustive()
    }
}
