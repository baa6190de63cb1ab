//! Proxies (代わりの方): a person of another household who answers for a household, such as a daughter for her mother who has no phone.
//!
//! The household opts in: it, or its leader or officer with its consent on a day, has a code drawn, and whoever types it at home is its proxy. They see what
//! goes to everyone where that household lives, and stamp in its name; nobody of their family does. Looking alone leaves no receipt: the button says that it was passed on.
//! Either side ends it at once. When it ends, receipts keep that a proxy left them, and no longer who; the audit log has both days.

use actix_web::http::StatusCode;
use sea_orm::DbErr;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{identity::IdentityError, problem::Problem};

mod accept;
pub mod api;
mod end;
mod list;
mod offer;
pub mod pages;
mod rights;

pub use accept::accept;
pub use end::{end_at_home, forget_codes, forget_household, forget_person};
pub use list::{Answered, Proxy, answered_by, proxy_of};
pub use offer::offer;
pub use rights::Answering;

/// What can go wrong with proxies.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// Who belongs to no household can't answer for another one.
    #[error("the caller belongs to no household")]
    NoHome,
    /// The code of the caller's own household.
    #[error("the household is the caller's own")]
    OwnHousehold,
    /// The household has a proxy.
    #[error("somebody answers for the household already")]
    Taken,
    /// The code.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<ProxyError> for Problem {
    fn from(error: ProxyError) -> Self {
        match error {
            ProxyError::NoHome => Self::conflict("no_home", "problem-no-home-of-own"),
            ProxyError::OwnHousehold => Self::new(StatusCode::CONFLICT, "own_household", "problem-own-household"),
            ProxyError::Taken => Self::conflict("has_a_proxy", "problem-has-a-proxy"),
            ProxyError::Identity(error) => error.into(),
            ProxyError::Db(error) => error.into(),
        }
    }
}

/// The room's calls.
pub fn routes(config: &mut ServiceConfig) {
    config.service(api::list).service(api::begin).service(api::end).service(api::notices).service(api::stamp);
}
