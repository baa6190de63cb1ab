//! The rows of persons.

use entity::{
    ids::{CityId, HouseholdId, PersonId},
    person,
};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait, DbErr};
use time::OffsetDateTime;

/// Adds a person, to a household or, as a seat holder, to none.
///
/// # Errors
/// The database's.
pub async fn register(
    db: &impl ConnectionTrait,
    (city, household): (CityId, Option<HouseholdId>),
    name: Option<String>,
    now: OffsetDateTime,
) -> Result<PersonId, DbErr> {
    let person = person::ActiveModel {
        city_id: Set(city),
        id: Set(PersonId::new()),
        household_id: Set(household),
        name: Set(name),
        created_at: Set(now),
    };
    Ok(person.insert(db).await?.id)
}
