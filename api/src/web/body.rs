//! Bodies: JSON for programs, forms for pages. Both are bounded, parsed and validated before a handler sees them.

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
    web::Bytes,
};
use aws_lc_rs::digest::{SHA256, digest};
use futures_util::future::LocalBoxFuture;
use garde::Validate;
use serde::de::DeserializeOwned;

use super::{checks::validate, client::same_origin};
use crate::{problem::Problem, say::Message};

/// The most that a body may hold: far above any notice, far below what would hurt.
pub const LIMIT: usize = 256 * 1024;

/// A JSON body, parsed and validated; unknown fields are refused by the types themselves.
#[derive(Debug)]
pub struct Parsed<T> {
    /// What it says.
    pub value: T,
    /// SHA-256 of its bytes: whether a repeated request is the same.
    pub digest: [u8; 32],
}

impl<T: DeserializeOwned + Validate<Context: Default> + 'static> FromRequest for Parsed<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = read(request, payload, "application/json");
        Box::pin(async move {
            let bytes = bytes.await?;
            // A call that needs nothing said may say nothing.
            let bytes = if bytes.is_empty() { Bytes::from_static(b"{}") } else { bytes };
            let mut reader = serde_json::Deserializer::from_slice(&bytes);
            let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
                let pointer = pointer(e.path().iter().map(|segment| segment.to_string()));
                Problem::invalid_field(pointer, unread(e.inner()))
            })?;
            reader.end().map_err(|e| Problem::invalid_field("", unread(&e)))?;
            validate(&value)?;
            Ok(Self { value, digest: sum(&bytes) })
        })
    }
}

/// SHA-256 of a body.
pub(super) fn sum(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest(&SHA256, bytes).as_ref());
    sum
}

/// A form of our own pages (`application/x-www-form-urlencoded`): refused when another site sent it. Its fields are what was typed;
/// the handler validates them, so that it can show the form again with what is wrong.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let ours = same_origin(request);
        let bytes = read(request, payload, "application/x-www-form-urlencoded");
        Box::pin(async move {
            ours?;
            serde_html_form::from_bytes(&bytes.await?).map(Self).map_err(|cause| {
                // Nobody types such a thing: it is an old page, or a program. What is wrong is for who runs the server.
                tracing::debug!(%cause, "a form can't be read");
                Problem::invalid_field("", "problem-form")
            })
        })
    }
}

impl<T: Validate<Context: Default>> Form<T> {
    /// What is wrong with the fields, as a problem.
    ///
    /// # Errors
    /// `invalid`, with every field that is wrong.
    pub fn validate(&self) -> Result<(), Problem> {
        validate(&self.0)
    }
}

pub(super) fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    kind: &'static str,
) -> LocalBoxFuture<'static, Result<Bytes, Problem>> {
    let fits = mime_of(request) == kind;
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let too_large = || {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            Message::new("problem-body-too-large").with("limit", LIMIT / 1024),
        )
    };
    if announced.is_some_and(|length| length > LIMIT) {
        return Box::pin(async move { Err(too_large()) });
    }
    let body = actix_web::body::to_bytes_limited(PayloadBody(payload.take()), LIMIT);
    Box::pin(async move {
        if !fits && announced != Some(0) {
            let detail = Message::new("problem-unsupported-media-type").with("kind", kind);
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
        }
        match tokio::time::timeout(std::time::Duration::from_secs(15), body).await {
            Ok(Ok(Ok(bytes))) => Ok(bytes),
            Ok(Ok(Err(_))) => Err(Problem::new(StatusCode::BAD_REQUEST, "body_broken", "problem-body-broken")),
            Ok(Err(_)) => Err(too_large()),
            Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "problem-body-too-slow")),
        }
    })
}

/// A request's payload, seen as a body that can be collected up to a limit.
struct PayloadBody(Payload);

impl actix_web::body::MessageBody for PayloadBody {
    type Error = actix_web::error::PayloadError;

    fn size(&self) -> actix_web::body::BodySize {
        actix_web::body::BodySize::Stream
    }

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        futures_util::Stream::poll_next(std::pin::Pin::new(&mut self.get_mut().0), context)
    }
}

pub(super) fn mime_of(request: &HttpRequest) -> String {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn pointer(path: impl Iterator<Item = String>) -> String {
    path.map(|segment| format!("/{}", segment.replace('~', "~0").replace('/', "~1"))).collect()
}

/// What serde could not read, as far as a reader needs to know it.
fn unread(error: &serde_json::Error) -> Message {
    let text = error.to_string();
    let quoted = || text.split('`').nth(1).unwrap_or_default().to_owned();
    if text.starts_with("unknown field") {
        Message::new("fault-unknown-field").with("field", quoted())
    } else if text.starts_with("missing field") {
        Message::new("fault-missing-field").with("field", quoted())
    } else if text.starts_with("duplicate field") {
        Message::new("fault-field-twice").with("field", quoted())
    } else if text.starts_with("unknown variant") {
        let choices: Vec<_> = text.split('`').skip(3).step_by(2).collect();
        Message::new("fault-unknown-choice").with("value", quoted()).with("choices", choices.join("、"))
    } else if error.is_data() {
        Message::new("fault-kind").with("cause", text)
    } else {
        Message::new("fault-json").with("line", error.line()).with("column", error.column())
    }
}
