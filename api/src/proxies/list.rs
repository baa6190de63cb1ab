//! Who answers for whom.

use entity::ids::{CityId, HouseholdId};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{identity::Caller, postgres::sql};

/// A household that somebody answers for.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Answered {
    /// Its id.
    pub id: Uuid,
    /// How its association names it.
    pub label: String,
    /// Code of its group or association.
    pub code: String,
    /// Name of that.
    pub area: String,
    /// Since when.
    pub since: OffsetDateTime,
}

/// Who answers for a household.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Proxy {
    /// What they are called, if they said.
    pub name: Option<String>,
    /// Who it is.
    pub person: Uuid,
    /// Since when.
    pub since: OffsetDateTime,
}

/// The households that the caller answers for, by area and name.
///
/// # Errors
/// The database's.
pub async fn answered_by(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<Answered>, DbErr> {
    let statement = sql(
        "SELECT h.id, h.label, a.code, a.name AS area, x.since FROM proxy x
         JOIN person p ON p.city_id = x.city_id AND p.id = x.person_id AND p.household_id <> x.household_id
         JOIN household h ON h.city_id = x.city_id AND h.id = x.household_id
         JOIN area a ON a.city_id = h.city_id AND a.id = h.area_id
         WHERE x.city_id = $1 AND x.person_id = $2 ORDER BY a.code, h.label, h.id",
        [caller.city.0.into(), caller.person.0.into()],
    );
    Answered::find_by_statement(statement).all(db).await
}

/// Who answers for a household, if anybody does.
///
/// # Errors
/// The database's.
pub async fn proxy_of(
    db: &impl ConnectionTrait,
    (city, household): (CityId, HouseholdId),
) -> Result<Option<Proxy>, DbErr> {
    let statement = sql(
        "SELECT p.name, p.id AS person, x.since FROM proxy x
         JOIN person p ON p.city_id = x.city_id AND p.id = x.person_id
         WHERE x.city_id = $1 AND x.household_id = $2",
        [city.0.into(), household.0.into()],
    );
    Proxy::find_by_statement(statement).one(db).await
}
