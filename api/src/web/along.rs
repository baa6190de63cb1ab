//! The language and the size that somebody has chosen, on their way to where other cookies are kept: in an address, as an iPhone's home screen takes
//! one along.
//!
//! Anybody may write such an address. All that it can do is choose what has not been chosen there, among what is offered at the foot of each page.

use std::str::FromStr;

use actix_web::{HttpRequest, HttpResponse, cookie::Cookie};
use url::form_urlencoded::{Serializer, parse};

use super::{language, size, size::Size};
use crate::{config::Origin, problem::Problem, say::Language};

const LANGUAGE: &str = "language";
const SIZE: &str = "size";

/// What is chosen; none: left to the browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    language: Option<Language>,
    size: Option<Size>,
}

impl Choices {
    /// Those that a browser keeps.
    #[must_use]
    pub fn kept(request: &HttpRequest) -> Self {
        Self { language: language::kept(request), size: size::kept(request) }
    }

    /// Those that the address brings along and that have not been made here. What is none is passed over.
    #[must_use]
    pub fn brought(request: &HttpRequest) -> Self {
        let kept = Self::kept(request);
        Self {
            language: if kept.language.is_some() { None } else { named(request, LANGUAGE) },
            size: if kept.size.is_some() { None } else { named(request, SIZE) },
        }
    }

    /// An address of ours that brings them along.
    #[must_use]
    pub fn along(self, path: &str) -> String {
        let pairs = [self.language.map(|one| (LANGUAGE, one.code())), self.size.map(|one| (SIZE, one.code()))];
        let mut pairs = pairs.into_iter().flatten().peekable();
        if pairs.peek().is_none() {
            return path.to_owned();
        }
        let mark = if path.contains('?') { '&' } else { '?' };
        format!("{path}{mark}{}", Serializer::new(String::new()).extend_pairs(pairs).finish())
    }

    /// Renders a page that is shown by them.
    pub fn show<T>(self, page: impl FnOnce() -> T) -> T {
        let language = self.language.unwrap_or_else(language::spoken);
        language::SPOKEN.sync_scope(language, || size::SHOWN.sync_scope(self.size.unwrap_or_else(size::shown), page))
    }

    /// Has the browser keep them.
    ///
    /// # Errors
    /// When a cookie can't be written.
    pub fn keep(self, mut response: HttpResponse, origin: &Origin) -> Result<HttpResponse, Problem> {
        for cookie in self.cookies(origin) {
            response.add_cookie(&cookie).map_err(Problem::internal)?;
        }
        Ok(response)
    }

    /// The cookies in which they are kept.
    pub fn cookies(self, origin: &Origin) -> impl Iterator<Item = Cookie<'static>> {
        let pairs =
            [self.language.map(|one| (language::COOKIE, one.code())), self.size.map(|one| (size::COOKIE, one.code()))];
        pairs.into_iter().flatten().map(|pair| language::cookie(origin, pair))
    }
}

fn named<T: FromStr>(request: &HttpRequest, name: &str) -> Option<T> {
    parse(request.query_string().as_bytes()).find(|(key, _)| key == name)?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use actix_web::{cookie::Cookie, test::TestRequest};

    use super::*;

    #[test]
    fn what_is_brought_along_counts_where_nothing_was_chosen() {
        let brought = |address: &str, cookies: &[(&'static str, &'static str)]| {
            let request = cookies.iter().fold(TestRequest::with_uri(address), |request, (name, value)| {
                request.cookie(Cookie::new(*name, *value))
            });
            Choices::brought(&request.to_http_request())
        };
        let both = Choices { language: Some(Language::Easy), size: Some(Size::Huge) };
        let address = both.along("/start");
        assert_eq!(address, "/start?language=ja-yasashii&size=huge");
        assert_eq!(brought(&address, &[]), both);
        assert_eq!(brought(&address, &[(size::COOKIE, "small")]), Choices { size: None, ..both });
        assert_eq!(brought(&address, &[(language::COOKIE, "ja")]), Choices { language: None, ..both });
        // What the browser keeps is none either.
        assert_eq!(brought(&address, &[(language::COOKIE, "tlh")]), both);
        for nothing in
            ["/start", "/start?", "/start?language=tlh&size=x%0d%0a", "/start?language", "/start?%ff=%ff&size=HUGE"]
        {
            assert_eq!(brought(nothing, &[]), Choices::default(), "{nothing}");
        }
        assert_eq!(
            (both.along("/a?b"), Choices::default().along("/a?b")),
            (format!("/a?b&{}", &address[7..]), "/a?b".to_owned())
        );
    }
}
