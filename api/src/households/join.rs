//! Joining: the code of a household's slip makes the caller a person of that household, and that of a lost phone lets them come back.

use entity::{slip, way_back};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QuerySelect as _,
};
use time::OffsetDateTime;

use super::{HouseholdError, agree, change::rehouse, register};
use crate::{
    audit,
    clock::JAPAN,
    identity::{
        Caller, IdentityError,
        code::Code,
        session::{self, Device, Opened},
    },
    postgres::cities::{Door, enter},
    proxies,
    receipts::homes,
};

/// How many persons a slip admits until it is renewed.
const ADMITS: i16 = 8;

/// Takes a typed code and signs the person in. An empty name is no name; who comes back has theirs. `consent` is the version of the purposes that
/// they agreed to, if they were asked.
///
/// # Errors
/// Of the code; [`HouseholdError::SlipIsFull`], [`HouseholdError::OtherPurposes`].
pub async fn join(
    db: &impl ConnectionTrait,
    (typed, name, consent): (&str, Option<String>, Option<i16>),
    device: Device,
    now: OffsetDateTime,
) -> Result<Opened, HouseholdError> {
    let code = Code::parse(typed)?;
    enter(db, Door::Slip(code.hash())).await?;
    let back =
        way_back::Entity::find().filter(way_back::Column::CodeHash.eq(code.hash())).lock_exclusive().one(db).await?;
    let whose = match back.filter(|back| now < back.expires_at) {
        Some(back) => {
            way_back::Entity::delete_by_id((back.city_id, back.person_id)).exec(db).await?;
            (back.city_id, back.person_id)
        }
        None => {
            let slip = admit(db, &code).await?;
            (slip.city_id, register(db, (slip.city_id, Some(slip.household_id)), name, now).await?)
        }
    };
    if let Some(version) = consent {
        agree(db, whose, version, now).await?;
    }
    Ok(session::open(db, whose, device, now).await?)
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
    if !rehouse(db, (caller.city, caller.person), (from, slip.household_id)).await? {
        return Err(HouseholdError::Gone);
    }
    proxies::end_at_home(db, (caller.city, slip.household_id)).await?;
    homes::settle(db, (caller.city, &ids), before, today).await?;
    audit::record(db, caller, "move with slip", (slip.household_id.to_string(), from.to_string()), now).await?;
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
