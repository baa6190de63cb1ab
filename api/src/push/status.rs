//! How sending stands, for who is on duty and for who draws graphs: by push service, as all workers share it in the database.

use std::fmt;

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use time::{Duration, OffsetDateTime};

use crate::{clock::JAPAN, postgres::sql};

/// A batch that should have been sent so long ago is worth a look.
const LATE: Duration = Duration::MINUTE;

/// How sending stands.
#[derive(Clone, Debug)]
pub struct Status {
    /// The moment.
    pub now: OffsetDateTime,
    /// By push service.
    pub services: Vec<Service>,
    /// Subscriptions by the VAPID key that they were made under.
    pub keys: Vec<KeyUse>,
}

/// One push service.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Service {
    /// Scheme, host and port.
    pub origin: String,
    /// Messages that it bears at once.
    pub at_once: i16,
    /// Failures since the last success.
    pub failures_in_row: i32,
    /// Until when it is left alone, where it is.
    pub paused_until: Option<OffsetDateTime>,
    /// Why.
    pub reason: Option<String>,
    /// Batches that workers have in hand.
    pub in_hand: i64,
    /// Batches that are due and that nobody has in hand.
    pub due: i64,
    /// Since when the oldest of them is.
    pub oldest_due_at: Option<OffsetDateTime>,
    /// Batches that wait for their time.
    pub waiting: i64,
    /// Messages taken, ever.
    pub accepted: i64,
    /// Subscriptions ended, ever.
    pub gone: i64,
    /// Refusals of our signature, ever.
    pub refused: i64,
    /// Answers that found us too fast, ever.
    pub too_fast: i64,
    /// Failures, ever.
    pub failed: i64,
    /// Other answers, ever.
    pub other: i64,
}

/// How many phones have subscribed under a VAPID key.
#[derive(Clone, Debug, FromQueryResult)]
pub struct KeyUse {
    /// The key's id.
    pub vapid_key: String,
    /// How many.
    pub subscriptions: i64,
}

/// How sending stands at `now`.
///
/// # Errors
/// The database's.
pub async fn status(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<Status, DbErr> {
    let services = Service::find_by_statement(sql(
        "WITH open AS (
            SELECT origin,
                   count(*) FILTER (WHERE leased_until > clock_timestamp()) AS in_hand,
                   count(*) FILTER (WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= clock_timestamp())) AS due,
                   min(due_at) FILTER (WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= clock_timestamp())) AS oldest_due_at,
                   count(*) FILTER (WHERE due_at > $1) AS waiting
            FROM batch WHERE done_at IS NULL GROUP BY origin)
         SELECT coalesce(o.origin, open.origin) AS origin, coalesce(o.at_once, 64::smallint) AS at_once,
                coalesce(o.failures_in_row, 0) AS failures_in_row,
                CASE WHEN o.paused_until > $1 THEN o.paused_until END AS paused_until, o.reason,
                coalesce(open.in_hand, 0) AS in_hand, coalesce(open.due, 0) AS due, open.oldest_due_at,
                coalesce(open.waiting, 0) AS waiting,
                coalesce(o.accepted, 0) AS accepted, coalesce(o.gone, 0) AS gone, coalesce(o.refused, 0) AS refused,
                coalesce(o.too_fast, 0) AS too_fast, coalesce(o.failed, 0) AS failed, coalesce(o.other, 0) AS other
         FROM push_origin o FULL JOIN open ON open.origin = o.origin ORDER BY 1",
        [now.into()],
    ));
    let keys = KeyUse::find_by_statement(sql(
        "SELECT vapid_key, count(*) AS subscriptions FROM subscription WHERE gone_at IS NULL GROUP BY 1 ORDER BY 2 DESC, 1",
        [],
    ));
    Ok(Status { now, services: services.all(db).await?, keys: keys.all(db).await? })
}

impl Status {
    /// Whether somebody should look: a service is left alone, or batches have waited for a minute.
    #[must_use]
    pub fn wants_attention(&self) -> bool {
        let late = |service: &Service| service.oldest_due_at.is_some_and(|at| at + LATE < self.now);
        self.services.iter().any(|service| service.paused_until.is_some() || late(service))
    }

    /// Hands the numbers to the recorder of this process, a gauge each.
    pub fn record(&self) {
        // Anybody can name hosts below one that is allowed: what has never taken a message gets no series.
        for service in self.services.iter().filter(|service| service.accepted > 0) {
            let origin = service.origin.clone();
            let answers = [
                ("accepted", service.accepted),
                ("gone", service.gone),
                ("signature_refused", service.refused),
                ("too_fast", service.too_fast),
                ("failed", service.failed),
                ("other", service.other),
            ];
            for (answer, count) in answers {
                metrics::counter!("push_answers_total", "origin" => origin.clone(), "answer" => answer)
                    .absolute(u64::try_from(count).unwrap_or(0));
            }
            let oldest = service.oldest_due_at.map_or(0.0, |at| (self.now - at).as_seconds_f64());
            let gauges = [
                ("push_breaker_open", f64::from(u8::from(service.paused_until.is_some()))),
                ("push_at_once", f64::from(service.at_once)),
                ("push_batches_in_hand", service.in_hand as f64),
                ("push_batches_due", service.due as f64),
                ("push_batches_waiting", service.waiting as f64),
                ("push_oldest_due_seconds", oldest),
            ];
            for (name, value) in gauges {
                metrics::gauge!(name, "origin" => origin.clone()).set(value);
            }
        }
        for key in &self.keys {
            metrics::gauge!("push_subscriptions", "vapid_key" => key.vapid_key.clone()).set(key.subscriptions as f64);
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.services.is_empty() {
            writeln!(f, "Nothing has been sent yet.")?;
        }
        for service in &self.services {
            write!(f, "{service}")?;
            if let Some(at) = service.oldest_due_at {
                let late = self.now - at;
                let note = if late > LATE { ": is a worker running? (`kairan work`)" } else { "" };
                writeln!(f, "  the oldest has been due for {} s{note}", late.whole_seconds())?;
            }
        }
        for KeyUse { vapid_key, subscriptions } in &self.keys {
            writeln!(f, "{subscriptions} phones subscribed under the VAPID key {vapid_key}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, at_once, in_hand, due, waiting, .. } = self;
        writeln!(f, "{origin}")?;
        writeln!(f, "  batches: {in_hand} in hand, {due} due, {waiting} waiting; {at_once} messages at once")?;
        writeln!(
            f,
            "  answers: {} accepted, {} gone, {} refused our signature, {} too fast, {} failed, {} other",
            self.accepted, self.gone, self.refused, self.too_fast, self.failed, self.other
        )?;
        if let Some(until) = self.paused_until {
            let until = until.to_offset(JAPAN);
            let reason = self.reason.as_deref().unwrap_or("is paused");
            let advice = match reason {
                "refuses our signature" => ": look at this machine's clock, the VAPID key and KAIRAN_VAPID_SUBJECT",
                "fails" => ": nothing to do but wait, unless this machine can't reach the network",
                _ => "",
            };
            let (hour, minute, second) = until.to_hms();
            writeln!(f, "  LEFT ALONE until {hour:02}:{minute:02}:{second:02}, since it {reason}{advice}")?;
        }
        Ok(())
    }
}
