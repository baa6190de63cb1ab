//! Claiming a batch: a short transaction that takes a lease and raises the fencing token.
//!
//! Leases run by the database's clock, so that a worker whose own clock is wrong can't steal from another. Who holds an older token
//! than the row's can neither renew nor record.

use entity::ids::{BatchId, CityId, NoticeId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, FromQueryResult, TransactionTrait as _, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::origin::SICK_AFTER;
use crate::postgres::sql;

/// A batch in hand.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Claim {
    /// The city.
    pub city_id: CityId,
    /// The batch.
    pub id: BatchId,
    /// What it is to be sent.
    pub notice_id: NoticeId,
    /// Whether it is an emergency's.
    pub urgent: bool,
    /// The push service.
    pub origin: String,
    /// Whom it is for.
    pub subscription_ids: Vec<Uuid>,
    /// Which try this is.
    pub attempt: i16,
    /// When its time is over.
    pub expires_at: OffsetDateTime,
    /// The token.
    pub fence: i64,
    /// Whether the service was failing when last heard of: then one message has to get through before the others follow.
    #[sea_orm(skip)]
    pub probing: bool,
}

/// What a worker may take just now.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// Nothing but emergencies: it is a quiet hour, or only their room is left.
    pub urgent_only: bool,
    /// Services that have as many batches in hand as they may, so that one that hangs leaves room for the others.
    pub busy: Vec<String>,
}

/// Takes the batch that is due first, emergencies before all. One of a paused service is left alone, except that an emergency tries it
/// every ten seconds.
///
/// # Errors
/// The database's.
pub async fn claim(db: &DatabaseConnection, room: &Room, now: OffsetDateTime) -> Result<Option<Claim>, DbErr> {
    let transaction = db.begin().await?;
    let values: [Value; 3] = [now.into(), room.urgent_only.into(), room.busy.clone().into()];
    let statement = sql(
        "UPDATE batch SET fence = fence + 1,
                leased_until = clock_timestamp() + CASE WHEN urgent THEN interval '10 seconds' ELSE interval '30 seconds' END
         WHERE (city_id, id) = (
            SELECT b.city_id, b.id FROM batch b LEFT JOIN push_origin o ON o.origin = b.origin
            WHERE b.done_at IS NULL AND b.due_at <= $1
              AND (b.leased_until IS NULL OR b.leased_until < clock_timestamp())
              AND (b.urgent OR NOT $2) AND b.origin <> ALL ($3)
              AND (o.paused_until IS NULL OR o.paused_until <= $1
                   OR b.urgent AND (o.probed_at IS NULL OR o.probed_at <= $1 - interval '10 seconds'))
            ORDER BY b.urgent DESC, b.due_at LIMIT 1
            FOR UPDATE OF b SKIP LOCKED)
         RETURNING city_id, id, notice_id, urgent, origin, subscription_ids, attempt, expires_at, fence",
        values,
    );
    let mut claim = Claim::find_by_statement(statement).one(&transaction).await?;
    if let Some(claim) = &mut claim {
        let failing =
            "UPDATE push_origin SET probed_at = $2 WHERE origin = $1 AND (paused_until > $2 OR failures_in_row >= $3)";
        let values = [claim.origin.clone().into(), now.into(), SICK_AFTER.into()];
        claim.probing = transaction.execute_raw(sql(failing, values)).await?.rows_affected() > 0;
    }
    transaction.commit().await?;
    Ok(claim)
}

/// Holds on to a batch that takes long. False when another worker has it.
///
/// # Errors
/// The database's.
pub async fn renew(db: &impl ConnectionTrait, claim: &Claim) -> Result<bool, DbErr> {
    let statement = sql(
        "UPDATE batch
         SET leased_until = clock_timestamp() + CASE WHEN urgent THEN interval '10 seconds' ELSE interval '30 seconds' END
         WHERE city_id = $1 AND id = $2 AND fence = $3 AND done_at IS NULL",
        [claim.city_id.0.into(), claim.id.0.into(), claim.fence.into()],
    );
    Ok(db.execute_raw(statement).await?.rows_affected() == 1)
}
