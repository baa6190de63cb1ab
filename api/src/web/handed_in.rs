//! Files that are handed in: larger than any other body, so they are read piece by piece, one after the other, and not before it is known who sends them.
//!
//! What is too long is heard to its end, within reason, and not kept: a browser whose form is cut off shows nothing of what we say about it.

use std::{
    future::{Ready, ready},
    time::Duration,
};

use actix_multipart::Multipart;
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::{StatusCode, header},
    web::{Bytes, BytesMut},
};
use aws_lc_rs::digest::{Context, SHA256};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};

use super::client::same_origin;
use crate::{problem::Problem, say::Message};

/// The most that one request may hold, in bytes.
const MOST: u64 = 100_000_000;
/// How long nothing may come, before the sender counts as gone.
const PAUSE: Duration = Duration::from_secs(15);

/// A file that was handed in.
#[derive(Clone, Debug)]
pub struct Handed {
    /// What its sender calls it: anything.
    pub name: String,
    /// How long it is, in bytes.
    pub length: u64,
    /// Its bytes; none where it is longer than what is kept.
    pub bytes: Option<Bytes>,
}

impl Handed {
    /// SHA-256 of name and bytes: whether a repeated request is the same.
    #[must_use]
    pub fn sum(&self) -> [u8; 32] {
        let mut context = Context::new(&SHA256);
        context.update(&self.name.len().to_be_bytes());
        context.update(self.name.as_bytes());
        context.update(self.bytes.as_deref().unwrap_or_default());
        let mut sum = [0; 32];
        sum.copy_from_slice(context.finish().as_ref());
        sum
    }
}

/// The files of a form of our own pages, to be asked for one by one: refused when another site sent it.
pub struct HandedIn {
    parts: Multipart,
    room: u64,
}

impl FromRequest for HandedIn {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready((|| {
            same_origin(request)?;
            fits(request)?;
            of_kind(request, |kind| kind == "multipart/form-data", "multipart/form-data")?;
            Ok(Self { parts: Multipart::new(request.headers(), payload.take()), room: MOST })
        })())
    }
}

impl HandedIn {
    /// The next file that was chosen; none where there is no further one. Of one that is longer than `most` bytes only its length is kept.
    ///
    /// # Errors
    /// `body_too_large`, `body_broken`, `body_too_slow`.
    pub async fn next(&mut self, most: usize) -> Result<Option<Handed>, Problem> {
        loop {
            let part = in_time(self.parts.try_next()).await?.map_err(|_| broken())?;
            let Some(part) = part else { return Ok(None) };
            let name = part.content_disposition().and_then(|said| said.get_filename()).unwrap_or_default().to_owned();
            let (length, bytes) = collect(part.map_err(|_| broken()), most, &mut self.room).await?;
            // A form in which nothing was chosen sends one without name and content.
            if length > 0 || !name.is_empty() {
                return Ok(Some(Handed { name, length, bytes }));
            }
        }
    }
}

/// A file as the body of a program's call, to be read once it is known who calls. Its kind goes by its content; the `Content-Type` must be one that
/// no form of another site can send.
pub struct FileBody(Payload);

impl FromRequest for FileBody {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready((|| {
            fits(request)?;
            let file = |kind: &str| {
                matches!(kind, "application/octet-stream" | "application/pdf") || kind.starts_with("image/")
            };
            of_kind(request, file, "application/octet-stream")?;
            Ok(Self(payload.take()))
        })())
    }
}

impl FileBody {
    /// The file, by this name. Of one that is longer than `most` bytes only its length is kept.
    ///
    /// # Errors
    /// `body_too_large`, `body_broken`, `body_too_slow`.
    pub async fn read(self, most: usize, name: String) -> Result<Handed, Problem> {
        let (length, bytes) = collect(self.0.map_err(|_: PayloadError| broken()), most, &mut MOST.clone()).await?;
        Ok(Handed { name, length, bytes })
    }
}

fn fits(request: &HttpRequest) -> Result<(), Problem> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MOST) { Err(too_large()) } else { Ok(()) }
}

fn of_kind(request: &HttpRequest, good: impl Fn(&str) -> bool, wanted: &str) -> Result<(), Problem> {
    let kind = super::body::mime_of(request);
    if good(&kind) {
        return Ok(());
    }
    let detail = Message::new("problem-unsupported-media-type").with("kind", wanted);
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail))
}

async fn collect(
    pieces: impl Stream<Item = Result<Bytes, Problem>>,
    most: usize,
    room: &mut u64,
) -> Result<(u64, Option<Bytes>), Problem> {
    let mut pieces = std::pin::pin!(pieces);
    let (mut length, mut kept) = (0, Some(BytesMut::new()));
    while let Some(piece) = in_time(pieces.next()).await? {
        let piece = piece?;
        let more = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        *room = room.checked_sub(more).ok_or_else(too_large)?;
        length += more;
        kept = kept.filter(|kept| kept.len() + piece.len() <= most);
        if let Some(kept) = &mut kept {
            kept.extend_from_slice(&piece);
        }
    }
    Ok((length, kept.map(BytesMut::freeze)))
}

async fn in_time<T>(next: impl Future<Output = T>) -> Result<T, Problem> {
    let slow = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "problem-body-too-slow");
    tokio::time::timeout(PAUSE, next).await.map_err(slow)
}

fn broken() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "body_broken", "problem-body-broken")
}

fn too_large() -> Problem {
    let detail = Message::new("problem-files-too-large").with("limit", MOST / 1_000_000);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
}
