//! What becomes of receipts with time: first their times become days, later they go.
//!
//! Who read what and when, to the second, is worth something while a notice circulates. Afterwards it would only tell when somebody is awake.
//! The counts of the circulations stay. Both are done some thousand receipts at a time, each in a transaction of its own, so that nobody who
//! stamps an old notice waits for it.

use entity::ids::{CityId, PersonId, ReaderId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::postgres::sql;

/// Receipts that are changed at once, and readers whose receipts are looked through at once.
const AT_ONCE: u64 = 5_000;

/// Makes days of the times of a city's receipts from before a moment: midnight in Japan stands for the day. A stamp becomes a day with its reading, however
/// young it is; one that comes later is a day from the beginning. Gives how many receipts.
///
/// # Errors
/// The database's.
pub async fn to_days(db: &DatabaseConnection, city: CityId, before: OffsetDateTime) -> Result<u64, DbErr> {
    // The condition is that of an index, which holds receipts with a time and nothing else.
    let text = "UPDATE receipt r
         SET read_at = date_trunc('day', r.read_at, 'Asia/Tokyo'), acknowledged_at = date_trunc('day', r.acknowledged_at, 'Asia/Tokyo'),
             pressed_at = date_trunc('day', r.pressed_at, 'Asia/Tokyo')
         FROM (SELECT city_id, reader_id, notice_id FROM receipt
               WHERE city_id = $1 AND read_at < $2 AND (read_at AT TIME ZONE 'Asia/Tokyo')::time <> '00:00'
               ORDER BY read_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED) AS old
         WHERE r.city_id = old.city_id AND r.reader_id = old.reader_id AND r.notice_id = old.notice_id";
    let mut changed = 0;
    loop {
        let statement = sql(text, [city.0.into(), before.into(), AT_ONCE.into()]);
        let now = db.execute_raw(statement).await?.rows_affected();
        changed += now;
        if now < AT_ONCE {
            return Ok(changed);
        }
    }
}

/// Forgets a city's receipts for its notices that are closed; gives how many.
///
/// # Errors
/// The database's.
pub async fn forget_closed(db: &DatabaseConnection, city: CityId) -> Result<u64, DbErr> {
    // Receipts are keyed by reader: whose they can be is gone through, and each one's are looked up.
    let readers = "SELECT id FROM (
            (SELECT id FROM household WHERE city_id = $1 AND id > $2 ORDER BY id LIMIT $3)
            UNION ALL (SELECT id FROM person WHERE city_id = $1 AND id > $2 ORDER BY id LIMIT $3)) AS reader
         ORDER BY id LIMIT $3";
    let text = "DELETE FROM receipt r USING unnest($2::uuid[]) AS reader (id), notice n
         WHERE r.city_id = $1 AND r.reader_id = reader.id
           AND n.city_id = r.city_id AND n.id = r.notice_id AND n.closed_at IS NOT NULL";
    let (mut forgotten, mut after) = (0, Uuid::nil());
    loop {
        let rows = db.query_all_raw(sql(readers, [city.0.into(), after.into(), AT_ONCE.into()])).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?;
        let Some(last) = ids.last() else { return Ok(forgotten) };
        after = *last;
        forgotten += db.execute_raw(sql(text, [city.0.into(), ids.into()])).await?.rows_affected();
    }
}

/// Forgets who of a household, or which seat holder, opened what: the receipts stay the household's.
///
/// # Errors
/// The database's.
pub async fn forget_person(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    reader: ReaderId,
) -> Result<(), DbErr> {
    let statement = sql(
        "UPDATE receipt SET person_id = $4 WHERE city_id = $1 AND reader_id = $2 AND person_id = $3",
        [city.0.into(), reader.0.into(), person.0.into(), Uuid::nil().into()],
    );
    db.execute_raw(statement).await.map(drop)
}
