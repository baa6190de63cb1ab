//! Changing households: adding, renaming, moving, splitting, merging, leaving. What they have read goes with them, and the counts follow.

use entity::{
    area, household,
    household::Delivery,
    ids::{CityId, HouseholdId, PersonId},
    person, slip,
};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait, EntityTrait as _, SqlErr, prelude::Uuid};
use time::{Date, OffsetDateTime};

use super::{HouseholdError, part};
use crate::{
    clock::JAPAN,
    postgres::sql,
    proxies,
    receipts::{self, homes},
    web::tidy,
};

/// That the label is free there, or the database's word.
fn taken(error: sea_orm::DbErr) -> HouseholdError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => HouseholdError::LabelTaken,
        _ => error.into(),
    }
}

fn day(now: OffsetDateTime) -> Date {
    now.to_offset(JAPAN).date()
}

/// What the households count for, when nobody else changes homes and all of them are still there.
async fn held(
    db: &impl ConnectionTrait,
    (city, ids): (CityId, &[HouseholdId]),
    today: Date,
) -> Result<homes::Tally, HouseholdError> {
    let before = homes::tally(db, (city, ids), today).await?;
    for id in ids {
        household::Entity::find_by_id((city, *id)).one(db).await?.ok_or(HouseholdError::Gone)?;
    }
    Ok(before)
}

/// Adds a household to a group or association.
///
/// # Errors
/// [`HouseholdError::LabelTaken`].
pub async fn add(
    db: &impl ConnectionTrait,
    area: &area::Model,
    (label, delivery): (&str, Delivery),
    now: OffsetDateTime,
) -> Result<household::Model, HouseholdError> {
    let row = household::ActiveModel {
        city_id: Set(area.city_id),
        id: Set(HouseholdId::new()),
        area_id: Set(area.id),
        label: Set(tidy(label)),
        delivery: Set(delivery),
        created_at: Set(now),
    };
    row.insert(db).await.map_err(taken)
}

/// Renames a household, or changes how it wants its notices.
///
/// # Errors
/// [`HouseholdError::LabelTaken`].
pub async fn change(
    db: &impl ConnectionTrait,
    household: household::Model,
    (label, delivery): (Option<&str>, Option<Delivery>),
) -> Result<household::Model, HouseholdError> {
    let (before, mut row) = (household.clone(), household::ActiveModel::from(household));
    row.label = Set(label.map_or(before.label, tidy));
    row.delivery = Set(delivery.unwrap_or(before.delivery));
    row.update(db).await.map_err(taken)
}

/// Moves a household to another group or association. Its receipts go along: they count there, and no longer where it was.
///
/// # Errors
/// [`HouseholdError::LabelTaken`].
pub async fn relocate(
    db: &impl ConnectionTrait,
    household: household::Model,
    to: &area::Model,
    now: OffsetDateTime,
) -> Result<household::Model, HouseholdError> {
    let (city, ids) = (household.city_id, [household.id]);
    let before = held(db, (city, &ids), day(now)).await?;
    let mut row = household::ActiveModel::from(household);
    row.area_id = Set(to.id);
    let moved = row.update(db).await.map_err(taken)?;
    homes::settle(db, (city, &ids), before, day(now)).await?;
    Ok(moved)
}

/// Makes a household of its own of some of its people, who live on in the same group. Both have read what the one had.
///
/// # Errors
/// [`HouseholdError::LabelTaken`]; [`HouseholdError::NotOfThisHome`] with the place of somebody who is not of it.
pub async fn split(
    db: &impl ConnectionTrait,
    (household, area): (&household::Model, &area::Model),
    (label, people): (&str, &[PersonId]),
    now: OffsetDateTime,
) -> Result<household::Model, HouseholdError> {
    let city = household.city_id;
    let fresh = add(db, area, (label, household.delivery), now).await?;
    let ids = [household.id, fresh.id];
    let before = held(db, (city, &ids), day(now)).await?;
    for (place, person) in people.iter().enumerate() {
        if !rehouse(db, (city, *person), (household.id, fresh.id)).await? {
            return Err(HouseholdError::NotOfThisHome(place));
        }
    }
    homes::share_with(db, city, (household.id, fresh.id)).await?;
    homes::settle(db, (city, &ids), before, day(now)).await?;
    Ok(fresh)
}

