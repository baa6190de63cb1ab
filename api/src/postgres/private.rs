//! A private PostgreSQL, so that `kairan` alone is enough to try Kairan.
//!
//! Kairan needs a real PostgreSQL, and a person who only wants to look at it should not have to set one up. When
//! `DATABASE_URL` is unset, `kairan up` therefore starts the programs of PostgreSQL that are installed on the machine, on
//! a cluster of its own inside the data directory, and stops them when it stops. Nobody else's server is touched.
//!
//! What is where, in `DATA_DIR`:
//!
//! | path | what |
//! | --- | --- |
//! | `postgres.lock` | locked for as long as a `kairan` uses the cluster |
//! | `postgres/15/` | the cluster; the major version is part of the path, as no other version can read it |
//! | `postgres/server.log` | what the server wrote, emptied at a start when it is above 10 MB |
//! | `postgres/socket/` | the only way in, for the user alone; elsewhere when the path is too long for a socket |
//!
//! The choices that are not obvious:
//!
//! - **Reached through a socket only.** No TCP port is opened, so nothing can collide and no other user can connect: the
//!   directory of the socket has mode 0700, and that is the whole of the authentication (`trust`).
//! - **Never as root.** PostgreSQL refuses to run as root. Started by root, the server runs as `postgres`, or as `nobody`
//!   where that user is absent; when root starts a cluster that somebody else made, as its owner. A server that is not
//!   root may be unable to reach a data directory below `/root`: then `postgres` is a symbolic link into
//!   `/var/lib/kairan/`. Removing the data directory makes the next start begin anew all the same.
//! - **Gone when we are gone.** The kernel sends the server SIGINT, its "fast shutdown", when the *thread* that started
//!   it ends, by whatever cause. A thread of our own does nothing else than start it, wait and stop it, so it makes
//!   no difference which thread called [`PrivateCluster::start`] or how long that one lives.
//! - **Not stopped by Ctrl-C.** The server has a process group of its own: the terminal's SIGINT reaches `kairan` alone,
//!   which finishes its requests while the database is still there.
//! - **Real data.** `fsync` stays on: people keep what they typed, even when the power fails.
//! - **Whole or not at all.** `initdb` works in a side directory, which gets its name when everything is in it,
//!   the database `kairan` included. An interrupted first start leaves nothing that looks like a cluster.
//!
//! The parts [`installed`], [`ChildUser`], [`socket_dir`] and [`initdb`] are public for the tests, which run another kind of
//! server (shared and careless) with the same programs. Linux only.

mod binaries;
mod place;
mod postmaster;
mod user;

pub use self::{
    binaries::{Binaries, OLDEST, installed},
    place::socket_dir,
    postmaster::{alive, is_ready, last_words},
    user::ChildUser,
};

use self::postmaster::Keeper;
use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

/// The superuser of the cluster, and the name of its database.
pub const NAME: &str = "kairan";

/// Only a part of the name of the socket: nothing listens on this port.
const PORT: u16 = 5432;

const LOG_LIMIT: u64 = 10 * 1024 * 1024;

/// How long the server of a `kairan` that was killed may take to shut down.
const PREDECESSOR: Duration = Duration::from_secs(30);

/// How long another `kairan` may take to let go of the data directory.
const NEIGHBOUR: Duration = Duration::from_secs(2);

