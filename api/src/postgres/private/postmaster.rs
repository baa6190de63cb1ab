//! The life of the server process: started, ready, stopped, gone.

use super::{ClusterError, Naming, user};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::mpsc::{self, Receiver, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

const TICK: Duration = Duration::from_millis(5);

/// Long, for a server that has to replay its log after a power failure.
const READY: Duration = Duration::from_secs(120);

/// What a fast shutdown may take before the immediate one.
const FAST_SHUTDOWN: Duration = Duration::from_secs(10);

/// The thread that started the server and lives exactly as long, as the kernel ties the server to it.
#[derive(Debug)]
pub(super) struct Keeper {
    /// Closing it is the order to stop.
    orders: Option<Sender<()>>,
    thread: Option<JoinHandle<Result<(), ClusterError>>>,
}

impl Keeper {
    pub(super) fn start(command: Command, data: PathBuf, log: PathBuf) -> Result<Self, ClusterError> {
        let (orders, told) = mpsc::channel();
        let (report, answer) = mpsc::channel();
        let named = log.clone();
        let thread = thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || keep(command, &data, &log, &report, &told))
            .naming("start a thread for", &named)?;
        let mut keeper = Self { orders: Some(orders), thread: Some(thread) };
        match answer.recv() {
            Ok(()) => Ok(keeper),
            // It ended without an answer: why is its result.
            Err(_) => match keeper.stop() {
                Err(error) => Err(error),
                Ok(()) => Err(ClusterError::Failed { program: "postgres".to_owned(), said: "it ended".to_owned() }),
            },
        }
    }

    pub(super) fn stop(&mut self) -> Result<(), ClusterError> {
        self.orders = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => {
                Err(ClusterError::Failed { program: "postgres".to_owned(), said: "its keeper panicked".to_owned() })
            }
            None => Ok(()),
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

fn keep(
    mut command: Command,
    data: &Path,
    log: &Path,
    report: &Sender<()>,
    told: &Receiver<()>,
) -> Result<(), ClusterError> {
    let already_written = fs::metadata(log).map_or(0, |log| log.len());
    user::dies_with_us(&mut command);
    let mut child = command.spawn().naming("run", Path::new(command.get_program()))?;
    let started = Instant::now();
    loop {
        if is_ready(data, child.id().cast_signed()) {
            break;
        }
        if let Some(status) = child.try_wait().naming("wait for", data)? {
            let written = fs::read(log).unwrap_or_default();
            let since = written.get(usize::try_from(already_written).unwrap_or(0)..).unwrap_or_default();
            let said = last_words(&String::from_utf8_lossy(since));
            let said = format!("{} ({status}; see {})", said, log.display());
            return Err(ClusterError::Failed { program: "postgres".to_owned(), said });
        }
        if started.elapsed() > READY {
            shut_down(&mut child, data)?;
            return Err(ClusterError::Slow { log: log.to_owned(), seconds: READY.as_secs() });
        }
        thread::sleep(TICK);
    }
    if report.send(()).is_ok() {
        // Nothing is ever sent: this returns when the other end is closed.
        let _ = told.recv();
    }
    shut_down(&mut child, data)
}

fn shut_down(child: &mut Child, data: &Path) -> Result<(), ClusterError> {
    let asked = Instant::now();
    let mut signals = [(Duration::ZERO, Signal::SIGINT), (FAST_SHUTDOWN, Signal::SIGQUIT)].into_iter().peekable();
    while child.try_wait().naming("wait for", data)?.is_none() {
        if let Some((_, signal)) = signals.next_if(|(after, _)| asked.elapsed() >= *after) {
            // Not waited for yet, so the number is still this child's.
            let _ = kill(Pid::from_raw(child.id().cast_signed()), signal);
        }
        thread::sleep(TICK);
    }
    Ok(())
}

/// Waits until a server that is shutting down has left `data`, and clears away the file of one that died otherwise.
pub(super) fn wait_for_predecessor(data: &Path, patience: Duration) -> Result<(), ClusterError> {
    let started = Instant::now();
    while let Some(pid) = alive(data) {
        if started.elapsed() > patience {
            return Err(ClusterError::StillRunning { data: data.to_owned(), pid });
        }
        thread::sleep(TICK);
    }
    // A new server looks only at whether a process of this number exists. After a restart of a container that is easily
    // somebody else, or a zombie, and it would refuse to start for ever.
    if let Some(pid) = pid_in(data)
        && kill(Pid::from_raw(pid), None).is_ok()
    {
        let file = data.join("postmaster.pid");
        fs::remove_file(&file).naming("remove", &file)?;
    }
    Ok(())
}

/// The process number of the server that is running on `data`.
///
/// A process number alone proves nothing: it may have been given to another process since. A server's working directory
/// is its data directory; a zombie has none any more.
pub fn alive(data: &Path) -> Option<i32> {
    let pid = pid_in(data)?;
    let works_in = fs::metadata(format!("/proc/{pid}/cwd")).ok()?;
    let data = fs::metadata(data).ok()?;
    ((works_in.dev(), works_in.ino()) == (data.dev(), data.ino())).then_some(pid)
}

/// Whether the server of that process number accepts connections: it says so in the eighth line of its file.
pub fn is_ready(data: &Path, pid: i32) -> bool {
    fs::read_to_string(data.join("postmaster.pid")).is_ok_and(|file| says_ready(&file, pid))
}

fn says_ready(file: &str, pid: i32) -> bool {
    let mut lines = file.lines();
    lines.next().is_some_and(|line| line.trim().parse() == Ok(pid)) && lines.nth(6).is_some_and(|l| l.trim() == "ready")
}

fn pid_in(data: &Path) -> Option<i32> {
    fs::read_to_string(data.join("postmaster.pid")).ok()?.lines().next()?.trim().parse().ok()
}

/// The line that says why, out of what a program of PostgreSQL wrote before it gave up.
pub fn last_words(written: &str) -> String {
    let lines = || written.lines().map(str::trim).filter(|line| !line.is_empty());
    let grave = |line: &&str| ["FATAL:", "PANIC:", "ERROR:", "error:"].iter().any(|word| line.contains(word));
    lines().rfind(grave).or_else(|| lines().next_back()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_is_the_eighth_line() {
        let file = |state| format!("42\n/d\n1790000000\n5432\n/s\n\n  123  7\n{state}\n");
        assert!(says_ready(&file("ready   "), 42));
        assert!(!says_ready(&file("starting"), 42));
        assert!(!says_ready(&file("ready   "), 43));
        assert!(!says_ready("42\n", 42));
    }

    #[test]
    fn the_grave_line_is_quoted() {
        assert_eq!(last_words("LOG:  a\nFATAL:  no room\nLOG:  down\n\n"), "FATAL:  no room");
        assert_eq!(last_words("a\nb\n"), "b");
        assert_eq!(last_words(""), "");
    }
}
