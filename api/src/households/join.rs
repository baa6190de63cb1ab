//! Joining: the code of a household's slip makes the caller a person of that household.

use entity::slip;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QuerySelect as _,
};
use time::OffsetDateTime;

use super::{HouseholdError, register};
use crate::{
    identity::{
        IdentityError,
        code::Code,
        session::{self, Device, Opened},
    },
    postgres::cities::{Door, enter},
};

/// How many persons a slip admits until it is renewed.
const ADMITS: i16 = 8;

/// Takes a typed code and signs the person in. An empty name is no name.
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
    let slip = slip::Entity::find().filter(slip::Column::CodeHash.eq(code.hash())).lock_exclusive().one(db).await?;
    let slip = slip.ok_or(IdentityError::InvalidCode)?;
    if slip.admitted >= ADMITS {
        return Err(HouseholdError::SlipIsFull);
    }
    let name = name.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
    let person = register(db, (slip.city_id, Some(slip.household_id)), name, now).await?;
    let mut used: slip::ActiveModel = slip.clone().into();
    used.admitted = Set(slip.admitted + 1);
    used.update(db).await?;
    Ok(session::open(db, (slip.city_id, person), device, now).await?)
}
