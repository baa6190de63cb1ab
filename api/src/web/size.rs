//! How large pages are written: 小, 中, 大, 特大. What somebody has chosen stays in their browser, and each page comes in that size, with or without script.

use std::str::FromStr;

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    post,
    web::{Data, ServiceConfig},
};
use serde::Deserialize;

use super::{body::Form, language::chosen};
use crate::{config::Origin, problem::Problem};

/// A size of the pages' type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// 小: as browsers write.
    Small,
    /// 中
    #[default]
    Medium,
    /// 大
    Large,
    /// 特大
    Huge,
}

/// Holds what was chosen.
pub(super) const COOKIE: &str = "kairan-size";

tokio::task_local! {
    pub(super) static SHOWN: Size;
}

/// The size of the page that answers the request.
#[must_use]
pub fn shown() -> Size {
    SHOWN.try_with(|size| *size).unwrap_or_default()
}

impl Size {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Small, Self::Medium, Self::Large, Self::Huge];

    /// Its name, as the cookie and the style have it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
            Self::Huge => "huge",
        }
    }

    /// What it is called: a key.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Small => "size-small",
            Self::Medium => "size-medium",
            Self::Large => "size-large",
            Self::Huge => "size-huge",
        }
    }

    /// Whether the page is written in it.
    #[must_use]
    pub fn current(self) -> bool {
        self == shown()
    }
}

/// What was chosen.
pub(super) fn kept(request: &HttpRequest) -> Option<Size> {
    request.cookie(COOKIE).and_then(|cookie| cookie.value().parse().ok())
}

impl FromStr for Size {
    type Err = ();

    fn from_str(code: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|size| size.code() == code).ok_or(())
    }
}

/// Answers in the size that who asks has chosen.
///
/// # Errors
/// Those of the service.
pub async fn show<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    SHOWN.scope(kept(request.request()).unwrap_or_default(), next.call(request)).await
}

/// The choice.
pub fn pages(config: &mut ServiceConfig) {
    config.service(choose);
}

/// What was chosen.
#[derive(Deserialize)]
struct Choice {
    size: String,
}

/// Keeps the choice for a year, and goes back to the page on which it was made.
#[post("/text-size")]
async fn choose(request: HttpRequest, origin: Data<Origin>, form: Form<Choice>) -> Result<HttpResponse, Problem> {
    let size: Size = form.0.size.parse().map_err(|()| Problem::not_found())?;
    chosen(&request, &origin, (COOKIE, size.code()))
}
