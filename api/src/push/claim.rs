//! Claiming: one statement that takes leases on batches and raises their fencing tokens.
//!
//! Up to four batches of one notice for one service are taken together, sent as one and recorded as one: most of what the ledger costs is the way to
//! the database and back. Leases run by the database's clock, so that a worker whose own clock is wrong can't steal from another. Who holds an older token
//! than the row's can neither renew nor record. A lease is renewed every second and holds for eight, an emergency's for four, so that with the second
//! after which workers look again a dead worker's batches are in other hands within ten and five.

use std::fmt;

use entity::ids::{BatchId, CityId, NoticeId, PersonId};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{origin::SICK_AFTER, pace::Window};
use crate::postgres::sql;

/// How many batches are taken together at most, and how many messages at once a service has to bear for each.
const TOGETHER: i64 = 4;
const AT_ONCE_EACH: i64 = 32;

/// One batch of a claim.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The batch.
    pub id: BatchId,
    /// The token.
    pub fence: i64,
    /// How many of the claim's subscriptions are its own.
    pub subscriptions: usize,
}

/// What a batch says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A notice.
    Notice(NoticeId),
    /// The week's notices that are merely good to know.
    Week,
    /// That notifications arrive, to somebody who asked.
    Test,
}

/// As the log says it.
impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notice(id) => id.fmt(f),
            Self::Week => f.write_str("weekly summary"),
            Self::Test => f.write_str("test"),
        }
    }
}

/// Batches in hand: of one notice, for one push service, at the same try.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The city.
    pub city_id: CityId,
    /// What they are to be sent.
    pub about: About,
    /// Whether they are an emergency's.
    pub urgent: bool,
    /// The push service.
    pub origin: String,
    /// Which try this is.
    pub attempt: i16,
    /// When their time is over.
    pub expires_at: OffsetDateTime,
    /// When they were claimed.
    pub taken_at: OffsetDateTime,
    /// Whether the service was failing when last heard of: then one message has to get through before the others follow.
    pub probing: bool,
    /// How many messages the service bears at once.
    pub at_once: i16,
    /// How many batches share that, these included.
    pub sharers: i64,
    /// The batches.
    pub parts: Vec<Part>,
    /// Whom they are for, batch by batch.
    pub subscription_ids: Vec<Uuid>,
}

impl Claim {
    /// How many messages may be on their way at once.
    #[must_use]
    pub fn window(&self) -> Window {
        let number = |number: i64| usize::try_from(number).unwrap_or(1);
        Window::share(number(self.at_once.into()), (self.parts.len(), number(self.sharers)))
    }

    /// The batches' ids and tokens, as lists for the database.
    pub(super) fn tokens(&self) -> [Value; 2] {
        let ids: Vec<Uuid> = self.parts.iter().map(|part| part.id.0).collect();
        let fences: Vec<i64> = self.parts.iter().map(|part| part.fence).collect();
        [ids.into(), fences.into()]
    }
}

/// One batch as it comes from the database.
#[derive(FromQueryResult)]
struct Row {
    city_id: CityId,
    id: BatchId,
    notice_id: Option<NoticeId>,
    asked_by: Option<PersonId>,
    urgent: bool,
    origin: String,
    subscription_ids: Vec<Uuid>,
    attempt: i16,
    expires_at: OffsetDateTime,
    fence: i64,
    probing: bool,
    at_once: i16,
    sharers: i64,
}

/// What a worker may take just now.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// Nothing but emergencies: only their room is left.
    pub urgent_only: bool,
    /// Besides these only what somebody has just asked for: it is a quiet hour.
    pub quiet: bool,
    /// Services that have as many batches in hand as they may, so that one that hangs leaves room for the others.
    pub busy: Vec<String>,
    /// The same for emergencies: what is no emergency keeps none of them waiting.
    pub busy_urgent: Vec<String>,
    /// And for weekly summaries.
    pub busy_weekly: Vec<String>,
    /// No weekly summary: as many are in hand as may be.
    pub no_weekly: bool,
}

