//! Pages for people: how a template becomes an answer, what every page has around it, and how a failure becomes a page.

use std::any::Any;

use actix_web::{
    HttpResponse, ResponseError as _,
    http::{StatusCode, header},
};
use askama::Template;
use entity::ids::SessionId;

use super::{
    assets,
    filters::LANGUAGE,
    language::spoken,
    size::{Size, shown},
};
use crate::{
    problem::Problem,
    say::{Language, Message},
};

pub use super::faults::{Fault, Faults};

/// Where a page about push notifications is.
pub const NOTIFICATIONS: &str = "/notifications";

/// What every page has around it; templates that extend `web/page.html` hold it in a field `frame`.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The page's title, as the browser's tab and its history show it.
    pub title: Message,
    /// Who is looking.
    pub who: Who,
    /// Which entry of the navigation this page belongs to.
    pub section: Section,
}

/// Who is looking at a page: the navigation follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Not known here, as on the page of a failure.
    Unknown,
    /// Nobody is signed in.
    Nobody,
    /// Somebody without a seat.
    Resident {
        /// By which sign-in.
        sign_in: SessionId,
        /// Whether a device of theirs has signed in of which this one has not been told.
        further: bool,
        /// Whether they have yet to agree to what their data is for.
        asked: bool,
    },
    /// Somebody who holds a seat of an association and may send notices.
    Officer {
        /// The same.
        sign_in: SessionId,
        /// The same.
        further: bool,
    },
    /// Somebody who holds a seat of a city, ward, district or centre and may send notices.
    Staff {
        /// The same.
        sign_in: SessionId,
        /// The same.
        further: bool,
    },
}

/// The entries of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// None of them.
    None,
    /// サインイン
    SignIn,
    /// お知らせ
    Notices,
    /// 作成
    Compose,
    /// 送ったお知らせ
    Office,
    /// 名簿
    Roster,
    /// 役員・班長
    Seats,
    /// わが家
    Home,
    /// 通知の設定
    Notifications,
    /// 使っている端末, at the foot of the page.
    Devices,
    /// 個人情報の取り扱い, at the foot of the page.
    Privacy,
}

/// One entry of the navigation.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Where it leads.
    pub href: &'static str,
    /// What it says: a key.
    pub label: &'static str,
    /// Whether the page is there already.
    pub current: bool,
}

impl Frame {
    /// The frame of a page that belongs to no entry of the navigation.
    pub fn new(title: impl Into<Message>, who: Who) -> Self {
        Self { title: title.into(), who, section: Section::None }
    }

    /// The same frame, in a section.
    #[must_use]
    pub fn at(self, section: Section) -> Self {
        Self { section, ..self }
    }

    /// Whether the page is for somebody with a seat.
    #[must_use]
    pub fn seat_holder(&self) -> bool {
        matches!(self.who, Who::Officer { .. } | Who::Staff { .. })
    }

    /// Whether the page is for somebody who is signed in.
    #[must_use]
    pub fn signed_in(&self) -> bool {
        self.sign_in().is_some()
    }

    /// By which sign-in they are: what waits on the phone is shown to who pressed it alone.
    #[must_use]
    pub fn sign_in(&self) -> Option<SessionId> {
        match self.who {
            Who::Resident { sign_in, .. } | Who::Officer { sign_in, .. } | Who::Staff { sign_in, .. } => Some(sign_in),
            Who::Unknown | Who::Nobody => None,
        }
    }

    /// Whether to tell of a further device: on every page until somebody has looked, but not on the page that shows it.
    #[must_use]
    pub fn tells_of_device(&self) -> bool {
        let (Who::Resident { further, .. } | Who::Officer { further, .. } | Who::Staff { further, .. }) = self.who
        else {
            return false;
        };
        further && self.section != Section::Devices
    }

    /// Whether to ask for consent: on every page until it is given, but not on the page that asks.
    #[must_use]
    pub fn asks_for_consent(&self) -> bool {
        matches!(self.who, Who::Resident { asked: true, .. }) && self.section != Section::Privacy
    }

    /// The navigation.
    #[must_use]
    pub fn menu(&self) -> Vec<Entry> {
        let entry = |href, label, section| Entry { href, label, current: self.section == section };
        let notices = entry("/", "menu-notices", Section::Notices);
        let notifications = entry(NOTIFICATIONS, "menu-notifications", Section::Notifications);
        match self.who {
            Who::Unknown => Vec::new(),
            Who::Nobody => vec![entry("/signin", "menu-sign-in", Section::SignIn)],
            Who::Resident { .. } => vec![notices, entry("/home", "menu-home", Section::Home), notifications],
            Who::Officer { .. } | Who::Staff { .. } => {
                let mut menu = vec![
                    notices,
                    entry("/notices/new", "menu-compose", Section::Compose),
                    entry("/office", "menu-office", Section::Office),
                ];
                if matches!(self.who, Who::Officer { .. }) {
                    menu.push(entry("/roster", "menu-roster", Section::Roster));
                }
                menu.extend([entry("/seats", "menu-seats", Section::Seats), notifications]);
                menu
            }
        }
    }

