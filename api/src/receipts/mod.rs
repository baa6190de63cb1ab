//! Receipts: who has read, and the counts.
//!
//! A receipt is the stamp of a household, or of a seat holder who belongs to none. It is written when a person opens the notice, never
//! because a push was accepted, and the counts of the circulations that it belongs to follow in the same transaction. What
//! was answered 2xx is never lost; first times never move, and read never turns unread.
//!
//! After a push a whole city opens the same notice within minutes. Receipts are therefore written in groups, by one task of each server
//! ([`Receipts`]): up to 200, or what comes within 3 ms, is one transaction. Rights are looked at in that same transaction, for
//! the whole group at once and by the same rule as everywhere else.

use sea_orm::DbErr;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::problem::Problem;

mod age;
pub mod api;
mod behalf;
mod counts;
mod coverage;
pub mod homes;
mod households;
pub mod notice_page;
pub mod pages;
mod readers;
mod record;
mod writer;

pub use age::{forget_closed, forget_person, to_days};
pub use behalf::on_behalf;
pub use coverage::coverage;
pub use readers::{By, Row};
pub use record::{Stamp, Waited, record};
pub use writer::Receipts;

/// What can go wrong with receipts.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The sign-in has ended.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// It was pressed by another person than the one who sends it.
    #[error("somebody else has signed in on the phone")]
    AnotherSignIn,
    /// There is no such notice, or none that the caller may know of.
    #[error("there is no such notice for the caller")]
    NotFound,
    /// The notice is not out.
    #[error("the notice is not published")]
    NotPublished,
    /// Its receipts are no longer kept.
    #[error("the receipts of the notice are no longer kept")]
    Closed,
    /// The caller sees no counts at all.
    #[error("the caller sees no coverage")]
    NoCoverage,
    /// The caller sees counts of associations only.
    #[error("the caller sees counts of associations only")]
    CountsOnly,
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<ReceiptError> for Problem {
    fn from(error: ReceiptError) -> Self {
        match error {
            ReceiptError::NotSignedIn => Self::unauthenticated(),
            ReceiptError::AnotherSignIn => Self::conflict("another_sign_in", "problem-another-sign-in"),
            ReceiptError::NotFound => Self::not_found(),
            ReceiptError::NotPublished => Self::conflict("not_published", "problem-not-published"),
            ReceiptError::Closed => Self::conflict("closed", "problem-closed"),
            ReceiptError::NoCoverage => Self::forbidden("no_coverage", "problem-no-coverage"),
            ReceiptError::CountsOnly => Self::forbidden("counts_only", "problem-counts-only"),
            ReceiptError::Db(error) => error.into(),
        }
    }
}

/// The room's calls.
pub fn routes(config: &mut ServiceConfig) {
    config.service(api::put).service(api::coverage);
}
