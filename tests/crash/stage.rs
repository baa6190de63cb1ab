//! A run's stage: everything that scenarios have in common. They send a notice, do their harm, and wait until it has settled: every
//! phone rang, every batch is recorded, and nothing about it is against the rules.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use sea_orm::DatabaseConnection;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::{
    city::{City, Lane},
    cluster::Cluster,
    crew::{Crew, Process, Taken},
    ledger,
    log::{Deed, Log, Notice, Victim},
    rules,
    weather::Weather,
};

/// By then a notice has settled, whatever else is killed meanwhile.
const SETTLED: Duration = Duration::from_secs(240);
/// By then the moment of a scenario has come, or it does not come.
const MOMENT: Duration = Duration::from_secs(45);
/// A batch that is recorded has been sent: its phones have rung, but for what is on its way.
const ON_ITS_WAY: Duration = Duration::from_secs(3);
/// How often the database is asked.
const LOOK: Duration = Duration::from_millis(100);

/// The stage.
pub struct Stage {
    /// What happens.
    pub log: Arc<Log>,
    /// Server and workers.
    pub crew: Arc<Crew>,
    /// The city.
    pub city: City,
    /// The database, asked directly.
    pub db: DatabaseConnection,
    /// The database, to be killed.
    pub cluster: Arc<Cluster>,
    /// One outage at a time.
    pub outage: Mutex<()>,
    /// One stopped worker at a time: if all were, nobody would be left to take over.
    pub stopped: Mutex<()>,
    /// Whether no more is begun.
    pub closing: AtomicBool,
}

/// What a notice is like.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kind {
    /// In which scenario it is sent.
    pub scene: &'static str,
    /// Whether it is an emergency.
    pub urgent: bool,
    /// How the service answers.
    pub weather: Weather,
}

impl Stage {
    /// Drafts a notice to a lane.
    pub async fn draft(&self, lane: &Lane, kind: Kind, more: &Value) -> Result<Uuid, String> {
        let Kind { scene, urgent, weather } = kind;
        let mut fields = json!({ "importance": if urgent { "emergency" } else { "normal" } });
        for (name, value) in more.as_object().into_iter().flatten() {
            fields[name] = value.clone();
        }
        let id = self.city.staff[0].draft((scene, &lane.code), &fields).await?;
        let audience = lane.phones.clone();
        let notice = Notice { audience, urgent, scene, weather, revision: 1, ..Notice::default() };
        self.log.with(|state| state.notices.insert(id, notice));
        Ok(id)
    }

    /// Publishes it. From the moment at which this is asked it may ring.
    pub async fn publish(&self, id: Uuid) -> Result<(), String> {
        let now = self.log.now();
        let urgent = self.log.with(|state| {
            let notice = state.notices.get_mut(&id);
            notice.map(|notice| {
                notice.due.get_or_insert(now);
                notice.urgent
            })
        });
        // An emergency takes two.
        self.city.staff[usize::from(urgent.unwrap_or(false))].act(id, "publish", &json!({})).await.map(|_| ())
    }

    /// Drafts and publishes.
    pub async fn send(&self, lane: &Lane, kind: Kind) -> Result<Uuid, String> {
        let id = self.draft(lane, kind, &Value::Null).await?;
        self.publish(id).await?;
        Ok(id)
    }

