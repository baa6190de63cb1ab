//! The worker: plans what is published and sends what is due.
//!
//! It wakes on a timer of at most a second, or on a NOTIFY, which is a hint only: a lost one costs one tick. Several batches are in hand at
//! once, of each service no more than a few, and some room is kept for emergencies, so that a sick service or a large notice
//! holds up nobody else.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use sea_orm::DatabaseConnection;
use sqlx::postgres::PgListener;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    clock::JAPAN,
    push::{
        claim::{Claim, Room, claim},
        deliver::{DeliverError, Post},
        fan_out::fan_out,
        pace::Paces,
        transport::{Transport, TransportError},
        vapid::Vapid,
    },
    server::Ground,
    web::purge_kept_answers,
};

/// The longest that a worker sleeps.
const TICK: Duration = Duration::from_secs(1);
/// Batches in hand at once, and of these what is no emergency.
const IN_HAND: usize = 12;
const CALM: usize = 8;
/// Of one service.
const OF_ONE_SERVICE: usize = 4;
/// How often old answers are forgotten.
const PURGE: Duration = Duration::from_secs(3600);

/// What stops a worker from being made.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The way to the push services.
    #[error("KAIRAN_PUSH_CA_FILE: {0}")]
    Transport(#[from] TransportError),
    /// The VAPID key.
    #[error("the VAPID key can't sign: {0}")]
    Vapid(#[from] web_push::WebPushError),
}

/// A worker.
#[derive(Debug)]
pub struct Worker {
    ground: Ground,
    post: Arc<Post>,
}

impl Worker {
    /// Puts a worker together.
    ///
    /// # Errors
    /// When the further authority or the key can't be used.
    pub fn new(ground: &Ground) -> Result<Self, WorkerError> {
        let post = Post {
            db: ground.db.clone(),
            clock: ground.clock.clone(),
            origin: ground.origin.clone(),
            transport: Transport::new(&ground.settings)?,
            vapid: Vapid::new(&ground.keys, &ground.settings.vapid_subject)?,
            paces: Paces::default(),
            log_key: ground.keys.secret_for("endpoint log"),
            stopping: AtomicBool::new(false),
        };
        Ok(Self { ground: ground.clone(), post: Arc::new(post) })
    }

    fn db(&self) -> &DatabaseConnection {
        &self.ground.db
    }

    /// Plans and sends whatever is due at this moment, and comes back when nothing more can be claimed.
    ///
    /// # Errors
    /// The first failure; what was in hand is taken over when its lease is out.
    pub async fn turn(&self) -> Result<(), DeliverError> {
        fan_out(self.db(), self.ground.clock.now()).await?;
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
        let mut hints = self.listen().await;
        let mut hands = Hands::default();
        let mut tick = tokio::time::interval(TICK);
        let mut purge = tokio::time::interval(PURGE);
        while !*stop.borrow() {
            if hints.is_none() {
                hints = self.listen().await;
            }
            if let Err(error) = self.take_up(&mut hands).await {
                tracing::warn!(%error, "the database does not answer the worker");
            }
            tokio::select! {
                _ = tick.tick() => {}
                () = hinted(&mut hints) => {}
                Some(done) = hands.next(), if !hands.is_empty() => log_failure(done),
                _ = purge.tick() => {
                    purge_kept_answers(self.db(), self.ground.clock.now()).await.map_or_else(
                        |error| tracing::warn!(%error, "old answers could not be forgotten"),
                        |forgotten| tracing::debug!(forgotten, "old answers are forgotten"),
                    );
                }
                _ = stop.changed() => {}
            }
        }
        self.post.stopping.store(true, Relaxed);
        while let Some(done) = hands.next().await {
            log_failure(done);
        }
    }

    async fn take_up(&self, hands: &mut Hands) -> Result<(), DeliverError> {
        fan_out(self.db(), self.ground.clock.now()).await?;
        self.fill(hands).await
    }

    /// Claims as many batches as there is room for.
    async fn fill(&self, hands: &mut Hands) -> Result<(), DeliverError> {
        while hands.len() < IN_HAND {
            let now = self.ground.clock.now();
            let quiet =
                self.ground.settings.quiet_hours.is_some_and(|hours| hours.contains(now.to_offset(JAPAN).time()));
            let room = Room { urgent_only: quiet || hands.calm() >= CALM, busy: hands.busy() };
            match claim(self.db(), &room, now).await? {
                Some(claim) => hands.take(self.post.clone(), claim),
                None => return Ok(()),
            }
        }
        Ok(())
    }

    async fn listen(&self) -> Option<PgListener> {
        let mut listener = PgListener::connect_with(self.db().get_postgres_connection_pool()).await.ok()?;
        listener.listen("kairan_work").await.ok()?;
        Some(listener)
    }
}

/// Waits for a hint; without a listener for ever, since there is the timer.
async fn hinted(listener: &mut Option<PgListener>) {
    match listener {
        Some(open) => {
            if open.recv().await.is_err() {
                *listener = None;
            }
        }
        None => std::future::pending().await,
    }
}

fn log_failure(done: Result<bool, DeliverError>) {
    match done {
        Ok(true) => {}
        Ok(false) => tracing::warn!("a batch was taken over by another worker"),
        Err(error) => tracing::error!(%error, "a batch failed; it is taken over when its lease is out"),
    }
}

/// The batches in hand.
#[derive(Default)]
struct Hands {
    tasks: JoinSet<(Claim, Result<bool, DeliverError>)>,
    held: Vec<(String, bool)>,
}

impl Hands {
    fn len(&self) -> usize {
        self.held.len()
    }

    fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// How many are no emergencies.
    fn calm(&self) -> usize {
        self.held.iter().filter(|(_, urgent)| !urgent).count()
    }

    /// The services that have as many as they may.
    fn busy(&self) -> Vec<String> {
        let count = |origin: &str| self.held.iter().filter(|(held, _)| held == origin).count();
        let full = self.held.iter().map(|(origin, _)| origin).filter(|origin| count(origin) >= OF_ONE_SERVICE);
        full.cloned().collect()
    }

    fn take(&mut self, post: Arc<Post>, claim: Claim) {
        self.held.push((claim.origin.clone(), claim.urgent));
        self.tasks.spawn(async move {
            let done = post.deliver(&claim).await;
            (claim, done)
        });
    }

    /// The next one that is done; none when none is in hand.
    async fn next(&mut self) -> Option<Result<bool, DeliverError>> {
        match self.tasks.join_next().await? {
            Ok((claim, done)) => {
                let place = self.held.iter().position(|held| *held == (claim.origin.clone(), claim.urgent));
                place.map(|place| self.held.swap_remove(place));
                Some(done)
            }
            Err(error) => {
                // Which one it was is lost with it; its lease runs out.
                tracing::error!(%error, "a batch's task failed");
                self.held.pop();
                Some(Ok(true))
            }
        }
    }
}
