//! What is known of people, for how long, and how they get at it or end it.
//!
//! A city sets how long it keeps what people did (個人情報の保護に関する法律, article 22: no longer than it is needed); a worker forgets the rest. Whoever
//! is signed in sees and takes along all that is kept of them (article 33), and leaves with it forgotten. What stays is
//! the ledger of their household and the log of what they did in office, under a number that leads to nobody.

use sea_orm::DbErr;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::problem::Problem;

pub mod api;
mod erase;
mod export;
pub mod pages;
mod retention;
mod tidy;

pub use erase::erase;
pub use export::{Export, export};
pub use retention::{Retention, SECOND_THOUGHTS, retention, set};
pub use tidy::{Forgotten, tidy};

/// What can go wrong with personal data.
#[derive(Debug, thiserror::Error)]
pub enum PrivacyError {
    /// The caller is not staff of the whole city.
    #[error("the caller is not staff of the whole city")]
    NotTheCity,
    /// Somebody who holds a seat, or will, can't leave.
    #[error("the caller holds a seat")]
    HoldsASeat,
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<PrivacyError> for Problem {
    fn from(error: PrivacyError) -> Self {
        match error {
            PrivacyError::NotTheCity => Self::forbidden("not_the_city", "problem-not-the-city"),
            PrivacyError::HoldsASeat => Self::conflict("holds_a_seat", "problem-holds-a-seat"),
            PrivacyError::Db(error) => error.into(),
        }
    }
}

/// The room's calls.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(api::purposes)
        .service(api::consent)
        .service(api::data)
        .service(api::leave)
        .service(api::retention)
        .service(api::set_retention);
}
