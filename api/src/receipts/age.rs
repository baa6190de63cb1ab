//! What becomes of receipts with time: first their times become days, later they go.
//!
//! Who read what and when, to the second, is worth something while a notice circulates. Afterwards it would only tell when somebody is awake.
//! The counts of the circulations stay.

use entity::ids::CityId;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use time::OffsetDateTime;

use crate::postgres::sql;

/// When the oldest receipt of a city was left.
///
/// # Errors
/// The database's.
pub async fn oldest(db: &impl ConnectionTrait, city: CityId) -> Result<Option<OffsetDateTime>, DbErr> {
    #[derive(FromQueryResult)]
    struct Oldest {
        at: Option<OffsetDateTime>,
    }
    let statement = sql("SELECT min(read_at) AS at FROM receipt WHERE city_id = $1", [city.0.into()]);
    Ok(Oldest::find_by_statement(statement).one(db).await?.and_then(|oldest| oldest.at))
}

/// Makes days of the times of a city's receipts from `from` until before `until`: midnight in Japan stands for the day. Gives how many times.
///
/// # Errors
/// The database's.
pub async fn to_days(
    db: &impl ConnectionTrait,
    city: CityId,
    (from, until): (OffsetDateTime, OffsetDateTime),
) -> Result<u64, DbErr> {
    let mut changed = 0;
    // Each by itself, since the index finds one or the other: asked for both at once, PostgreSQL reads the whole table.
    for text in [
        "UPDATE receipt SET read_at = date_trunc('day', read_at, 'Asia/Tokyo')
         WHERE city_id = $1 AND read_at >= $2 AND read_at < $3",
        "UPDATE receipt SET acknowledged_at = date_trunc('day', acknowledged_at, 'Asia/Tokyo')
         WHERE city_id = $1 AND acknowledged_at >= $2 AND acknowledged_at < $3",
    ] {
        let statement = sql(text, [city.0.into(), from.into(), until.into()]);
        changed += db.execute_raw(statement).await?.rows_affected();
    }
    Ok(changed)
}

/// Forgets a city's receipts from before a moment; gives how many.
///
/// # Errors
/// The database's.
pub async fn forget(db: &impl ConnectionTrait, city: CityId, before: OffsetDateTime) -> Result<u64, DbErr> {
    let statement = sql("DELETE FROM receipt WHERE city_id = $1 AND read_at < $2", [city.0.into(), before.into()]);
    Ok(db.execute_raw(statement).await?.rows_affected())
}
