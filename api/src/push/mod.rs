//! Whose phone rings.
//!
//! Publishing leaves a published notice and nothing else; this room finds it. Two chores, both repeatable at any point without harm:
//! [`fan_out`](fan_out::fan_out) gives each published notice its batches, in one transaction with the plan that says so;
//! then a batch is claimed in a short transaction (a lease and a fencing token), sent outside of any, and what became of each phone is
//! recorded under the token. A worker that dies loses its lease, and another one sends the batch again: with the same Topic
//! and tag, so that a phone shows it once. A worker that wakes late cannot record.
//!
//! Besides notices a batch may say how many of those that are merely good to know came out in a week ([`digest`]), or that notifications arrive,
//! to somebody who asked ([`trial`]). When and for what somebody is rung they choose ([`preferences`]); it is asked when a batch is sent.
//!
//! A batch is of one push service, so that a sick one holds up nobody else. What must be tried again leaves as a batch of its own
//! with its own time; every phone of a batch has a final state.

use actix_web::http::StatusCode;
use sea_orm::DbErr;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::problem::Problem;

pub mod ahead;
pub mod answer;
pub mod api;
mod audience;
pub mod choices;
pub mod claim;
mod contents;
pub mod deliver;
pub mod delivery;
pub mod digest;
pub mod endpoint;
pub mod fan_out;
pub mod keyring;
pub mod letter;
pub mod mailing;
pub mod message;
pub mod origin;
pub mod outcome;
pub mod pace;
pub mod pages;
pub mod preferences;
pub mod record;
pub mod retry_after;
pub mod seen;
pub mod status;
pub mod subscribe;
pub mod trial;
mod untold;
pub mod vapid;
mod view;
pub mod wire;

/// What can go wrong with a subscription.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The endpoint is no address of a push service that may be called.
    #[error("the endpoint is not one of an allowed push service")]
    Endpoint,
    /// The public key is no point of P-256.
    #[error("p256dh is no public key")]
    PublicKey,
    /// The secret has another length than 16 bytes.
    #[error("auth is no secret of 16 bytes")]
    Secret,
    /// Somebody else's browser.
    #[error("the endpoint belongs to another account")]
    EndpointTaken,
    /// Nothing to ring: no browser of theirs is registered.
    #[error("the caller has no browser that is rung")]
    NoBrowser,
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<PushError> for Problem {
    fn from(error: PushError) -> Self {
        match error {
            PushError::Endpoint => Self::invalid_field("/endpoint", "fault-endpoint"),
            PushError::PublicKey => Self::invalid_field("/keys/p256dh", "fault-public-key"),
            PushError::Secret => Self::invalid_field("/keys/auth", "fault-secret"),
            PushError::EndpointTaken => Self::new(StatusCode::CONFLICT, "endpoint_taken", "problem-endpoint-taken"),
            PushError::NoBrowser => Self::conflict("no_browser", "problem-no-browser"),
            PushError::Db(error) => error.into(),
        }
    }
}

/// The room's calls.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(api::key)
        .service(api::subscribe)
        .service(api::unsubscribe)
        .service(api::show_delivery)
        .service(choices::show)
        .service(choices::choose)
        .service(choices::test)
        .service(choices::last_test);
}
