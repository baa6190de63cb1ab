//! Fanning out: each published notice gets its batches, in one transaction with the plan that says so.
//!
//! A lock decides who does it, so any number of workers may try at once and again, and none waits for another. A notice for a whole city is planned in two parts, a few areas
//! first, so that the first phones ring before the last are found. The second part is all that are in no batch yet: who moves or takes a seat
//! between the two is in one of them. A correction goes to those who got an earlier revision, and to nobody else: batches that are still waiting send the
//! newest text by themselves. So it waits until the plan before it is complete, and while such a batch is on its way with a text that nobody
//! can name until it comes back.

use entity::{
    ids::{CityId, NoticeId},
    notice::{self, Importance},
    revision,
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait as _, TransactionTrait as _, Value,
};
use time::{Duration, OffsetDateTime};

use super::{
    audience::{audience, part},
    message::{EMERGENCY_LIFE, LONGEST_LIFE},
    outcome::Outcome,
};
use crate::{
    clock::{self, JAPAN},
    postgres::sql,
};

/// How many subscriptions a batch holds at most.
pub const BATCH: usize = 500;
/// Areas in the first part of a plan: few, so that the first phones ring at once.
const FIRST_AREAS: i64 = 8;
/// Subscriptions in a batch of it, for the same reason.
const FIRST_BATCH: usize = 100;
/// An emergency is over by the next day unless it says otherwise.
const EMERGENCY_MATTERS: Duration = Duration::hours(24);

/// Makes the batches of one part of a notice that has come out and is not planned to its end: of the most urgent one. Gives whether there was
/// one; who plans on looks anew each time, so that an emergency waits for no more than a part of something else.
///
/// # Errors
/// The database's, while it looks for them.
pub async fn fan_out(db: &DatabaseConnection, now: OffsetDateTime) -> Result<bool, DbErr> {
    for (city, notice) in unplanned(db, now).await? {
        match plan_one(db, (city, notice), now).await {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            // One that can't be planned must not keep the others from ringing.
            Err(error) => tracing::error!(%error, %notice, "a notice could not be planned"),
        }
    }
    Ok(false)
}

async fn plan_one(db: &DatabaseConnection, which: (CityId, NoticeId), now: OffsetDateTime) -> Result<bool, DbErr> {
    let transaction = db.begin().await?;
    // One that is slow or dead holds up this notice, and no other. The memory is for lists of all of a city's phones.
    let mine = sql(
        "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine,
                set_config('lock_timeout', '1s', true), set_config('work_mem', '64MB', true)",
        [format!("plan {}", which.1).into()],
    );
    let mine = transaction.query_one_raw(mine).await?.is_some_and(|row| row.try_get("", "mine").unwrap_or(false));
    let done = mine && plan(&transaction, which, now).await?;
    transaction.commit().await?;
    Ok(done)
}

/// The notices that are not planned to their end, emergencies first. What came out longer ago than a message lives has nothing left to say; so
/// only the last weeks' notices are looked at, however many years there are.
async fn unplanned(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<Vec<(CityId, NoticeId)>, DbErr> {
    let query = sql(
        "WITH recent AS (
            SELECT city_id, id FROM notice WHERE published_at > $2 AND published_at <= $1
            UNION SELECT city_id, notice_id FROM revision WHERE at > $2)
         SELECT n.city_id, n.id FROM recent JOIN notice n ON n.city_id = recent.city_id AND n.id = recent.id
         WHERE n.published_at <= $1 AND n.withdrawn_at IS NULL
           AND (EXISTS (SELECT FROM plan p WHERE p.city_id = n.city_id AND p.notice_id = n.id AND NOT p.complete)
                OR NOT EXISTS (
                    SELECT FROM plan p WHERE p.city_id = n.city_id AND p.notice_id = n.id AND p.revision = n.revision))
         ORDER BY (n.importance = 'emergency') DESC, n.published_at",
        [now.into(), (now - LONGEST_LIFE).into()],
    );
    let rows = db.query_all_raw(query).await?;
    rows.iter().map(|row| Ok((row.try_get("", "city_id")?, row.try_get("", "id")?))).collect()
}

