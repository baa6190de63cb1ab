//! What the service answers to a message: 201, or what the phone was told to, however improper.

use std::{
    convert::Infallible,
    sync::{Arc, atomic::Ordering::SeqCst},
    time::{Duration, Instant},
};

use futures_util::{Stream, StreamExt as _, stream};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Request, Response,
    body::{Bytes, Frame, Incoming},
    http::{request::Parts, response::Builder},
};
use tokio::time::sleep;

use super::{Arrived, Reply, Shared, Tried};
use crate::sealed;

type Body = UnsyncBoxBody<Bytes, Infallible>;
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A connection that breaks.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection breaks")
    }
}

impl std::error::Error for Broken {}

/// One message in hand, for as long as it is.
struct InHand<'a>(&'a Shared);

impl<'a> InHand<'a> {
    fn of(shared: &'a Shared) -> Self {
        let now = shared.in_hand.fetch_add(1, SeqCst) + 1;
        shared.most_in_hand.fetch_max(now, SeqCst);
        Self(shared)
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.in_hand.fetch_sub(1, SeqCst);
    }
}

/// Takes a message and answers it.
pub async fn take(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Body>, Failure> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let _in_hand = InHand::of(&shared);
    let token = head.uri.path().trim_start_matches("/push/").to_owned();
    let reply = receive((&head, &body), &token, &shared);
    let answer = |status: u16| Response::builder().status(status);
    let created = || answer(201).header("Location", format!("{}/message/{token}", shared.origin));
    match reply {
        Err((status, fault)) => {
            shared.faults.lock().expect("faults").push(fault);
            whole(answer(status), "")
        }
        Ok(None) => whole(created(), ""),
        Ok(Some(Reply::Slowly(wait))) => {
            sleep(wait).await;
            whole(created(), "")
        }
        Ok(Some(Reply::Held)) => {
            shared.let_go.subscribe().wait_for(|free| *free).await?;
            whole(created(), "")
        }
        Ok(Some(Reply::Hang)) => std::future::pending().await,
        Ok(Some(Reply::Reset)) => Err(Box::new(Broken)),
        Ok(Some(Reply::Status(status, headers, body))) => {
            whole(headers.into_iter().fold(answer(status), |all, (name, value)| all.header(name, value)), body)
        }
        Ok(Some(Reply::Trickle(status))) => {
            let drops = stream::repeat(Bytes::from_static(b"drop ")).then(async |drop| {
                sleep(Duration::from_millis(50)).await;
                drop
            });
            without_end(answer(status), drops)
        }
        Ok(Some(Reply::Endless(status))) => {
            without_end(answer(status), stream::repeat(Bytes::from_static(&[b'x'; 16_384])))
        }
        Ok(Some(Reply::Huge(status))) => {
            let begun = stream::iter([Bytes::from_static(b"a beginning")]).chain(stream::pending());
            without_end(answer(status).header("Content-Length", 10_000_000_000_u64), begun)
        }
        Ok(Some(Reply::Flood(status))) => {
            let line = |number| (format!("x-flood-{number}"), "x".repeat(500));
            whole((0..200).map(line).fold(answer(status), |all, (name, value)| all.header(name, value)), "")
        }
    }
}

fn whole(answer: Builder, body: &'static str) -> Result<Response<Body>, Failure> {
    Ok(answer.body(Full::from(body).boxed_unsync())?)
}

fn without_end(answer: Builder, body: impl Stream<Item = Bytes> + Send + 'static) -> Result<Response<Body>, Failure> {
    let frames = body.map(|bytes| Ok::<_, Infallible>(Frame::data(bytes)));
    Ok(answer.body(StreamBody::new(frames).boxed_unsync())?)
}

/// Whether a phone that is answered so was shown its message.
fn is_shown(reply: Option<&Reply>) -> bool {
    match reply {
        None | Some(Reply::Slowly(_) | Reply::Held) => true,
        Some(
            Reply::Status(status, ..)
            | Reply::Trickle(status)
            | Reply::Endless(status)
            | Reply::Huge(status)
            | Reply::Flood(status),
        ) => (200..300).contains(status),
        Some(Reply::Reset | Reply::Hang) => false,
    }
}

/// Looks at a message and, unless its phone was told to answer otherwise, shows it. A fault comes with the status to answer.
fn receive((head, body): (&Parts, &[u8]), token: &str, shared: &Shared) -> Result<Option<Reply>, (u16, String)> {
    let mut phones = shared.phones.lock().expect("phones");
    let phone = phones.get_mut(token).ok_or_else(|| (404, format!("a message for nobody: {}", head.uri)))?;
    phone.tried.push(Tried { at: Instant::now(), version: head.version, headers: head.headers.clone() });
    let signed = sealed::check(&head.headers, &shared.origin).map_err(|fault| (400, fault))?;
    let left = signed.expires - shared.clock.now().unix_timestamp();
    if !(1..=86_400).contains(&left) {
        return Err((400, format!("signed for another {left} s")));
    }
    if !is_expected(&signed.key, phone.key.as_deref(), shared) {
        return Err((403, "another key than the one subscribed under".into()));
    }
    let message = sealed::open((&phone.private, &phone.auth), body).map_err(|fault| (400, fault))?;
    let reply = phone.answers.pop_front();
    if is_shown(reply.as_ref()) {
        let body = serde_json::from_slice(&message).map_err(|e| (400, e.to_string()))?;
        phone.arrived.push(Arrived { headers: head.headers.clone(), body, length: message.len() });
    }
    Ok(reply)
}

/// Whether a phone takes what this key signed: its own, where that was said, and otherwise the one that all others have.
fn is_expected(key: &str, own: Option<&str>, shared: &Shared) -> bool {
    if let Some(own) = own {
        return own == key;
    }
    let mut seen = shared.keys_seen.lock().expect("keys");
    if seen.is_empty() {
        seen.push(key.to_owned());
    }
    seen.iter().any(|one| one == key)
}
