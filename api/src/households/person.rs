//! Persons: coming, leaving, and coming back after a phone was lost.

use entity::{
    account,
    ids::{CityId, HouseholdId, PersonId},
    person, way_back,
};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::{Set, Unchanged},
    ConnectionTrait, DbErr, EntityTrait as _,
    sea_query::OnConflict,
};
use time::{Duration, OffsetDateTime};

use super::{HouseholdError, forget_person};
use crate::{
    identity::{code::Code, session},
    proxies, push,
    web::tidy,
};

/// How long the code is good with which somebody comes back.
const GOOD_FOR: Duration = Duration::days(14);

/// Adds a person (an empty name is no name), to a household or, as a seat holder, to none.
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
        name: Set(given(name)),
        created_at: Set(now),
        consent_version: Set(None),
        consented_at: Set(None),
    };
    Ok(person.insert(db).await?.id)
}

fn given(name: Option<String>) -> Option<String> {
    name.map(|name| tidy(&name)).filter(|name| !name.is_empty())
}

/// Calls a person something else.
///
/// # Errors
/// The database's.
pub async fn rename(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    name: String,
) -> Result<(), HouseholdError> {
    let row = person::ActiveModel {
        city_id: Unchanged(city),
        id: Unchanged(person),
        name: Set(given(Some(name))),
        ..Default::default()
    };
    row.update(db).await?;
    Ok(())
}

/// Ends all that a person is signed in with, and gives the code with which they come back as the same person on another phone. It is good for
/// 14 days, once; one from before dies.
///
/// # Errors
/// [`HouseholdError::SignsIn`].
pub async fn lose_phone(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    now: OffsetDateTime,
) -> Result<(Code, OffsetDateTime), HouseholdError> {
    // Who signs in with a password comes back by that; a code would open what their seat does.
    if account::Entity::find_by_id((city, person)).one(db).await?.is_some() {
        return Err(HouseholdError::SignsIn);
    }
    sign_out(db, (city, person), now).await?;
    let (code, expires_at) = (Code::draw()?, now + GOOD_FOR);
    let row = way_back::ActiveModel {
        city_id: Set(city),
        person_id: Set(person),
        code_hash: Set(code.hash()),
        issued_at: Set(now),
        expires_at: Set(expires_at),
    };
    let renewed = OnConflict::columns([way_back::Column::CityId, way_back::Column::PersonId])
        .update_columns([way_back::Column::CodeHash, way_back::Column::IssuedAt, way_back::Column::ExpiresAt])
        .to_owned();
    way_back::Entity::insert(row).on_conflict(renewed).exec_without_returning(db).await?;
    Ok((code, expires_at))
}

async fn sign_out(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    now: OffsetDateTime,
) -> Result<(), DbErr> {
    session::end_all(db, (city, person), now).await?;
    push::subscribe::forget_person(db, (city, person)).await
}

/// Takes a person out of their household and signs them out. Their name is forgotten, unless they sign in as a seat holder.
pub(super) async fn part(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    now: OffsetDateTime,
) -> Result<(), HouseholdError> {
    sign_out(db, (city, person), now).await?;
    if account::Entity::find_by_id((city, person)).one(db).await?.is_none() {
        return Ok(forget_person(db, (city, person)).await?);
    }
    proxies::forget_person(db, (city, person)).await?;
    let row = person::ActiveModel {
        city_id: Unchanged(city),
        id: Unchanged(person),
        household_id: Set(None),
        ..Default::default()
    };
    row.update(db).await?;
    Ok(())
}
