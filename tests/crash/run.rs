//! One run: a city is built, its lanes play scenarios side by side, and in the end everything is counted. The first thing that must not
//! be ends it.

use std::{
    collections::{BTreeMap, VecDeque},
    error::Error,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use api::{keys::Keys, postgres};
use futures_util::future::join_all;

use crate::{
    city::{City, Lane},
    cluster::Cluster,
    crew::Crew,
    dice::Dice,
    finish,
    log::{Deed, Log},
    people::Door,
    report,
    scenes::{Done, Scene},
    service::Service,
    stage::Stage,
};

/// How often a scenario of the short form is begun anew when its moment did not come.
const AGAIN: usize = 12;
/// How often the long form says how far it is.
const TELL: Duration = Duration::from_secs(30);

/// Before the name of the directory that a run that failed leaves.
pub const KEPT: &str = "What the processes said is in ";

/// What kind of run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// From what all chance follows.
    pub seed: u64,
    /// How many kills; none: each scenario once.
    pub kills: Option<usize>,
    /// The scenarios.
    pub scenes: Vec<Scene>,
    /// How many lanes, and phones in each.
    pub lanes: (usize, usize),
    /// How many workers.
    pub workers: usize,
}

/// How often scenarios were played and missed.
pub type Plays = BTreeMap<Scene, [usize; 2]>;

/// Runs. True when all was well.
pub fn run(plan: &Plan) -> Result<bool, Box<dyn Error>> {
    let scratch = Scratch::new()?;
    println!("crash: seed {}, {} lanes of {} phones, {} workers", plan.seed, plan.lanes.0, plan.lanes.1, plan.workers);
    let cluster = Arc::new(Cluster::start(&scratch.0.join("data"))?);
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(within(plan, (&scratch.0, cluster)))?;
    if done {
        scratch.remove();
    } else {
        println!("{KEPT}{}", scratch.0.display());
    }
    Ok(done)
}

async fn within(plan: &Plan, (scratch, cluster): (&Path, Arc<Cluster>)) -> Result<bool, Box<dyn Error>> {
    let log = Arc::new(Log::new());
    Keys::make(&scratch.join("keys"))?;
    let db = postgres::connect(&cluster.url().into(), 8).await?;
    postgres::migrate(&db).await?;
    let service = Service::start(log.clone(), plan.lanes.0, scratch).await?;
    let crew = Crew::start(log.clone(), plan.workers, (&service, cluster.socket(), scratch))?;
    let door = Door::new(log.clone(), &crew.address)?;
    let city = City::build(&db, &door, (&service, plan.lanes.1)).await?;
    println!("{:>7.1} s  {} phones are there", log.now().as_secs_f64(), city.subscriptions.len());
    let stage = Stage {
        log,
        crew,
        city,
        db,
        cluster,
        outage: tokio::sync::Mutex::default(),
        stopped: tokio::sync::Mutex::default(),
        closing: AtomicBool::new(false),
    };
    let plays = Mutex::new(Plays::new());
    tokio::select! {
        () = play(plan, &stage, &plays) => {}
        () = stage.log.trouble() => {}
        () = finish::guard(&stage) => {}
    }
    if stage.log.look(|state| state.violations.is_empty()) {
        finish::judge(&stage).await;
    }
    stage.crew.end();
    let missing = missing(plan, &plays);
    println!("{}", report::table(&stage.log, &plays.into_inner().unwrap_or_default()));
    let violations = stage.log.look(|state| state.violations.clone());
    for violation in &violations {
        println!("VIOLATION {violation}");
    }
    if violations.is_empty() && !missing.is_empty() {
        let names: Vec<&str> = missing.iter().map(|scene| scene.name()).collect();
        println!("MISSED the moment of {} came at no time: nothing is shown of it", names.join(", "));
    }
    Ok(violations.is_empty() && missing.is_empty())
}

/// The scenarios whose moment has not come yet.
fn missing(plan: &Plan, plays: &Mutex<Plays>) -> Vec<Scene> {
    let plays = plays.lock().expect("plays");
    plan.scenes.iter().filter(|scene| plays.get(scene).is_none_or(|[played, _]| *played == 0)).copied().collect()
}

