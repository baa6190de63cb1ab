//! Signing in with mail address and password.
//!
//! In two steps. The password is proven first, with no connection to the database in hand and no row locked: it takes a processor for a while, and
//! tries that waited for each other would tell which addresses are known. Then, in a transaction, the second factor is checked and the person is in.

use entity::{
    account,
    ids::{CityId, PersonId},
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use secrecy::SecretString;
use time::OffsetDateTime;

use super::{
    IdentityError, mail_address,
    password::Passwords,
    second_factor,
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
    /// The six digits, or a recovery code.
    pub totp: Option<String>,
}

/// An account whose password was right.
#[derive(Debug)]
pub struct Proven {
    /// In which city.
    pub city: CityId,
    person: PersonId,
    hash: Option<String>,
    totp: Option<String>,
}

/// The account of a mail address, in large letters or small; the rest of the transaction is in its city.
///
/// # Errors
/// The database's.
pub async fn account_of(db: &impl ConnectionTrait, email: &str) -> Result<Option<account::Model>, DbErr> {
    let Some(email) = mail_address(email) else { return Ok(None) };
    enter(db, Door::Email(email.clone())).await?;
    account::Entity::find().filter(account::Column::Email.eq(email)).one(db).await
}

/// Proves the password. Without an account the same work is done.
///
/// # Errors
/// [`IdentityError::WrongCredentials`] whichever of the two is wrong; [`IdentityError::Busy`].
pub async fn prove(
    passwords: &Passwords,
    account: Option<account::Model>,
    credentials: Credentials,
) -> Result<Proven, IdentityError> {
    let hash = account.as_ref().and_then(|a| a.password_hash.clone());
    let right = passwords.verify(credentials.password, hash).await?;
    let account = account.filter(|_| right).ok_or(IdentityError::WrongCredentials)?;
    let account::Model { city_id: city, person_id: person, password_hash: hash, .. } = account;
    Ok(Proven { city, person, hash, totp: credentials.totp })
}

/// Signs in. `insist` on a second factor.
///
/// # Errors
/// Those of the second factor; [`IdentityError::WrongCredentials`] where the password has changed meanwhile.
pub async fn sign_in(
    db: &impl ConnectionTrait,
    proven: Proven,
    (device, insist): (Device, bool),
    now: OffsetDateTime,
) -> Result<Opened, IdentityError> {
    let account = account::Entity::find_by_id((proven.city, proven.person)).lock_exclusive().one(db).await?;
    let account = account.filter(|a| a.password_hash == proven.hash).ok_or(IdentityError::WrongCredentials)?;
    second_factor::check(db, &account, proven.totp.as_deref(), insist, now).await?;
    let opened = session::open(db, (account.city_id, account.person_id), device, now).await?;
    Ok(Opened { email: Some(account.email), ..opened })
}
