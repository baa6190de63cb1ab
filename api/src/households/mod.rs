//! Households: their slips, and the people who belong to them.
//!
//! A city hands in its households as CSV; a household's slip (加入票) then makes whoever types its code a person of that household.

use actix_web::http::StatusCode;
use sea_orm::DbErr;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{identity::IdentityError, problem::Problem};

pub mod api;
mod forget;
mod import;
mod join;
pub mod pages;
mod person;
mod slip;
mod slip_file;

pub use forget::forget_person;
pub use import::{ImportedHouseholds, PrintedSlip, import_households};
pub use join::join;
pub use person::register;
pub use slip::renew_slip;
pub use slip_file::SlipFile;

/// What can go wrong with households.
#[derive(Debug, thiserror::Error)]
pub enum HouseholdError {
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

impl From<HouseholdError> for Problem {
    fn from(error: HouseholdError) -> Self {
        match error {
            HouseholdError::SlipIsFull => Self::new(
                StatusCode::CONFLICT,
                "slip_is_full",
                "この加入票では、もう8人が参加しています。班長か役員に新しい加入票をもらってください。",
            ),
            HouseholdError::Identity(error) => error.into(),
            HouseholdError::Db(error) => error.into(),
        }
    }
}

/// The room's calls.
pub fn routes(config: &mut ServiceConfig) {
    config.service(api::join);
}
