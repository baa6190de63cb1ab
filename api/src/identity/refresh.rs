//! Refreshing: a refresh token is changed for the next pair, once.
//!
//! Two tabs, or a phone that lost the answer in a lift, may send the same token twice within a moment: for ten seconds it is changed again, each time for a
//! pair of its own, so nothing has to be kept in clear. One that comes later has been copied: the whole session ends, for the thief and the owner alike,
//! and the owner signs in again.

use entity::{
    ids::{CityId, SessionId},
    refresh_token,
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QuerySelect as _,
};
use time::{Duration, OffsetDateTime};

use super::{
    Caller, IdentityError,
    session::{Opened, draw, hash, keep},
};
use crate::{
    clock::JAPAN,
    postgres::cities::{Door, enter},
};

/// How long after its first use a token is changed again.
const GRACE: Duration = Duration::seconds(10);

/// What became of a refresh token.
#[derive(Debug)]
pub enum Refreshed {
    /// The next one.
    Next(Opened),
    /// It had been used before: the session has to end.
    Reused(CityId, SessionId),
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
    if row.used_at.is_some_and(|used| used + GRACE <= now) {
        return Ok(Refreshed::Reused(row.city_id, row.session_id));
    }
    let caller = Caller::load(db, row.city_id, row.session_id, now.to_offset(JAPAN).date()).await?;
    let caller = caller.filter(|_| now < row.expires_at).ok_or(IdentityError::InvalidRefreshToken)?;
    if row.used_at.is_none() {
        let mut used: refresh_token::ActiveModel = row.into();
        used.used_at = Set(Some(now));
        used.update(db).await?;
    }
    let secret = draw()?;
    keep(db, caller.city, caller.session, &secret, now).await?;
    Ok(Refreshed::Next(Opened {
        city: caller.city,
        person: caller.person,
        session: caller.session,
        secret,
        email: None,
        recovery_codes: Vec::new(),
    }))
}
