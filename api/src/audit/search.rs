//! Looking into the log: what somebody did, what happened in a time, and whose data somebody saw.

use entity::ids::{CityId, PersonId};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::postgres::sql;

/// From when until before when.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    /// The first moment.
    pub from: OffsetDateTime,
    /// The first moment after.
    pub until: OffsetDateTime,
}

/// An entry, with the names that it takes to read it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Found {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: OffsetDateTime,
    /// The person's name, or mail address where they have none, or id where they have left; none for a command on the server.
    pub who: Option<String>,
    /// The area of the seat.
    pub seat: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// What.
    pub act: String,
    /// To what.
    pub object: String,
    /// What else matters.
    pub detail: String,
    /// done or refused.
    pub outcome: String,
    /// How many households' data was looked at.
    pub households: i32,
    /// How many persons'.
    pub persons: i32,
}

/// The entries of a period, of one person or of everybody, oldest first.
///
/// # Errors
/// The database's.
pub async fn search(
    db: &impl ConnectionTrait,
    (city, person): (CityId, Option<PersonId>),
    period: Period,
) -> Result<Vec<Found>, DbErr> {
    let statement = sql(
        "SELECT e.seq, e.at, coalesce(p.name, account.email, e.person_id::text) AS who, area.name AS seat, e.address, e.act, e.object, e.detail, e.outcome,
                cardinality(e.households) AS households, cardinality(e.persons) AS persons
         FROM audit e
         LEFT JOIN person p ON p.city_id = e.city_id AND p.id = e.person_id
         LEFT JOIN account ON account.city_id = e.city_id AND account.person_id = e.person_id
         LEFT JOIN seat ON seat.city_id = e.city_id AND seat.id = e.seat_id
         LEFT JOIN area ON area.city_id = seat.city_id AND area.id = seat.area_id
         WHERE e.city_id = $1 AND e.at >= $2 AND e.at < $3 AND ($4::uuid IS NULL OR e.person_id = $4)
         ORDER BY e.seq",
        [city.0.into(), period.from.into(), period.until.into(), person.map(|id| id.0).into()],
    );
    Found::find_by_statement(statement).all(db).await
}

/// Whose data somebody saw in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// How many looks.
    pub looks: i64,
    /// Households, each once: id, association or group, label.
    pub households: Vec<(Uuid, String, String)>,
    /// Persons, each once: id and name.
    pub persons: Vec<(Uuid, Option<String>)>,
}

/// Whose data `person` saw in `period`: the households and persons of all their looks, each once.
///
/// # Errors
/// The database's.
pub async fn seen_by(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    period: Period,
) -> Result<Seen, DbErr> {
    let values = || [city.0.into(), person.0.into(), period.from.into(), period.until.into()];
    let looks =
        "SELECT * FROM audit WHERE city_id = $1 AND person_id = $2 AND at >= $3 AND at < $4 AND outcome = 'done'
                 AND (households <> '{}' OR persons <> '{}')";
    let number = db.query_one_raw(sql(&format!("SELECT count(*) AS looks FROM ({looks}) AS look"), values())).await?;
    let homes = format!(
        "SELECT seen.id, coalesce(area.name, '') AS place, coalesce(h.label, '') AS label
         FROM (SELECT DISTINCT unnest(households) AS id FROM ({looks}) AS look) AS seen
         LEFT JOIN household h ON h.city_id = $1 AND h.id = seen.id
         LEFT JOIN area ON area.city_id = h.city_id AND area.id = h.area_id ORDER BY area.code, h.label, seen.id"
    );
    let people = format!(
        "SELECT seen.id, p.name FROM (SELECT DISTINCT unnest(persons) AS id FROM ({looks}) AS look) AS seen
         LEFT JOIN person p ON p.city_id = $1 AND p.id = seen.id ORDER BY p.name, seen.id"
    );
    let mut seen = Seen {
        looks: number.map(|row| row.try_get("", "looks")).transpose()?.unwrap_or_default(),
        ..Default::default()
    };
    for row in db.query_all_raw(sql(&homes, values())).await? {
        seen.households.push((row.try_get("", "id")?, row.try_get("", "place")?, row.try_get("", "label")?));
    }
    for row in db.query_all_raw(sql(&people, values())).await? {
        seen.persons.push((row.try_get("", "id")?, row.try_get("", "name")?));
    }
    Ok(seen)
}
