//! Recording what became of batches: under their tokens, in one statement with the batches that try again. Most of what recording costs is the
//! way to the database and back.

use std::{collections::BTreeMap, fmt::Write as _, iter};

use sea_orm::{ConnectionTrait, DbErr, Value};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{
    claim::Claim,
    fan_out::BATCH,
    origin,
    outcome::{Again, Outcome, Sent},
    pace::Window,
    retry_after::with_jitter,
};
use crate::postgres::sql;

/// Batches that were sent.
#[derive(Debug)]
pub struct Report {
    /// The revision that was sent.
    pub revision: i32,
    /// What became of each subscription, in the claim's order.
    pub sent: Vec<Sent>,
    /// What the service was found to bear, where anything was sent.
    pub window: Option<Window>,
}

impl Report {
    /// What became of each batch.
    pub fn parts(&self, claim: &Claim) -> impl Iterator<Item = &[Sent]> {
        let mut rest = self.sent.as_slice();
        claim.parts.iter().map(move |part| {
            let (sent, others) = rest.split_at(part.subscriptions.min(rest.len()));
            rest = others;
            sent
        })
    }

    /// The subscriptions for which `which` holds.
    pub fn those(&self, claim: &Claim, which: impl Fn(&Sent) -> bool) -> Vec<Uuid> {
        let pairs = claim.subscription_ids.iter().zip(&self.sent);
        pairs.filter(|(_, sent)| which(sent)).map(|(id, _)| *id).collect()
    }
}

/// What is kept of each batch, as lists for the database. They can hold no nothing: it is an empty text.
fn kept(claim: &Claim, report: &Report) -> [Value; 5] {
    let each = |what: fn(&[Sent]) -> String| report.parts(claim).map(what).collect::<Vec<String>>().into();
    let time = |at: Option<OffsetDateTime>| at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default();
    [
        each(outcomes),
        report.parts(claim).map(|sent| time(accepted(sent).min())).collect::<Vec<String>>().into(),
        report.parts(claim).map(|sent| time(accepted(sent).max())).collect::<Vec<String>>().into(),
        each(message_ids),
        each(|sent| shortened_to(sent).map(|seconds| seconds.to_string()).unwrap_or_default()),
    ]
}

/// The outcomes of a batch, as the database writes lists.
fn outcomes(sent: &[Sent]) -> String {
    let mut list = String::with_capacity(sent.len() * 2 + 2);
    for one in sent {
        list.push(if list.is_empty() { '{' } else { ',' });
        // Writing to a text doesn't fail.
        let _ = write!(list, "{}", one.outcome as i16);
    }
    list.push('}');
    list
}

/// When the service took the messages of a batch.
fn accepted(sent: &[Sent]) -> impl Iterator<Item = OffsetDateTime> {
    sent.iter().filter_map(|one| one.accepted_at)
}

/// The ids by which the service knows the messages, one a line in the batch's order; nothing where it named none.
fn message_ids(sent: &[Sent]) -> String {
    let ids = || sent.iter().map(|one| one.taken.message_id.as_deref().unwrap_or_default());
    if ids().all(str::is_empty) { String::new() } else { ids().collect::<Vec<&str>>().join("\n") }
}

/// The shortest time that the service keeps one of these messages, where that is less than was asked for.
pub fn shortened_to(sent: &[Sent]) -> Option<u32> {
    sent.iter().filter_map(|one| one.taken.shortened_to).min()
}