/// Why there is no private cluster: one line each, with what to do.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each one is")]
pub enum ClusterError {
    #[error(
        "no PostgreSQL {OLDEST} or newer was found: `apt-get install postgresql`, or name the directory of its programs \
         in PG_BINDIR, or set DATABASE_URL"
    )]
    NotInstalled,
    #[error("PG_BINDIR is {0:?}, which does not hold the programs of a PostgreSQL {OLDEST} or newer")]
    BadBinDir(PathBuf),
    #[error(
        "{home:?} was written by PostgreSQL {major}, which is not installed: `apt-get install postgresql-{major}`, or \
         choose another --data-dir"
    )]
    OtherVersion { home: PathBuf, major: u32 },
    #[error(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to run it as: start kairan \
         as another user, or set DATABASE_URL"
    )]
    NoUser,
    #[error(
        "the user {user} cannot reach {home:?}: allow it on the directories above with `chmod a+x`, or choose another \
         --data-dir"
    )]
    Unreachable { user: String, home: PathBuf },
    #[error("the user {user} cannot run {program:?}: set PG_BINDIR to programs that every user can run")]
    CannotRun { user: String, program: PathBuf },
    #[error("{link:?} points to a directory that is gone: remove it to begin with an empty database")]
    Dangling { link: PathBuf },
    #[error("another kairan{} is using {data_dir:?}: stop it, or choose another --data-dir", with_pid(.pid))]
    InUse { data_dir: PathBuf, pid: String },
    #[error("the PostgreSQL of {data:?} (process {pid}) is still running: stop it with `kill -INT {pid}`")]
    StillRunning { data: PathBuf, pid: i32 },
    #[error("{dir:?} exists but is not a directory of mode 0700 of the user {user}: remove it")]
    ForeignSocketDir { dir: PathBuf, user: String },
    #[error("there is no directory short enough for a socket: set XDG_RUNTIME_DIR, or choose a shorter --data-dir")]
    NoSocketDir,
    #[error("{program} failed: {said}")]
    Failed { program: String, said: String },
    #[error("PostgreSQL did not become ready within {seconds} s: see {log:?}")]
    Slow { log: PathBuf, seconds: u64 },
    #[error("cannot {what} {path:?}: {source}")]
    Io { what: &'static str, path: PathBuf, source: io::Error },
}

fn with_pid(pid: &str) -> String {
    if pid.is_empty() { String::new() } else { format!(" (process {pid})") }
}

/// Gives a failure of the system the one thing it lacks: what was being done, and to which path.
pub(crate) trait Naming<T> {
    fn naming(self, what: &'static str, path: &Path) -> Result<T, ClusterError>;
}

impl<T> Naming<T> for io::Result<T> {
    fn naming(self, what: &'static str, path: &Path) -> Result<T, ClusterError> {
        self.map_err(|source| ClusterError::Io { what, path: path.to_owned(), source })
    }
}

/// A running private cluster. Dropping it stops the server; [`PrivateCluster::stop`] does the same and says how it went.
#[derive(Debug)]
pub struct PrivateCluster {
    keeper: Keeper,
    socket_dir: PathBuf,
    /// Locked until the server is gone: fields are dropped in this order.
    _lock: File,
}

impl PrivateCluster {
    /// Starts the cluster of `data_dir`, making both where they do not exist yet, and returns when it answers.
    ///
    /// A cluster just made holds an empty database named `kairan`. Waits for the server of a `kairan` that was killed to
    /// finish its shutdown. Refuses when another running `kairan` has the same data directory.
    pub fn start(data_dir: &Path) -> Result<Self, ClusterError> {
        fs::create_dir_all(data_dir).naming("create", data_dir)?;
        let data_dir = data_dir.canonicalize().naming("open", data_dir)?;
        let lock = lock(&data_dir)?;

        let found = place::existing(&data_dir.join(place::HOME))?;
        let binaries = binaries::choose(&data_dir.join(place::HOME), &found, installed()?)?;
        let user = ChildUser::choose(found.iter().find(|(major, _)| *major == binaries.major).map(|(_, dir)| &**dir))?;
        let home = place::home(&data_dir, &user, &binaries)?;

        let data = home.join(binaries.major.to_string());
        if data.exists() {
            postmaster::wait_for_predecessor(&data, PREDECESSOR)?;
        } else {
            make(&home, &data, &binaries, &user)?;
        }

        let socket_dir = socket_dir(&home, &user)?;
        // Nobody uses the cluster, so what a killed server left here is litter; its process number may be somebody else's
        // by now, at which the new server would stumble.
        for litter in [format!(".s.PGSQL.{PORT}"), format!(".s.PGSQL.{PORT}.lock")] {
            let _ = fs::remove_file(socket_dir.join(litter));
        }

        let log = home.join("server.log");
        let mut command = user.command(&binaries.program("postgres"), &home);
        command.arg("-D").arg(&data);
        command.args(["-c", "listen_addresses=", "-c", &format!("port={PORT}")]);
        command.arg("-c").arg(format!("unix_socket_directories={}", socket_dir.display()));
        command.args(["-c", "unix_socket_permissions=0700", "-c", "cluster_name=kairan"]);
        command.args(["-c", "logging_collector=off", "-c", "log_destination=stderr"]);
        let output = open_log(&log)?;
        command.stdin(Stdio::null());
        command.stdout(output.try_clone().naming("open", &log)?).stderr(output);
        let keeper = Keeper::start(command, data, log)?;
        Ok(Self { keeper, socket_dir, _lock: lock })
    }

