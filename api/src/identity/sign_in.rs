//! Signing in with mail address and password.
//!
//! In two steps. The password is proven first, with no connection to the database in hand and no row locked: it takes a processor for a while, and
//! tries that waited for each other would tell which addresses are known. Then, in a transaction, the second factor is checked and the person is in.

use entity::{
    account,
    ids::{CityId, PersonId},
};
use std::net::IpAddr;

use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use secrecy::SecretString;
use time::OffsetDateTime;

use super::{
    IdentityError, mail_address,
    password::Passwords,
    recovery,
    second_factor::{self, Given, Proof},
    session::{self, Device, Opened},
};
use crate::{
    audit::{self, By},
    postgres::cities::{Door, enter},
};

/// How somebody comes to the door.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// On what.
    pub device: Device,
    /// Whether a second factor is insisted on.
    pub insist: bool,
    /// Whether it is a browser that has signed in to the account before.
    pub known: bool,
    /// From where.
    pub address: IpAddr,
}

impl Visit {
    /// Whoever has been let in, as the audit log names them.
    #[must_use]
    pub fn by(&self, (city, person): (CityId, PersonId)) -> By {
        By { person: Some(person), ..self.by_nobody(city) }
    }

    /// Whoever it is, as the audit log names them.
    #[must_use]
    pub fn by_nobody(&self, city: CityId) -> By {
        By { city, person: None, seat: None, address: Some(self.address) }
    }
}

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

/// Signs in. Who has just proven a second factor for the first time gets recovery codes with it.
///
/// # Errors
/// Those of the second factor; [`IdentityError::WrongCredentials`] where the password has changed meanwhile.
pub async fn sign_in(
    db: &impl ConnectionTrait,
    proven: Proven,
    visit: Visit,
    now: OffsetDateTime,
) -> Result<Opened, IdentityError> {
    let who = (proven.city, proven.person);
    let account = account::Entity::find_by_id(who).lock_exclusive().one(db).await?;
    let account = account.filter(|a| a.password_hash == proven.hash).ok_or(IdentityError::WrongCredentials)?;
    let given = Given { code: proven.totp.as_deref(), shown: None };
    let proof = second_factor::check(db, &account, (given, &visit), now).await?;
    let recovery_codes = if proof == Proof::First { recovery::draw(db, who).await? } else { Vec::new() };
    let opened = session::open(db, who, visit.device, now).await?;
    audit::record(db, visit.by(who), "sign in", (account.person_id.to_string(), String::new()), now).await?;
    Ok(Opened { email: Some(account.email), recovery_codes, ..opened })
}
