//! Whoever types a household's code answers for it.

use entity::{ids::HouseholdId, proxy, proxy_code};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QuerySelect as _, SqlErr,
};
use time::OffsetDateTime;

use super::ProxyError;
use crate::identity::{Caller, IdentityError, code::Code};

/// Takes a typed code, which serves once, and makes the caller the proxy of its household.
///
/// # Errors
/// Of the code; [`ProxyError::NoHome`], [`ProxyError::OwnHousehold`], [`ProxyError::Taken`].
pub async fn accept(
    db: &impl ConnectionTrait,
    caller: &Caller,
    typed: &str,
    now: OffsetDateTime,
) -> Result<HouseholdId, ProxyError> {
    let code = Code::parse(typed)?;
    let home = caller.home.as_ref().ok_or(ProxyError::NoHome)?.household;
    let found = proxy_code::Entity::find()
        .filter(proxy_code::Column::CityId.eq(caller.city))
        .filter(proxy_code::Column::CodeHash.eq(code.hash()))
        .lock_exclusive()
        .one(db)
        .await?;
    let offered = found.filter(|one| now < one.expires_at).ok_or(IdentityError::InvalidCode)?;
    if offered.household_id == home {
        return Err(ProxyError::OwnHousehold);
    }
    proxy_code::Entity::delete_by_id((offered.city_id, offered.household_id)).exec(db).await?;
    let row = proxy::ActiveModel {
        city_id: Set(offered.city_id),
        household_id: Set(offered.household_id),
        person_id: Set(caller.person),
        consented_on: Set(offered.consented_on),
        since: Set(now),
    };
    // A code that was drawn while another one was typed finds the household taken.
    row.insert(db).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => ProxyError::Taken,
        _ => error.into(),
    })?;
    Ok(offered.household_id)
}
