//! As whom PostgreSQL runs, and how its programs are started.

use super::{Binaries, ClusterError, Naming};
use nix::{
    sys::{prctl, signal::Signal},
    unistd::{Gid, Uid, User, geteuid, getppid},
};
use std::{
    env, fs, io,
    io::Write,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// The user that PostgreSQL's processes run as: we ourselves, or when we are root, somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildUser {
    name: String,
    uid: Uid,
    gid: Gid,
    /// Whether this is not who we are.
    other: bool,
}

impl ChildUser {
    /// Chooses the user, given the cluster if there is one already.
    pub fn choose(cluster: Option<&Path>) -> Result<Self, ClusterError> {
        let ourselves = geteuid();
        if !ourselves.is_root() {
            // A number without a name is let through: PostgreSQL has its own word for that.
            let known = User::from_uid(ourselves).ok().flatten();
            let name = known.map_or_else(|| ourselves.to_string(), |user| user.name);
            return Ok(Self { name, uid: ourselves, gid: nix::unistd::getegid(), other: false });
        }
        let owner = cluster
            .and_then(|dir| fs::metadata(dir).ok())
            .map(|metadata| Uid::from_raw(metadata.uid()))
            .filter(|uid| !uid.is_root())
            .and_then(|uid| User::from_uid(uid).ok().flatten());
        owner
            .or_else(|| ["postgres", "nobody"].iter().find_map(|name| User::from_name(name).ok().flatten()))
            .map(|user| Self { name: user.name, uid: user.uid, gid: user.gid, other: true })
            .ok_or(ClusterError::NoUser)
    }

    /// Its name, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its number, for comparing owners.
    pub fn uid(&self) -> u32 {
        self.uid.as_raw()
    }

    /// Whether PostgreSQL runs as somebody other than this process.
    pub fn is_other(&self) -> bool {
        self.other
    }

    /// Gives it a file or directory that we made.
    pub fn own(&self, path: &Path) -> Result<(), ClusterError> {
        if self.other {
            chown(path, Some(self.uid.as_raw()), Some(self.gid.as_raw())).naming("change the owner of", path)?;
        }
        Ok(())
    }

    /// Whether it can enter a directory, found out by doing so: modes alone do not tell, there are ACLs and the like.
    pub fn can_enter(&self, dir: &Path, binaries: &Binaries) -> Result<bool, ClusterError> {
        let server = binaries.program("postgres");
        let enters = |dir: &Path| {
            let mut command = self.command(&server, dir);
            command.arg("-V").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        if enters(dir) {
            Ok(true)
        } else if enters(Path::new("/")) {
            Ok(false)
        } else {
            Err(ClusterError::CannotRun { user: self.name.clone(), program: server })
        }
    }

    /// A command that runs as this user in `dir`, in a process group of its own.
    ///
    /// Settings such as `PGPORT` or `PGOPTIONS`, meant for some other server, are kept from it. Changing the user also
    /// drops root's further groups.
    pub fn command(&self, program: &Path, dir: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C.UTF-8").current_dir(dir).process_group(0);
        if self.other {
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
        command
    }
}

/// Has the kernel send the process SIGINT when the thread that starts it ends.
///
/// SIGINT is the fast shutdown of `postgres`, and makes `initdb` clean up after itself.
pub(super) fn dies_with_us(command: &mut Command) {
    let us = std::process::id();
    let ask = move || {
        prctl::set_pdeathsig(Signal::SIGINT)?;
        // We may have died before that, and then nothing would ever come.
        if getppid().as_raw().cast_unsigned() == us { Ok(()) } else { Err(io::Error::from(io::ErrorKind::NotFound)) }
    };
    #[expect(
        unsafe_code,
        reason = "between fork and exec nothing may be allocated or locked: these are two system calls"
    )]
    // SAFETY: the closure makes two system calls and allocates nothing.
    unsafe {
        command.pre_exec(ask);
    }
}

/// Runs a program that does its work and ends, given `input`. Its complaint becomes the error.
pub(super) fn run(mut command: Command, input: &str) -> Result<(), ClusterError> {
    dies_with_us(&mut command);
    let program = PathBuf::from(command.get_program());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let finish = || -> io::Result<Output> {
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // It may end without having read: then its own words are the better message.
            let _ = stdin.write_all(input.as_bytes());
        }
        child.wait_with_output()
    };
    let output = { finish }().naming("run", &program)?;
    if output.status.success() {
        return Ok(());
    }
    let said = super::last_words(&String::from_utf8_lossy(&output.stderr));
    let said = if said.is_empty() { output.status.to_string() } else { said };
    Err(ClusterError::Failed { program: program.display().to_string(), said })
}
