//! Why a file is not taken, in words for who sent it: which file, what is wrong with it, what to do.

use actix_web::http::StatusCode;

use super::{LARGEST, MOST, view::size_words};
use crate::{
    problem::Problem,
    say::Message,
    workshop::{PAGES, Refusal},
};

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// What it is.
    File(Refusal),
    /// The notice has as many files as it may have.
    TooMany,
    /// No file was chosen.
    Nothing,
    /// The machine is too busy to look at it.
    Busy,
}

/// A file that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its name, as it was given.
    pub name: String,
    /// Why.
    pub why: Why,
}

impl Refused {
    /// A stable word for programs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self.why {
            Why::Nothing => "nothing",
            Why::TooMany => "too_many",
            Why::Busy => "busy",
            Why::File(refusal) => match refusal {
                Refusal::Empty => "empty",
                Refusal::TooLarge(_) => "too_large",
                Refusal::Kind => "kind",
                Refusal::Heic => "heic",
                Refusal::Broken => "broken",
                Refusal::TooManyPixels => "too_many_pixels",
                Refusal::Encrypted => "encrypted",
                Refusal::TooManyPages(_) => "too_many_pages",
                Refusal::Script => "script",
                Refusal::Launch => "launch",
                Refusal::Embedded => "embedded",
            },
        }
    }

    /// What to say.
    #[must_use]
    pub fn message(&self) -> Message {
        let of_file = |key: &'static str| Message::new(key).with("name", &self.name);
        match self.why {
            Why::Nothing => "attachment-nothing".into(),
            Why::TooMany => of_file("attachment-too-many").with("most", MOST),
            Why::Busy => of_file("attachment-busy"),
            Why::File(refusal) => match refusal {
                Refusal::Empty => of_file("attachment-empty"),
                Refusal::TooLarge(size) => of_file("attachment-too-large")
                    .with("size", size_words(size))
                    .with("most", size_words(u64::try_from(LARGEST).unwrap_or(u64::MAX))),
                Refusal::Kind => of_file("attachment-kind"),
                Refusal::Heic => of_file("attachment-heic"),
                Refusal::Broken => of_file("attachment-broken"),
                Refusal::TooManyPixels => of_file("attachment-too-many-pixels"),
                Refusal::Encrypted => of_file("attachment-encrypted"),
                Refusal::TooManyPages(pages) => {
                    of_file("attachment-too-many-pages").with("pages", pages).with("most", PAGES)
                }
                Refusal::Script => of_file("attachment-script"),
                Refusal::Launch => of_file("attachment-launch"),
                Refusal::Embedded => of_file("attachment-embedded"),
            },
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let status = match refused.why {
            Why::File(Refusal::TooLarge(_)) => StatusCode::PAYLOAD_TOO_LARGE,
            Why::Busy => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, "attachment_refused", refused.message()).with("reason", refused.reason())
    }
}
