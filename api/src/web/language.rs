//! Which language a page speaks: 日本語, やさしい日本語 with furigana, or English.
//!
//! What somebody has chosen stays in their browser; before that, the browser is asked what it prefers. A page is rendered in the language of the
//! request that it answers ([`spoken`]), so no handler has to hand it on.

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
use crate::{config::Origin, problem::Problem, say::Language};

/// Holds what was chosen.
pub(super) const COOKIE: &str = "kairan-language";

tokio::task_local! {
    pub(super) static SPOKEN: Language;
}

/// The language of the request that is being answered.
#[must_use]
pub fn spoken() -> Language {
    SPOKEN.try_with(|language| *language).unwrap_or_default()
}

/// What was chosen, or else what the browser prefers.
#[must_use]
pub fn asked(request: &HttpRequest) -> Language {
    if let Some(chosen) = kept(request) {
        return chosen;
    }
    let preferred = AcceptLanguage::parse(request).map(|header| header.ranked()).unwrap_or_default();
    let known = |range: &str| match range.split('-').next() {
        Some("ja") => Some(Language::Japanese),
        Some("en") => Some(Language::English),
        _ => None,
    };
    let mut ranges = preferred.iter().filter_map(|range| range.item()).map(|range| range.to_string().to_lowercase());
    ranges.find_map(|range| known(&range)).unwrap_or_default()
}

/// What was chosen.
pub(super) fn kept(request: &HttpRequest) -> Option<Language> {
    request.cookie(COOKIE).and_then(|cookie| cookie.value().parse().ok())
}

/// Answers in the language of who asks.
///
/// # Errors
/// Those of the service.
pub async fn speak<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    // Programs are answered in no language, or in Japanese.
    let language = if for_programs(request.path()) { Language::default() } else { asked(request.request()) };
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
    choice: (&'static str, &'static str),
) -> Result<HttpResponse, Problem> {
    let from = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok());
    let from = from.and_then(|from| Url::parse(from).ok());
    let path = from.map(|from| from[url::Position::BeforePath..url::Position::AfterQuery].to_owned());
    let mut response = see_other(path.as_deref().and_then(local_path).unwrap_or("/"));
    response.add_cookie(&cookie(origin, choice)).map_err(Problem::internal)?;
    Ok(response)
}

/// Keeps a choice for a year.
pub(super) fn cookie(origin: &Origin, (name, value): (&'static str, &'static str)) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(origin.is_https())
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .finish()
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
            super::asked(&request.to_http_request())
        };
        for (wanted, chosen, speaks) in [
            ("ja-JP,ja;q=0.9,en;q=0.8", None, Language::Japanese),
            ("en-GB,en;q=0.9,ja;q=0.1", None, Language::English),
            ("fr,de;q=0.9", None, Language::Japanese),
            ("pt-BR,en;q=0.5,ja;q=0.4", None, Language::English),
            ("zh-CN,zh,en", None, Language::English),
            ("zh-CN,zh;q=0.9,en;q=0.8", None, Language::English),
            ("", None, Language::Japanese),
            ("en", Some("ja-yasashii"), Language::Easy),
            ("ja", Some("en"), Language::English),
            ("en", Some("tlh"), Language::English),
        ] {
            assert_eq!(asked(wanted, chosen), speaks, "{wanted} {chosen:?}");
        }
    }
}
