//! Sending one message, and what may come back: one answer within fifteen seconds, of which no more is read than is needed.
//!
//! What a connection did not take (a service that goes away says so, RFC 9113, sections 6.8 and 8.7) is sent again at once on another
//! one; whatever else breaks off may have been taken, and waits for its turn.

use std::time::Duration;

use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, Version, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use tokio::time::timeout;

use super::{
    dial::Dial,
    pool::{Http1, Http2, Pool, Room},
};
use crate::push::answer::Reply;

/// How long one try may take in all, opening a connection included.
const EXCHANGE: Duration = Duration::from_secs(15);
/// How long the rest of an answer may take after its head: a body that trickles must not hold up others.
const REST: Duration = Duration::from_secs(1);
/// How much of an answer's body is read.
const BODY: usize = 64 * 1_024;
/// How often a message is handed to another connection that the one before did not take.
const HANDED_ON: usize = 3;

/// One message, ready to be sent, as often as it takes.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Where to.
    pub endpoint: Uri,
    /// What is said of it.
    pub headers: HeaderMap,
    /// What is in it, sealed.
    pub body: Bytes,
}

/// Sends messages over the connections of one lane.
#[derive(Debug)]
pub struct Transport {
    pool: Pool,
}

/// Why there is no answer.
enum Lost {
    /// The message was not taken: it may be sent again at once.
    NotTaken,
    /// It was not sent.
    NotWanted,
    /// Nobody knows.
    Unknown,
}

impl Transport {
    /// With nothing open yet.
    #[must_use]
    pub fn new(dial: Dial) -> Self {
        Self { pool: Pool::new(dial) }
    }

    /// Posts a message to a service and gives what came back. Whatever fails on the way is no answer. None when it was no longer `wanted` by
    /// the time at which it could leave: opening a connection may take as long as people need to think better of it.
    pub async fn send(&self, origin: &str, parcel: &Parcel, wanted: impl Fn() -> bool) -> Option<Reply> {
        timeout(EXCHANGE, self.hand_over(origin, parcel, wanted)).await.unwrap_or(Some(Reply::NoAnswer))
    }

    async fn hand_over(&self, origin: &str, parcel: &Parcel, wanted: impl Fn() -> bool) -> Option<Reply> {
        for _ in 0..HANDED_ON {
            let tried = match self.pool.room(origin).await {
                Ok(Room::Http2(connection)) => over_http2(&connection, parcel, &wanted).await,
                Ok(Room::Http1(connection)) if wanted() => self.over_http1(origin, connection, parcel).await,
                Ok(Room::Http1(connection)) => {
                    self.pool.give_back(origin, connection);
                    Err(Lost::NotWanted)
                }
                Err(error) => {
                    tracing::debug!(origin, %error, "a push service was not reached");
                    return Some(Reply::NoAnswer);
                }
            };
            match tried {
                Ok(reply) => return Some(reply),
                Err(Lost::NotTaken) => {}
                Err(Lost::NotWanted) => return None,
                Err(Lost::Unknown) => return Some(Reply::NoAnswer),
            }
        }
        Some(Reply::NoAnswer)
    }

    async fn over_http1(&self, origin: &str, mut connection: Http1, parcel: &Parcel) -> Result<Reply, Lost> {
        let path = parcel.endpoint.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::post(path).body(Full::new(parcel.body.clone())).map_err(|_| Lost::Unknown)?;
        *request.headers_mut() = parcel.headers.clone();
        if let Some(host) = parcel.endpoint.authority().and_then(|host| host.as_str().parse().ok()) {
            request.headers_mut().insert(header::HOST, host);
        }
        let answered = connection.send_request(request).await;
        // A connection that was idle may have been closed meanwhile: then nothing of the message left.
        let response = answered.map_err(|e| if e.is_canceled() { Lost::NotTaken } else { Lost::Unknown })?;
        let (reply, whole) = read_http1(response).await;
        if whole {
            self.pool.give_back(origin, connection);
        }
        Ok(reply)
    }
}