/// Whether a batch is a weekly summary, as the index by which batches are claimed has it.
const WEEKLY: &str = "(notice_id IS NULL AND asked_by IS NULL)";

/// Takes the batch that is due first, emergencies before all and weekly summaries when nothing else is due, and others like it, as many as its service gets through in the time of one claim.
/// What has just become due goes alone: so the first phones of a notice ring at once. One of a paused service is left alone, except that an emergency tries it every ten seconds; of one that is tried, a
/// single batch.
///
/// # Errors
/// The database's.
pub async fn claim(db: &impl ConnectionTrait, room: &Room, now: OffsetDateTime) -> Result<Option<Claim>, DbErr> {
    let values: [Value; 10] = [
        now.into(),
        room.urgent_only.into(),
        room.busy.clone().into(),
        SICK_AFTER.into(),
        room.busy_urgent.clone().into(),
        TOGETHER.into(),
        AT_ONCE_EACH.into(),
        room.quiet.into(),
        room.no_weekly.into(),
        room.busy_weekly.clone().into(),
    ];
    let text = format!(
        "WITH left_alone AS MATERIALIZED (
            SELECT array_agg(origin) || $3::text[] AS calm,
                   array_agg(origin) FILTER (WHERE probed_at BETWEEN $1 - interval '10 seconds' AND $1) || $5::text[] AS urgent
            FROM push_origin
            -- What lies too far ahead was written by a worker whose clock is wrong.
            WHERE paused_until BETWEEN $1 AND $1 + interval '2 minutes'
         ), due AS MATERIALIZED (
            SELECT city_id, id, notice_id, asked_by, urgent, origin, attempt, due_at, expires_at, {WEEKLY} AS weekly,
                   due_at < $1 - interval '100 milliseconds' AS waited
            FROM batch
            WHERE done_at IS NULL AND due_at <= $1 AND (urgent OR NOT $2 AND (NOT $8 OR asked_by IS NOT NULL))
              AND (leased_until IS NULL OR leased_until < clock_timestamp())
              AND origin <> ALL (CASE WHEN urgent THEN (SELECT urgent FROM left_alone) ELSE (SELECT calm FROM left_alone) END)
              AND (NOT {WEEKLY} OR NOT $9 AND origin <> ALL ($10::text[]))
            ORDER BY urgent DESC, {WEEKLY}, due_at LIMIT 1
            FOR UPDATE SKIP LOCKED
         ), probed AS (
            UPDATE push_origin o SET probed_at = $1 FROM due
            WHERE o.origin = due.origin AND (o.paused_until > $1 OR o.failures_in_row >= $4)
            RETURNING o.origin
         ), like_it AS MATERIALIZED (
            -- What is due at the same moment lies side by side, in the order in which batches are taken.
            SELECT other.city_id, other.id FROM due CROSS JOIN LATERAL (
                SELECT b.city_id, b.id FROM batch b
                WHERE b.done_at IS NULL AND b.urgent = due.urgent AND (b.notice_id IS NULL AND b.asked_by IS NULL) = due.weekly AND b.due_at = due.due_at
                  AND (b.leased_until IS NULL OR b.leased_until < clock_timestamp())
                  AND ((b.city_id, b.id) IS NOT DISTINCT FROM (due.city_id, due.id)
                       OR due.waited AND NOT EXISTS (SELECT FROM probed)
                          AND (b.city_id, b.notice_id, b.asked_by, b.origin, b.attempt, b.expires_at) IS NOT DISTINCT FROM
                              (due.city_id, due.notice_id, due.asked_by, due.origin, due.attempt, due.expires_at))
                ORDER BY b.urgent DESC, (b.notice_id IS NULL AND b.asked_by IS NULL), b.due_at
                LIMIT coalesce((SELECT least($6, greatest(1, o.at_once / $7)) FROM push_origin o WHERE o.origin = due.origin), 1)
                FOR UPDATE SKIP LOCKED) other
         ), taken AS (
            -- They are sent with the text that is there now, or a later one: what was corrected before need not wait for them.
            UPDATE batch b SET fence = b.fence + 1,
                   revision = coalesce((SELECT n.revision FROM notice n WHERE n.city_id = b.city_id AND n.id = b.notice_id), b.revision),
                   leased_until = clock_timestamp() + CASE WHEN b.urgent THEN interval '4 seconds' ELSE interval '8 seconds' END
            FROM like_it WHERE b.city_id = like_it.city_id AND b.id = like_it.id
            RETURNING b.city_id, b.id, b.notice_id, b.asked_by, b.urgent, b.origin, b.subscription_ids, b.attempt, b.expires_at, b.fence
         )
         SELECT taken.*, EXISTS (SELECT FROM probed) AS probing,
                coalesce((SELECT o.at_once FROM push_origin o WHERE o.origin = taken.origin), 64::smallint) AS at_once,
                (SELECT count(*) FROM taken)
                + (SELECT count(*) FROM batch other
                   WHERE other.origin = taken.origin AND other.done_at IS NULL AND other.leased_until > clock_timestamp()
                     AND other.id NOT IN (SELECT id FROM taken)) AS sharers
         FROM taken"
    );
    let mut rows = Row::find_by_statement(sql(&text, values)).all(db).await?.into_iter();
    let Some(first) = rows.next() else { return Ok(None) };
    let part = |id, fence, ids: &[Uuid]| Part { id, fence, subscriptions: ids.len() };
    let mut claim = Claim {
        city_id: first.city_id,
        about: match (first.notice_id, first.asked_by) {
            (Some(notice), _) => About::Notice(notice),
            (None, Some(_)) => About::Test,
            (None, None) => About::Week,
        },
        urgent: first.urgent,
        origin: first.origin,
        attempt: first.attempt,
        expires_at: first.expires_at,
        taken_at: now,
        probing: first.probing,
        at_once: first.at_once,
        sharers: first.sharers,
        parts: vec![part(first.id, first.fence, &first.subscription_ids)],
        subscription_ids: first.subscription_ids,
    };
    for row in rows {
        claim.parts.push(part(row.id, row.fence, &row.subscription_ids));
        claim.subscription_ids.extend(row.subscription_ids);
    }
    Ok(Some(claim))
}

