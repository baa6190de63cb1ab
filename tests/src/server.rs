//! The one PostgreSQL that all tests share.
//!
//! A server per test process would cost a second each, and a server that somebody has to start first would be forgotten.
//! So the processes lease one: `cargo test`'s binaries, or the one process per test of nextest, whatever their number.
//!
//! It works by locks on files, which the kernel releases when a process ends, even by `kill -9`:
//!
//! - `lease` is held, shared, by every test process until it ends;
//! - `starting` is held by the one that looks whether there is a server and starts it if not;
//! - a small watcher waits until it gets `lease` for itself, which is when the last test process is gone. It then ends
//!   the server and removes its data, still holding the lock, so that a newcomer waits for that and begins anew. Before, it
//!   lets half a second pass: between two processes of a slow run there may be nobody for a moment.
//!
//! The server is the contrary of a careful one: it never waits for a disk, as its data are worth nothing. Beware that
//! it lets in everybody on this machine, as superuser, for as long as the tests run.
//!
//! Everything is in `target/tmp/kairan-test-pg`, with the log of the server as `server.log`. Only when the tests run as root,
//! and the user whom PostgreSQL then runs as cannot get there, are the data in a directory below `/tmp`.

use api::postgres::private::{Binaries, ChildUser, alive, initdb, installed, is_ready, last_words, socket_dir};
use std::{
    env,
    error::Error,
    fs::{self, File, OpenOptions, Permissions, TryLockError},
    hash::{BuildHasher, RandomState},
    io,
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const READY: Duration = Duration::from_secs(60);

/// The port is found before the server takes it, so another program may be faster.
const ATTEMPTS: u32 = 5;

/// What the names of data directories begin with.
const DATA: &str = "data-";

const SETTINGS: [&str; 7] = [
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=300",
    "shared_buffers=128MB",
    "listen_addresses=127.0.0.1",
    "logging_collector=off",
];

/// What ends the server. Its argument is the directory of the locks.
///
/// It waits for a predecessor that may be about to finish, and reads `server` twice, as that can name another server in the
/// end, or be gone with the whole of `target`. Its `watcher` lock (9) is kept from the programs that it runs: were it killed
/// alone, they would hold the lock for a watcher that is no more.
const WATCHER: &str = r#"
cd "$1" || exit
exec 8>>lease 9>>watcher
flock 9
know() { { read -r pid && read -r port && read -r sockets && read -r data && read -r home; } <server; }
know || exit
until flock 8 && flock -u 8 && sleep 0.5 8>&- && flock -n 8; do :; done 9>&-
know
runs() { [ "$(readlink "/proc/$pid/cwd")" = "$data" ]; }
if runs; then kill -QUIT "$pid"; fi
while runs; do sleep 0.02; done
rm -rf "${sockets:?}" "${data:?}"
rmdir "$home"
rm server
"#;

/// The server, for as long as this process lives.
#[derive(Debug)]
pub struct Server {
    directory: PathBuf,
    running: Running,
    /// Released by the kernel.
    _lease: File,
}

/// What the processes tell each other in the file `server`, a line each.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Running {
    pid: i32,
    port: u16,
    sockets: PathBuf,
    data: PathBuf,
    /// The directory of `data`, removed with it if it has nothing else.
    home: PathBuf,
}

impl Server {
    /// The address of a database, which need not exist yet.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://kairan@127.0.0.1:{}/{database}", self.running.port)
    }

    /// The port on 127.0.0.1, which is also in the name of the socket.
    pub fn port(&self) -> u16 {
        self.running.port
    }

    /// The directory of the socket.
    pub fn socket_dir(&self) -> &Path {
        &self.running.sockets
    }

    /// Names this server: unlike its port, never that of an earlier one.
    pub fn id(&self) -> String {
        let data = self.running.data.file_name().unwrap_or_default();
        data.to_string_lossy().into_owned()
    }

    /// A directory for further files that test processes share, such as the lock of who makes the template.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

/// The shared server, started if there is none.
///
/// # Panics
///
/// When there is no PostgreSQL, or it does not start: no test could do anything then.
pub fn lease() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tmp/kairan-test-pg");
        obtain(&directory).unwrap_or_else(|error| panic!("no PostgreSQL for the tests: {error}"))
    })
}

fn obtain(directory: &Path) -> Result<Server> {
    fs::create_dir_all(directory)?;
    let directory = directory.canonicalize()?;
    let lease = lock_file(&directory.join("lease"))?;
    lease.lock_shared()?;
    if Command::new("flock").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        return Err("flock is missing, without which nothing would end the server: `apt-get install util-linux`".into());
    }
    let starting = lock_file(&directory.join("starting"))?;
    starting.lock()?;
    let running = match Running::read(&directory) {
        Some(running) if alive(&running.data) == Some(running.pid) => {
            if is_free(&directory.join("watcher"))? {
                watch(&directory)?;
            }
            // Whoever started it may have been killed before it was ready.
            wait_until_ready(&running, || Ok(None))?;
            running
        }
        ended => {
            clear_away(&directory, ended);
            start(&directory)?
        }
    };
    Ok(Server { directory, running, _lease: lease })
}

