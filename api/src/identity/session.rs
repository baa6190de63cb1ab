//! Sign-ins: a session is one device. A program holds a refresh token that changes with each use; a browser holds a cookie.
//!
//! Only hashes of either are kept. The other devices of the same person are told of each sign-in, until somebody has looked.

use std::{collections::HashMap, sync::LazyLock};

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
    QueryFilter as _, sea_query::Expr,
};
use secrecy::{ExposeSecret as _, SecretString};
use time::{Duration, OffsetDateTime};

use super::{Agent, IdentityError, code::Code};
use crate::{
    clock::JAPAN,
    config::Origin,
    say::{Language, Message, Says as _, Target},
};

/// How long a refresh token waits to be used.
const REFRESH: Duration = Duration::days(90);
/// How long a browser keeps the cookie: the longest that browsers allow.
pub(super) const COOKIE: CookieDuration = CookieDuration::days(400);

/// What carries a sign-in, and what it says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// A program, by tokens.
    Program(Agent),
    /// A browser, by cookie.
    Browser(Agent),
    /// A home screen that shares nothing with the browser, by cookie.
    HomeScreen(Agent),
}

impl Device {
    /// The same on its home screen.
    #[must_use]
    pub fn at_home(self) -> Self {
        if let Self::Browser(agent) = self { Self::HomeScreen(agent) } else { self }
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> Message {
        let of = |key, machine| Message::new(key).with("machine", machine);
        match self {
            Self::Browser(agent) => agent.name(),
            Self::HomeScreen(agent) => {
                of("device-home-screen", agent.machine().unwrap_or_else(|| "device-phone".into()))
            }
            Self::Program(agent) => {
                agent.machine().map_or("device-program".into(), |machine| of("device-app", machine))
            }
        }
    }

    /// The name as it is kept: in Japanese, as programs are given it.
    #[must_use]
    pub fn kept(&self) -> String {
        self.name().say(Language::Japanese, Target::Plain)
    }

    /// A name that was kept, to be said in any language. What is none of those that are given is said as it stands.
    #[must_use]
    pub fn known(kept: String) -> Message {
        KNOWN.get(&kept).map_or_else(|| Message::text(kept), Self::name)
    }
}

/// All devices by the names under which they are kept.
static KNOWN: LazyLock<HashMap<String, Device>> = LazyLock::new(|| {
    let carried = |agent| [Device::Program(agent), Device::HomeScreen(agent), Device::Browser(agent)];
    Agent::all().flat_map(carried).map(|device| (device.kept(), device)).collect()
});

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
    /// The mail address by which they signed in, where it was by one.
    pub email: Option<String>,
    /// Codes to write down, where a second factor was proven for the first time.
    pub recovery_codes: Vec<Code>,
}

/// Signs a person in, and lets their other devices know.
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
        cookie_hash: Set((!matches!(device, Device::Program(_))).then(|| hash(secret.expose_secret()))),
        created_at: Set(now),
        ended_at: Set(None),
        device: Set(Some(device.kept())),
        seen_on: Set(Some(now.to_offset(JAPAN).date())),
        further_id: Set(None),
    }
    .insert(db)
    .await?;
    session::Entity::update_many()
        .col_expr(session::Column::FurtherId, Expr::value(id.0))
        .filter(session::Column::CityId.eq(city))
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::Id.ne(id))
        .filter(session::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    if matches!(device, Device::Program(_)) {
        keep(db, city, id, &secret, now).await?;
    }
    Ok(Opened { city, person, session: id, secret, email: None, recovery_codes: Vec::new() })
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
pub fn cookie(origin: &Origin, secret: &str) -> Cookie<'static> {
    Cookie::build(cookie_name(origin), secret.to_owned())
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

/// Keeps a refresh token of a session.
///
/// # Errors
/// The database's.
pub(super) async fn keep(
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
///
/// # Errors
/// When the system has no randomness.
pub(super) fn draw() -> Result<SecretString, IdentityError> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|e| IdentityError::Crypto(e.to_string()))?;
    Ok(BASE64URL.encode(bytes).into())
}

/// What is kept of a secret.
pub(super) fn hash(secret: &str) -> Vec<u8> {
    digest(&SHA256, secret.as_bytes()).as_ref().to_vec()
}