/// Plans one part of a notice. False where there is nothing to do: another worker is at it, it was withdrawn, or it has to wait.
async fn plan(db: &DatabaseTransaction, (city, id): (CityId, NoticeId), now: OffsetDateTime) -> Result<bool, DbErr> {
    let Some(notice) = notice::Entity::find_by_id((city, id)).one(db).await? else { return Ok(false) };
    if notice.withdrawn_at.is_some() {
        return Ok(false);
    }
    let urgent = notice.importance == Importance::Emergency;
    let expires_at = valid_until(&notice, came_out(db, &notice).await?, now);
    let common = |revision: i32| -> [Value; 4] { [revision.into(), urgent.into(), now.into(), expires_at.into()] };
    let open = db.query_one_raw(sql(
        "SELECT revision FROM plan WHERE city_id = $1 AND notice_id = $2 AND NOT complete",
        [city.into(), id.into()],
    ));
    if let Some(row) = open.await? {
        plan_part(db, (&notice, None), now, common(row.try_get("", "revision")?)).await?;
        return Ok(true);
    }
    if notice.revision > 1 {
        // Whoever may be about to record a batch too late is waited for or shut out: then who is counted as waiting for the newest text is.
        let late = "UPDATE batch b SET fence = b.fence + 1
             FROM (SELECT id FROM batch WHERE city_id = $1 AND notice_id = $2 AND done_at IS NULL
                       AND leased_until <= clock_timestamp() ORDER BY id FOR UPDATE) AS late
             WHERE b.city_id = $1 AND b.id = late.id";
        db.execute_raw(sql(late, [city.into(), id.into()])).await?;
    }
    let first = db.query_one_raw(sql(
        "INSERT INTO plan (city_id, notice_id, revision, planned_at, subscriptions, complete)
         SELECT n.city_id, n.id, n.revision, $4, 0, false FROM notice n
         WHERE n.city_id = $1 AND n.id = $2 AND n.revision = $3 AND n.withdrawn_at IS NULL
           AND NOT EXISTS (SELECT FROM plan p WHERE p.city_id = n.city_id AND p.notice_id = n.id AND NOT p.complete)
           AND NOT EXISTS (
                SELECT 1 FROM batch b WHERE b.city_id = n.city_id AND b.notice_id = n.id AND b.revision < n.revision
                  AND b.done_at IS NULL AND b.leased_until > clock_timestamp())
         ON CONFLICT DO NOTHING
         RETURNING EXISTS (
                SELECT 1 FROM plan p WHERE p.city_id = $1 AND p.notice_id = $2 AND p.revision < $3) AS corrects",
        [city.into(), id.into(), notice.revision.into(), now.into()],
    ));
    let Some(row) = first.await? else { return Ok(false) };
    if row.try_get::<bool>("", "corrects")? {
        plan_correction(db, &notice, now, common(notice.revision)).await?;
    } else {
        plan_part(db, (&notice, Some(FIRST_AREAS)), now, common(notice.revision)).await?;
    }
    Ok(true)
}

/// So many areas, or all that is left; then the plan is complete.
async fn plan_part(
    db: &DatabaseTransaction,
    (notice, areas): (&notice::Model, Option<i64>),
    now: OffsetDateTime,
    [revision, urgent, at, expires_at]: [Value; 4],
) -> Result<(), DbErr> {
    let text = format!(
        "{part}, {batches}
         UPDATE plan SET subscriptions = subscriptions + (SELECT coalesce(sum(subscriptions), 0) FROM made),
                complete = $4::bigint IS NULL OR (SELECT count(*) FROM turn) < $4
         WHERE city_id = $1 AND notice_id = $2 AND revision = $5",
        part = part(),
        batches = batches((2, 5), if areas.is_some() { FIRST_BATCH } else { BATCH }),
    );
    let values = [
        notice.city_id.0.into(),
        notice.id.0.into(),
        now.to_offset(JAPAN).date().into(),
        areas.into(),
        revision,
        urgent,
        at,
        expires_at,
    ];
    db.execute_raw(sql(&text, values)).await?;
    Ok(())
}

