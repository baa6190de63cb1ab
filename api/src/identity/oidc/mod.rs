//! Signing in by the city's own provider: OpenID Connect, with discovery, PKCE and nonce.
//!
//! Only for staff, and nobody gets an account by it: the mail address that the provider has verified must be the one of an account of the provider's
//! city that holds a seat as staff today. What second factor is asked is the provider's affair; ours is not asked besides. What has to be known when
//! the browser comes back (state, nonce, verifier, where to go on) travels sealed in a cookie of ten minutes, so nothing is kept for those who never do.

use actix_web::http::StatusCode;
use sea_orm::DbErr;

use super::IdentityError;
use crate::problem::Problem;

mod admit;
mod http;
mod journey;
pub mod pages;
mod provider;

pub use admit::admit;
pub use journey::Journey;
pub use provider::Provider;

/// What can go wrong on the way to the provider and back.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The provider can't be reached, or says what no provider may say.
    #[error("the provider: {0}")]
    Provider(String),
    /// The provider did not let them in, or they changed their mind.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// They come back from a journey that did not begin in this browser, or too late.
    #[error("the browser did not leave from here")]
    Interrupted,
    /// The provider does not vouch for a mail address.
    #[error("the provider has not verified the mail address")]
    MailNotVerified,
    /// No account with a seat as staff has this mail address.
    #[error("no seat as staff has this mail address")]
    NoStaffSeat,
    /// Several cities, and no setting that says whose the provider is.
    #[error("KAIRAN_OIDC_CITY must name a city")]
    WhichCity,
    /// Signing in.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<OidcError> for Problem {
    fn from(error: OidcError) -> Self {
        let told = error.to_string();
        match error {
            OidcError::Provider(_) => {
                tracing::error!(cause = told, "somebody could not sign in by the provider");
                Self::new(StatusCode::BAD_GATEWAY, "provider_failed", "problem-provider-failed")
            }
            OidcError::Refused(_) => Self::forbidden("provider_refused", "problem-provider-refused"),
            OidcError::Interrupted => {
                Self::new(StatusCode::BAD_REQUEST, "sign_in_interrupted", "problem-sign-in-interrupted")
            }
            OidcError::MailNotVerified => Self::forbidden("mail_not_verified", "problem-mail-not-verified"),
            OidcError::NoStaffSeat => Self::forbidden("no_staff_seat", "problem-no-staff-seat"),
            OidcError::WhichCity => Self::internal(told),
            OidcError::Identity(error) => error.into(),
            OidcError::Db(error) => error.into(),
        }
    }
}
