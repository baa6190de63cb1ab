//! The breaker: what all workers know of a push service, kept in the database.
//!
//! A service that fails fifty times in a row, that refuses our signature to every fifth phone, or that calls us too fast is left
//! alone for a while. Only an emergency goes on trying it, once in ten seconds.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use time::{Duration, OffsetDateTime};

use super::outcome::{Sent, Tells};
use crate::postgres::sql;

/// Failures in a row that open the breaker.
pub const SICK_AFTER: i32 = 50;
/// How long a sick or refusing service is left alone.
const PAUSE: Duration = Duration::MINUTE;
/// How long one that calls us too fast is.
const REST: Duration = Duration::seconds(10);
/// So few answers say nothing of a service.
const TELLING: usize = 5;
/// So many answers are needed before every twentieth means anything.
const TELLING_OF_SPEED: usize = 20;

#[derive(FromQueryResult)]
struct Noted {
    failures_in_row: i32,
}

/// Takes note of a batch's answers, and opens or closes the breaker.
///
/// # Errors
/// The database's.
pub async fn note(db: &impl ConnectionTrait, origin: &str, sent: &[Sent], now: OffsetDateTime) -> Result<(), DbErr> {
    let count = |tells| sent.iter().filter(|one| one.tells == tells).count();
    let (sick, refused, too_fast) = (count(Tells::Sick), count(Tells::Refused), count(Tells::TooFast));
    let answers = sent.len() - count(Tells::Nothing);
    if answers == 0 {
        return Ok(());
    }
    let all_sick = sick == answers;
    let noted = Noted::find_by_statement(sql(
        "INSERT INTO push_origin AS o (origin, failures_in_row) VALUES ($1, $2)
         ON CONFLICT (origin) DO UPDATE SET failures_in_row = CASE WHEN $3 THEN o.failures_in_row + $2 ELSE 0 END
         RETURNING failures_in_row",
        [origin.into(), i32::try_from(if all_sick { sick } else { 0 }).unwrap_or(i32::MAX).into(), all_sick.into()],
    ));
    let failures = noted.one(db).await?.map_or(0, |noted| noted.failures_in_row);
    let pause = if failures >= SICK_AFTER {
        tracing::error!(origin, failures, "a push service fails: it is left alone for a minute");
        Some((PAUSE, "fails"))
    } else if answers >= TELLING && refused * 5 >= answers {
        tracing::error!(
            origin,
            refused,
            answers,
            "a push service refuses our signature: look at the clock, the key and the subject"
        );
        Some((PAUSE, "refuses our signature"))
    } else if answers >= TELLING_OF_SPEED && too_fast * 20 >= answers {
        tracing::warn!(origin, too_fast, answers, "a push service is too slow for us: it rests for ten seconds");
        Some((REST, "is too slow"))
    } else {
        None
    };
    let (until, reason) = pause.map_or((None, None), |(pause, reason)| (Some(now + pause), Some(reason)));
    let statement = "UPDATE push_origin SET paused_until = $2, reason = $3 WHERE origin = $1
                     AND (paused_until IS DISTINCT FROM $2 OR reason IS DISTINCT FROM $3)";
    db.execute_raw(sql(statement, [origin.into(), until.into(), reason.into()])).await?;
    Ok(())
}