/// What is played next, and by when it is enough.
struct Programme {
    once: Mutex<VecDeque<(Scene, usize)>>,
    kills: Option<usize>,
    scenes: Vec<Scene>,
}

impl Programme {
    fn next(&self, log: &Log, dice: &mut Dice) -> Option<(Scene, usize)> {
        if let Some(next) = self.once.lock().expect("the programme").pop_front() {
            return Some(next);
        }
        let enough = self.kills.is_none_or(|enough| kills(log) >= enough);
        (!enough).then(|| (self.scenes[dice.below(self.scenes.len())], AGAIN))
    }
}

/// How many kills there were.
pub fn kills(log: &Log) -> usize {
    log.look(|state| state.faults.iter().filter(|fault| fault.deed == Deed::Kill).count())
}

async fn play(plan: &Plan, stage: &Stage, plays: &Mutex<Plays>) {
    let programme = |first: Vec<Scene>| {
        let once = Mutex::new(first.into_iter().map(|scene| (scene, 0)).collect());
        Programme { once, kills: plan.kills, scenes: plan.scenes.clone() }
    };
    // Everything once, and then by chance until it is enough.
    let all = programme(plan.scenes.clone());
    let lanes = join_all(stage.city.lanes.iter().map(|lane| perform(plan, stage, (lane, &all, plays))));
    let lanes = async {
        lanes.await;
        // What came to nothing because another one had the worker is played with nobody beside it.
        if let Some(lane) = stage.city.lanes.first() {
            perform(plan, stage, (lane, &programme(missing(plan, plays)), plays)).await;
        }
        stage.closing.store(true, SeqCst);
    };
    if plan.kills.is_some() {
        tokio::join!(lanes, reap(plan, stage), tell(stage));
    } else {
        lanes.await;
    }
}

async fn perform(plan: &Plan, stage: &Stage, (lane, programme, plays): (&Lane, &Programme, &Mutex<Plays>)) {
    let mut dice = Dice::new(plan.seed, 1 + lane.number as u64);
    while let Some((scene, tries)) = programme.next(&stage.log, &mut dice) {
        match scene.play(stage, lane, (&mut dice, plan.kills.is_none())).await {
            Ok(done) => {
                plays.lock().expect("plays").entry(scene).or_default()[usize::from(done == Done::Missed)] += 1;
                if done == Done::Missed && tries + 1 < AGAIN {
                    programme.once.lock().expect("the programme").push_back((scene, tries + 1));
                }
            }
            Err(error) => return stage.log.violation(format!("{scene}: {error}")),
        }
    }
}

/// Kills anything at any moment, whatever the scenarios are about.
async fn reap(plan: &Plan, stage: &Stage) {
    const SCENE: &str = "anything-at-any-moment";
    let mut dice = Dice::new(plan.seed, 0);
    while !stage.closing.load(SeqCst) {
        tokio::time::sleep(dice.within_ms(14_000)).await;
        let (kind, mut workers) = (dice.below(10), stage.crew.workers());
        dice.shuffle(&mut workers);
        match kind {
            0 => {
                if let Err(error) = stage.outage(SCENE).await {
                    stage.log.violation(error);
                }
            }
            1..=3 => {
                if let Some(server) = stage.crew.server().and_then(|server| server.take()) {
                    server.kill(&stage.log, SCENE);
                }
            }
            _ => {
                if let Some(worker) = workers.iter().find_map(|worker| worker.take()) {
                    worker.kill(&stage.log, SCENE);
                }
            }
        }
    }
}

async fn tell(stage: &Stage) {
    while !stage.closing.load(SeqCst) {
        tokio::time::sleep(TELL).await;
        let (notices, rings) = stage.log.look(|state| (state.notices.len(), state.rings));
        let now = stage.log.now().as_secs();
        println!("{now:>7} s    {} kills, {notices} notices, {rings} rings", kills(&stage.log));
    }
}

/// The directory of a run: short, since a socket's path may have 107 bytes only, and open, since PostgreSQL may be another user.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        let name = uuid::Uuid::now_v7().simple().to_string();
        let path = std::env::temp_dir().join(format!("kairan-crash-{}", &name[24..]));
        fs::create_dir_all(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        Ok(Self(path))
    }

    fn remove(&self) {
        // What can't be removed is in nobody's way.
        fs::remove_dir_all(&self.0).ok();
    }
}
