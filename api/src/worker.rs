//! The worker: plans what is published and sends what is due.
//!
//! It wakes on a timer of at most a second, or on a NOTIFY, which is a hint only: a lost one costs one tick. Planning and sending go on beside
//! each other, so that the first phones of a city ring while its last are looked for. Several claims are in hand at once, of each
//! service no more than a few, and some room is kept for emergencies, so that a sick service or a large notice holds up nobody else. Meanwhile
//! keys are made ahead for whoever is next.

mod hands;

use std::{
    io,
    sync::{Arc, atomic::AtomicBool, atomic::Ordering::Relaxed},
    time::Duration,
};

use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::{Notify, watch};

use self::hands::Hands;
use crate::{
    clock::JAPAN,
    notices::forget_files,
    postgres::{for_single_statements, listen, within},
    privacy,
    push::{
        ahead::{self, Ahead},
        claim::claim,
        deliver::{DeliverError, Post},
        digest::sum_up,
        fan_out::fan_out,
        mailing::Desk,
        subscribe::end_signed_out,
        vapid::{Vapid, VapidError},
        wire::{
            dial::{Dial, WayOutError},
            lanes::Lanes,
        },
    },
    server::Ground,
    web::purge_kept_answers,
};

/// The longest that a worker sleeps.
const TICK: Duration = Duration::from_secs(1);
/// How often it is looked whether the hour of a weekly summary has come.
const SUMMING_UP: Duration = Duration::from_secs(10);
/// How long the database may take to answer before its silence counts as a failure; and to make the batches of a whole city.
const PATIENCE: Duration = Duration::from_secs(5);
const PLANNING: Duration = Duration::from_secs(60);
/// Who has heard nothing for so long listens anew: a link that was cut without a word is silent too.
const SILENCE: Duration = Duration::from_secs(60);
/// Claims in hand at once, and of these what is no emergency.
const IN_HAND: usize = 12;
const CALM: usize = 8;
/// Connections for claiming, addressing, holding and recording them.
const LEDGER: u32 = 4;
/// Of one service; emergencies one less, so that one that hangs leaves room for another's.
const OF_ONE_SERVICE: usize = 4;
/// Weekly summaries in hand at once, and of one service: what they say is asked of the database for thousands, and they can wait.
const WEEKLY: usize = 2;
const WEEKLY_OF_ONE_SERVICE: usize = 1;
/// How often old answers are forgotten, and keys that nobody needs any more.
const PURGE: Duration = Duration::from_secs(3600);

