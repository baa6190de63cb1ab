//! What a caller is told when something can't be done: RFC 9457, with a stable `code` and a `detail` fit to show.
//!
//! A problem holds what it tells as a [`Message`]: pages say it in the language of who reads (`web/problem_page.rs`), and JSON in Japanese.
//!
//! This file knows the shapes of failures, not the cases: each room has an enum of what can go wrong in it and a
//! `From<…> for Problem` beside that. The one page of all codes is `docs/API.md`.

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use sea_orm::DbErr;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::{
    postgres::is_away,
    say::{Language, Message, Says as _, Target},
};

/// A failure on its way to the caller.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    /// In a box, since every `Result` has room for a problem.
    detail: Box<Message>,
    errors: Vec<FieldError>,
    members: serde_json::Map<String, serde_json::Value>,
    retry_after: Option<u64>,
    noted: bool,
}

/// One thing wrong with a body.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer into the body (RFC 6901), or the name of a query parameter.
    #[schema(example = "/title")]
    pub pointer: String,
    /// What is wrong and what to do, in Japanese.
    #[serde(serialize_with = "in_japanese")]
    #[schema(value_type = String, example = "100文字以内で入力してください。")]
    pub detail: Message,
}

impl FieldError {
    /// One thing wrong at `pointer`.
    pub fn new(pointer: impl Into<String>, detail: impl Into<Message>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// The body of a problem.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemOut<'a> {
    /// Always `about:blank`: the code says which problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// Which problem it is; never changes its meaning.
    code: &'a str,
    /// What happened and what to do, in Japanese.
    #[serde(serialize_with = "in_japanese")]
    #[schema(value_type = String)]
    detail: &'a Message,
    /// What is wrong with the body, field by field.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
    /// What this problem says besides.
    #[serde(flatten)]
    #[schema(ignore)]
    members: &'a serde_json::Map<String, serde_json::Value>,
}

/// Programs are told in Japanese what they may show to anybody.
fn in_japanese<S: Serializer>(detail: &Message, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&detail.say(Language::Japanese, Target::Plain))
}

impl Problem {
    /// Any problem: status, code and what to tell, mostly a key.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<Message>) -> Self {
        Self {
            status,
            code,
            detail: Box::new(detail.into()),
            errors: Vec::new(),
            members: serde_json::Map::new(),
            retry_after: None,
            noted: false,
        }
    }

    /// 404, the same to the byte whether a thing does not exist or may not be known.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "problem-not-found")
    }

    /// 401: nobody is signed in.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "problem-unauthenticated")
    }

    /// 403: the thing may be known, but not done.
    pub fn forbidden(code: &'static str, detail: impl Into<Message>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 409: not in the present state of things.
    pub fn conflict(code: &'static str, detail: impl Into<Message>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 422: what is wrong with the body.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "problem-invalid");
        problem.errors = errors;
        problem
    }

    /// 422 with a single fault.
    pub fn invalid_field(pointer: impl Into<String>, detail: impl Into<Message>) -> Self {
        Self::invalid(vec![FieldError::new(pointer, detail)])
    }

    /// 429: too many tries; `seconds` until the next one is heard.
    #[must_use]
    pub fn too_many(seconds: u64) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", "problem-too-many-tries");
        problem.retry_after = Some(seconds.max(1));
        problem
    }

    /// 500: our fault. `cause` goes to the log and never to the caller.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "problem-internal")
    }

    /// 503: something that is needed, mostly the database, can't be had just now.
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        tracing::warn!(%cause, "what a request needs is not available");
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "problem-unavailable");
        problem.retry_after = Some(2);
        problem
    }

    /// Adds a member of its own to the problem.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// Says how many seconds to wait before the next try.
    #[must_use]
    pub fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// What was written before it in the same transaction holds all the same: a try that is counted, a question that was asked.
    #[must_use]
    pub fn noted(mut self) -> Self {
        self.noted = true;
        self
    }

    /// Whether what was written before it holds.
    #[must_use]
    pub fn is_noted(&self) -> bool {
        self.noted
    }

    /// Whether it is that nobody is signed in.
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED && self.code == "unauthenticated"
    }

    /// Which problem it is.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What to tell.
    #[must_use]
    pub fn detail(&self) -> &Message {
        &self.detail
    }

    /// What is wrong, field by field.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.content_type("application/problem+json").insert_header(("Cache-Control", "no-store"));
        if let Some(seconds) = self.retry_after {
            response.insert_header(("Retry-After", seconds.to_string()));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header(("WWW-Authenticate", "Bearer"));
        }
        response.body(
            serde_json::to_vec(&ProblemOut {
                kind: "about:blank",
                title: self.status.canonical_reason().unwrap_or("Error"),
                status: self.status.as_u16(),
                code: self.code,
                detail: &self.detail,
                errors: &self.errors,
                members: &self.members,
            })
            .unwrap_or_default(),
        )
    }
}

impl From<DbErr> for Problem {
    fn from(error: DbErr) -> Self {
        if is_away(&error) { Self::unavailable(error) } else { Self::internal(error) }
    }
}
