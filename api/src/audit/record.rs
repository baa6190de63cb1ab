//! Adding an entry.

use std::net::IpAddr;

use entity::ids::{AuditId, CityId, PersonId, SeatId};
use sea_orm::{ConnectionTrait, DbErr};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::postgres::sql;

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct By {
    /// In which city.
    pub city: CityId,
    /// The person; none for a command on the server.
    pub person: Option<PersonId>,
    /// The seat by which they did it, where it is one.
    pub seat: Option<SeatId>,
    /// From where.
    pub address: Option<IpAddr>,
}

/// A command on the server has neither seat nor address.
impl From<(CityId, Option<PersonId>)> for By {
    fn from((city, person): (CityId, Option<PersonId>)) -> Self {
        Self { city, person, seat: None, address: None }
    }
}

/// What happened.
#[derive(Clone, Debug, Default)]
struct Entry<'a> {
    /// A short fixed word.
    act: &'a str,
    /// Its object: an id or code.
    object: String,
    /// Whatever else an auditor needs.
    detail: String,
    /// Whether it was refused.
    refused: bool,
    /// The ids of households and persons whose data was looked at; a household stands for its persons as well.
    seen: Vec<Uuid>,
}

/// Adds what was done. Last in its transaction: until that commits, nobody else adds an entry of the same city.
///
/// # Errors
/// The database's: then the act itself must fail.
pub async fn record(
    db: &impl ConnectionTrait,
    by: impl Into<By>,
    act: &str,
    (object, detail): (String, String),
    now: OffsetDateTime,
) -> Result<(), DbErr> {
    record_entry(db, by, Entry { act, object, detail, ..Default::default() }, now).await
}

/// Adds a look at the data of households or persons, given by their ids.
///
/// # Errors
/// The database's: then nothing may be shown.
pub async fn look(
    db: &impl ConnectionTrait,
    by: impl Into<By>,
    (act, object): (&str, String),
    seen: Vec<Uuid>,
    now: OffsetDateTime,
) -> Result<(), DbErr> {
    record_entry(db, by, Entry { act, object, seen, ..Default::default() }, now).await
}

async fn record_entry(
    db: &impl ConnectionTrait,
    by: impl Into<By>,
    entry: Entry<'_>,
    now: OffsetDateTime,
) -> Result<(), DbErr> {
    let By { city, person, seat, address } = by.into();
    let statement = sql(
        "INSERT INTO audit (city_id, id, at, person_id, seat_id, address, act, object, detail, outcome, households, persons)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
            ARRAY(SELECT id FROM household WHERE city_id = $1 AND id = ANY($11) ORDER BY id),
            ARRAY(SELECT id FROM person WHERE city_id = $1 AND (id = ANY($11) OR household_id = ANY($11)) ORDER BY id))",
        [
            city.0.into(),
            AuditId::new().0.into(),
            now.into(),
            person.map(|id| id.0).into(),
            seat.map(|id| id.0).into(),
            address.map(|address| address.to_string()).into(),
            entry.act.into(),
            entry.object.into(),
            entry.detail.into(),
            if entry.refused { "refused" } else { "done" }.into(),
            entry.seen.into(),
        ],
    );
    db.execute_raw(statement).await.map(drop)
}

/// What one person is refused within a minute and written down: more would tell nothing, and fill the log, which nobody can empty.
const REFUSALS: i64 = 10;

/// Adds what somebody was refused. After ten of a minute one says that there are more, and the rest is not written down.
///
/// # Errors
/// The database's.
pub async fn refuse(
    db: &impl ConnectionTrait,
    by: By,
    (act, object, code): (&str, String, &str),
    now: OffsetDateTime,
) -> Result<(), DbErr> {
    let lately = sql(
        "SELECT count(*) AS refused FROM audit WHERE city_id = $1 AND person_id = $2 AND at > $3 AND outcome = 'refused'",
        [by.city.0.into(), by.person.map(|id| id.0).into(), (now - Duration::MINUTE).into()],
    );
    let lately = db.query_one_raw(lately).await?.map(|row| row.try_get::<i64>("", "refused")).transpose()?;
    let detail = match lately.unwrap_or_default() {
        some if some < REFUSALS => code.to_owned(),
        REFUSALS => format!("{code}; more of this minute are not written down"),
        _ => return Ok(()),
    };
    record_entry(db, by, Entry { act, object, detail, refused: true, seen: Vec::new() }, now).await
}
