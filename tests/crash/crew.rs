//! The processes of a run: one server and some workers, each behind a link of its own, each started again as soon as it is dead, as
//! any operator's supervisor would.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, ChildStdin, Command},
    sync::oneshot,
};

use crate::{
    child::Role,
    link::Link,
    log::{Deed, Log, State, Victim},
    service::{Service, subject},
};

/// How long a dead process stays away.
const AWAY: Duration = Duration::from_millis(100);
/// How long after an outage a process that could not start is forgiven.
const FORGIVEN: Duration = Duration::from_secs(10);

/// A process.
pub struct Process {
    /// Its number: no two have the same, not even one after the other.
    pub number: u32,
    /// Its way to the database.
    pub link: Link,
    /// What it says.
    pub said: PathBuf,
    role: Role,
    pid: Pid,
    orders: tokio::sync::Mutex<ChildStdin>,
    dead: AtomicBool,
    taken: AtomicBool,
}

/// A process that one scenario alone does things to.
pub struct Taken(Arc<Process>);

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.taken.store(false, SeqCst);
    }
}

impl std::ops::Deref for Taken {
    type Target = Arc<Process>;

    fn deref(&self) -> &Arc<Process> {
        &self.0
    }
}

impl Process {
    /// Takes it, unless somebody else has.
    pub fn take(self: &Arc<Self>) -> Option<Taken> {
        (!self.is_dead() && !self.taken.swap(true, SeqCst)).then(|| Taken(self.clone()))
    }

    /// Whether it was killed.
    pub fn is_dead(&self) -> bool {
        self.dead.load(SeqCst)
    }

    /// What it is to the log.
    pub fn victim(&self) -> Victim {
        if self.role == Role::Server { Victim::Server } else { Victim::Worker(self.number) }
    }

    /// Kills it. False when it was dead already.
    pub fn kill(&self, log: &Log, scene: &'static str) -> bool {
        if self.dead.swap(true, SeqCst) {
            return false;
        }
        log.fault(scene, self.victim(), Deed::Kill);
        // Not waited for before it is marked: the number is still its own.
        kill(self.pid, Signal::SIGKILL).ok();
        self.link.cut();
        true
    }

    /// Stops it where it is, or lets it go on. False when it is dead.
    pub fn stop(&self, stopped: bool) -> bool {
        let signal = if stopped { Signal::SIGSTOP } else { Signal::SIGCONT };
        !self.is_dead() && kill(self.pid, signal).is_ok()
    }

    /// Puts its clock so many seconds ahead of the true time.
    pub async fn set_clock(&self, ahead: i64) {
        // A dead one has no clock.
        self.orders.lock().await.write_all(format!("ahead {ahead}\n").as_bytes()).await.ok();
    }
}

/// All of them.
pub struct Crew {
    /// Where the server is.
    pub address: String,
    log: Arc<Log>,
    scratch: PathBuf,
    socket: PathBuf,
    settings: Vec<(&'static str, String)>,
    places: Mutex<Vec<Option<Arc<Process>>>>,
    count: AtomicU32,
    over: AtomicBool,
    deaf: Mutex<Option<oneshot::Sender<Arc<Process>>>>,
}

impl Crew {
    /// Starts a server and so many workers, and keeps them running.
    pub fn start(
        log: Arc<Log>,
        workers: usize,
        (service, socket, scratch): (&Service, PathBuf, &Path),
    ) -> std::io::Result<Arc<Self>> {
        let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let address = format!("http://{listen}");
        let settings = vec![
            ("KAIRAN_KEYS_DIR", scratch.join("keys").display().to_string()),
            ("KAIRAN_FILES", scratch.join("files").display().to_string()),
            ("KAIRAN_LISTEN", listen),
            ("KAIRAN_PUBLIC_ORIGIN", address.clone()),
            ("KAIRAN_PUSH_TEST_ORIGINS", service.origins.join(",")),
            ("KAIRAN_PUSH_CA_FILE", service.ca_file.display().to_string()),
            ("KAIRAN_LIMITS", "off".to_owned()),
        ];
        let (places, scratch) = (Mutex::new(vec![None; workers + 1]), scratch.to_owned());
        let (count, over) = (AtomicU32::new(0), AtomicBool::new(false));
        let deaf = Mutex::default();
        let crew = Arc::new(Self { address, log, scratch, socket, settings, places, count, over, deaf });
        for place in 0..=workers {
            tokio::spawn(crew.clone().keep(place));
        }
        Ok(crew)
    }

