//! What all workers know of a push service, kept in the database: the breaker, how much it bears at once, and what it has answered.
//!
//! A service that fails fifty times in a row, or that refuses our signature to every fifth phone of a minute, is left alone for a minute. Of
//! refusals each person counts once: who registers twenty browsers that nobody can sign for silences no others. A service
//! that finds us too fast for every twentieth phone of ten seconds rests for ten, and bears half as much from then on. Only an emergency goes on
//! trying, once in ten seconds.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use time::{Duration, OffsetDateTime};

use super::{
    claim::Claim,
    outcome::{Outcome, Tells},
    pace::{LEAST, MOST},
    record::Report,
};
use crate::postgres::sql;

/// Failures in a row that open the breaker.
pub const SICK_AFTER: i32 = 50;
/// How long a sick or refusing service is left alone.
const PAUSE: Duration = Duration::MINUTE;
/// How long one that calls us too fast is.
const REST: Duration = Duration::seconds(10);
/// So few answers say nothing of a service.
const TELLING: i32 = 5;
/// So many answers are needed before every twentieth means anything.
const TELLING_OF_SPEED: i32 = 20;

#[derive(FromQueryResult)]
struct Noted {
    failures_in_row: i32,
    minute_answers: i32,
    minute_refused: i32,
    moment_answers: i32,
    moment_too_fast: i32,
    paused_until: Option<OffsetDateTime>,
    reason: Option<String>,
}

/// Takes note of a batch's answers, and opens or closes the breaker.
///
/// # Errors
/// The database's.
pub async fn note(db: &impl ConnectionTrait, claim: &Claim, report: &Report, now: OffsetDateTime) -> Result<(), DbErr> {
    let sent = &report.sent;
    let count = |what: &dyn Fn(&super::outcome::Sent) -> bool| {
        i32::try_from(sent.iter().filter(|one| what(one)).count()).unwrap_or(i32::MAX)
    };
    let tell = |tells: Tells| count(&move |one| one.tells == tells);
    let (sick, refused, too_fast) = (tell(Tells::Sick), tell(Tells::Refused), tell(Tells::TooFast));
    let answers = count(&|_| true) - tell(Tells::Nothing);
    if answers == 0 {
        return Ok(());
    }
    let values: [Value; 12] = [
        claim.origin.clone().into(),
        now.into(),
        answers.into(),
        sick.into(),
        refused.into(),
        too_fast.into(),
        count(&|one| one.outcome == Outcome::Accepted).into(),
        count(&|one| one.outcome == Outcome::Gone).into(),
        borne(claim, report).into(),
        i16::try_from(LEAST).unwrap_or(1).into(),
        i16::try_from(MOST).unwrap_or(i16::MAX).into(),
        refused_persons(db, claim, report).await?.into(),
    ];
    // A number that was found by going slower holds at once; one that was found by going faster waits until nobody was slowed for a while.
    let statement = sql(
        "UPDATE push_origin SET
            failures_in_row = CASE WHEN $4 = $3 THEN failures_in_row + $4 ELSE 0 END,
            minute_from = CASE WHEN minute_from BETWEEN $2 - interval '1 minute' AND $2 THEN minute_from ELSE $2 END,
            minute_answers = $3 + CASE WHEN minute_from BETWEEN $2 - interval '1 minute' AND $2 THEN minute_answers ELSE 0 END,
            minute_refused = $12 + CASE WHEN minute_from BETWEEN $2 - interval '1 minute' AND $2 THEN minute_refused ELSE 0 END,
            moment_from = CASE WHEN moment_from BETWEEN $2 - interval '10 seconds' AND $2 THEN moment_from ELSE $2 END,
            moment_answers = $3 + CASE WHEN moment_from BETWEEN $2 - interval '10 seconds' AND $2 THEN moment_answers ELSE 0 END,
            moment_too_fast = $6 + CASE WHEN moment_from BETWEEN $2 - interval '10 seconds' AND $2 THEN moment_too_fast ELSE 0 END,
            at_once = greatest($10, least($11, CASE WHEN $9 < at_once THEN $9
                           WHEN slowed_at BETWEEN $2 - interval '10 seconds' AND $2 THEN at_once ELSE greatest($9, at_once) END)),
            slowed_at = CASE WHEN $9 < at_once THEN $2 ELSE slowed_at END,
            accepted = accepted + $7, gone = gone + $8, refused = refused + $5, too_fast = too_fast + $6, failed = failed + $4,
            other = other + $3 - $4 - $5 - $6 - $7 - $8
         WHERE origin = $1
         RETURNING failures_in_row, minute_answers, minute_refused, moment_answers, moment_too_fast, paused_until, reason",
        values,
    );
    let mut noted = Noted::find_by_statement(statement.clone()).one(db).await?;
    if noted.is_none() {
        let first = "INSERT INTO push_origin (origin) VALUES ($1) ON CONFLICT (origin) DO NOTHING";
        db.execute_raw(sql(first, [claim.origin.clone().into()])).await?;
        noted = Noted::find_by_statement(statement).one(db).await?;
    }
    let Some(noted) = noted else { return Ok(()) };
    pause(db, &claim.origin, &noted, now).await
}

