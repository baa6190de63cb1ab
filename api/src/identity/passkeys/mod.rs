//! Passkeys: a seat holder signs in with a finger, a face or the lock of their device (WebAuthn).
//!
//! A passkey is both factors at once: the device has it, and asks whose hand it is in, which is insisted on. Nothing has to be typed, not even a mail
//! address, and it serves on our pages alone, so there is nothing to be lured out of anybody. The password stays beside it for the day on which
//! the device is lost; who registers one gives it once more, since an unlocked screen is not enough. A new password ends all passkeys.
//!
//! What has to be known when the device has answered travels sealed in the page. Each challenge is answered once: a passkey
//! remembers when the last one that it answered was made, and takes none that is as old. Passkeys need a name of a host in `KAIRAN_PUBLIC_ORIGIN`; with
//! an address made of numbers there are none.

use std::fmt;

use actix_web::http::StatusCode;
use sea_orm::DbErr;
use url::Url;
use webauthn_rs::{Webauthn, WebauthnBuilder, prelude::WebauthnError};

use super::IdentityError;
use crate::{config::Origin, problem::Problem};

mod list;
pub mod pages;
mod register;
mod sign_in;

pub use list::{list, remove, remove_all};
pub use register::{Asking, ask_to_register, register};
pub use sign_in::{Answer, sign_in};

/// Makes challenges and checks what devices answer.
pub struct Passkeys(Webauthn);

impl Passkeys {
    /// For pages of `origin`; none where its host has no name.
    #[must_use]
    pub fn new(origin: &Origin) -> Option<Self> {
        let url = Url::parse(origin.as_str()).ok()?;
        let builder = WebauthnBuilder::new(url.domain()?, &url).ok()?;
        builder.rp_name("回覧板 かいらん").build().ok().map(Self)
    }
}

impl fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passkeys")
    }
}

/// A challenge on its way: what a page hands to the device, and what we have to know when the answer comes.
#[derive(Debug)]
pub struct Challenge<T> {
    /// For the device, as JSON.
    pub options: String,
    /// For us.
    pub state: T,
}

/// What can go wrong with a passkey.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The device's answer proves nothing, or the passkey has been removed.
    #[error("the passkey proves nothing")]
    Refused,
    /// What the page sends back is not ours, or too old.
    #[error("the page is too old")]
    Interrupted,
    /// This account has as many as it may.
    #[error("there are too many passkeys")]
    TooMany,
    /// The device's answer is no passkey, or one that is known.
    #[error("the passkey can't be registered")]
    NotRegistered,
    /// The library failed.
    #[error("cryptography failed: {0}")]
    Crypto(String),
    /// Signing in.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl PasskeyError {
    fn crypto(error: &WebauthnError) -> Self {
        Self::Crypto(error.to_string())
    }
}

impl From<PasskeyError> for Problem {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::Refused => Self::new(StatusCode::UNAUTHORIZED, "passkey_refused", "problem-passkey-refused"),
            PasskeyError::Interrupted => {
                Self::new(StatusCode::BAD_REQUEST, "sign_in_interrupted", "problem-sign-in-interrupted")
            }
            PasskeyError::TooMany => Self::conflict("too_many_passkeys", "problem-too-many-passkeys"),
            PasskeyError::NotRegistered => Self::conflict("passkey_not_registered", "problem-passkey-not-registered"),
            PasskeyError::Crypto(cause) => Self::internal(cause),
            PasskeyError::Identity(error) => error.into(),
            PasskeyError::Db(error) => error.into(),
        }
    }
}
