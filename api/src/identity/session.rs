//! Sign-ins: a session is one device. A program holds a refresh token that changes with each use; a browser holds a cookie.
//!
//! Only hashes of either are kept. A refresh token that comes back a second time has been copied: the whole session ends, for
//! the thief and the owner alike, and the owner signs in again.

use actix_web::cookie::{Cookie, SameSite, time::Duration as CookieDuration};
use aws_lc_rs::{
    digest::{SHA256, digest},
    rand,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use entity::{
    ids::{CityId, PersonId, SessionId},
    refresh_token, session,
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _,
    QueryFilter as _, QuerySelect as _, sea_query::Expr,
};
use secrecy::{ExposeSecret as _, SecretString};
use time::{Duration, OffsetDateTime};

use super::IdentityError;
use crate::{
    config::Origin,
    postgres::cities::{Door, enter},
};

/// How long a refresh token waits to be used.
const REFRESH: Duration = Duration::days(90);
/// How long a browser keeps the cookie: the longest that browsers allow.
const COOKIE: CookieDuration = CookieDuration::days(400);

/// What carries a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// A program, by tokens.
    Program,
    /// A browser, by cookie.
    Browser,
}

/// A sign-in just made.
#[derive(Debug)]
pub struct Opened {
    /// Whose city.
    pub city: CityId,
    /// Who signed in.
    pub person: PersonId,
    /// The session.
    pub session: SessionId,
    /// The refresh token, or the cookie's value.
    pub secret: SecretString,
}

/// Signs a person in.
///
/// # Errors
/// The database's; when the system has no randomness.
pub async fn open(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    device: Device,
    now: OffsetDateTime,
) -> Result<Opened, IdentityError> {
    let secret = draw()?;
    let id = SessionId::new();
    session::ActiveModel {
        city_id: Set(city),
        id: Set(id),
        person_id: Set(person),
        cookie_hash: Set((device == Device::Browser).then(|| hash(secret.expose_secret()))),
        created_at: Set(now),
        ended_at: Set(None),
    }
    .insert(db)
    .await?;
    if device == Device::Program {
        keep(db, city, id, &secret, now).await?;
    }
    Ok(Opened { city, person, session: id, secret })
}

/// Changes a refresh token for the next one.
///
/// # Errors
/// [`IdentityError::InvalidRefreshToken`].
pub async fn refresh(db: &impl ConnectionTrait, token: &str, now: OffsetDateTime) -> Result<Refreshed, IdentityError> {
    enter(db, Door::RefreshToken(hash(token))).await?;
    let row = refresh_token::Entity::find()
        .filter(refresh_token::Column::TokenHash.eq(hash(token)))
        .lock_exclusive()
        .one(db)
        .await?
        .ok_or(IdentityError::InvalidRefreshToken)?;
    if row.used_at.is_some() {
        return Ok(Refreshed::Reused(row.city_id, row.session_id));
    }
    let session = session::Entity::find_by_id((row.city_id, row.session_id)).one(db).await?;
    let session =
        session.filter(|s| s.ended_at.is_none() && now < row.expires_at).ok_or(IdentityError::InvalidRefreshToken)?;
    let mut used: refresh_token::ActiveModel = row.into();
    used.used_at = Set(Some(now));
    used.update(db).await?;
    let secret = draw()?;
    keep(db, session.city_id, session.id, &secret, now).await?;
    Ok(Refreshed::Next(Opened { city: session.city_id, person: session.person_id, session: session.id, secret }))
}

/// What became of a refresh token.
#[derive(Debug)]
pub enum Refreshed {
    /// The next one.
    Next(Opened),
    /// It had been used before: the session has to end.
    Reused(CityId, SessionId),
}

/// Signs out.
///
/// # Errors
/// The database's.
pub async fn end(db: &impl ConnectionTrait, city: CityId, id: SessionId, now: OffsetDateTime) -> Result<(), DbErr> {
    session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(now))
        .filter(session::Column::CityId.eq(city))
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Signs a person out everywhere.
///
/// # Errors
/// The database's.
pub async fn end_all(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    now: OffsetDateTime,
) -> Result<(), DbErr> {
    session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(now))
        .filter(session::Column::CityId.eq(city))
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// The cookie's name: with TLS one that only this very host can set.
#[must_use]
pub fn cookie_name(origin: &Origin) -> &'static str {
    if origin.is_https() { "__Host-kairan" } else { "kairan" }
}

/// The cookie that carries a browser's sign-in.
#[must_use]
pub fn cookie(origin: &Origin, opened: &Opened) -> Cookie<'static> {
    Cookie::build(cookie_name(origin), opened.secret.expose_secret().to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(origin.is_https())
        .max_age(COOKIE)
        .finish()
}

/// The cookie that takes it away again.
#[must_use]
pub fn no_cookie(origin: &Origin) -> Cookie<'static> {
    let mut cookie =
        Cookie::build(cookie_name(origin), "").path("/").http_only(true).secure(origin.is_https()).finish();
    cookie.make_removal();
    cookie
}

async fn keep(
    db: &impl ConnectionTrait,
    city: CityId,
    session: SessionId,
    token: &SecretString,
    now: OffsetDateTime,
) -> Result<(), DbErr> {
    let row = refresh_token::ActiveModel {
        city_id: Set(city),
        token_hash: Set(hash(token.expose_secret())),
        session_id: Set(session),
        issued_at: Set(now),
        expires_at: Set(now + REFRESH),
        used_at: Set(None),
    };
    refresh_token::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// 256 bits: nothing that anybody types.
fn draw() -> Result<SecretString, IdentityError> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|e| IdentityError::Crypto(e.to_string()))?;
    Ok(BASE64URL.encode(bytes).into())
}

/// What is kept of a secret.
pub(super) fn hash(secret: &str) -> Vec<u8> {
    digest(&SHA256, secret.as_bytes()).as_ref().to_vec()
}