/// To how many persons the service refused our signature.
async fn refused_persons(db: &impl ConnectionTrait, claim: &Claim, report: &Report) -> Result<i32, DbErr> {
    let refused = report.those(claim, |one| one.tells == Tells::Refused);
    if refused.is_empty() {
        return Ok(0);
    }
    let statement = "SELECT count(DISTINCT person_id)::int AS persons FROM subscription WHERE city_id = $1 AND id = ANY($2)";
    let row = db.query_one_raw(sql(statement, [claim.city_id.0.into(), refused.into()])).await?;
    row.map_or(Ok(0), |row| row.try_get("", "persons"))
}

/// What the service as a whole bears, as one batch found it. None where it found nothing out.
fn borne(claim: &Claim, report: &Report) -> Option<i16> {
    let window = report.window.as_ref()?;
    let sharers = usize::try_from(claim.sharers).unwrap_or(1).max(1);
    let before = usize::try_from(claim.at_once).unwrap_or(LEAST);
    let found = i16::try_from((window.size() * sharers).clamp(LEAST, MOST)).ok()?;
    // Rounding its share down must not make it less.
    let told = window.slowed() || usize::try_from(found).is_ok_and(|found| found > before);
    told.then_some(found)
}

async fn pause(db: &impl ConnectionTrait, origin: &str, noted: &Noted, now: OffsetDateTime) -> Result<(), DbErr> {
    let Noted { failures_in_row: failures, minute_answers, minute_refused, moment_answers, moment_too_fast, .. } =
        noted;
    let pause = if *failures >= SICK_AFTER {
        tracing::error!(origin, failures, "a push service fails: it is left alone for a minute");
        Some((PAUSE, "fails"))
    } else if *minute_answers >= TELLING && minute_refused * 5 >= *minute_answers {
        tracing::error!(
            origin,
            refused = minute_refused,
            answers = minute_answers,
            "a push service refuses our signature: look at the clock, the key and the subject"
        );
        Some((PAUSE, "refuses our signature"))
    } else if *moment_answers >= TELLING_OF_SPEED && moment_too_fast * 20 >= *moment_answers {
        tracing::warn!(
            origin,
            too_fast = moment_too_fast,
            answers = moment_answers,
            "a push service is too slow for us: it rests for ten seconds"
        );
        Some((REST, "is too slow"))
    } else {
        None
    };
    let (until, reason) = pause.map_or((None, None), |(pause, reason)| (Some(now + pause), Some(reason)));
    if until == noted.paused_until && reason == noted.reason.as_deref() {
        return Ok(());
    }
    // What opened it is not counted again.
    let statement = "UPDATE push_origin SET paused_until = $2, reason = $3,
                            minute_from = CASE WHEN $2 IS NULL THEN minute_from END,
                            moment_from = CASE WHEN $2 IS NULL THEN moment_from END
                     WHERE origin = $1";
    db.execute_raw(sql(statement, [origin.into(), until.into(), reason.into()])).await?;
    Ok(())
}
