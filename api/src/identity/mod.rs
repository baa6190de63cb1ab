//! Who is calling.
//!
//! A resident is whoever joined with a household's slip: the device stays signed in, there is no password. A seat holder has an
//! account: a one-time link, then mail address and password, and a second factor in production ([`recovery`] codes stand in for it). Either way a
//! sign-in is a [`session`]; programs carry its tokens, browsers its cookie, and its owner sees and ends it among their [`devices`]. City staff may come by their city's provider
//! instead ([`oidc`]). What the caller
//! may do is not in the token: household and seats are read with every request ([`Caller`]), so a seat that ended is over at once.

use actix_web::{HttpResponse, http::StatusCode};
use sea_orm::DbErr;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::problem::Problem;

mod address;
mod agent;
pub mod api;
mod arrival;
mod caller;
pub mod code;
pub mod devices;
mod forget;
mod idle;
mod invite;
mod known_browser;
mod load;
pub mod oidc;
pub mod pages;
mod parts;
pub mod passkeys;
mod password;
pub mod recovery;
mod refresh;
pub mod refusals;
mod sealed;
mod second_factor;
mod seen;
pub mod session;
mod sign_in;
mod start_anew;
mod token;
mod ways;
mod welcome;
pub mod whose;

pub use address::mail_address;
pub use agent::Agent;
pub use caller::{Caller, Home, Seat, Visitor};
pub use forget::{forget_ended, forget_person, forget_used_tokens};
pub use idle::end_idle;
pub use invite::{Invitation, invite, renew_invitation, revoke_invitations};
pub use load::{Callers, SignIn};
pub use password::{Hashed, Passwords};
pub use sign_in::{Credentials, Proven, Visit, account_of, prove, sign_in};
pub use start_anew::start_anew;
pub use token::Tokens;
pub use welcome::{Acceptance, accept};

/// What can go wrong when somebody says who they are.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A code with a typing error.
    #[error("the code is mistyped")]
    Mistyped(code::Typo),
    /// A code that is unknown, used, or too old.
    #[error("the code is not valid")]
    InvalidCode,
    /// A wrong mail address or password: which of the two is not said.
    #[error("mail address or password are wrong")]
    WrongCredentials,
    /// The second factor is needed. The address is for an authenticator app and given only while it has never been proven.
    #[error("the second factor is needed")]
    SecondFactorNeeded(Option<String>),
    /// A second factor that is wrong or was used before.
    #[error("the second factor is wrong")]
    WrongSecondFactor,
    /// Too many wrong digits in a row: the seconds until digits are taken again from a browser that is not known.
    #[error("too many wrong digits")]
    DigitsClosed(u64),
    /// A refresh token that is unknown, too old, or was used before.
    #[error("the refresh token is not valid")]
    InvalidRefreshToken,
    /// Somebody with an account wants a further device without signing in on it.
    #[error("who has an account signs in on each device")]
    SignInInstead,
    /// A passkey is asked for by somebody who has no account.
    #[error("there is no account")]
    NoAccount,
    /// There is no second factor for recovery codes to stand in for.
    #[error("there is no second factor")]
    NoSecondFactor,
    /// The mail address belongs to somebody.
    #[error("the mail address is taken")]
    EmailTaken,
    /// More passwords wait to be looked at than can be soon.
    #[error("too many passwords wait")]
    Busy,
    /// Argon2 or the token library failed.
    #[error("cryptography failed: {0}")]
    Crypto(String),
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        let unauthorized = |code, detail: &'static str| Self::new(StatusCode::UNAUTHORIZED, code, detail);
        match error {
            IdentityError::Mistyped(typo) => Self::invalid_field("/code", typo.told()),
            IdentityError::InvalidCode => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_code", "problem-invalid-code")
            }
            IdentityError::WrongCredentials => unauthorized("wrong_credentials", "problem-wrong-credentials"),
            IdentityError::SecondFactorNeeded(url) => {
                let problem = unauthorized("second_factor_needed", "problem-second-factor-needed");
                match url {
                    Some(url) => problem.with("otpauth_url", url).noted(),
                    None => problem,
                }
            }
            IdentityError::WrongSecondFactor => {
                unauthorized("wrong_second_factor", "problem-wrong-second-factor").noted()
            }
            IdentityError::DigitsClosed(seconds) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "digits_closed", "problem-digits-closed").after(seconds)
            }
            IdentityError::InvalidRefreshToken => {
                unauthorized("invalid_refresh_token", "problem-invalid-refresh-token")
            }
            IdentityError::SignInInstead => Self::forbidden("sign_in_instead", "problem-sign-in-instead"),
            IdentityError::NoAccount => Self::forbidden("no_account", "problem-no-account"),
            IdentityError::NoSecondFactor => Self::conflict("no_second_factor", "problem-no-second-factor"),
            IdentityError::EmailTaken => Self::conflict("email_taken", "problem-email-taken"),
            IdentityError::Busy => Self::unavailable("too many passwords wait"),
            IdentityError::Crypto(cause) => Self::internal(cause),
            IdentityError::Db(error) => error.into(),
        }
    }
}

/// The room's calls.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(api::welcome)
        .service(api::open_session)
        .service(api::refresh_session)
        .service(api::end_session)
        .service(api::me)
        .service(recovery::api::draw)
        .service(recovery::api::remaining);
    devices::routes(config);
}

/// 204.
fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
