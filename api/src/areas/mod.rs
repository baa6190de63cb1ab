//! The tree of areas, and who belongs where: households, their slips, their people, and the seats that people hold.
//!
//! A city hands in its tree and its households as CSV; a household's slip (加入票) then makes whoever types its code a person of
//! that household. Depth is data: an area knows its path from the city down, and "everything below" is a question about paths.

use sea_orm::DbErr;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{identity::IdentityError, problem::Problem};

pub mod api;
mod appoint;
mod count;
pub mod csv;
mod forget;
mod import_areas;
mod import_households;
mod join;
pub mod pages;
mod rights;
mod slip;
mod slip_file;
mod tree;

pub use appoint::{Appointment, appoint};
pub use count::Count;
pub use forget::forget_person;
pub use import_areas::{ImportError, ImportedAreas, import_areas};
pub use import_households::{ImportedHouseholds, PrintedSlip, import_households};
pub use join::join;
pub use rights::{association_of, is_of_association, may_publish_to, rounds_of, scope_of};
pub use slip::renew_slip;
pub use slip_file::SlipFile;
pub use tree::{Child, Choice, children, choices, find};

use actix_web::http::StatusCode;

/// What can go wrong among the areas.
#[derive(Debug, thiserror::Error)]
pub enum AreaError {
    /// No such area, or none that the caller may know.
    #[error("there is no area {0}")]
    UnknownArea(String),
    /// The same code in two cities.
    #[error("the code {0} is used in more than one city")]
    AmbiguousArea(String),
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
    /// A slip that has admitted eight persons.
    #[error("the slip has admitted eight persons")]
    SlipIsFull,
    /// The code.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<AreaError> for Problem {
    fn from(error: AreaError) -> Self {
        match error {
            AreaError::UnknownArea(_) | AreaError::AmbiguousArea(_) => Self::not_found(),
            AreaError::WrongSeat { .. } => Self::conflict("wrong_seat", "その役は、この区域には置けません。"),
            AreaError::SlipIsFull => Self::new(
                StatusCode::CONFLICT,
                "slip_is_full",
                "この加入票では、もう8人が参加しています。班長か役員に新しい加入票をもらってください。",
            ),
            AreaError::Identity(error) => error.into(),
            AreaError::Db(error) => error.into(),
        }
    }
}

/// The room's calls.
pub fn routes(config: &mut ServiceConfig) {
    config.service(api::join).service(api::areas);
}
