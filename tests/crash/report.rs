//! What a run says in the end: every delivery is counted, by scenario.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use crate::{
    log::{Deed, Log, State, Victim},
    rules,
    run::Plays,
};

#[derive(Default)]
struct Line {
    played: [usize; 2],
    kills: [usize; 3],
    others: usize,
    notices: usize,
    rings: usize,
    repeats: usize,
    lost: usize,
    takeover: [Duration; 2],
}

/// The table of a run.
pub fn table(log: &Log, plays: &Plays) -> String {
    let now = log.now();
    log.look(|state| {
        let mut lines = lines(state, now);
        for (scene, played) in plays {
            lines.entry(scene.name()).or_default().played = *played;
        }
        let mut all = Line::default();
        let mut text = format!(
            "{:<24} {:>6} {:>6}  {:>6} {:>6} {:>6} {:>6} {:>7} {:>8} {:>7} {:>5} {:>13}\n",
            "scenario",
            "played",
            "missed",
            "worker",
            "server",
            "databs",
            "other",
            "notices",
            "rings",
            "repeats",
            "lost",
            "takeover e/o"
        );
        for (name, line) in &lines {
            text.push_str(&line.text(name));
            all.add(line);
        }
        text.push_str(&all.text("all"));
        let answers: Vec<String> = state.answers.iter().map(|(status, count)| format!("{count} × {status}")).collect();
        let most = state.notices.values().flat_map(|notice| notice.rings.values().map(Vec::len)).max().unwrap_or(0);
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "{} kills in {} s; {} receipts answered; answers: {}; a phone saw one notice {most} times at most",
            all.kills.iter().sum::<usize>(),
            now.as_secs(),
            state.receipts.len(),
            answers.join(", ")
        );
        text
    })
}

fn lines(state: &State, now: Duration) -> BTreeMap<&'static str, Line> {
    let mut lines: BTreeMap<&'static str, Line> = BTreeMap::new();
    for notice in state.notices.values() {
        let line = lines.entry(notice.scene).or_default();
        line.notices += 1;
        line.rings += notice.rung;
        if notice.due.is_some_and(|due| due < now) && notice.withdrawn.is_none() {
            line.lost += notice.missing(&state.gone).len();
        }
    }
    let explained = rules::explain(state, None);
    for (place, fault) in state.faults.iter().enumerate() {
        let line = lines.entry(fault.scene).or_default();
        match (fault.deed, fault.victim) {
            (Deed::Kill, Victim::Worker(_)) => line.kills[0] += 1,
            (Deed::Kill, Victim::Server) => line.kills[1] += 1,
            (Deed::Kill, Victim::Database) => line.kills[2] += 1,
            _ => line.others += 1,
        }
        let Some(repeats) = explained.by_fault.get(&place) else { continue };
        line.repeats += repeats.len();
        if let Some((took, urgent, false)) = rules::takeover(state, fault, repeats) {
            let worst = &mut line.takeover[usize::from(!urgent)];
            *worst = took.max(*worst);
        }
    }
    lines
}

impl Line {
    fn add(&mut self, other: &Self) {
        for (sum, more) in self.played.iter_mut().zip(other.played) {
            *sum += more;
        }
        for (sum, more) in self.kills.iter_mut().zip(other.kills) {
            *sum += more;
        }
        for (worst, more) in self.takeover.iter_mut().zip(other.takeover) {
            *worst = more.max(*worst);
        }
        self.others += other.others;
        self.notices += other.notices;
        self.rings += other.rings;
        self.repeats += other.repeats;
        self.lost += other.lost;
    }

    fn text(&self, name: &str) -> String {
        let Self { played: [played, missed], kills: [worker, server, database], others, notices, rings, .. } = self;
        let [urgent, calm] = self
            .takeover
            .map(|worst| if worst.is_zero() { "–".to_owned() } else { format!("{:.1} s", worst.as_secs_f64()) });
        format!(
            "{name:<24} {played:>6} {missed:>6}  {worker:>6} {server:>6} {database:>6} {others:>6} {notices:>7} {rings:>8} {:>7} {:>5} {:>13}\n",
            self.repeats,
            self.lost,
            format!("{urgent}/{calm}")
        )
    }
}
