//! Joining: the code of a household's slip makes the caller a person of that household, and that of a lost phone lets them come back.

use entity::{slip, way_back};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QuerySelect as _,
};
use time::OffsetDateTime;

use super::{HouseholdError, change::rehouse, register};
use crate::{
    clock::JAPAN,
    identity::{
        Caller, IdentityError,
        code::Code,
        session::{self, Device, Opened},
    },
    postgres::cities::{Door, enter},
    receipts::homes,
};

/// How many persons a slip admits until it is renewed.
const ADMITS: i16 = 8;

/// Takes a typed code and signs the person in. An empty name is no name; who comes back has theirs.
///
/// # Errors
/// Of the code; [`HouseholdError::SlipIsFull`].
pub async fn join(
    db: &impl ConnectionTrait,
    (typed, name): (&str, Option<String>),
    device: Device,
    now: OffsetDateTime,
) -> Result<Opened, HouseholdError> {
    let code = Code::parse(typed)?;
    enter(db, Door::Slip(code.hash())).await?;
    let back =
        way_back::Entity::find().filter(way_back::Column::CodeHash.eq(code.hash())).lock_exclusive().one(db).await?;
    if let Some(back) = back.filter(|back| now < back.expires_at) {
        way_back::Entity::delete_by_id((back.city_id, back.person_id)).exec(db).await?;
        return Ok(session::open(db, (back.city_id, back.person_id), device, now).await?);
    }
    let slip = admit(db, &code).await?;
    let person = register(db, (slip.city_id, Some(slip.household_id)), name, now).await?;
    Ok(session::open(db, (slip.city_id, person), device, now).await?)
}

/// Lets somebody who is a person of a household already be one of the household of another slip, as after a move. What they have read stays
/// with the household that they leave.
///
/// # Errors
/// Of the code; [`HouseholdError::SlipIsFull`], [`HouseholdError::NoHome`].
pub async fn move_with(
    db: &impl ConnectionTrait,
    caller: &Caller,
    typed: &str,
    now: OffsetDateTime,
) -> Result<(), HouseholdError> {
    let from = caller.home.as_ref().ok_or(HouseholdError::NoHome)?.household;
    let slip = admit(db, &Code::parse(typed)?).await?;
    if slip.city_id != caller.city || slip.household_id == from {
        return Err(IdentityError::InvalidCode.into());
    }
    let (today, ids) = (now.to_offset(JAPAN).date(), [from, slip.household_id]);
    let before = homes::tally(db, (caller.city, &ids), today).await?;
    rehouse(db, (caller.city, caller.person), (from, slip.household_id)).await?;
    homes::settle(db, (caller.city, &ids), before, today).await?;
    Ok(())
}

/// The slip of a code, with one person more that it has admitted.
async fn admit(db: &impl ConnectionTrait, code: &Code) -> Result<slip::Model, HouseholdError> {
    let slip = slip::Entity::find().filter(slip::Column::CodeHash.eq(code.hash())).lock_exclusive().one(db).await?;
    let slip = slip.ok_or(IdentityError::InvalidCode)?;
    if slip.admitted >= ADMITS {
        return Err(HouseholdError::SlipIsFull);
    }
    let mut used: slip::ActiveModel = slip.clone().into();
    used.admitted = Set(slip.admitted + 1);
    used.update(db).await?;
    Ok(slip)
}
