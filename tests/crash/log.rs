//! What happened in a run: every ring of every phone, every fault, every promise. It is kept in the one process that is never killed.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ops::Range,
    sync::Mutex,
    time::{Duration, Instant},
};

use tokio::sync::watch;
use uuid::Uuid;

use crate::weather::Weather;

/// A phone, by its number.
pub type Phone = u32;
/// A time since the run began.
pub type At = Duration;

/// A body that was not taken by then is left lying.
const LYING: At = At::from_secs(8);

/// One message that a phone's service took.
#[derive(Clone, Copy, Debug)]
pub struct Ring {
    /// When.
    pub at: At,
    /// Which worker sent it.
    pub worker: u32,
    /// Which revision it was.
    pub revision: i32,
}

/// A notice.
#[derive(Debug, Default)]
pub struct Notice {
    /// For whose phones it is.
    pub audience: Range<Phone>,
    /// Whether it is an emergency.
    pub urgent: bool,
    /// In which scenario it was sent.
    pub scene: &'static str,
    /// How the push service answers for it.
    pub weather: Weather,
    /// From when it may ring; none: not yet.
    pub due: Option<At>,
    /// When it was answered that it is withdrawn.
    pub withdrawn: Option<At>,
    /// The newest revision that was answered.
    pub revision: i32,
    /// The rings.
    pub rings: HashMap<Phone, Vec<Ring>>,
    /// How many phones have been tried, by each worker.
    pub tries: BTreeMap<u32, usize>,
    /// How many rings there were.
    pub rung: usize,
    /// How many phones rang, by revision.
    pub reached: BTreeMap<i32, usize>,
    /// How many bad answers a phone was given.
    pub refused: HashMap<Phone, u8>,
    /// Its Topic.
    pub topic: Option<String>,
}

impl Notice {
    /// Whether every phone that should ring has, with the newest text.
    pub fn complete(&self, gone: &HashSet<Phone>) -> bool {
        // Asked with every ring: the numbers alone nearly always tell.
        let reached = self.reached.get(&self.revision).copied().unwrap_or(0);
        reached + gone.len() >= self.audience.len() && self.missing(gone).is_empty()
    }

    /// The phones that should ring and have not, with the newest text.
    pub fn missing(&self, gone: &HashSet<Phone>) -> Vec<Phone> {
        let newest = |rings: &Vec<Ring>| rings.iter().any(|ring| ring.revision == self.revision);
        let expected = self.audience.clone().filter(|phone| !gone.contains(phone));
        expected.filter(|phone| !self.rings.get(phone).is_some_and(newest)).collect()
    }
}

/// What a fault was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// A worker, by its number.
    Worker(u32),
    /// The server.
    Server,
    /// The database.
    Database,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// SIGKILL.
    Kill,
    /// SIGSTOP, or its link to the database is held back; until `Fault::until`.
    Stop,
    /// The connection broke after a COMMIT, or was lost without a word.
    Cut,
}

/// A fault.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// In which scenario.
    pub scene: &'static str,
    /// To whom.
    pub victim: Victim,
    /// What.
    pub deed: Deed,
    /// When.
    pub from: At,
    /// Until when it lasted; none: it still does, or it has no end.
    pub until: Option<At>,
}

type Act = Box<dyn FnOnce(u32) + Send>;

/// Everything.
#[derive(Default)]
pub struct State {
    /// The notices.
    pub notices: BTreeMap<Uuid, Notice>,
    /// The faults, in their order.
    pub faults: Vec<Fault>,
    /// Phones whose service said 404 or 410.
    pub gone: HashSet<Phone>,
    /// Receipts that were answered 2xx: person, notice, acknowledged.
    pub receipts: HashMap<(Uuid, Uuid), bool>,
    /// How often each thing was answered.
    pub answers: BTreeMap<&'static str, usize>,
    /// What must not be.
    pub violations: BTreeSet<String>,
    /// How many rings there were in all.
    pub rings: usize,
    /// Answers' bodies that have not been taken, by a number of their own: to which worker, and since when.
    pub lying: HashMap<u64, (u32, At)>,
    topics: HashMap<String, Uuid>,
    acts: Vec<(Uuid, usize, Act)>,
}

/// The log.
pub struct Log {
    begun: Instant,
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

impl Log {
    /// An empty one.
    pub fn new() -> Self {
        Self { begun: Instant::now(), state: Mutex::default(), changed: watch::Sender::new(0) }
    }

    /// Now.
    pub fn now(&self) -> At {
        self.begun.elapsed()
    }