fn start(directory: &Path) -> Result<Running> {
    let binaries = installed()?.swap_remove(0);
    let user = ChildUser::choose(None)?;
    let name = format!("{DATA}{:016x}", RandomState::new().hash_one(std::process::id()));
    let home = home(directory, &user, &binaries, &name)?;
    let data = home.join(name);
    // Nothing of it has to survive, so it is not waited for either.
    initdb(&data, &binaries, &user, &["--auth=trust", "--no-sync"])?;
    let sockets = socket_dir(&home, &user)?;
    let log = directory.join("server.log");
    for attempt in 1.. {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = user.command(&binaries.program("postgres"), &home);
        command.arg("-D").arg(&data).args(["-c", &format!("port={port}"), "-c"]);
        command.arg(format!("unix_socket_directories={}", sockets.display()));
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let output = File::create(&log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let mut server = command.spawn()?;
        let pid = i32::try_from(server.id())?;
        let running = Running { pid, port, sockets: sockets.clone(), data: data.clone(), home: home.clone() };
        // Before anything else, so that from here on somebody knows what to end.
        running.write(directory)?;
        watch(directory)?;
        match wait_until_ready(&running, || server.try_wait()) {
            Ok(()) => return Ok(running),
            Err(error) if attempt == ATTEMPTS => {
                return Err(format!("{error}: {}", last_words(&fs::read_to_string(&log)?)).into());
            }
            Err(_) => {}
        }
    }
    unreachable!("the last attempt returns")
}

/// Removes the data of a server that ended otherwise than by its watcher.
fn clear_away(directory: &Path, ended: Option<Running>) {
    // What cannot be removed is in nobody's way: the next data have another name.
    if let Some(ended) = ended {
        let _ = fs::remove_dir_all(&ended.data);
        let _ = fs::remove_dir(&ended.home);
    }
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(DATA) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The directory itself, or when the user cannot get there, one that everybody can.
fn home(directory: &Path, user: &ChildUser, binaries: &Binaries, name: &str) -> Result<PathBuf> {
    if !user.is_other() || user.can_enter(directory, binaries)? {
        return Ok(directory.to_owned());
    }
    let home = env::temp_dir().join(format!("kairan-test-{name}"));
    fs::create_dir(&home)?;
    fs::set_permissions(&home, Permissions::from_mode(0o755))?;
    Ok(home)
}

fn wait_until_ready(running: &Running, mut ended: impl FnMut() -> io::Result<Option<ExitStatus>>) -> Result<()> {
    let started = Instant::now();
    while !is_ready(&running.data, running.pid) {
        if let Some(status) = ended()? {
            return Err(format!("postgres ended ({status})").into());
        }
        if started.elapsed() > READY {
            return Err(format!("postgres not ready within {} s", READY.as_secs()).into());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn watch(directory: &Path) -> Result<()> {
    // A group of its own, and none of our output: it outlives us, and nobody should wait for it.
    Command::new("sh")
        .args(["-c", WATCHER, "kairan-test-pg"])
        .arg(directory)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(())
}

fn lock_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn is_free(path: &Path) -> Result<bool> {
    match lock_file(path)?.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

impl Running {
    fn read(directory: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(directory.join("server")).ok()?)
    }

    /// In one step, so that nobody reads half of it.
    fn write(&self, directory: &Path) -> io::Result<()> {
        let unfinished = directory.join("server.new");
        fs::write(&unfinished, self.lines())?;
        fs::rename(unfinished, directory.join("server"))
    }

    fn lines(&self) -> String {
        let [sockets, data, home] = [&self.sockets, &self.data, &self.home].map(|path| path.display());
        format!("{}\n{}\n{sockets}\n{data}\n{home}\n", self.pid, self.port)
    }

    fn parse(file: &str) -> Option<Self> {
        let mut lines = file.lines();
        Some(Self {
            pid: lines.next()?.parse().ok()?,
            port: lines.next()?.parse().ok()?,
            sockets: lines.next()?.into(),
            data: lines.next()?.into(),
            home: lines.next()?.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let running =
            Running { pid: 7, port: 40_000, sockets: "/s".into(), data: "/a b/0f".into(), home: "/a b".into() };
        assert_eq!(Running::parse(&running.lines()), Some(running));
        assert_eq!(Running::parse("7\n"), None);
    }
}