/// How things stand with what is in hand.
#[derive(Clone, Copy, Debug, FromQueryResult, PartialEq, Eq)]
pub struct Held {
    /// Whether the notice was withdrawn meanwhile: then nothing more leaves.
    pub withdrawn: bool,
}

/// Holds on to batches that take long, and asks whether they are still to be sent. None when another worker has one of them, or may have: a
/// lease that is out is not taken up again, since a correction may have been planned in the belief that nobody is sending.
///
/// # Errors
/// The database's.
pub async fn renew(db: &impl ConnectionTrait, claim: &Claim) -> Result<Option<Held>, DbErr> {
    let [ids, fences] = claim.tokens();
    let statement = sql(
        "WITH mine AS MATERIALIZED (
            SELECT b.id FROM unnest($2::uuid[], $3::bigint[]) AS part (id, fence)
            JOIN batch b ON b.city_id = $1 AND b.id = part.id AND b.fence = part.fence
            WHERE b.done_at IS NULL AND b.leased_until > clock_timestamp()
            ORDER BY b.id FOR UPDATE OF b
         )
         UPDATE batch b
         SET leased_until = clock_timestamp() + CASE WHEN urgent THEN interval '4 seconds' ELSE interval '8 seconds' END
         FROM mine WHERE b.city_id = $1 AND b.id = mine.id AND (SELECT count(*) FROM mine) = cardinality($2)
         RETURNING notice_id IS NOT NULL AND NOT EXISTS (SELECT FROM notice n WHERE n.city_id = $1 AND n.id = notice_id AND n.withdrawn_at IS NULL) AS withdrawn",
        [claim.city_id.0.into(), ids, fences],
    );
    Held::find_by_statement(statement).one(db).await
}
