//! What was measured, and what of it was kept.

use std::{collections::HashMap, error::Error, fmt::Write as _, time::Duration};

use entity::ids::NoticeId;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;
use uuid::Uuid;

use super::{Act, Answered};
use crate::postgres::sql;

/// The answers of a phase held against the database.
#[derive(Debug)]
pub(super) struct Kept {
    /// Answered 2xx and not there, or there without what was answered.
    lost: usize,
    /// Circulations whose counts are not what a recount finds.
    miscounted: i64,
}

impl Kept {
    /// Looks for the receipt behind each answer, and counts anew.
    pub(super) async fn of(
        db: &DatabaseConnection,
        notice: NoticeId,
        households: &[Uuid],
        answers: &[Answered],
    ) -> Result<Self, Box<dyn Error>> {
        let rows = sql(
            "SELECT reader_id, acknowledged_at IS NOT NULL AS stamped FROM receipt WHERE notice_id = $1",
            [notice.0.into()],
        );
        let mut there = HashMap::new();
        for row in db.query_all_raw(rows).await? {
            there.insert(row.try_get::<Uuid>("", "reader_id")?, row.try_get::<bool>("", "stamped")?);
        }
        let missing = |answer: &&Answered| {
            let found = there.get(&households[answer.shot.household]);
            answer.status == 200
                && match answer.shot.act {
                    Act::Feed => false,
                    Act::Open => found.is_none(),
                    Act::Acknowledge => found != Some(&true),
                }
        };
        let recount = sql(
            "WITH recount AS (
                SELECT a.path, count(*) AS read, count(r.acknowledged_at) AS acknowledged
                FROM receipt r JOIN household h ON h.city_id = r.city_id AND h.id = r.reader_id
                JOIN area a ON a.city_id = h.city_id AND a.id = h.area_id
                WHERE r.notice_id = $1 GROUP BY a.city_id, a.id),
             by_area AS (
                SELECT above.id, sum(read) AS read, sum(acknowledged) AS acknowledged
                FROM recount CROSS JOIN LATERAL unnest(path) AS above (id) GROUP BY above.id)
             SELECT count(*) AS wrong FROM circulation c LEFT JOIN by_area ON by_area.id = c.area_id
             WHERE c.notice_id = $1 AND (c.read_count, c.acknowledged_count)
                   IS DISTINCT FROM (coalesce(by_area.read, 0)::integer, coalesce(by_area.acknowledged, 0)::integer)",
            [notice.0.into()],
        );
        let wrong = db.query_one_raw(recount).await?.ok_or("no recount")?;
        Ok(Self { lost: answers.iter().filter(missing).count(), miscounted: wrong.try_get("", "wrong")? })
    }
}

/// One part of the measurement.
#[derive(Debug)]
pub(super) struct Phase {
    name: &'static str,
    answered: usize,
    /// Answered 503: come again later.
    refused: usize,
    /// Answered anything else, or the connection broke.
    failed: usize,
    seconds: f64,
    /// In the fullest second.
    peak: usize,
    /// p50, p99, p99.9 in milliseconds.
    latency: [f64; 3],
    /// CPU seconds of server, PostgreSQL and load.
    cpu: [f64; 3],
    kept: Kept,
}

impl Phase {
    /// Sums the answers up.
    pub(super) fn new(name: &'static str, answers: &[Answered], cpu: [f64; 3], kept: Kept) -> Self {
        let good: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        let mut took: Vec<Duration> = good.iter().map(|answer| answer.took).collect();
        took.sort_unstable();
        let quantile = |part: usize| took.get((took.len() * part / 1000).min(took.len().saturating_sub(1)));
        let refused = answers.iter().filter(|answer| answer.status == 503).count();
        let mut by_second = HashMap::new();
        for answer in &good {
            *by_second.entry(answer.at.as_secs()).or_insert(0_usize) += 1;
        }
        Self {
            name,
            answered: good.len(),
            refused,
            failed: answers.len() - good.len() - refused,
            seconds: answers.iter().map(|answer| answer.at).max().unwrap_or_default().as_secs_f64(),
            peak: by_second.into_values().max().unwrap_or(0),
            latency: [500, 990, 999].map(|part| quantile(part).map_or(0.0, |took| took.as_secs_f64() * 1e3)),
            cpu,
            kept,
        }
    }

    fn per_second(&self) -> f64 {
        self.answered as f64 / self.seconds.max(0.001)
    }

    /// Microseconds of the server's core for each answer.
    fn server_micros(&self) -> f64 {
        self.cpu[0] * 1e6 / (self.answered.max(1)) as f64
    }
}

/// All parts.
#[derive(Debug)]
pub(super) struct Report {
    machine: String,
    households: usize,
    phases: Vec<Phase>,
}

impl Report {
    pub(super) fn new(machine: String, households: usize) -> Self {
        Self { machine, households, phases: Vec::new() }
    }

    pub(super) fn add(&mut self, phase: Phase) {
        self.phases.push(phase);
    }

    /// Receipts that were answered and are not there, and counts that are wrong.
    pub(super) fn lost(&self) -> usize {
        self.phases.iter().map(|phase| phase.kept.lost + usize::try_from(phase.kept.miscounted).unwrap_or(0)).sum()
    }

    pub(super) fn to_table(&self) -> String {
        let mut text = format!("{} households; {}; the server on one core\n\n", self.households, self.machine);
        text += "phase                answered  refused  failed     s      /s  peak/s   p50 ms   p99 ms p99.9 ms  CPU s: server  postgres      load  µs/answer  lost  miscounted\n";
        for phase in &self.phases {
            let [p50, p99, p999] = phase.latency;
            let [server, postgres, load] = phase.cpu;
            let _ = writeln!(
                text,
                "{:<20} {:>8} {:>8} {:>7} {:>5.1} {:>7.0} {:>7} {p50:>8.2} {p99:>8.2} {p999:>8.2}      {server:>9.2} {postgres:>9.2} {load:>9.2} {:>10.1} {:>5} {:>11}",
                phase.name,
                phase.answered,
                phase.refused,
                phase.failed,
                phase.seconds,
                phase.per_second(),
                phase.peak,
                phase.server_micros(),
                phase.kept.lost,
                phase.kept.miscounted,
            );
        }
        text
    }

    pub(super) fn to_json(&self) -> String {
        let phase = |phase: &Phase| {
            json!({
                "name": phase.name, "answered": phase.answered, "refused": phase.refused, "failed": phase.failed, "seconds": phase.seconds,
                "per_second": phase.per_second(), "peak_per_second": phase.peak,
                "p50_ms": phase.latency[0], "p99_ms": phase.latency[1], "p999_ms": phase.latency[2],
                "cpu_seconds": { "server": phase.cpu[0], "postgres": phase.cpu[1], "load": phase.cpu[2] },
                "lost": phase.kept.lost, "miscounted": phase.kept.miscounted,
            })
        };
        let phases: Vec<_> = self.phases.iter().map(phase).collect();
        json!({ "bench": "surge", "machine": self.machine, "households": self.households, "phases": phases })
            .to_string()
    }
}