    /// Has something done at a ring of a notice and waits for it: which worker it is, taken; none when it never came to that, or
    /// another scenario has that worker.
    pub fn at_ring<A: FnOnce(&Process) + Send + 'static>(
        &self,
        id: Uuid,
        ring: usize,
        act: A,
    ) -> impl Future<Output = Option<Taken>> + use<A> {
        let (tell, told) = tokio::sync::oneshot::channel();
        let crew = self.crew.clone();
        self.log.at_ring(id, ring, move |number| {
            let taken = crew.worker(number).and_then(|worker| worker.take());
            if let Some(taken) = &taken {
                act(taken);
            }
            // Nobody may be waiting any more.
            tell.send(taken).ok();
        });
        let log = self.log.clone();
        async move {
            let told = tokio::time::timeout(MOMENT, told).await;
            // Too late is never.
            log.forget_acts(id);
            told.ok()?.ok().flatten()
        }
    }

    /// Kills the database and starts it again.
    pub async fn outage(&self, scene: &'static str) -> Result<(), String> {
        let _one = self.outage.lock().await;
        let (fault, cluster) = (self.log.fault(scene, Victim::Database, Deed::Kill), self.cluster.clone());
        tokio::task::spawn_blocking(move || cluster.crash()).await.map_err(|e| e.to_string())??;
        self.log.over(fault);
        Ok(())
    }

    /// Waits until a notice has settled, and judges it.
    pub async fn settle(&self, id: Uuid) -> Result<(), String> {
        let begun = self.log.now();
        let (mut closed, scene) = (None, self.log.look(|state| state.notices[&id].scene));
        loop {
            let complete = |state: &crate::log::State| state.notices[&id].complete(&state.gone).then_some(());
            let rung = self.log.until(LOOK * 5, complete).await.is_some();
            // Nobody knows while the database is down.
            let open = ledger::open(&self.db, id).await.unwrap_or(None);
            match (rung, open) {
                (true, Some(0)) => break,
                (false, Some(0)) => {
                    let since: Duration = *closed.get_or_insert(self.log.now());
                    if self.log.now() - since > ON_ITS_WAY {
                        return Err(self.lost(id, "all its batches are recorded").await);
                    }
                }
                _ => closed = None,
            }
            if self.log.now() - begun > SETTLED {
                let how = format!("{} s have passed (open batches: {open:?})", SETTLED.as_secs());
                return Err(if rung {
                    format!("{id} ({scene}) is never recorded: {how}")
                } else {
                    self.lost(id, &how).await
                });
            }
            tokio::time::sleep(LOOK).await;
        }
        self.judge(id).await
    }

    async fn lost(&self, id: Uuid, how: &str) -> String {
        let lines = ledger::recorded(&self.db, id).await.unwrap_or_default();
        self.log.look(|state| {
            let notice = &state.notices[&id];
            let missing = notice.missing(&state.gone);
            let few: Vec<_> = missing.iter().take(5).collect();
            let cut: Vec<String> = lines.iter().map(|line| line.chars().take(200).collect()).collect();
            format!(
                "lost: {} phones {few:?}… did not ring for {id} ({}), and {how}; {cut:?}",
                missing.len(),
                notice.scene
            )
        })
    }

    /// Waits until every batch of a notice is recorded, whoever rang.
    pub async fn close(&self, id: Uuid) -> Result<(), String> {
        let begun = self.log.now();
        while ledger::open(&self.db, id).await.unwrap_or(None) != Some(0) {
            if self.log.now() - begun > SETTLED {
                return Err(format!("{id} is never recorded"));
            }
            tokio::time::sleep(LOOK).await;
        }
        self.judge(id).await
    }

    /// Judges a notice that has settled.
    pub async fn judge(&self, id: Uuid) -> Result<(), String> {
        let ends = loop {
            match ledger::ends(&self.db, id).await {
                Ok(ends) => break ends,
                Err(_) => tokio::time::sleep(LOOK).await,
            }
        };
        let wrong = self.log.look(|state| {
            let mut wrong = rules::of_rings(state, id);
            wrong.extend(rules::of_ends(state, id, (&self.city.subscriptions, &ends)));
            wrong
        });
        self.add_up(id).await?;
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }

    /// Whether the numbers that the sender sees add up.
    async fn add_up(&self, id: Uuid) -> Result<(), String> {
        let seen = self.city.staff[0].delivery(id).await?;
        let number = |name: &str| seen[name].as_i64().unwrap_or(-1);
        let ends: i64 = ["accepted", "gone", "retrying", "given_up", "expired", "left"].map(number).iter().sum();
        if number("subscriptions") == ends {
            Ok(())
        } else {
            Err(format!("the delivery of {id} does not add up: {seen}"))
        }
    }

    /// Holds back all workers but one, until what is given is dropped.
    pub fn alone(&self, but: &Process, scene: &'static str) -> Alone {
        let others = self.crew.workers().into_iter().filter(|worker| worker.number != but.number);
        let held = others.map(|worker| {
            worker.link.hold(true);
            let fault = self.log.fault(scene, worker.victim(), Deed::Stop);
            (worker, fault)
        });
        Alone(held.collect(), self.log.clone())
    }
}

/// Workers that are held back.
pub struct Alone(Vec<(Arc<Process>, usize)>, Arc<Log>);

impl Drop for Alone {
    fn drop(&mut self) {
        for (worker, fault) in &self.0 {
            // What a dead one wanted to say stays lost.
            worker.link.hold(false);
            self.1.over(*fault);
        }
    }
}
