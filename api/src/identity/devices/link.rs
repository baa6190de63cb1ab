//! A further device: the one that is signed in shows a code, the other one hands it in. The home screen of an iPhone is one too: its pages have cookies
//! of their own, and what is opened from there brings a code along that the browser was given for it.

use entity::{
    account, device_code, home_code,
    ids::{CityId, PersonId, SessionId},
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
use crate::postgres::{
    cities::{Door, enter},
    sql,
};

/// How long the code is good.
const GOOD_FOR: Duration = Duration::minutes(5);

/// How long a code waits on a home screen: who puts the page there at the meeting may open it at home.
const WAITS: Duration = Duration::days(1);
/// How many of those a browser has at a time. It asks for one whenever it looks, and nobody knows which one it took along.
const AT_A_TIME: u64 = 5;

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

/// Draws a code with which the caller goes on from the home screen; none where they have an account, and sign in there themselves.
///
/// # Errors
/// The database's; when the system has no randomness.
pub async fn draw_for_home(
    db: &impl ConnectionTrait,
    caller: &Caller,
    now: OffsetDateTime,
) -> Result<Option<Code>, IdentityError> {
    if !may_link(db, (caller.city, caller.person)).await? {
        return Ok(None);
    }
    let code = Code::draw()?;
    let row = home_code::ActiveModel {
        city_id: Set(caller.city),
        code_hash: Set(code.hash()),
        session_id: Set(caller.session),
        expires_at: Set(now + WAITS),
    };
    home_code::Entity::insert(row).exec_without_returning(db).await?;
    let statement = sql(
        "DELETE FROM home_code WHERE city_id = $1 AND code_hash IN (
            SELECT code_hash FROM home_code WHERE city_id = $1 AND session_id = $2
            ORDER BY expires_at DESC, code_hash OFFSET $3)",
        [caller.city.0.into(), caller.session.0.into(), AT_A_TIME.into()],
    );
    db.execute_raw(statement).await?;
    Ok(Some(code))
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
    let (shown, device) = match show(db, &code, now).await? {
        Some(shown) => (shown, device),
        None => (wait(db, &code, now).await?.ok_or(IdentityError::InvalidCode)?, device.at_home()),
    };
    let by = session::Entity::find_by_id(shown).one(db).await?;
    let by = by.filter(|by| by.ended_at.is_none()).ok_or(IdentityError::InvalidCode)?;
    let who = (by.city_id, by.person_id);
    if !may_link(db, who).await? {
        return Err(IdentityError::InvalidCode);
    }
    open(db, who, device, now).await
}

/// The sign-in that shows a code, which is over by that.
async fn show(
    db: &impl ConnectionTrait,
    code: &Code,
    now: OffsetDateTime,
) -> Result<Option<(CityId, SessionId)>, DbErr> {
    let shown = device_code::Entity::find().filter(device_code::Column::CodeHash.eq(code.hash())).lock_exclusive();
    let Some(shown) = shown.one(db).await?.filter(|shown| now < shown.expires_at) else { return Ok(None) };
    device_code::Entity::delete_by_id((shown.city_id, shown.code_hash)).exec(db).await?;
    Ok(Some((shown.city_id, shown.session_id)))
}

/// The sign-in that goes on from the home screen with a code. All that it was given are over by that.
async fn wait(
    db: &impl ConnectionTrait,
    code: &Code,
    now: OffsetDateTime,
) -> Result<Option<(CityId, SessionId)>, DbErr> {
    let waiting = home_code::Entity::find().filter(home_code::Column::CodeHash.eq(code.hash())).lock_exclusive();
    let Some(waiting) = waiting.one(db).await?.filter(|waiting| now < waiting.expires_at) else { return Ok(None) };
    home_code::Entity::delete_many()
        .filter(home_code::Column::CityId.eq(waiting.city_id))
        .filter(home_code::Column::SessionId.eq(waiting.session_id))
        .exec(db)
        .await?;
    Ok(Some((waiting.city_id, waiting.session_id)))
}
