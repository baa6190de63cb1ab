//! Recording what became of a batch: under its token, in one transaction with the batches that try again.

use std::collections::BTreeMap;

use entity::ids::{BatchId, SubscriptionId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, TransactionTrait as _, Value};
use time::OffsetDateTime;
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

/// Records a batch. False when its lease is out or another worker has taken it over: then nothing was recorded, since a correction may
/// have been planned meanwhile in the belief that nobody is sending.
///
/// # Errors
/// The database's.
pub async fn record(
    db: &DatabaseConnection,
    claim: &Claim,
    report: &Report,
    now: OffsetDateTime,
) -> Result<bool, DbErr> {
    let transaction = db.begin().await?;
    let outcomes: Vec<i16> = report.sent.iter().map(|sent| sent.outcome as i16).collect();
    let (first, last) = report.accepted();
    let values: [Value; 10] = [
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
    ];
    let statement = sql(
        "UPDATE batch SET done_at = $4, outcomes = $5, revision = $6, first_accepted_at = $7, last_accepted_at = $8,
                message_ids = $9, shortened_to = $10
         WHERE city_id = $1 AND id = $2 AND fence = $3 AND done_at IS NULL AND leased_until > clock_timestamp()",
        values,
    );
    if transaction.execute_raw(statement).await?.rows_affected() == 0 {
        return Ok(false);
    }
    mark(&transaction, claim, report, now).await?;
    try_again(&transaction, claim, report, now).await?;
    origin::note(&transaction, claim, report, now).await?;
    transaction.commit().await?;
    Ok(true)
}

async fn mark(db: &impl ConnectionTrait, claim: &Claim, report: &Report, now: OffsetDateTime) -> Result<(), DbErr> {
    let gone = report.those(claim, |sent| sent.outcome == Outcome::Gone);
    if !gone.is_empty() {
        // In the order of ids: the same phones may be in two batches that are recorded at once.
        let statement = "UPDATE subscription s SET gone_at = $3
             FROM (SELECT id FROM subscription WHERE city_id = $1 AND id = ANY($2) AND gone_at IS NULL ORDER BY id FOR UPDATE) AS ended
             WHERE s.city_id = $1 AND s.id = ended.id";
        db.execute_raw(sql(statement, [claim.city_id.0.into(), gone.into(), now.into()])).await?;
    }
    let renew = report.those(claim, |sent| sent.renew);
    if !renew.is_empty() {
        let statement = "UPDATE subscription SET renew = true WHERE city_id = $1 AND id = ANY($2)";
        db.execute_raw(sql(statement, [claim.city_id.0.into(), renew.into()])).await?;
    }
    Ok(())
}

/// Those that wait equally long leave together. What was put off, and is not waited for, is no further than before.
async fn try_again(
    db: &impl ConnectionTrait,
    claim: &Claim,
    report: &Report,
    now: OffsetDateTime,
) -> Result<(), DbErr> {
    let mut waiting: BTreeMap<time::Duration, Vec<Uuid>> = BTreeMap::new();
    for (id, sent) in claim.subscription_ids.iter().zip(&report.sent) {
        if let Some(wait) = sent.again_in {
            waiting.entry(wait).or_default().push(SubscriptionId(*id).0);
        }
    }
    for (wait, ids) in waiting {
        let due_at = (now + with_jitter(wait)).min(claim.expires_at);
        let values: [Value; 10] = [
            claim.city_id.0.into(),
            BatchId::new().0.into(),
            claim.notice_id.0.into(),
            report.revision.into(),
            claim.urgent.into(),
            claim.origin.clone().into(),
            ids.into(),
            claim.attempt.saturating_add(i16::from(!wait.is_zero())).into(),
            due_at.into(),
            claim.expires_at.into(),
        ];
        db.execute_raw(sql(
            "INSERT INTO batch (city_id, id, notice_id, revision, urgent, origin, subscription_ids, attempt, due_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            values,
        ))
        .await?;
    }
    Ok(())
}