/// What stops a worker from being made.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The way to the push services.
    #[error("KAIRAN_PUSH_CA_FILE: {0}")]
    WayOut(#[from] WayOutError),
    /// The VAPID key.
    #[error("the VAPID key can't sign: {0}")]
    Vapid(#[from] VapidError),
    /// The threads.
    #[error("no thread to send from: {0}")]
    Thread(#[from] io::Error),
}

/// A worker.
#[derive(Debug)]
pub struct Worker {
    ground: Ground,
    post: Arc<Post>,
    keys_ahead: bool,
}

/// How a worker works.
#[derive(Debug)]
pub struct Manner {
    /// What every message says; none: what its notice says.
    pub payload: Option<Vec<u8>>,
    /// Whether keys are made ahead.
    pub keys_ahead: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self { payload: None, keys_ahead: true }
    }
}

impl Worker {
    /// Puts a worker together.
    ///
    /// # Errors
    /// When the further authority or the key can't be used.
    pub fn new(ground: &Ground) -> Result<Self, WorkerError> {
        Self::in_manner(ground, Manner::default())
    }

    /// A worker that works otherwise than usual, to be measured.
    ///
    /// # Errors
    /// As [`Worker::new`].
    pub fn in_manner(ground: &Ground, Manner { payload, keys_ahead }: Manner) -> Result<Self, WorkerError> {
        let desk = Desk {
            clock: ground.clock.clone(),
            vapid: Vapid::new(&ground.keys, &ground.settings.vapid_subject)?,
            on_the_way: Default::default(),
            keyring: Default::default(),
            in_hand: Default::default(),
            log_key: ground.keys.tokens.signing(ground.clock.now()).secret_for("endpoint log"),
            stopping: AtomicBool::new(false),
        };
        let post = Post {
            db: ground.db.clone(),
            ledger: for_single_statements(&ground.db, LEDGER),
            origin: ground.origin.clone(),
            desk: Arc::new(desk),
            lanes: Lanes::start(&Dial::new(&ground.settings)?)?,
            ahead: Ahead::default(),
            payload,
        };
        Ok(Self { ground: ground.clone(), post: Arc::new(post), keys_ahead })
    }

    fn db(&self) -> &DatabaseConnection {
        &self.ground.db
    }

    /// How many keys are made ahead, and how many are still to be made.
    #[must_use]
    pub fn keys(&self) -> (usize, usize) {
        (self.post.desk.keyring.ready(), self.post.ahead.waiting())
    }

    /// Plans and sends whatever is due at this moment, and comes back when nothing more can be claimed.
    ///
    /// # Errors
    /// The first failure; what was in hand is taken over when its lease is out.
    pub async fn turn(&self) -> Result<(), DeliverError> {
        while fan_out(self.db(), self.ground.clock.now()).await? {}
        sum_up(self.db(), self.ground.clock.now()).await?;
        let mut hands = Hands::default();
        loop {
            self.fill(&mut hands).await?;
            match hands.next().await {
                Some(done) => done?,
                None => return Ok(()),
            };
        }
    }

    /// Works until `stop` turns true; then begins nothing more and records what is in hand.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let (published, planned) = (Notify::new(), Notify::new());
        let mut stopped = stop.clone();
        tokio::select! {
            () = self.hear(&published) => {}
            () = self.plan(&published, &planned) => {}
            () = self.sum_up() => {}
            () = self.make_keys() => {}
            () = self.tidy() => {}
            // First, so that what is in hand is recorded before the others are let go of.
            () = self.send(&planned, stopped_by(&mut stop)) => {}
        }
        // Whoever ended first, the worker ends when it is told to.
        stopped_by(&mut stopped).await;
    }

    /// Passes on what the database calls out. That is a hint only: without it, there is the timer.
    async fn hear(&self, published: &Notify) {
        let mut tick = tokio::time::interval(TICK);
        loop {
            tick.tick().await;
            let Ok(Ok(mut listener)) = tokio::time::timeout(PATIENCE, listen(self.db(), "kairan_work")).await else {
                continue;
            };
            while let Ok(Ok(_)) = tokio::time::timeout(SILENCE, listener.recv()).await {
                published.notify_one();
            }
        }
    }

    /// Plans what is published, part by part, and says so to whoever sends.
    async fn plan(&self, published: &Notify, planned: &Notify) {
        let mut tick = tokio::time::interval(TICK);
        loop {
            match within(PLANNING, fan_out(self.db(), self.ground.clock.now())).await {
                Ok(false) => {}
                Ok(true) => {
                    planned.notify_one();
                    continue;
                }
                Err(error) => complain(&error),
            }
            tokio::select! {
                _ = tick.tick() => {}
                () = published.notified() => {}
            }
        }
    }

    /// Plans the weekly summaries, apart from notices: an emergency does not wait for those of a whole city.
    async fn sum_up(&self) {
        let mut tick = tokio::time::interval(SUMMING_UP);
        loop {
            tick.tick().await;
            if let Err(error) = within(PLANNING, sum_up(self.db(), self.ground.clock.now())).await {
                complain(&error);
            }
        }
    }

    /// Sends what is due until it is told to stop; then records what is in hand.
    async fn send(&self, planned: &Notify, stopped: impl Future<Output = ()>) {
        tokio::pin!(stopped);
        let mut hands = Hands::default();
        let mut tick = tokio::time::interval(TICK);
        loop {
            if let Err(error) = self.fill(&mut hands).await {
                complain(&error);
            }
            let (ready, wanted) = self.keys();
            metrics::gauge!("push_keys_ready").set(ready as f64);
            metrics::gauge!("push_keys_wanted").set(wanted as f64);
            metrics::gauge!("push_messages_in_flight").set(self.post.desk.on_the_way.count() as f64);
            tokio::select! {
                () = &mut stopped => break,
                _ = tick.tick() => {}
                () = planned.notified() => {}
                Some(done) = hands.next(), if !hands.is_empty() => log_failure(done),
            }
        }
        self.post.desk.stopping.store(true, Relaxed);
        while let Some(done) = hands.next().await {
            log_failure(done);
        }
    }

    /// Makes keys ahead for drafts, scheduled notices, and whoever has just used theirs.
    async fn make_keys(&self) {
        if !self.keys_ahead {
            return std::future::pending().await;
        }
        let foresee = async {
            let mut tick = tokio::time::interval(TICK);
            loop {
                tick.tick().await;
                // What is being sent comes first.
                if self.post.desk.in_hand.load(Relaxed) == 0
                    && let Err(error) = self.post.ahead.foresee(self.db(), self.ground.clock.now()).await
                {
                    complain(&error);
                }
            }
        };
        tokio::select! {
            () = foresee => {}
            made = self.post.ahead.make(self.db(), &self.post.desk) => {
                if let Err(error) = made {
                    tracing::error!(%error, "no keys are made ahead");
                }
                std::future::pending().await
            }
        }
    }

    async fn tidy(&self) {
        let mut tick = tokio::time::interval(PURGE);
        loop {
            tick.tick().await;
            match purge_kept_answers(self.db(), self.ground.clock.now()).await {
                Ok(forgotten) => tracing::debug!(forgotten, "old answers are forgotten"),
                Err(error) => tracing::warn!(%error, "old answers could not be forgotten"),
            }
            match end_signed_out(self.db()).await {
                Ok(ended) => tracing::debug!(ended, "subscriptions of those who signed out are ended"),
                Err(error) => tracing::warn!(%error, "subscriptions could not be looked through"),
            }
            match privacy::tidy(self.db(), self.ground.clock.now()).await {
                Ok(forgotten) => tracing::debug!(?forgotten, "what is no longer kept is forgotten"),
                Err(error) => tracing::warn!(%error, "what is no longer kept could not be forgotten"),
            }
            match forget_files(self.db(), &self.ground.files, self.ground.clock.now()).await {
                Ok(forgotten) => tracing::debug!(forgotten, "files that no notice has are deleted"),
                Err(error) => tracing::warn!(%error, "files could not be looked through"),
            }
            match ahead::sweep(self.db(), &self.post.desk.keyring).await {
                Ok(dropped) => tracing::debug!(dropped, "keys of subscriptions that ended are dropped"),
                Err(error) => tracing::warn!(%error, "keys could not be looked through"),
            }
        }
    }

    /// Claims as much as there is room for.
    async fn fill(&self, hands: &mut Hands) -> Result<(), DbErr> {
        while hands.len() < IN_HAND {
            let now = self.ground.clock.now();
            let quiet =
                self.ground.settings.quiet_hours.is_some_and(|hours| hours.contains(now.to_offset(JAPAN).time()));
            match within(PATIENCE, claim(&self.post.ledger, &hands.room(quiet), now)).await? {
                Some(claim) => hands.take(self.post.clone(), claim),
                None => return Ok(()),
            }
        }
        Ok(())
    }
}

async fn stopped_by(stop: &mut watch::Receiver<bool>) {
    // Whoever could say so being gone is the same.
    let _ = stop.wait_for(|stop| *stop).await;
}

fn complain(error: &DbErr) {
    tracing::warn!(%error, "the database does not answer the worker");
}

fn log_failure(done: Result<bool, DeliverError>) {
    match done {
        Ok(true) => {}
        Ok(false) => tracing::warn!("a batch was taken over by another worker"),
        Err(error) => tracing::error!(%error, "a batch failed; it is taken over when its lease is out"),
    }
}
