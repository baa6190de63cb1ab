//! Which language a page speaks: 日本語, やさしい日本語 with furigana, or English.
//!
//! What somebody has chosen stays in their browser; before that, the browser is asked what it prefers. A page is rendered in the language of the
//! request that it answers ([`spoken`]), so no handler has to hand it on.

use std::str::FromStr;

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::MessageBody,
    cookie::{Cookie, SameSite, time::Duration},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, AcceptLanguage, Header as _},
    middleware::Next,
    post,
    web::{Data, ServiceConfig},
};
use serde::Deserialize;
use url::Url;

use super::{
    body::Form,
    page::{local_path, see_other},
    problem_page::for_programs,
};
use crate::{config::Origin, problem::Problem};

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// 日本語
    #[default]
    Japanese,
    /// やさしい日本語: short sentences, with furigana.
    Easy,
    /// English
    English,
}

/// Holds what was chosen.
const COOKIE: &str = "kairan-language";

tokio::task_local! {
    static SPOKEN: Language;
}

/// The language of the request that is being answered.
#[must_use]
pub fn spoken() -> Language {
    SPOKEN.try_with(|language| *language).unwrap_or_default()
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Japanese, Self::Easy, Self::English];

    /// Its name (BCP 47), as its texts and the cookie have it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::Easy => "ja-yasashii",
            Self::English => "en",
        }
    }

    /// What a browser is told (`lang`), so that it reads aloud and breaks lines as it should.
    #[must_use]
    pub fn tag(self) -> &'static str {
        if self == Self::English { "en" } else { "ja" }
    }

    /// What it calls itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Japanese => "日本語",
            Self::Easy => "やさしい日本語",
            Self::English => "English",
        }
    }

    fn of(request: &ServiceRequest) -> Self {
        if let Some(chosen) = request.cookie(COOKIE).and_then(|cookie| cookie.value().parse().ok()) {
            return chosen;
        }
        let asked = AcceptLanguage::parse(request).map(|asked| asked.ranked()).unwrap_or_default();
        let known = |range: &str| match range.split('-').next() {
            Some("ja") => Some(Self::Japanese),
            Some("en") => Some(Self::English),
            _ => None,
        };
        let mut ranges = asked.iter().filter_map(|asked| asked.item()).map(|range| range.to_string().to_lowercase());
        ranges.find_map(|range| known(&range)).unwrap_or_default()
    }
}

impl FromStr for Language {
    type Err = ();

    fn from_str(code: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|language| language.code() == code).ok_or(())
    }
}

/// Answers in the language of who asks.
///
/// # Errors
/// Those of the service.
pub async fn speak<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    // Programs are answered in no language, or in Japanese.
    let language = if for_programs(request.path()) { Language::default() } else { Language::of(&request) };
    SPOKEN.scope(language, next.call(request)).await
}

/// The choice.
pub fn pages(config: &mut ServiceConfig) {
    config.service(choose);
}

/// What was chosen.
#[derive(Deserialize)]
struct Choice {
    language: String,
}

/// Keeps the choice for a year, and goes back to the page on which it was made.
#[post("/language")]
async fn choose(request: HttpRequest, origin: Data<Origin>, form: Form<Choice>) -> Result<HttpResponse, Problem> {
    let language: Language = form.0.language.parse().map_err(|()| Problem::not_found())?;
    chosen(&request, &origin, (COOKIE, language.code()))
}

/// Keeps a choice in a cookie for a year, and goes back to the page on which it was made.
///
/// # Errors
/// When the cookie can't be written.
pub(super) fn chosen(
    request: &HttpRequest,
    origin: &Origin,
    (name, value): (&'static str, &'static str),
) -> Result<HttpResponse, Problem> {
    let from = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok());
    let from = from.and_then(|from| Url::parse(from).ok());
    let path = from.map(|from| from[url::Position::BeforePath..url::Position::AfterQuery].to_owned());
    let mut response = see_other(path.as_deref().and_then(local_path).unwrap_or("/"));
    let cookie = Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(origin.is_https())
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .finish();
    response.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_choice_counts_before_what_the_browser_prefers() {
        let asked = |asked: &str, chosen: Option<&str>| {
            let request = TestRequest::default().insert_header((header::ACCEPT_LANGUAGE, asked));
            let request = chosen.into_iter().fold(request, |request, code| request.cookie(Cookie::new(COOKIE, code)));
            Language::of(&request.to_srv_request())
        };
        for (wanted, chosen, speaks) in [
            ("ja-JP,ja;q=0.9,en;q=0.8", None, Language::Japanese),
            ("en-GB,en;q=0.9,ja;q=0.1", None, Language::English),
            ("fr,de;q=0.9", None, Language::Japanese),
            ("pt-BR,en;q=0.5,ja;q=0.4", None, Language::English),
            ("", None, Language::Japanese),
            ("en", Some("ja-yasashii"), Language::Easy),
            ("ja", Some("en"), Language::English),
            ("en", Some("tlh"), Language::English),
        ] {
            assert_eq!(asked(wanted, chosen), speaks, "{wanted} {chosen:?}");
        }
    }
}
