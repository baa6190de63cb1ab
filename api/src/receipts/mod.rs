//! Receipts: who has read, and the counts.
//!
//! A receipt is the stamp of a household, or of a seat holder who belongs to none. It is written when a person opens the notice, never
//! because a push was accepted, and the counts of the circulations that it belongs to follow in the same transaction. What
//! was answered 2xx is never lost; first times never move, and read never turns unread.

use sea_orm::DbErr;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::problem::Problem;

pub mod api;
mod coverage;
mod households;
pub mod pages;
mod readers;
mod record;

pub use coverage::coverage;
pub use readers::{By, Row};
pub use record::record;

/// What can go wrong with receipts.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The notice is not out.
    #[error("the notice is not published")]
    NotPublished,
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
            ReceiptError::NotPublished => Self::conflict("not_published", "このお知らせは、まだ発行されていません。"),
            ReceiptError::NoCoverage => {
                Self::forbidden("no_coverage", "届き具合を見られるのは、役員・班長・職員の方です。")
            }
            ReceiptError::CountsOnly => Self::forbidden(
                "counts_only",
                "市・区の職員が見られるのは、自治会ごとの数までです。世帯ごとの既読は、その自治会の方だけが見られます。",
            ),
            ReceiptError::Db(error) => error.into(),
        }
    }
}

/// The room's calls.
pub fn routes(config: &mut ServiceConfig) {
    config.service(api::put).service(api::coverage);
}
