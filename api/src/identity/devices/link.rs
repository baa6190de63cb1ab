//! A further device: the one that is signed in shows a code, the other one hands it in.

use entity::{
    account, device_code,
    ids::{CityId, PersonId},
    session,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _, sea_query::OnConflict,
};
use time::{Duration, OffsetDateTime};

use crate::identity::{
    Caller, IdentityError,
    code::Code,
    session::{Device, Opened, open},
};
use crate::postgres::cities::{Door, enter};

/// How long the code is good.
const GOOD_FOR: Duration = Duration::minutes(5);

/// A code for a further device.
#[derive(Debug)]
pub struct Link {
    /// The code.
    pub code: Code,
    /// When it ends.
    pub expires_at: OffsetDateTime,
}

/// Whether a person's device may let in another: not where they have an account to sign in with.
///
/// # Errors
/// The database's.
pub async fn may_link(db: &impl ConnectionTrait, who: (CityId, PersonId)) -> Result<bool, DbErr> {
    Ok(account::Entity::find_by_id(who).count(db).await? == 0)
}

/// Draws a code for the caller's device to show; the one that it showed before is over.
///
/// # Errors
/// [`IdentityError::SignInInstead`].
pub async fn draw(db: &impl ConnectionTrait, caller: &Caller, now: OffsetDateTime) -> Result<Link, IdentityError> {
    if !may_link(db, (caller.city, caller.person)).await? {
        return Err(IdentityError::SignInInstead);
    }
    let link = Link { code: Code::draw()?, expires_at: now + GOOD_FOR };
    let row = device_code::ActiveModel {
        city_id: Set(caller.city),
        code_hash: Set(link.code.hash()),
        session_id: Set(caller.session),
        expires_at: Set(link.expires_at),
    };
    let instead = OnConflict::columns([device_code::Column::CityId, device_code::Column::SessionId])
        .update_columns([device_code::Column::CodeHash, device_code::Column::ExpiresAt])
        .to_owned();
    device_code::Entity::insert(row).on_conflict(instead).exec_without_returning(db).await?;
    Ok(link)
}

/// Takes a code and signs the device in as the person who shows it.
///
/// # Errors
/// Of the code: also where the device that shows it has been ended, or its person has got an account meanwhile.
pub async fn admit(
    db: &impl ConnectionTrait,
    typed: &str,
    device: Device,
    now: OffsetDateTime,
) -> Result<Opened, IdentityError> {
    let code = Code::parse(typed)?;
    enter(db, Door::DeviceCode(code.hash())).await?;
    let shown = device_code::Entity::find()
        .filter(device_code::Column::CodeHash.eq(code.hash()))
        .lock_exclusive()
        .one(db)
        .await?
        .filter(|shown| now < shown.expires_at)
        .ok_or(IdentityError::InvalidCode)?;
    device_code::Entity::delete_by_id((shown.city_id, shown.code_hash)).exec(db).await?;
    let by = session::Entity::find_by_id((shown.city_id, shown.session_id)).one(db).await?;
    let by = by.filter(|by| by.ended_at.is_none()).ok_or(IdentityError::InvalidCode)?;
    let who = (by.city_id, by.person_id);
    if !may_link(db, who).await? {
        return Err(IdentityError::InvalidCode);
    }
    open(db, who, device, now).await
}
