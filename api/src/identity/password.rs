//! Passwords: argon2id (RFC 9106) at the library's parameters (19 MiB, two passes), off the server's
//! own threads.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use secrecy::{ExposeSecret as _, SecretString};

use super::IdentityError;

/// The hash of a password, as a PHC string with its salt and parameters.
///
/// # Errors
/// When the library fails.
pub async fn hash(password: SecretString) -> Result<String, IdentityError> {
    off_thread(move || {
        let hash = Argon2::default().hash_password(password.expose_secret().as_bytes());
        hash.map(|h| h.to_string()).map_err(|e| IdentityError::Crypto(e.to_string()))
    })
    .await
}

/// Whether `password` is the one of `hash`. Without a hash the same work is done, so that the time does not tell who has an
/// account.
///
/// # Errors
/// When the library fails.
pub async fn verify(password: SecretString, hash: Option<String>) -> Result<bool, IdentityError> {
    off_thread(move || {
        let bytes = password.expose_secret().as_bytes();
        match hash.as_deref().map(PasswordHash::new) {
            Some(Ok(hash)) => Ok(Argon2::default().verify_password(bytes, &hash).is_ok()),
            Some(Err(e)) => Err(IdentityError::Crypto(e.to_string())),
            None => {
                Argon2::default().hash_password(bytes).map(|_| false).map_err(|e| IdentityError::Crypto(e.to_string()))
            }
        }
    })
    .await
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IdentityError> + Send + 'static,
) -> Result<T, IdentityError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| IdentityError::Crypto(e.to_string()))?
}
