//! The roster (名簿): the households of one's association or group with their people, to look through and to search.

use entity::{
    household::Delivery,
    ids::{CityId, HouseholdId},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{areas::association_of, identity::Caller, postgres::sql};

/// A household on the roster.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// How its association names it.
    pub label: String,
    /// How it wants its notices.
    pub delivery: Delivery,
    /// Code of its group or association.
    pub code: String,
    /// Name of its group or association.
    pub area: String,
    /// What its people are called; who said nothing has an empty name.
    pub people: Vec<String>,
    /// How many of them are signed in on some device.
    pub phones: i64,
}

/// A person of a household.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Member {
    /// Their id.
    pub id: Uuid,
    /// What they are called.
    pub name: Option<String>,
    /// Whether they are signed in on some device.
    pub phone: bool,
    /// When they joined.
    pub created_at: OffsetDateTime,
}

/// The areas whose households the caller may list: the associations of an officer, the groups of a leader.
#[must_use]
pub fn areas_of(caller: &Caller) -> Vec<Uuid> {
    use entity::seat::Role;
    let of = |seat: &crate::identity::Seat| match seat.role {
        Role::Staff => None,
        Role::Officer => association_of(&seat.area),
        Role::Leader => Some(seat.area.id),
    };
    caller.seats.iter().filter_map(of).map(|id| id.0).collect()
}

/// Where a page of the roster begins: after a code, a label and an id.
pub type After = (String, String, Uuid);

/// The households in and below some areas, by area and label; those in whose label or whose people's names `q` is found, where it is not empty.
///
/// # Errors
/// The database's.
pub async fn roster(
    db: &impl ConnectionTrait,
    (city, areas): (CityId, Vec<Uuid>),
    q: &str,
    (after, limit): (Option<After>, u64),
) -> Result<Vec<Listed>, DbErr> {
    let (code, label, id) = after.unwrap_or_default();
    let values: [Value; 7] =
        [city.0.into(), areas.into(), q.into(), code.into(), label.into(), id.into(), limit.into()];
    let statement = sql(
        "SELECT h.id, h.label, h.delivery, a.code, a.name AS area,
                ARRAY(SELECT coalesce(p.name, '') FROM person p
                      WHERE p.city_id = h.city_id AND p.household_id = h.id ORDER BY p.id) AS people,
                (SELECT count(*) FROM person p WHERE p.city_id = h.city_id AND p.household_id = h.id AND EXISTS (
                    SELECT FROM session s WHERE s.city_id = p.city_id AND s.person_id = p.id AND s.ended_at IS NULL)) AS phones
         FROM household h JOIN area a ON a.city_id = h.city_id AND a.id = h.area_id
         WHERE h.city_id = $1 AND a.path && $2 AND (a.code, h.label, h.id) > ($4, $5, $6)
           AND ($3 = '' OR position(lower($3) in lower(h.label)) > 0 OR EXISTS (
                SELECT FROM person p WHERE p.city_id = h.city_id AND p.household_id = h.id
                  AND position(lower($3) in lower(p.name)) > 0))
         ORDER BY a.code, h.label, h.id LIMIT $7",
        values,
    );
    Listed::find_by_statement(statement).all(db).await
}

/// The people of a household, in the order in which they joined.
///
/// # Errors
/// The database's.
pub async fn members(
    db: &impl ConnectionTrait,
    (city, household): (CityId, HouseholdId),
) -> Result<Vec<Member>, DbErr> {
    let statement = sql(
        "SELECT p.id, p.name, p.created_at, EXISTS (
            SELECT FROM session s WHERE s.city_id = p.city_id AND s.person_id = p.id AND s.ended_at IS NULL) AS phone
         FROM person p WHERE p.city_id = $1 AND p.household_id = $2 ORDER BY p.id",
        [city.0.into(), household.0.into()],
    );
    Member::find_by_statement(statement).all(db).await
}