    /// Where the database is, in the form that sqlx reads. Nothing is left to `PGPORT` and its like.
    pub fn url(&self) -> String {
        let host = percent_encoded(&self.socket_dir.to_string_lossy());
        format!("postgres://{NAME}@localhost:{PORT}/{NAME}?host={host}&sslmode=disable")
    }

    /// The directory of the socket, for `psql -h`.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// Ends the open connections, shuts down and waits until the server is gone.
    pub fn stop(mut self) -> Result<(), ClusterError> {
        self.keeper.stop()
    }
}

/// Makes `data` a new cluster whose superuser is [`NAME`].
///
/// `arguments` go to `initdb` besides. `data` must not exist, and its parent must be reachable for `user`.
pub fn initdb(data: &Path, binaries: &Binaries, user: &ChildUser, arguments: &[&str]) -> Result<(), ClusterError> {
    DirBuilder::new().mode(0o700).create(data).naming("create", data)?;
    user.own(data)?;
    let mut command = user.command(&binaries.program("initdb"), data);
    command.arg("-D").arg(data).args(["-U", NAME, "-E", "UTF8", "--locale=C.UTF-8"]).args(arguments);
    user::run(command, "")
}

fn make(home: &Path, data: &Path, binaries: &Binaries, user: &ChildUser) -> Result<(), ClusterError> {
    place::clear_unfinished(home);
    let side = place::unfinished(home, binaries.major);
    initdb(&side, binaries, user, &["--auth-local=trust", "--auth-host=reject"])?;
    // The server's single-user mode, as it comes with the server; psql and createdb are another package.
    let mut command = user.command(&binaries.program("postgres"), &side);
    command
        .args(["--single", "-c", "exit_on_error=true", "-c", "log_checkpoints=off", "-D"])
        .arg(&side)
        .arg("postgres");
    user::run(command, &format!("CREATE DATABASE {NAME}\n"))?;
    fs::rename(&side, data).naming("rename", &side)?;
    File::open(home).and_then(|dir| dir.sync_all()).naming("write", home)
}

fn lock(data_dir: &Path) -> Result<File, ClusterError> {
    let path = data_dir.join("postgres.lock");
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o644)
        .open(&path)
        .naming("open", &path)?;
    let asked = Instant::now();
    while let Err(refused) = lock.try_lock() {
        match refused {
            TryLockError::Error(error) => return Err(error).naming("lock", &path),
            // One that was told to stop just now may need a moment.
            TryLockError::WouldBlock if asked.elapsed() < NEIGHBOUR => thread::sleep(Duration::from_millis(20)),
            TryLockError::WouldBlock => {
                let mut pid = String::new();
                let _ = lock.read_to_string(&mut pid);
                return Err(ClusterError::InUse { data_dir: data_dir.to_owned(), pid: pid.trim().to_owned() });
            }
        }
    }
    // Only for the message above; the lock itself is what counts.
    lock.set_len(0)
        .and_then(|()| lock.rewind())
        .and_then(|()| writeln!(lock, "{}", std::process::id()))
        .naming("write", &path)?;
    Ok(lock)
}

fn open_log(path: &Path) -> Result<File, ClusterError> {
    let log = OpenOptions::new().append(true).create(true).mode(0o600).open(path).naming("open", path)?;
    if log.metadata().naming("open", path)?.len() > LOG_LIMIT {
        log.set_len(0).naming("empty", path)?;
    }
    Ok(log)
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_one_query_value() {
        assert_eq!(percent_encoded("/tmp/a b&c"), "%2Ftmp%2Fa%20b%26c");
        assert_eq!(percent_encoded("回"), "%E5%9B%9E");
    }

    #[test]
    fn every_message_is_one_line() {
        let data_dir = PathBuf::from("/x");
        for error in [
            ClusterError::NotInstalled,
            ClusterError::NoUser,
            ClusterError::InUse { data_dir: data_dir.clone(), pid: "7".into() },
            ClusterError::InUse { data_dir, pid: String::new() },
        ] {
            let message = error.to_string();
            assert!(!message.contains('\n') && !message.contains("  "), "{message}");
        }
    }
}