/// Records batches, in one statement with the batches that try again and with what they tell of the service. False when a lease is out or
/// another worker has taken one over: then nothing was recorded, since a correction may have been planned meanwhile in the belief that
/// nobody is sending.
///
/// # Errors
/// The database's.
pub async fn record(
    db: &impl ConnectionTrait,
    claim: &Claim,
    report: &Report,
    now: OffsetDateTime,
) -> Result<bool, DbErr> {
    let text = format!(
        "WITH mine AS MATERIALIZED (
            -- In the order of ids: a correction that is being planned takes hold of several as well.
            SELECT part.* FROM unnest($2::uuid[], $3::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
                 AS part (id, fence, outcomes, first_accepted_at, last_accepted_at, message_ids, shortened_to)
            JOIN batch b ON b.city_id = $1 AND b.id = part.id AND b.fence = part.fence
            WHERE b.done_at IS NULL AND b.leased_until > clock_timestamp()
            ORDER BY b.id FOR UPDATE OF b
         ), done AS (
            UPDATE batch b SET done_at = $4, revision = $5, outcomes = mine.outcomes::smallint[],
                   first_accepted_at = nullif(mine.first_accepted_at, '')::timestamptz,
                   last_accepted_at = nullif(mine.last_accepted_at, '')::timestamptz,
                   message_ids = nullif(mine.message_ids, ''), shortened_to = nullif(mine.shortened_to, '')::integer
            FROM mine WHERE b.city_id = $1 AND b.id = mine.id AND (SELECT count(*) FROM mine) = cardinality($2)
            RETURNING b.city_id, b.notice_id, b.asked_by, b.revision, b.urgent, b.origin, b.expires_at
         ), recorded AS MATERIALIZED (
            -- But for their phones they are all the same.
            SELECT * FROM done LIMIT 1
         ), ended AS (
            -- In the order of ids: the same phones may be in two batches that are recorded at once.
            UPDATE subscription s SET gone_at = $4, renew = true
            FROM (SELECT s.id FROM recorded r JOIN subscription s ON s.city_id = r.city_id AND s.id = ANY ($11)
                  -- What has another address since it was claimed did not answer so.
                  WHERE s.gone_at IS NULL AND s.created_at <= $24 ORDER BY s.id FOR UPDATE OF s) AS gone
            WHERE s.city_id = $1 AND s.id = gone.id
         ), asked AS (
            UPDATE subscription s SET renew = true FROM recorded r WHERE s.city_id = r.city_id AND s.id = ANY ($12)
         ), waiting AS (
            SELECT id, attempt, due_at, place, (row_number() OVER (PARTITION BY attempt, due_at ORDER BY place) - 1) / {BATCH} AS share
            FROM unnest($13::uuid[], $14::smallint[], $15::timestamptz[]) WITH ORDINALITY AS waiting (id, attempt, due_at, place)
         ), again AS (
            INSERT INTO batch (city_id, id, notice_id, asked_by, revision, urgent, origin, subscription_ids, attempt, due_at, expires_at)
            SELECT r.city_id, gen_random_uuid(), r.notice_id, r.asked_by, r.revision, r.urgent, r.origin, w.ids, w.attempt,
                   least(w.due_at, r.expires_at), r.expires_at
            FROM recorded r CROSS JOIN (
                SELECT array_agg(id ORDER BY place) AS ids, attempt, due_at FROM waiting GROUP BY attempt, due_at, share) AS w
         ), {noted}
         SELECT noted.* FROM recorded LEFT JOIN noted ON true",
        noted = origin::noted(16),
    );
    let (again, attempts, due) = again(claim, report, now);
    let head = iter::once(claim.city_id.0.into()).chain(claim.tokens()).chain([now.into(), report.revision.into()]);
    let phones: [Value; 5] = [
        report.those(claim, |sent| sent.outcome == Outcome::Gone).into(),
        report.those(claim, |sent| sent.renew).into(),
        again.into(),
        attempts.into(),
        due.into(),
    ];
    let values = head.chain(kept(claim, report)).chain(phones).chain(origin::values(claim, report));
    let values = values.chain([claim.taken_at.into()]);
    let Some(noted) = db.query_one_raw(sql(&text, values)).await? else { return Ok(false) };
    origin::judge(db, &claim.origin, &noted, now).await?;
    Ok(true)
}

/// What is tried again: who, for which time, and from when. Those that wait equally long leave together. What was put off, and is not waited
/// for, is no further than before.
fn again(claim: &Claim, report: &Report, now: OffsetDateTime) -> (Vec<Uuid>, Vec<i16>, Vec<OffsetDateTime>) {
    let mut times: BTreeMap<Again, OffsetDateTime> = BTreeMap::new();
    let (mut ids, mut attempts, mut due) = (Vec::new(), Vec::new(), Vec::new());
    for (id, sent) in claim.subscription_ids.iter().zip(&report.sent) {
        if let Some(again) = sent.again {
            ids.push(*id);
            attempts.push(claim.attempt.saturating_add(i16::from(matches!(again, Again::In(_)))));
            due.push(*times.entry(again).or_insert_with(|| match again {
                Again::AtOnce => now,
                Again::In(wait) => now + with_jitter(wait),
                Again::At(at) => at,
            }));
        }
    }
    (ids, attempts, due)
}