    /// Looks at everything, or changes what nobody waits for.
    pub fn look<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().expect("the log"))
    }

    /// Changes something.
    pub fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        let found = look(&mut self.state.lock().expect("the log"));
        self.changed.send_modify(|count| *count += 1);
        found
    }

    /// Waits until `look` finds something, at most for `limit`.
    pub async fn until<T>(&self, limit: Duration, mut look: impl FnMut(&State) -> Option<T>) -> Option<T> {
        let mut changed = self.changed.subscribe();
        let found = async {
            loop {
                changed.borrow_and_update();
                if let Some(found) = look(&self.state.lock().expect("the log")) {
                    return found;
                }
                // The sender lives as long as the log.
                changed.changed().await.ok();
            }
        };
        tokio::time::timeout(limit, found).await.ok()
    }

    /// Waits until something must not be.
    pub async fn trouble(&self) {
        self.until(Duration::MAX, |state| (!state.violations.is_empty()).then_some(())).await;
    }

    /// Says what must not be.
    pub fn violation(&self, what: impl Into<String>) {
        let (what, at) = (what.into(), self.now());
        self.with(|state| state.violations.insert(format!("{:>7.1} s  {what}", at.as_secs_f64())));
    }

    /// Notes a fault; gives its place.
    pub fn fault(&self, scene: &'static str, victim: Victim, deed: Deed) -> usize {
        let from = self.now();
        self.with(|state| {
            state.faults.push(Fault { scene, victim, deed, from, until: None });
            state.faults.len() - 1
        })
    }

    /// Notes that a fault is over.
    pub fn over(&self, fault: usize) {
        let until = self.now();
        self.with(|state| state.faults[fault].until = Some(until));
    }

    /// Has something done when a notice has rung so many times, before the service answers; it is told which worker sent.
    pub fn at_ring(&self, notice: Uuid, ring: usize, act: impl FnOnce(u32) + Send + 'static) {
        self.with(|state| state.acts.push((notice, ring, Box::new(act))));
    }

    /// Takes that back.
    pub fn forget_acts(&self, notice: Uuid) {
        self.with(|state| state.acts.retain(|(of, ..)| *of != notice));
    }
}

impl State {
    /// Whether a worker was killed or stopped.
    pub fn was_hit(&self, worker: u32) -> bool {
        let hit = |fault: &Fault| matches!(fault.deed, Deed::Kill | Deed::Stop);
        self.faults.iter().any(|fault| fault.victim == Victim::Worker(worker) && hit(fault))
    }

    /// Workers that left an answer's body lying: who does not give the window back silences a whole connection.
    pub fn unread(&self, now: At) -> Option<String> {
        let long = |(worker, since): &&(u32, At)| now.saturating_sub(*since) > LYING && !self.was_hit(*worker);
        let (worker, since) = self.lying.values().find(long)?;
        Some(format!("worker {worker} left an answer's body unread since {:.1} s", since.as_secs_f64()))
    }

    /// Notes a ring, and what must not be about it. Gives what is to be done now, once nobody holds the log any more.
    pub fn ring(&mut self, phone: Phone, (id, topic, ring): (Uuid, &str, Ring)) -> Result<Vec<Act>, String> {
        let Some(notice) = self.notices.get_mut(&id) else { return Err(format!("a ring for an unknown notice {id}")) };
        if !notice.audience.contains(&phone) {
            return Err(format!("phone {phone} is outside of the audience of {id} ({}) and rang", notice.scene));
        }
        if notice.due.is_none_or(|due| ring.at < due) {
            return Err(format!("{id} ({}) rang before its time, by worker {}", notice.scene, ring.worker));
        }
        match &notice.topic {
            Some(first) if first != topic => return Err(format!("{id} has a second Topic")),
            Some(_) => {}
            None => {
                notice.topic = Some(topic.to_owned());
                if let Some(other) = self.topics.insert(topic.to_owned(), id) {
                    return Err(format!("two notices share the Topic {topic}: {id} and {other}"));
                }
            }
        }
        let rings = notice.rings.entry(phone).or_default();
        if rings.iter().all(|earlier| earlier.revision != ring.revision) {
            *notice.reached.entry(ring.revision).or_default() += 1;
        }
        rings.push(ring);
        notice.rung += 1;
        self.rings += 1;
        let rung = notice.rung;
        let due = |(of, at, _): &(Uuid, usize, Act)| *of == id && *at <= rung;
        let (now, later): (Vec<_>, Vec<_>) = self.acts.drain(..).partition(due);
        self.acts = later;
        Ok(now.into_iter().map(|(.., act)| act).collect())
    }
}