/// Those who got an earlier revision, at once: how many they are is known. A correction may say until when the notice matters: what waits is
/// sent until then.
async fn plan_correction(
    db: &DatabaseTransaction,
    notice: &notice::Model,
    now: OffsetDateTime,
    [revision, urgent, at, expires_at]: [Value; 4],
) -> Result<(), DbErr> {
    let text = format!(
        "{audience}, {batches}, extended AS (
             UPDATE batch b SET expires_at = $7
             FROM (SELECT id FROM batch WHERE city_id = $1 AND notice_id = $2 AND done_at IS NULL ORDER BY id FOR UPDATE) AS waiting
             WHERE b.city_id = $1 AND b.id = waiting.id
         )
         UPDATE plan SET subscriptions = (SELECT coalesce(sum(subscriptions), 0) FROM made), complete = true
         WHERE city_id = $1 AND notice_id = $2 AND revision = $4",
        audience = audience(&got_it_before()),
        batches = batches((2, 4), BATCH),
    );
    let today = now.to_offset(JAPAN).date();
    let values = [notice.city_id.0.into(), notice.id.0.into(), today.into(), revision, urgent, at, expires_at];
    db.execute_raw(sql(&text, values)).await?;
    Ok(())
}

/// The middle of a query: batches of the `audience` in city `$1`, by push service, of at most `size`. `$notice` is the notice that they say, if any; the values from
/// `$first` on are the revision, whether it is urgent, from when and until when it is to be sent. The audience comes area by area, so that neighbours are in one batch: what is looked
/// up for them is the same. The ids of batches are seen by nobody and ordered by nothing: the database may draw them.
pub(super) fn batches((notice, first): (usize, usize), size: usize) -> String {
    format!(
        "served AS MATERIALIZED (
             SELECT origin, array_agg(id) AS ids FROM audience GROUP BY origin
         ), known AS (
             INSERT INTO push_origin (origin) SELECT origin FROM served ORDER BY origin ON CONFLICT DO NOTHING
         ), made AS (
             INSERT INTO batch (city_id, id, notice_id, revision, urgent, origin, subscription_ids, attempt, due_at, expires_at)
             SELECT $1, gen_random_uuid(), ${notice}, ${revision}, ${urgent}, origin, ids[place : place + {size} - 1], 1, ${at}, ${expires_at}
             FROM served CROSS JOIN LATERAL generate_series(1, cardinality(ids), {size}) AS place
             RETURNING cardinality(subscription_ids) AS subscriptions
         )",
        revision = first,
        urgent = first + 1,
        at = first + 2,
        expires_at = first + 3,
    )
}

/// The subscriptions of those who were reached by an earlier revision: browsers change their subscriptions, persons stay. Not those in a
/// batch that is still waiting, which will send the newest text, or that has sent it. `$4` is the revision that is planned.
fn got_it_before() -> String {
    format!(
        "SELECT s.id FROM subscription s WHERE s.city_id = $1 AND s.gone_at IS NULL AND s.person_id IN (
             SELECT was.person_id FROM batch b CROSS JOIN LATERAL unnest(b.subscription_ids, b.outcomes) AS sent (id, outcome)
             JOIN subscription was ON was.city_id = b.city_id AND was.id = sent.id
             WHERE b.city_id = $1 AND b.notice_id = $2 AND b.revision < $4 AND b.done_at IS NOT NULL AND sent.outcome = {})
         AND s.id NOT IN (
             SELECT unnest(b.subscription_ids) FROM batch b
             WHERE b.city_id = $1 AND b.notice_id = $2 AND (b.done_at IS NULL OR b.revision >= $4))",
        Outcome::Accepted as i16
    )
}

/// When this revision came out: a correction rings by its own time.
async fn came_out(db: &impl ConnectionTrait, notice: &notice::Model) -> Result<OffsetDateTime, DbErr> {
    let corrected = revision::Entity::find_by_id((notice.city_id, notice.id, notice.revision)).one(db).await?;
    let corrected = corrected.map(|revision| revision.at);
    Ok(notice.published_at.max(corrected).unwrap_or(notice.created_at))
}

/// Until when a phone that was off is still to be told.
fn valid_until(notice: &notice::Model, came_out: OffsetDateTime, now: OffsetDateTime) -> OffsetDateTime {
    let emergency = notice.importance == Importance::Emergency;
    let usual = came_out + if emergency { EMERGENCY_MATTERS } else { LONGEST_LIFE };
    let until = notice.circulate_until.map_or(usual, clock::end_of);
    let least = if emergency { now + EMERGENCY_LIFE } else { until };
    until.max(least).min(now + LONGEST_LIFE)
}
