//! Passwords: argon2id (RFC 9106) at the library's parameters (19 MiB, two passes), off the server's
//! own threads, and no more of them at once than there are cores.
//!
//! Each takes a core for tens of milliseconds. Were there no bound, a few hundred tries at once would take all cores and the memory of the server,
//! for whoever sends them; so a short queue waits, and who comes after that is asked to come again.

use std::{fmt, num::NonZero, sync::Arc, thread::available_parallelism};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use super::IdentityError;

/// How many wait for each core at most: less than a second's work for it.
const WAITING: usize = 16;

/// A password as it is kept: a PHC string with its salt and parameters. The default is none, with which nobody signs in.
#[derive(Clone, Default)]
pub struct Hashed(pub(super) Option<String>);

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashed")
    }
}

/// Hashes and verifies, in turns.
#[derive(Debug)]
pub struct Passwords {
    /// One for each password that is being worked on.
    turns: Arc<Semaphore>,
    /// One for each that is being worked on or waits.
    places: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        Self::new(cores, cores * WAITING)
    }
}

impl Passwords {
    /// With so many at once, and so many more that wait.
    fn new(turns: usize, waiting: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(turns)), places: Arc::new(Semaphore::new(turns + waiting)) }
    }

    /// The hash of a password.
    ///
    /// # Errors
    /// [`IdentityError::Busy`] where too many wait; when the library fails.
    pub async fn hash(&self, password: SecretString) -> Result<Hashed, IdentityError> {
        self.off_thread(move || {
            let hash = Argon2::default().hash_password(password.expose_secret().as_bytes());
            hash.map(|hash| Hashed(Some(hash.to_string()))).map_err(|e| IdentityError::Crypto(e.to_string()))
        })
        .await
    }

    /// Whether `password` is the one of `hash`. Without a hash the same work is done, so that the time does not tell who has an
    /// account.
    ///
    /// # Errors
    /// [`IdentityError::Busy`] where too many wait; when the library fails.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, IdentityError> {
        self.off_thread(move || {
            let bytes = password.expose_secret().as_bytes();
            match hash.as_deref().map(PasswordHash::new) {
                Some(Ok(hash)) => Ok(Argon2::default().verify_password(bytes, &hash).is_ok()),
                Some(Err(e)) => Err(IdentityError::Crypto(e.to_string())),
                None => Argon2::default()
                    .hash_password(bytes)
                    .map(|_| false)
                    .map_err(|e| IdentityError::Crypto(e.to_string())),
            }
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, IdentityError> + Send + 'static,
    ) -> Result<T, IdentityError> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| IdentityError::Busy)?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|e| IdentityError::Crypto(e.to_string()))?;
        let work = move || {
            let done = work();
            // Held by the work and not by who waits for it: a client that goes away does not make room for the next before it is done.
            drop((turn, place));
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|e| IdentityError::Crypto(e.to_string()))?
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, sync::mpsc};

    use actix_web::ResponseError as _;
    use futures_util::FutureExt as _;

    use super::*;
    use crate::problem::Problem;

    #[tokio::test]
    async fn what_is_hashed_is_verified_and_nothing_else_is() {
        let passwords = Passwords::default();
        let Hashed(hash) = passwords.hash("correct horse".into()).await.expect("a hash");
        assert!(passwords.verify("correct horse".into(), hash.clone()).await.expect("an answer"));
        assert!(!passwords.verify("battery staple".into(), hash).await.expect("an answer"));
        assert!(!passwords.verify("correct horse".into(), Hashed::default().0).await.expect("an answer"));
    }

    #[tokio::test]
    async fn one_is_worked_on_two_wait_and_the_fourth_is_asked_to_come_again() {
        let passwords = Passwords::new(1, 2);
        let (begun, beginnings) = mpsc::channel();
        let work = |name: char| {
            let (open, gate) = mpsc::channel::<()>();
            let begun = begun.clone();
            let work = move || {
                begun.send(name).expect("somebody listens");
                gate.recv().map_err(|e| IdentityError::Crypto(e.to_string()))
            };
            (passwords.off_thread(work), open)
        };
        let ((first, open_first), (second, open_second), (third, open_third)) = (work('a'), work('b'), work('c'));
        let (mut first, mut second, mut third) = (pin!(first), pin!(second), pin!(third));
        assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());
        assert!(third.as_mut().now_or_never().is_none());
        assert_eq!(beginnings.recv(), Ok('a'));
        assert!(beginnings.try_recv().is_err(), "the others wait");

        let fourth = passwords.verify("correct horse".into(), None).await.expect_err("no place");
        let answer = Problem::from(fourth).error_response();
        assert_eq!(answer.status(), 503);
        assert!(answer.headers().contains_key("retry-after"));

        open_first.send(()).expect("somebody waits");
        first.await.expect("it is done");
        assert!(second.as_mut().now_or_never().is_none());
        assert_eq!(beginnings.recv(), Ok('b'), "in their order");
        open_second.send(()).expect("somebody waits");
        second.await.expect("it is done");
        open_third.send(()).expect("somebody waits");
        third.await.expect("it is done");
        assert!(!passwords.verify("correct horse".into(), None).await.expect("a place"));
    }
}
