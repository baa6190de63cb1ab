//! Signing in with mail address and password.

use entity::account;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use secrecy::SecretString;
use time::OffsetDateTime;

use super::{
    IdentityError, password, second_factor,
    session::{self, Device, Opened},
};
use crate::postgres::cities::{Door, enter};

/// What a seat holder signs in with.
#[derive(Debug)]
pub struct Credentials {
    /// Their mail address.
    pub email: String,
    /// Their password.
    pub password: SecretString,
    /// The six digits.
    pub totp: Option<String>,
}

/// Signs in. `insist` on a second factor.
///
/// # Errors
/// [`IdentityError::WrongCredentials`] whichever of the two is wrong; those of the second factor.
pub async fn sign_in(
    db: &impl ConnectionTrait,
    credentials: Credentials,
    (device, insist): (Device, bool),
    now: OffsetDateTime,
) -> Result<Opened, IdentityError> {
    let email = credentials.email.trim().to_lowercase();
    enter(db, Door::Email(email.clone())).await?;
    let account = account::Entity::find().filter(account::Column::Email.eq(email)).lock_exclusive().one(db).await?;
    let hash = account.as_ref().and_then(|a| a.password_hash.clone());
    let right = password::verify(credentials.password, hash).await?;
    let account = account.filter(|_| right).ok_or(IdentityError::WrongCredentials)?;
    second_factor::check(db, &account, credentials.totp.as_deref(), insist, now).await?;
    session::open(db, (account.city_id, account.person_id), device, now).await
}
