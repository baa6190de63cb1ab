//! The code that a household gives to who is to answer for it.

use entity::{
    ids::{CityId, HouseholdId},
    proxy, proxy_code,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait as _, sea_query::OnConflict};
use time::{Date, Duration, OffsetDateTime};

use super::ProxyError;
use crate::identity::code::Code;

/// How long the code is good.
const GOOD_FOR: Duration = Duration::days(7);

/// Draws the code with which somebody becomes a household's proxy, and says until when it is good: for seven days, once. One from before dies.
/// `consented_on` is the day on which the household agreed.
///
/// # Errors
/// [`ProxyError::Taken`].
pub async fn offer(
    db: &impl ConnectionTrait,
    (city, household): (CityId, HouseholdId),
    consented_on: Date,
    now: OffsetDateTime,
) -> Result<(Code, OffsetDateTime), ProxyError> {
    if proxy::Entity::find_by_id((city, household)).one(db).await?.is_some() {
        return Err(ProxyError::Taken);
    }
    let (code, expires_at) = (Code::draw()?, now + GOOD_FOR);
    let row = proxy_code::ActiveModel {
        city_id: Set(city),
        household_id: Set(household),
        code_hash: Set(code.hash()),
        consented_on: Set(consented_on),
        issued_at: Set(now),
        expires_at: Set(expires_at),
    };
    let renewed = OnConflict::columns([proxy_code::Column::CityId, proxy_code::Column::HouseholdId])
        .update_columns([
            proxy_code::Column::CodeHash,
            proxy_code::Column::ConsentedOn,
            proxy_code::Column::IssuedAt,
            proxy_code::Column::ExpiresAt,
        ])
        .to_owned();
    proxy_code::Entity::insert(row).on_conflict(renewed).exec_without_returning(db).await?;
    Ok((code, expires_at))
}