/// Lets a person of one household be of another. What they opened there is known of the household alone.
pub(super) async fn rehouse(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    (from, to): (HouseholdId, HouseholdId),
) -> Result<bool, HouseholdError> {
    let statement = sql(
        "UPDATE person SET household_id = $4 WHERE city_id = $1 AND id = $2 AND household_id = $3",
        [city.0.into(), person.0.into(), from.0.into(), to.0.into()],
    );
    let moved = db.execute_raw(statement).await?.rows_affected() == 1;
    if moved {
        receipts::forget_person(db, (city, person), from.into()).await?;
    }
    Ok(moved)
}

/// Merges a household into another one: its people and what it has read are that one's, and its slip dies.
///
/// # Errors
/// The database's.
pub async fn merge(
    db: &impl ConnectionTrait,
    (household, other): (&household::Model, household::Model),
    now: OffsetDateTime,
) -> Result<(), HouseholdError> {
    let (city, ids) = (household.city_id, [household.id, other.id]);
    let before = held(db, (city, &ids), day(now)).await?;
    let statement = sql(
        "UPDATE person SET household_id = $3 WHERE city_id = $1 AND household_id = $2",
        [city.0.into(), other.id.0.into(), household.id.0.into()],
    );
    db.execute_raw(statement).await?;
    proxies::forget_household(db, (city, other.id)).await?;
    proxies::end_at_home(db, (city, household.id)).await?;
    homes::leave_to(db, city, (other.id, household.id)).await?;
    remove(db, &other).await?;
    homes::settle(db, (city, &ids), before, day(now)).await?;
    Ok(())
}

/// Lets a household leave: its people leave, and what it has read is forgotten.
///
/// # Errors
/// The database's.
pub async fn dissolve(
    db: &impl ConnectionTrait,
    household: household::Model,
    now: OffsetDateTime,
) -> Result<(), HouseholdError> {
    let (city, ids) = (household.city_id, [household.id]);
    let before = held(db, (city, &ids), day(now)).await?;
    let people = super::members(db, (city, household.id)).await?;
    for person in people {
        part(db, (city, PersonId(person.id)), now).await?;
    }
    proxies::forget_household(db, (city, household.id)).await?;
    homes::forget(db, city, household.id).await?;
    remove(db, &household).await?;
    homes::settle(db, (city, &ids), before, day(now)).await?;
    Ok(())
}

/// Takes away the rows of a household in which nobody lives.
async fn remove(db: &impl ConnectionTrait, household: &household::Model) -> Result<(), HouseholdError> {
    let key = (household.city_id, household.id);
    slip::Entity::delete_by_id(key).exec(db).await?;
    household::Entity::delete_by_id(key).exec(db).await?;
    Ok(())
}

/// Lets one person leave their household, which keeps what it has read, but no longer who of it had opened what.
///
/// # Errors
/// [`HouseholdError::Gone`] where they have left it already.
pub async fn leave(
    db: &impl ConnectionTrait,
    (city, household, person): (CityId, HouseholdId, PersonId),
    now: OffsetDateTime,
) -> Result<(), HouseholdError> {
    let before = homes::tally(db, (city, &[household]), day(now)).await?;
    let found = person::Entity::find_by_id((city, person)).one(db).await?;
    found.filter(|found| found.household_id == Some(household)).ok_or(HouseholdError::Gone)?;
    receipts::forget_person(db, (city, person), household.into()).await?;
    part(db, (city, person), now).await?;
    homes::settle(db, (city, &[household]), before, day(now)).await?;
    Ok(())
}

/// The ids of people, as a body names them.
#[must_use]
pub fn people(ids: &[Uuid]) -> Vec<PersonId> {
    ids.iter().copied().map(PersonId).collect()
}
