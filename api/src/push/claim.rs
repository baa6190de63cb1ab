//! Claiming a batch: one statement that takes a lease and raises the fencing token.
//!
//! Leases run by the database's clock, so that a worker whose own clock is wrong can't steal from another. Who holds an older token
//! than the row's can neither renew nor record. A lease is renewed every second and holds for eight, an emergency's for four, so that with the second
//! after which workers look again a dead worker's batch is in other hands within ten and five.

use entity::ids::{BatchId, CityId, NoticeId};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{origin::SICK_AFTER, pace::Window};
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
    pub probing: bool,
    /// How many messages the service bears at once.
    pub at_once: i16,
    /// How many batches share that, this one included.
    pub sharers: i64,
}

impl Claim {
    /// How many messages of this batch may be on their way at once.
    #[must_use]
    pub fn window(&self) -> Window {
        let number = |number: i64| usize::try_from(number).unwrap_or(1);
        Window::share(number(self.at_once.into()), number(self.sharers))
    }
}

/// What a worker may take just now.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// Nothing but emergencies: it is a quiet hour, or only their room is left.
    pub urgent_only: bool,
    /// Services that have as many batches in hand as they may, so that one that hangs leaves room for the others.
    pub busy: Vec<String>,
    /// The same for emergencies: what is no emergency keeps none of them waiting.
    pub busy_urgent: Vec<String>,
}

/// Takes the batch that is due first, emergencies before all. One of a paused service is left alone, except that an emergency tries it
/// every ten seconds.
///
/// # Errors
/// The database's.
pub async fn claim(db: &impl ConnectionTrait, room: &Room, now: OffsetDateTime) -> Result<Option<Claim>, DbErr> {
    let values: [Value; 5] = [
        now.into(),
        room.urgent_only.into(),
        room.busy.clone().into(),
        SICK_AFTER.into(),
        room.busy_urgent.clone().into(),
    ];
    let statement = sql(
        "WITH left_alone AS MATERIALIZED (
            SELECT array_agg(origin) || $3::text[] AS calm,
                   array_agg(origin) FILTER (WHERE probed_at BETWEEN $1 - interval '10 seconds' AND $1) || $5::text[] AS urgent
            FROM push_origin
            -- What lies too far ahead was written by a worker whose clock is wrong.
            WHERE paused_until BETWEEN $1 AND $1 + interval '2 minutes'
         ), due AS (
            SELECT city_id, id FROM batch
            WHERE done_at IS NULL AND due_at <= $1 AND (urgent OR NOT $2)
              AND (leased_until IS NULL OR leased_until < clock_timestamp())
              AND origin <> ALL (CASE WHEN urgent THEN (SELECT urgent FROM left_alone) ELSE (SELECT calm FROM left_alone) END)
            ORDER BY urgent DESC, due_at LIMIT 1
            FOR UPDATE SKIP LOCKED
         ), taken AS (
            -- It is sent with the text that is there now, or a later one: what was corrected before need not wait for it.
            UPDATE batch b SET fence = b.fence + 1,
                   revision = (SELECT n.revision FROM notice n WHERE n.city_id = b.city_id AND n.id = b.notice_id),
                   leased_until = clock_timestamp() + CASE WHEN b.urgent THEN interval '4 seconds' ELSE interval '8 seconds' END
            FROM due WHERE b.city_id = due.city_id AND b.id = due.id
            RETURNING b.city_id, b.id, b.notice_id, b.urgent, b.origin, b.subscription_ids, b.attempt, b.expires_at, b.fence
         ), probed AS (
            UPDATE push_origin o SET probed_at = $1 FROM taken
            WHERE o.origin = taken.origin AND (o.paused_until > $1 OR o.failures_in_row >= $4)
            RETURNING o.origin
         )
         SELECT taken.*, EXISTS (SELECT FROM probed) AS probing,
                coalesce((SELECT o.at_once FROM push_origin o WHERE o.origin = taken.origin), 64::smallint) AS at_once,
                1 + (SELECT count(*) FROM batch other
                     WHERE other.origin = taken.origin AND other.done_at IS NULL AND other.leased_until > clock_timestamp()
                       AND other.id <> taken.id) AS sharers
         FROM taken",
        values,
    );
    Claim::find_by_statement(statement).one(db).await
}

/// How things stand with a batch in hand.
#[derive(Clone, Copy, Debug, FromQueryResult, PartialEq, Eq)]
pub struct Held {
    /// Whether the notice was withdrawn meanwhile: then nothing more leaves.
    pub withdrawn: bool,
}

/// Holds on to a batch that takes long, and asks whether it is still to be sent. None when another worker has it, or may have: a lease that
/// is out is not taken up again, since a correction may have been planned in the belief that nobody is sending.
///
/// # Errors
/// The database's.
pub async fn renew(db: &impl ConnectionTrait, claim: &Claim) -> Result<Option<Held>, DbErr> {
    let statement = sql(
        "UPDATE batch
         SET leased_until = clock_timestamp() + CASE WHEN urgent THEN interval '4 seconds' ELSE interval '8 seconds' END
         WHERE city_id = $1 AND id = $2 AND fence = $3 AND done_at IS NULL AND leased_until > clock_timestamp()
         RETURNING NOT EXISTS (SELECT FROM notice n WHERE n.city_id = $1 AND n.id = notice_id AND n.withdrawn_at IS NULL) AS withdrawn",
        [claim.city_id.0.into(), claim.id.0.into(), claim.fence.into()],
    );
    Held::find_by_statement(statement).one(db).await
}
