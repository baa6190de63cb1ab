//! A test: somebody rings their own browsers, to see whether notifications arrive.
//!
//! It goes the way of every message, by a batch, the worker and the push service, so that it finds whatever would keep a notice from arriving. It counts for
//! no notice, and it rings in quiet hours: who asked for it is awake.

use entity::ids::{CityId, PersonId};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use time::{Duration, OffsetDateTime};

use super::{PushError, outcome::Outcome};
use crate::{identity::Caller, postgres::sql};

/// What is not sent within this time was no test.
const LIFE: Duration = Duration::minutes(10);

/// The browsers of person `$2` of city `$1` that are rung.
const THEIRS: &str = "SELECT s.id, s.origin FROM subscription s
     WHERE s.city_id = $1 AND s.person_id = $2 AND s.gone_at IS NULL
       AND EXISTS (SELECT FROM session e WHERE e.city_id = $1 AND e.id = s.session_id AND e.ended_at IS NULL)";

/// How a test went.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Trial {
    /// Until when it is tried.
    expires_at: OffsetDateTime,
    /// Browsers that it is for.
    pub browsers: i64,
    /// Of these, those whose push service took it.
    pub accepted: i64,
    /// Those to which it is still to be sent.
    pub waiting: i64,
    /// Those that the service no longer knows.
    pub gone: i64,
}

impl Trial {
    /// When it was asked for.
    #[must_use]
    pub fn asked_at(&self) -> OffsetDateTime {
        self.expires_at - LIFE
    }
}

/// How many browsers of a person are rung.
///
/// # Errors
/// The database's.
pub async fn browsers(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<i64, DbErr> {
    let count = format!("SELECT count(*) AS browsers FROM ({THEIRS}) AS theirs");
    let row = db.query_one_raw(sql(&count, [city.0.into(), person.0.into()])).await?;
    row.map_or(Ok(0), |row| row.try_get("", "browsers"))
}

/// Rings the caller's browsers as soon as a worker comes by.
///
/// # Errors
/// [`PushError::NoBrowser`] where there is none to ring.
pub async fn ask(db: &impl ConnectionTrait, caller: &Caller, now: OffsetDateTime) -> Result<Trial, PushError> {
    let text = format!(
        "WITH theirs AS MATERIALIZED ({THEIRS}), served AS (
             SELECT origin, array_agg(id) AS ids FROM theirs GROUP BY origin
         ), known AS (
             INSERT INTO push_origin (origin) SELECT origin FROM served ORDER BY origin ON CONFLICT DO NOTHING
         ), before AS (
             DELETE FROM batch WHERE city_id = $1 AND asked_by = $2 AND done_at IS NOT NULL
         )
         INSERT INTO batch (city_id, id, asked_by, revision, urgent, origin, subscription_ids, attempt, due_at, expires_at)
         SELECT $1, gen_random_uuid(), $2, 1, false, origin, ids, 1, $3, $4 FROM served"
    );
    let values: [Value; 4] = [caller.city.0.into(), caller.person.0.into(), now.into(), (now + LIFE).into()];
    if db.execute_raw(sql(&text, values)).await?.rows_affected() == 0 {
        return Err(PushError::NoBrowser);
    }
    last(db, caller).await?.ok_or(PushError::NoBrowser)
}

/// How the caller's last test went; none where they asked for none.
///
/// # Errors
/// The database's.
pub async fn last(db: &impl ConnectionTrait, caller: &Caller) -> Result<Option<Trial>, DbErr> {
    let text = format!(
        "SELECT b.expires_at, count(*) AS browsers, count(*) FILTER (WHERE state.outcome = {accepted}) AS accepted,
                count(*) FILTER (WHERE state.outcome IS NULL) AS waiting,
                count(*) FILTER (WHERE state.outcome = {gone}) AS gone
         FROM batch b CROSS JOIN LATERAL unnest(b.subscription_ids, b.outcomes) AS state (id, outcome)
         WHERE b.city_id = $1 AND b.asked_by = $2 AND state.outcome IS DISTINCT FROM {retried}
         GROUP BY b.expires_at ORDER BY b.expires_at DESC LIMIT 1",
        accepted = Outcome::Accepted as i16,
        gone = Outcome::Gone as i16,
        retried = Outcome::Retried as i16,
    );
    Trial::find_by_statement(sql(&text, [caller.city.0.into(), caller.person.0.into()])).one(db).await
}

/// Forgets what a person asked for.
///
/// # Errors
/// The database's.
pub async fn forget(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<(), DbErr> {
    let statement = sql("DELETE FROM batch WHERE city_id = $1 AND asked_by = $2", [city.0.into(), person.0.into()]);
    db.execute_raw(statement).await.map(drop)
}