    /// The server, when there is one at this moment.
    pub fn server(&self) -> Option<Arc<Process>> {
        self.places.lock().expect("places")[0].clone().filter(|process| !process.is_dead())
    }

    /// The workers that live at this moment.
    pub fn workers(&self) -> Vec<Arc<Process>> {
        let places = self.places.lock().expect("places");
        places[1..].iter().flatten().filter(|process| !process.is_dead()).cloned().collect()
    }

    /// The worker of a number, while it lives.
    pub fn worker(&self, number: u32) -> Option<Arc<Process>> {
        self.workers().into_iter().find(|worker| worker.number == number)
    }

    /// Has the LISTEN of the next worker lost on its way; gives that worker once it has begun.
    pub fn next_is_deaf(&self) -> oneshot::Receiver<Arc<Process>> {
        let (tell, born) = oneshot::channel();
        *self.deaf.lock().expect("an order") = Some(tell);
        born
    }

    /// Ends everything.
    pub fn end(&self) {
        self.over.store(true, SeqCst);
        for process in self.places.lock().expect("places").iter().flatten() {
            process.dead.store(true, SeqCst);
            kill(process.pid, Signal::SIGKILL).ok();
        }
    }

    async fn keep(self: Arc<Self>, place: usize) {
        let role = if place == 0 { Role::Server } else { Role::Worker };
        while !self.over.load(SeqCst) {
            let (process, mut child) = match self.begin(role).await {
                Ok(begun) => begun,
                Err(error) => return self.log.violation(format!("a {} can't be started: {error}", role.word())),
            };
            self.places.lock().expect("places")[place] = Some(process.clone());
            let deaf = if role == Role::Worker { self.deaf.lock().expect("an order").take() } else { None };
            if let Some(tell) = deaf {
                process.link.silence_listeners(true);
                // Nobody may be waiting any more.
                tell.send(process.clone()).ok();
            }
            let status = child.wait().await;
            process.link.cut();
            let expected = process.dead.swap(true, SeqCst) || self.over.load(SeqCst);
            if !expected && !self.log.look(|state| forgiven(state, self.log.now(), process.victim())) {
                let said = fs::read_to_string(&process.said).unwrap_or_default();
                let last = said.lines().last().unwrap_or_default();
                self.log.violation(format!("{} {} ended by itself ({status:?}): {last}", role.word(), process.number));
            }
            tokio::time::sleep(AWAY).await;
        }
    }

    async fn begin(&self, role: Role) -> std::io::Result<(Arc<Process>, Child)> {
        let number = self.count.fetch_add(1, SeqCst);
        let link = Link::open(&self.socket).await?;
        let said = self.scratch.join(format!("{}-{number}.log", role.word()));
        let mut command = Command::new(std::env::current_exe()?);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KAIRAN_") || name == "DATABASE_URL") {
            command.env_remove(name);
        }
        let url = format!("postgres://kairan@127.0.0.1:{}/kairan?sslmode=disable", link.port);
        command.args(["--be", role.word()]).envs(self.settings.iter().cloned());
        command.env("DATABASE_URL", url).env("KAIRAN_VAPID_SUBJECT", subject(number));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(File::create(&said)?).kill_on_drop(true);
        let mut child = command.spawn()?;
        let gone = || std::io::Error::other("it is gone already");
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).ok_or_else(gone)?;
        let orders = tokio::sync::Mutex::new(child.stdin.take().ok_or_else(gone)?);
        let (dead, taken) = (AtomicBool::new(false), AtomicBool::new(false));
        let process = Process { number, link, said, role, pid: Pid::from_raw(pid), orders, dead, taken };
        Ok((Arc::new(process), child))
    }
}

/// Whether a process may end by itself just now: it could not start without its database.
fn forgiven(state: &State, now: Duration, victim: Victim) -> bool {
    let recent = |until: Option<Duration>| until.is_none_or(|until| now < until + FORGIVEN);
    state.faults.iter().any(|fault| match fault.victim {
        Victim::Database => recent(fault.until),
        other => other == victim && fault.deed == Deed::Cut,
    })
}