    /// The language that the page speaks.
    #[must_use]
    pub fn language(&self) -> Language {
        spoken()
    }

    /// Whether it speaks another one than that in which words count.
    #[must_use]
    pub fn is_translated(&self) -> bool {
        self.language() != Language::Japanese
    }

    /// The languages that are offered.
    #[must_use]
    pub fn languages(&self) -> [Language; 3] {
        Language::ALL
    }

    /// How large the page is written, where that is not as usual.
    #[must_use]
    pub fn size(&self) -> Option<Size> {
        Some(shown()).filter(|size| *size != Size::default())
    }

    /// The sizes that are offered.
    #[must_use]
    pub fn sizes(&self) -> [Size; 4] {
        Size::ALL
    }

    /// The address of a style, script or picture.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

/// A rendered template as an answer.
///
/// # Errors
/// When the template can't be rendered.
pub fn html(template: &impl Template) -> Result<HttpResponse, Problem> {
    html_with(StatusCode::OK, template)
}

/// A rendered template as an answer with another status than 200, such as a form that has to be filled in again.
///
/// # Errors
/// When the template can't be rendered.
pub fn html_with(status: StatusCode, template: &impl Template) -> Result<HttpResponse, Problem> {
    let language = spoken();
    let values = (LANGUAGE, &language as &dyn Any);
    let text = template.render_with_values(&values).map_err(Problem::internal)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(text))
}

/// A form shown again because of `problem`, with its status and when to try again.
///
/// # Errors
/// When the template can't be rendered.
pub fn again(problem: &Problem, template: &impl Template) -> Result<HttpResponse, Problem> {
    let mut response = html_with(problem.status_code(), template)?;
    keep_headers(problem.error_response().headers(), &mut response);
    Ok(response)
}

fn keep_headers(from: &header::HeaderMap, response: &mut HttpResponse) {
    for name in [header::RETRY_AFTER, header::WWW_AUTHENTICATE] {
        if let Some(value) = from.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
}

/// What is not the visitor's to put right goes on as it is and becomes a page of its own; the rest is shown with the form.
///
/// # Errors
/// The problem itself, when it is the server's.
pub fn for_people(problem: Problem) -> Result<Problem, Problem> {
    if problem.status_code().is_server_error() { Err(problem) } else { Ok(problem) }
}

/// 303: after a form was taken, the browser goes on to `path` of our own.
#[must_use]
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

/// `path` if it leads to one of our own pages. Browsers read `//host`, and a backslash for any of the slashes, as another
/// site, and drop tabs and line ends before they look: a page of ours may send nobody there.
#[must_use]
pub fn local_path(path: &str) -> Option<&str> {
    let ours = path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 1_000
        && path.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    ours.then_some(path)
}

/// `page` in such a way that it leads on to `path`, if that is one of our own and not the one where everything begins.
#[must_use]
pub fn on_to(page: &str, path: &str) -> String {
    match local_path(path) {
        None | Some("/") => page.to_owned(),
        Some(path) => {
            let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
            format!("{page}{}next={next}", if page.contains('?') { '&' } else { '?' })
        }
    }
}

/// Where somebody comes in who wants to see `path`: a notice leads residents to the page for joining, who can't sign in and to whom most sheets and
/// notifications belong; all else leads to the sign-in.
#[must_use]
pub(super) fn way_in(path: &str) -> String {
    let notice = path.strip_prefix("/n/").and_then(|rest| rest.split('?').next());
    on_to(if notice.is_some_and(|id| !id.contains('/')) { "/join" } else { "/signin" }, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_come_next() {
        for good in ["/", "/n/0199?x=1&y=%2F", "/office", "/a//b"] {
            assert_eq!(local_path(good), Some(good));
        }
        for bad in
            ["", "n/1", "//host", "/\\host", "\\\\host", "https://host", "/\t/host", "/\n/host", "/a\\b", "/a b", "/あ"]
        {
            assert_eq!(local_path(bad), None, "{bad:?}");
        }
        assert_eq!(way_in("/n/1?a=b&c"), "/join?next=%2Fn%2F1%3Fa%3Db%26c");
        assert_eq!(way_in("/n/1/coverage"), "/signin?next=%2Fn%2F1%2Fcoverage", "officers look at that");
        assert_eq!((way_in("/office"), way_in("//host")), ("/signin?next=%2Foffice".into(), "/signin".into()));
        assert_eq!(on_to("/notifications?joined=1", "/n/1"), "/notifications?joined=1&next=%2Fn%2F1");
    }
}
