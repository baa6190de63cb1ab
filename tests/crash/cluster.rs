//! The PostgreSQL of a run: a private cluster with `fsync` on, as `kairan up` has it, since it will be killed.
//!
//! Killed means the postmaster and every backend at one moment, as when the machine loses its power: a postmaster alone would
//! leave backends that finish what they do.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
    time::{Duration, Instant},
};

use api::postgres::private::{PrivateCluster, alive};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// How long the backends of a killed server may take to vanish.
const VANISHED: Duration = Duration::from_secs(20);

/// The cluster.
pub struct Cluster {
    data_dir: PathBuf,
    running: Mutex<Option<PrivateCluster>>,
}

impl Cluster {
    /// Makes and starts it.
    pub fn start(data_dir: &Path) -> Result<Self, String> {
        let running = PrivateCluster::start(data_dir).map_err(|e| e.to_string())?;
        Ok(Self { data_dir: data_dir.to_owned(), running: Mutex::new(Some(running)) })
    }

    /// Its address, which stays the same over crashes.
    pub fn url(&self) -> String {
        self.with(PrivateCluster::url)
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.with(|cluster| cluster.socket_dir().join(".s.PGSQL.5432"))
    }

    fn with<T>(&self, look: impl FnOnce(&PrivateCluster) -> T) -> T {
        look(self.running.lock().expect("the cluster").as_ref().expect("a running cluster"))
    }

    /// Kills it and starts it again; comes back when it answers.
    pub fn crash(&self) -> Result<(), String> {
        let mut running = self.running.lock().expect("the cluster");
        let server = self.postmaster().ok_or("the database is not running")?;
        // It must not make a backend of which nobody would know.
        signal(server, Signal::SIGSTOP)?;
        let backends = children(server);
        for pid in backends.iter().chain([&server]) {
            // One that ends by itself at this moment is as dead.
            signal(*pid, Signal::SIGKILL).ok();
        }
        drop(running.take());
        let killed = Instant::now();
        while backends.iter().any(|pid| lives(*pid)) {
            if killed.elapsed() > VANISHED {
                return Err("a killed backend does not vanish".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        *running = Some(PrivateCluster::start(&self.data_dir).map_err(|e| format!("after kill -9: {e}"))?);
        Ok(())
    }

    fn postmaster(&self) -> Option<i32> {
        let versions = fs::read_dir(self.data_dir.join("postgres")).ok()?.filter_map(Result::ok);
        versions.filter_map(|version| alive(&version.path())).next()
    }
}

fn signal(pid: i32, signal: Signal) -> Result<(), String> {
    kill(Pid::from_raw(pid), signal).map_err(|e| format!("{signal} to {pid}: {e}"))
}

/// State and parent of a process, as `/proc` has them.
fn state(pid: i32) -> Option<(char, i32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

fn lives(pid: i32) -> bool {
    state(pid).is_some_and(|(state, _)| !matches!(state, 'Z' | 'X'))
}

fn children(of: i32) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| state(*pid).is_some_and(|(_, parent)| parent == of)).collect()
}
