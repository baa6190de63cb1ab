//! Notices: drafted, published, corrected, withdrawn; and who may see them.
//!
//! A notice is drafted in the name of a seat's area and for areas in that seat's reach. Publishing sets its time and makes one
//! circulation for each channel reached, in one transaction, and that is all: phones ring because a worker finds a published
//! notice that it has not planned yet. From then on the text changes by a correction alone, which keeps what stood before.
//! An emergency needs a second person: a false alarm is worse than a minute.

use sea_orm::DbErr;
use utoipa_actix_web::service_config::ServiceConfig;

use rights::notices_of;

use crate::{areas::AreaError, problem::Problem, say::Message};

pub mod api;
pub(crate) mod attachments;
mod calendar;
pub mod category;
mod checks;
mod close;
mod compose;
mod correct;
mod correction_json;
pub(crate) mod details;
pub(crate) mod details_form;
mod draft;
mod editing;
mod facts;
pub(crate) mod facts_view;
mod feed;
pub mod find;
mod from_jma;
mod importance;
pub mod json;
pub(crate) mod listed;
mod lists;
mod office_view;
pub mod pages;
mod publish;
pub mod query;
mod reach;
mod receipt_json;
mod rights;
mod senders;
mod sight;
mod take_back;
mod versions;
pub(crate) mod view;
mod withdraw;

pub use attachments::{ForgetError, file_of, forget_files};
pub use close::close;
pub use correct::{Content, Correction, correct, corrections, last_correction};
pub use draft::{Audience, Draft, draft};
pub use facts::{Contact, Facts, When};
pub use feed::{Entry, Wanted, feed, feed_and_number, feeds, office};
pub use find::{Search, SentBy};
pub use from_jma::{TelegramError, draft_from_telegram};
pub use lists::Lists;
pub use publish::{Publishing, publish};
pub use reach::{Reach, audience_areas, reach};
pub use rights::{Editable, Readable, Sendable, publishing_seat};
pub use sight::Sight;
pub(crate) use sight::array;
pub use take_back::take_back;
pub use versions::{Text, Versions};
pub use withdraw::withdraw;

/// The longest title, in characters.
pub const TITLE: usize = 100;
/// The longest text, in characters.
pub const BODY: usize = 20_000;
/// The longest reason, in characters.
pub const REASON: usize = 500;

/// What can go wrong with a notice.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// The caller holds no seat.
    #[error("the caller holds no seat")]
    NoSeat,
    /// An area that does not exist; its place in the list.
    #[error("the audience names an unknown area")]
    UnknownArea(usize),
    /// An area that the caller's seat does not reach; its name.
    #[error("the audience goes beyond the caller's area")]
    OutsideArea(String),
    /// An audience without an association in it.
    #[error("the audience has nobody in it")]
    NobodyThere,
    /// A leader or a centre.
    #[error("emergencies are not for this seat")]
    EmergencyNotAllowed,
    /// A time or day that is over; which field.
    #[error("{0} is in the past")]
    InThePast(&'static str),
    /// A time or day more than a year away; which field.
    #[error("{0} is more than a year away")]
    TooFarAhead(&'static str),
    /// A fact that can't be true beside the others; which field, and what to do: a key.
    #[error("{0} can't be")]
    Fact(&'static str, &'static str),
    /// Published already.
    #[error("the notice is published already")]
    AlreadyPublished,
    /// Not published yet.
    #[error("the notice is not published")]
    NotPublished,
    /// Withdrawn already.
    #[error("the notice is withdrawn")]
    Withdrawn,
    /// An emergency published by its author.
    #[error("an emergency needs a second person")]
    SecondPersonNeeded,
    /// An emergency corrected by its author.
    #[error("an emergency is corrected by another person than its author")]
    AnotherCorrects,
    /// Somebody else has corrected it since the caller looked at it.
    #[error("the notice was corrected meanwhile")]
    CorrectedMeanwhile,
    /// Other files are attached than those that were looked at.
    #[error("other files are attached by now")]
    FilesChanged,
    /// An emergency brings files, and who sends it has not said that they looked at them.
    #[error("nobody has looked at the files of an emergency")]
    FilesUnseen,
    /// A correction that changes nothing.
    #[error("the correction changes nothing")]
    NothingChanged,
    /// The areas.
    #[error(transparent)]
    Area(#[from] AreaError),
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<NoticeError> for Problem {
    fn from(error: NoticeError) -> Self {
        match error {
            NoticeError::NoSeat => Self::forbidden("no_seat", "problem-no-seat"),
            NoticeError::UnknownArea(place) => {
                Self::invalid_field(format!("/audience/areas/{place}"), "fault-unknown-area")
            }
            NoticeError::OutsideArea(name) => {
                Self::forbidden("outside_your_area", Message::new("problem-outside-your-area").with("name", name))
            }
            NoticeError::NobodyThere => Self::invalid_field("/audience/areas", "fault-nobody-there"),
            NoticeError::EmergencyNotAllowed => {
                Self::forbidden("emergency_not_allowed", "problem-emergency-not-allowed")
            }
            NoticeError::InThePast(field) => Self::invalid_field(format!("/{field}"), "fault-in-the-past"),
            NoticeError::TooFarAhead(field) => Self::invalid_field(format!("/{field}"), "fault-too-far-ahead"),
            NoticeError::Fact(field, detail) => Self::invalid_field(format!("/{field}"), detail),
            NoticeError::AlreadyPublished => Self::conflict("already_published", "problem-already-published"),
            NoticeError::NotPublished => Self::conflict("not_published", "problem-not-published"),
            NoticeError::Withdrawn => Self::conflict("withdrawn", "problem-withdrawn"),
            NoticeError::SecondPersonNeeded => Self::conflict("second_person_needed", "problem-second-person-needed"),
            NoticeError::AnotherCorrects => Self::conflict("second_person_needed", "problem-another-corrects"),
            NoticeError::CorrectedMeanwhile => Self::conflict("corrected_meanwhile", "problem-corrected-meanwhile"),
            NoticeError::FilesChanged => Self::conflict("attachments_changed", "problem-attachments-changed"),
            NoticeError::FilesUnseen => Self::invalid_field("/attachments", "fault-attachments-unseen"),
            NoticeError::NothingChanged => Self::invalid_field("", "fault-nothing-changed"),
            NoticeError::Area(error) => error.into(),
            NoticeError::Db(error) => error.into(),
        }
    }
}

/// The room's calls.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(api::create)
        .service(api::list)
        .service(api::show)
        .service(api::publish)
        .service(api::withdraw)
        .service(api::correct)
        .service(attachments::api::attachments)
        .service(attachments::api::add_attachment)
        .service(attachments::api::remove_attachment)
        .service(attachments::api::attachment)
        .service(attachments::api::attachment_preview);
}
