//! Households: the roster of an association, their people, their slips, and how they come, change and go.
//!
//! A city hands in its households as CSV, and officers add and change theirs. A household's slip (加入票) makes whoever types its code a person of
//! that household; a renewed one lets the old code die. Who lost a phone comes back as the same person with a code of their own. What people
//! have read is the household's: it goes along when the household moves, and stays when a person leaves.
//!
//! An association's register is its own. Its officers see all of it, a leader their group, a household itself; the city's staff see counts. Every
//! look at the roster is in the audit log.

use actix_web::http::StatusCode;
use sea_orm::DbErr;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    areas::{AreaError, ImportError, csv::Fault},
    identity::IdentityError,
    problem::{FieldError, Problem},
    proxies::ProxyError,
    say::Message,
};

pub mod api;
mod arrive;
pub mod change;
mod consent;
mod export;
mod files;
mod forget;
mod import;
mod join;
mod json;
mod own;
pub mod pages;
mod people;
mod person;
mod proxy;
mod rights;
mod roster;
mod slip;
mod slip_file;
mod take_in;
mod view;

pub use consent::agree;
pub use export::{Encoding, export};
pub use forget::{forget_person, forget_ways_back};
pub use import::{ImportedHouseholds, PrintedSlip, import_households};
pub use join::{join, move_with};
use person::part;
pub use person::{lose_phone, register, rename};
pub use rights::{Standing, Tended, TendedPerson, by_seat, standing_in};
pub use roster::{After, Listed, Member, areas_of, members, roster};
pub use slip::renew_slip;
pub use slip_file::SlipFile;
pub use take_in::import_roster;

/// What can go wrong with households.
#[derive(Debug, thiserror::Error)]
pub enum HouseholdError {
    /// A slip that has admitted eight persons.
    #[error("the slip has admitted eight persons")]
    SlipIsFull,
    /// Another household there has that name.
    #[error("another household there has that name")]
    LabelTaken,
    /// Somebody who is not of the household; their place in the list.
    #[error("somebody is not of the household")]
    NotOfThisHome(usize),
    /// Who belongs to no household can't move.
    #[error("the caller belongs to no household")]
    NoHome,
    /// The caller may see it, but not do that.
    #[error("not the caller's to do")]
    NotYours,
    /// A person who signs in with a password.
    #[error("they sign in with a password")]
    SignsIn,
    /// A household that is no more.
    #[error("the household is no more")]
    Gone,
    /// The caller has no roster.
    #[error("the caller has no roster")]
    NoRoster,
    /// A fault of a file.
    #[error(transparent)]
    File(Fault),
    /// Names that Shift_JIS can't hold.
    #[error("Shift_JIS can't hold {0:?}")]
    NotInShiftJis(Vec<String>),
    /// A file that can't be written.
    #[error("CSV can't be written: {0}")]
    Csv(String),
    /// Consent to words that don't hold any more, or not yet.
    #[error("the purposes are other ones")]
    OtherPurposes,
    /// Who answers for a household.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// The code.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The area.
    #[error(transparent)]
    Area(#[from] AreaError),
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<ImportError> for HouseholdError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Fault(fault) => Self::File(fault),
            ImportError::Db(error) => Self::Db(error),
        }
    }
}

impl From<HouseholdError> for Problem {
    fn from(error: HouseholdError) -> Self {
        match error {
            HouseholdError::SlipIsFull => Self::new(StatusCode::CONFLICT, "slip_is_full", "problem-slip-is-full"),
            HouseholdError::LabelTaken => Self::conflict("label_taken", "problem-label-taken"),
            HouseholdError::NotOfThisHome(place) => {
                Self::invalid_field(format!("/people/{place}"), "fault-not-of-this-home")
            }
            HouseholdError::NoHome => Self::conflict("no_home", "problem-no-home"),
            HouseholdError::NotYours => Self::forbidden("not_your_household", "problem-not-your-household"),
            HouseholdError::SignsIn => Self::conflict("signs_in_already", "problem-signs-in-already"),
            HouseholdError::OtherPurposes => Self::conflict("other_purposes", "problem-other-purposes"),
            HouseholdError::Gone => Self::not_found(),
            HouseholdError::NoRoster => Self::forbidden("no_roster", "problem-no-roster"),
            HouseholdError::NotInShiftJis(names) => {
                let fault =
                    |name: &String| FieldError::new("encoding", Message::new("fault-shift-jis").with("name", name));
                let mut problem = Self::invalid(names.iter().map(fault).collect());
                problem = problem.with("names", names);
                problem
            }
            HouseholdError::File(fault) => {
                Self::invalid_field(format!("/{}/{}", fault.line, fault.column), take_in::told(&fault))
            }
            HouseholdError::Csv(cause) => Self::internal(cause),
            HouseholdError::Proxy(error) => error.into(),
            HouseholdError::Identity(error) => error.into(),
            HouseholdError::Area(error) => error.into(),
            HouseholdError::Db(error) => error.into(),
        }
    }
}

/// The room's calls.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(api::join)
        .service(people::move_with)
        .service(api::list)
        .service(files::file)
        .service(files::take_in)
        .service(api::add)
        .service(api::show)
        .service(api::change)
        .service(api::dissolve)
        .service(api::renew_slip)
        .service(api::relocate)
        .service(api::split)
        .service(api::merge)
        .service(people::add)
        .service(people::rename)
        .service(people::leave)
        .service(people::lose_phone)
        .service(proxy::allow)
        .service(proxy::end);
}
