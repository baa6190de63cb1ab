//! Recording what became of a batch: under its token, in one statement with the batches that try again. Most of what recording costs is the
//! way to the database and back.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, Value};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{
    claim::Claim,
    origin,
    outcome::{Outcome, Sent},
    pace::Window,
    retry_after::with_jitter,
};
use crate::postgres::sql;

/// A batch that was sent.
#[derive(Debug)]
pub struct Report {
    /// The revision that was sent.
    pub revision: i32,
    /// What became of each subscription, in the batch's order.
    pub sent: Vec<Sent>,
    /// What the service was found to bear, where anything was sent.
    pub window: Option<Window>,
}

impl Report {
    /// When the service took the first message and the last.
    fn accepted(&self) -> (Option<OffsetDateTime>, Option<OffsetDateTime>) {
        let times = || self.sent.iter().filter_map(|one| one.accepted_at);
        (times().min(), times().max())
    }

    /// The ids by which the service knows the messages, one a line in the batch's order; none where it named none.
    fn message_ids(&self) -> Option<String> {
        let ids: Vec<&str> = self.sent.iter().map(|one| one.taken.message_id.as_deref().unwrap_or_default()).collect();
        ids.iter().any(|id| !id.is_empty()).then(|| ids.join("\n"))
    }

    /// The subscriptions of the batch for which `which` holds.
    pub fn those(&self, claim: &Claim, which: impl Fn(&Sent) -> bool) -> Vec<Uuid> {
        let pairs = claim.subscription_ids.iter().zip(&self.sent);
        pairs.filter(|(_, sent)| which(sent)).map(|(id, _)| *id).collect()
    }

    /// The shortest time that the service keeps one of them, where that is less than was asked for.
    #[must_use]
    pub fn shortened_to(&self) -> Option<u32> {
        self.sent.iter().filter_map(|one| one.taken.shortened_to).min()
    }
}

/// Records a batch, in one statement with the batches that try again and with what it tells of the service. False when its lease is out or
/// another worker has taken it over: then nothing was recorded, since a correction may have been planned meanwhile in the belief that
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
        "WITH recorded AS (
            UPDATE batch SET done_at = $4, outcomes = $5, revision = $6, first_accepted_at = $7, last_accepted_at = $8,
                   message_ids = $9, shortened_to = $10
            WHERE city_id = $1 AND id = $2 AND fence = $3 AND done_at IS NULL AND leased_until > clock_timestamp()
            RETURNING city_id, notice_id, revision, urgent, origin, expires_at
         ), ended AS (
            -- In the order of ids: the same phones may be in two batches that are recorded at once.
            UPDATE subscription s SET gone_at = $4
            FROM (SELECT s.id FROM recorded r JOIN subscription s ON s.city_id = r.city_id AND s.id = ANY ($11)
                  WHERE s.gone_at IS NULL ORDER BY s.id FOR UPDATE OF s) AS gone
            WHERE s.city_id = $1 AND s.id = gone.id
         ), asked AS (
            UPDATE subscription s SET renew = true FROM recorded r WHERE s.city_id = r.city_id AND s.id = ANY ($12)
         ), again AS (
            INSERT INTO batch (city_id, id, notice_id, revision, urgent, origin, subscription_ids, attempt, due_at, expires_at)
            SELECT r.city_id, gen_random_uuid(), r.notice_id, r.revision, r.urgent, r.origin, w.ids, w.attempt,
                   least(w.due_at, r.expires_at), r.expires_at
            FROM recorded r CROSS JOIN (
                SELECT array_agg(id ORDER BY place) AS ids, attempt, due_at
                FROM unnest($13::uuid[], $14::smallint[], $15::timestamptz[]) WITH ORDINALITY AS waiting (id, attempt, due_at, place)
                GROUP BY attempt, due_at) AS w
         ), {noted}
         SELECT noted.* FROM recorded LEFT JOIN noted ON true",
        noted = origin::noted(16),
    );
    let outcomes: Vec<i16> = report.sent.iter().map(|sent| sent.outcome as i16).collect();
    let (first, last) = report.accepted();
    let (again, attempts, due) = again(claim, report, now);
    let values: [Value; 15] = [
        claim.city_id.0.into(),
        claim.id.0.into(),
        claim.fence.into(),
        now.into(),
        outcomes.into(),
        report.revision.into(),
        first.into(),
        last.into(),
        report.message_ids().into(),
        report.shortened_to().map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX)).into(),
        report.those(claim, |sent| sent.outcome == Outcome::Gone).into(),
        report.those(claim, |sent| sent.renew).into(),
        again.into(),
        attempts.into(),
        due.into(),
    ];
    let values = values.into_iter().chain(origin::values(claim, report));
    let Some(noted) = db.query_one_raw(sql(&text, values)).await? else { return Ok(false) };
    origin::judge(db, &claim.origin, &noted, now).await?;
    Ok(true)
}

/// What is tried again: who, for which time, and from when. Those that wait equally long leave together. What was put off, and is not waited
/// for, is no further than before.
fn again(claim: &Claim, report: &Report, now: OffsetDateTime) -> (Vec<Uuid>, Vec<i16>, Vec<OffsetDateTime>) {
    let mut times: BTreeMap<Duration, OffsetDateTime> = BTreeMap::new();
    let (mut ids, mut attempts, mut due) = (Vec::new(), Vec::new(), Vec::new());
    for (id, sent) in claim.subscription_ids.iter().zip(&report.sent) {
        if let Some(wait) = sent.again_in {
            ids.push(*id);
            attempts.push(claim.attempt.saturating_add(i16::from(!wait.is_zero())));
            due.push(*times.entry(wait).or_insert_with(|| now + with_jitter(wait)));
        }
    }
    (ids, attempts, due)
}
