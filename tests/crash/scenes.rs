//! The scenarios: each sends a notice to a lane, does one kind of harm at its moment, and waits until the notice has settled. What is
//! wrong in the end is its error; that the moment never came, or another scenario has the worker that it needs, is [`Done::Missed`].

use std::fmt;

use crate::{city::Lane, dice::Dice, stage::Stage};

mod clocks;
mod links;
mod server;
mod texts;
mod workers;

/// How a scenario ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It happened as it was meant to.
    Played,
    /// Its moment did not come.
    Missed,
}

/// The scenarios.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scene {
    /// SIGKILL to the worker that sends, at some ring.
    Worker,
    /// SIGKILL to the worker when the service has taken everything and nothing of it is recorded.
    Between,
    /// SIGKILL to workers when the database has obeyed a COMMIT of theirs, and before they know.
    WorkerAtCommit,
    /// SIGKILL to the database while a notice goes out.
    Database,
    /// SIGKILL to the server while people publish and read.
    Server,
    /// SIGKILL to the server when the database has obeyed the COMMIT of a publication, and before the server knows.
    ServerAtCommit,
    /// SIGSTOP to the worker that sends, until another has taken over and recorded; then SIGCONT.
    Stop,
    /// The connections that listen are lost without a word.
    Listen,
    /// A worker begins, and its LISTEN is never answered.
    DeafFromBirth,
    /// A worker's clock goes two hours ahead, and back.
    TwoHours,
    /// A worker's clock goes twenty-five hours ahead, and back.
    DayAhead,
    /// A worker's clock is ahead while a notice waits for its time.
    Early,
    /// The worker's link breaks after a COMMIT has left, before its answer comes.
    WorkerCut,
    /// The same with the server's.
    ServerCut,
    /// The service refuses, breaks off, is wordy; a phone is gone.
    Answers,
    /// A correction, while the worker that sends the first text is killed.
    Correction,
    /// A withdrawal, while the worker that sends is killed.
    Withdrawal,
}

impl Scene {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Stop,
        Self::Between,
        Self::Worker,
        Self::WorkerAtCommit,
        Self::Correction,
        Self::DayAhead,
        Self::Withdrawal,
        Self::WorkerCut,
        Self::Database,
        Self::TwoHours,
        Self::Early,
        Self::DeafFromBirth,
        Self::ServerAtCommit,
        Self::Answers,
        Self::Server,
        Self::ServerCut,
        Self::Listen,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Worker => "worker",
            Self::Between => "between-201-and-record",
            Self::WorkerAtCommit => "worker-at-commit",
            Self::Database => "database",
            Self::Server => "server",
            Self::ServerAtCommit => "server-at-commit",
            Self::Stop => "stop",
            Self::Listen => "listen",
            Self::DeafFromBirth => "deaf-from-birth",
            Self::TwoHours => "clock-2h",
            Self::DayAhead => "clock-25h",
            Self::Early => "clock-early",
            Self::WorkerCut => "worker-cut-at-commit",
            Self::ServerCut => "server-cut-at-commit",
            Self::Answers => "answers",
            Self::Correction => "correction",
            Self::Withdrawal => "withdrawal",
        }
    }

    /// The scenario of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scene| scene.name() == name)
    }

    /// Plays it in a lane. With `hurried`, only emergencies are sent where a lease has to run out.
    pub async fn play(self, stage: &Stage, lane: &Lane, (dice, hurried): (&mut Dice, bool)) -> Result<Done, String> {
        let urgent = hurried || !dice.one_in(4);
        match self {
            Self::Worker => workers::killed(stage, lane, (dice, urgent)).await,
            Self::Between => workers::killed_between(stage, lane, urgent).await,
            Self::WorkerAtCommit => workers::killed_at_commit(stage, lane, (dice, urgent)).await,
            Self::Stop => workers::stopped(stage, lane, (dice, urgent)).await,
            Self::Database => workers::without_database(stage, lane, (dice, urgent)).await,
            Self::WorkerCut => links::worker_cut(stage, lane, (dice, urgent)).await,
            Self::ServerCut => links::server_cut(stage, lane).await,
            Self::Listen => links::deaf(stage, lane).await,
            Self::DeafFromBirth => links::deaf_from_birth(stage, lane).await,
            Self::Server => server::killed(stage, lane, dice).await,
            Self::ServerAtCommit => server::killed_at_commit(stage, lane).await,
            Self::TwoHours => clocks::ahead(stage, lane, (2 * 3_600, self)).await,
            Self::DayAhead => clocks::ahead(stage, lane, (25 * 3_600, self)).await,
            Self::Early => clocks::early(stage, lane).await,
            Self::Answers => texts::answers(stage, lane, dice).await,
            Self::Correction => texts::corrected(stage, lane, dice).await,
            Self::Withdrawal => texts::withdrawn(stage, lane, dice).await,
        }
    }
}

impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