/// A message on its way over a shared connection. One that nobody waits for any more retires the connection: it may be dead.
struct OnItsWay<'a> {
    connection: &'a Http2,
    settled: bool,
}

impl<'a> OnItsWay<'a> {
    fn begin(connection: &'a Http2) -> Self {
        connection.streams.set(connection.streams.get() + 1);
        Self { connection, settled: false }
    }
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        self.connection.streams.set(self.connection.streams.get() - 1);
        if !self.settled {
            self.connection.retired.set(true);
        }
    }
}

async fn over_http2(connection: &Http2, parcel: &Parcel, wanted: impl Fn() -> bool) -> Result<Reply, Lost> {
    let mut way = OnItsWay::begin(connection);
    // A connection that opens no more streams took nothing, and takes nothing more.
    let mut open = connection.open.clone().ready().await.map_err(|_| Lost::NotTaken)?;
    if !wanted() {
        way.settled = true;
        return Err(Lost::NotWanted);
    }
    let mut request = Request::new(());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = parcel.endpoint.clone();
    *request.version_mut() = Version::HTTP_2;
    *request.headers_mut() = parcel.headers.clone();
    let (answer, mut body) = open.send_request(request, false).map_err(|_| Lost::NotTaken)?;
    let sent = body.send_data(parcel.body.clone(), true);
    let answered = match sent {
        Ok(()) => answer.await,
        Err(error) => Err(error),
    };
    way.settled = true;
    match answered {
        Ok(response) => Ok(read_http2(response).await),
        Err(error) => Err(lost(connection, &error)),
    }
}

/// A service that goes away names the last message that it took. Those after it, and no others, fail with its going away, even where the
/// connection ends in the same moment; what it had taken fails with the connection, and may have been delivered.
fn lost(connection: &Http2, error: &h2::Error) -> Lost {
    let refused = error.is_reset() && error.is_remote() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
    let went_away = error.is_go_away() && error.is_remote();
    connection.retired.set(connection.retired.get() || went_away);
    if refused || went_away { Lost::NotTaken } else { Lost::Unknown }
}

/// The status holds even where the body breaks off.
async fn read_http2(response: Response<h2::RecvStream>) -> Reply {
    let (head, mut rest) = response.into_parts();
    let mut body = Vec::new();
    if !rest.is_end_stream() && wants_body(head.status) {
        let reading = async {
            while let Some(Ok(chunk)) = rest.data().await {
                body.extend_from_slice(&chunk[..chunk.len().min(BODY - body.len())]);
                // Without it the service may not send more once the window is full.
                if body.len() >= BODY || rest.flow_control().release_capacity(chunk.len()).is_err() {
                    break;
                }
            }
        };
        // What has come by then is enough.
        let _ = timeout(REST, reading).await;
    }
    // What was not read is given back to the connection's window when the stream is dropped.
    Reply::Answer { status: head.status, headers: head.headers, body }
}

/// Besides the reply, whether it was read to its end, so that the connection can carry another one.
async fn read_http1(response: Response<Incoming>) -> (Reply, bool) {
    let (head, mut rest) = response.into_parts();
    let mut body = Vec::new();
    let reading = async {
        while let Some(frame) = rest.frame().await {
            let Ok(frame) = frame else { return false };
            if let Some(chunk) = frame.data_ref() {
                body.extend_from_slice(&chunk[..chunk.len().min(BODY - body.len())]);
            }
            if body.len() >= BODY {
                return false;
            }
        }
        true
    };
    let whole = timeout(REST, reading).await.unwrap_or(false);
    (Reply::Answer { status: head.status, headers: head.headers, body }, whole)
}

/// Whether what a service says beside its status is of interest: where it took the message, it isn't.
fn wants_body(status: StatusCode) -> bool {
    !status.is_success()
}
