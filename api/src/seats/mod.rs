//! Seats: who holds which role where, for a term.
//!
//! A seat begins and ends by date; what it allows is read with each request, so powers come and go on the day, by themselves. Officers and
//! leaders hold theirs until the 31st of March unless something else is said. Who holds one names who comes next ([`hand_over`]): the old seat
//! ends on the day before the other begins, and until then it can be undone. A seat that is taken away ends before the day of that, and
//! what its holder had scheduled becomes a draft again ([`dismiss`]).
//!
//! Nobody gets a link to an account that somebody uses already, or that holds another seat: whoever appoints could else become that person. And
//! nobody's account is given a seat because it has their mail address alone: whoever made it could have opened it themselves (`vouch.rs`).

use sea_orm::DbErr;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{identity::IdentityError, problem::Problem};

pub mod api;
mod appoint;
mod dismiss;
mod hand_over;
mod json;
mod list;
mod open;
pub mod pages;
mod rights;
mod term;
mod view;
mod vouch;

pub use appoint::{Appointed, Appointment, Term, appoint, give, is_mail_address, link};
pub use dismiss::dismiss;
pub use hand_over::{Successor, hand_over, keep};
pub use list::{Holder, find, holders, named};
pub use open::{Home, Open, Unread, open};
pub use rights::{Kept, may_appoint, sees_seats_of};
pub use term::last_day;
pub use vouch::Giver;

/// What can go wrong with seats.
#[derive(Debug, thiserror::Error)]
pub enum SeatError {
    /// A seat that such an area does not have.
    #[error("a seat as {role} belongs to {fits}, and {code} is none")]
    WrongSeat {
        /// The role.
        role: &'static str,
        /// What it belongs to.
        fits: &'static str,
        /// The area.
        code: String,
    },
    /// The same person has the same seat within that time.
    #[error("they hold that seat already")]
    HoldsItAlready,
    /// A first day that can't be one.
    #[error("the first day must be to come, and no later than the day after the term")]
    FirstDay,
    /// A last day that can't be one.
    #[error("the last day must not lie before the first")]
    LastDay,
    /// The seat has not begun.
    #[error("the seat has not begun")]
    NotBegun,
    /// Somebody is named already.
    #[error("somebody is named already")]
    HandedOver,
    /// Nobody is named, or their day has come.
    #[error("nobody is named, or their day has come")]
    NotHandedOver,
    /// The mail address has an account that nobody vouches for, and that is not the caller's to start anew.
    #[error("nobody vouches for the account of that address")]
    NotVouchedFor,
    /// Who holds it signs in already.
    #[error("they sign in already")]
    SignsInAlready,
    /// The caller may see it, but not do that.
    #[error("not the caller's to do")]
    NotYours,
    /// The account.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<SeatError> for Problem {
    fn from(error: SeatError) -> Self {
        match error {
            SeatError::WrongSeat { .. } => Self::conflict("wrong_seat", "problem-wrong-seat"),
            SeatError::HoldsItAlready => Self::conflict("holds_it_already", "problem-holds-it-already"),
            SeatError::FirstDay => Self::invalid_field("/starts_on", "fault-first-day"),
            SeatError::LastDay => Self::invalid_field("/ends_on", "fault-last-day"),
            SeatError::NotBegun => Self::conflict("not_begun", "problem-not-begun"),
            SeatError::HandedOver => Self::conflict("handed_over", "problem-handed-over"),
            SeatError::NotHandedOver => Self::conflict("not_handed_over", "problem-not-handed-over"),
            SeatError::NotVouchedFor => Self::conflict("another_address_needed", "problem-another-address-needed"),
            SeatError::SignsInAlready => Self::conflict("signs_in_already", "problem-signed-in-before"),
            SeatError::NotYours => Self::forbidden("not_your_seat", "problem-not-your-seat"),
            SeatError::Identity(error) => error.into(),
            SeatError::Db(error) => error.into(),
        }
    }
}

/// The room's calls.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(api::list)
        .service(api::create)
        .service(api::end)
        .service(api::show_handover)
        .service(api::name_successor)
        .service(api::undo)
        .service(api::renew_link);
}
