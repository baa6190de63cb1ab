//! What all workers know of a push service, kept in the database: the breaker, how much it bears at once, and what it has answered.
//!
//! A service that fails fifty times in a row, or that refuses our signature to every fifth phone of a minute, is left alone for a minute. Of
//! refusals each person counts once, and only those of a first try: a few who register browsers that nobody can sign for silence no
//! others; and tests that somebody asked for tell nothing of a service at all. A service that finds us too fast for every twentieth phone of ten seconds rests for ten, and bears half as much from then on. Only an emergency goes on
//! trying, once in ten seconds.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult, Value};
use time::{Duration, OffsetDateTime};

use super::{
    claim::{About, Claim},
    outcome::{Outcome, Sent, Tells},
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
/// So few persons to whom it refuses our signature say nothing of a service.
const TELLING: i32 = 5;
/// So many answers are needed before every twentieth means anything.
const TELLING_OF_SPEED: i32 = 20;

/// How things stand with a service after a batch was recorded. None in the first where nothing of it was sent.
#[derive(FromQueryResult)]
struct Noted {
    failures_in_row: Option<i32>,
    minute_answers: Option<i32>,
    minute_refused: Option<i32>,
    moment_answers: Option<i32>,
    moment_too_fast: Option<i32>,
    paused_until: Option<OffsetDateTime>,
    reason: Option<String>,
}

/// The part of a query that takes note of a batch's answers: `noted`, of the service of the batch that is `recorded`. `$1` is the city, `$4` the
/// time; from `$first` on come [`values()`].
pub fn noted(first: usize) -> String {
    let [answers, sick, refused, too_fast, accepted, gone, borne, persons] =
        std::array::from_fn(|place| format!("${}", first + place));
    let minute = "minute_from BETWEEN $4 - interval '1 minute' AND $4";
    let moment = "moment_from BETWEEN $4 - interval '10 seconds' AND $4";
    // A number that was found by going slower holds at once; one that was found by going faster waits until nobody was slowed for a while.
    format!(
        "noted AS (
            UPDATE push_origin o SET
                failures_in_row = CASE WHEN {sick} = {answers} THEN failures_in_row + {sick} ELSE 0 END,
                minute_from = CASE WHEN {minute} THEN minute_from ELSE $4 END,
                minute_answers = {answers} + CASE WHEN {minute} THEN minute_answers ELSE 0 END,
                minute_refused = (SELECT count(DISTINCT person_id) FROM subscription WHERE city_id = $1 AND id = ANY ({persons}))
                               + CASE WHEN {minute} THEN minute_refused ELSE 0 END,
                moment_from = CASE WHEN {moment} THEN moment_from ELSE $4 END,
                moment_answers = {answers} + CASE WHEN {moment} THEN moment_answers ELSE 0 END,
                moment_too_fast = {too_fast} + CASE WHEN {moment} THEN moment_too_fast ELSE 0 END,
                at_once = greatest({LEAST}, least({MOST}, CASE WHEN {borne} < at_once THEN {borne}
                               WHEN slowed_at BETWEEN $4 - interval '10 seconds' AND $4 THEN at_once
                               ELSE greatest({borne}, at_once) END)),
                slowed_at = CASE WHEN {borne} < at_once THEN $4 ELSE slowed_at END,
                accepted = accepted + {accepted}, gone = gone + {gone}, refused = refused + {refused},
                too_fast = too_fast + {too_fast}, failed = failed + {sick},
                other = other + {answers} - {sick} - {refused} - {too_fast} - {accepted} - {gone}
            FROM recorded WHERE o.origin = recorded.origin AND {answers} > 0
            RETURNING o.failures_in_row, o.minute_answers, o.minute_refused, o.moment_answers, o.moment_too_fast, o.paused_until, o.reason
         )"
    )
}

/// What [`noted()`] is told. Without an answer it takes note of nothing.
pub fn values(claim: &Claim, report: &Report) -> [Value; 8] {
    let count = |what: &dyn Fn(&Sent) -> bool| {
        i32::try_from(report.sent.iter().filter(|one| what(one)).count()).unwrap_or(i32::MAX)
    };
    let tell = |tells: Tells| count(&move |one| one.tells == tells);
    let counts = claim.attempt == 1 || claim.probing;
    // Whoever asks for a test could ask for another.
    let answers = if claim.about == About::Test { 0 } else { count(&|one| one.tells != Tells::Nothing) };
    [
        answers.into(),
        tell(Tells::Sick).into(),
        tell(Tells::Refused).into(),
        tell(Tells::TooFast).into(),
        count(&|one| one.outcome == Outcome::Accepted).into(),
        count(&|one| one.outcome == Outcome::Gone).into(),
        borne(claim, report).into(),
        report.those(claim, |one| counts && one.tells == Tells::Refused).into(),
    ]
}

/// Opens or closes the breaker, by what was `noted` of the service.
///
/// # Errors
/// The database's.
pub async fn judge(
    db: &impl ConnectionTrait,
    origin: &str,
    noted: &QueryResult,
    now: OffsetDateTime,
) -> Result<(), DbErr> {
    let noted = Noted::from_query_result(noted, "")?;
    let Some(failures) = noted.failures_in_row else { return Ok(()) };
    let number = |number: Option<i32>| number.unwrap_or_default();
    let (minute_answers, minute_refused) = (number(noted.minute_answers), number(noted.minute_refused));
    let (moment_answers, moment_too_fast) = (number(noted.moment_answers), number(noted.moment_too_fast));
    let pause = if failures >= SICK_AFTER {
        tracing::error!(origin, failures, "a push service fails: it is left alone for a minute");
        Some((PAUSE, "fails"))
    } else if minute_refused >= TELLING && minute_refused * 5 >= minute_answers {
        tracing::error!(
            origin,
            refused = minute_refused,
            answers = minute_answers,
            "a push service refuses our signature: look at the clock, the key and the subject"
        );
        Some((PAUSE, "refuses our signature"))
    } else if moment_answers >= TELLING_OF_SPEED && moment_too_fast * 20 >= moment_answers {
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

/// What the service as a whole bears, as those who were sent to found it. None where it found nothing out.
fn borne(claim: &Claim, report: &Report) -> Option<i16> {
    let window = report.window.as_ref()?;
    let sharers = usize::try_from(claim.sharers).unwrap_or(1).max(1);
    let before = usize::try_from(claim.at_once).unwrap_or(LEAST);
    let all = window.size() * sharers / claim.parts.len().max(1);
    let found = i16::try_from(all.clamp(LEAST, MOST)).ok()?;
    // Rounding its share down must not make it less.
    let told = window.slowed() || usize::try_from(found).is_ok_and(|found| found > before);
    told.then_some(found)
}
