//! Slips (加入票): one joining code for each household.

use entity::{
    ids::{CityId, HouseholdId},
    slip,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait as _, sea_query::OnConflict};
use time::OffsetDateTime;

use super::HouseholdError;
use crate::identity::code::Code;

/// Gives a household another slip; the one from before dies, and eight more persons may join.
///
/// # Errors
/// The database's.
pub async fn renew_slip(
    db: &impl ConnectionTrait,
    (city, household): (CityId, HouseholdId),
    now: OffsetDateTime,
) -> Result<Code, HouseholdError> {
    let code = Code::draw()?;
    let row = slip::ActiveModel {
        city_id: Set(city),
        household_id: Set(household),
        code_hash: Set(code.hash()),
        admitted: Set(0),
        issued_at: Set(now),
    };
    let renewed = OnConflict::columns([slip::Column::CityId, slip::Column::HouseholdId])
        .update_columns([slip::Column::CodeHash, slip::Column::Admitted, slip::Column::IssuedAt])
        .to_owned();
    slip::Entity::insert(row).on_conflict(renewed).exec_without_returning(db).await?;
    Ok(code)
}
