//! Which PostgreSQL: the search for its programs.

use super::ClusterError;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The oldest major version that Kairan runs on.
pub const OLDEST: u32 = 15;

/// The programs of one PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    /// The directory that holds `postgres` and `initdb`.
    pub dir: PathBuf,
    /// Its major version.
    pub major: u32,
}

impl Binaries {
    /// The path of one of the programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Asks the server for its version, as a directory of any name may hold one.
    fn at(dir: &Path) -> Option<Self> {
        // Through a symbolic link the other programs need not be beside it, so look where it really is.
        let server = dir.join("postgres").canonicalize().ok()?;
        let dir = server.parent()?;
        if !dir.join("initdb").exists() {
            return None;
        }
        let output = Command::new(&server).arg("-V").stdin(Stdio::null()).output().ok()?;
        let major = major_of(&String::from_utf8_lossy(&output.stdout))?;
        (major >= OLDEST).then(|| Self { dir: dir.to_owned(), major })
    }
}

/// Every usable PostgreSQL, the preferred one first; at least one.
///
/// `PG_BINDIR` is an order: nothing else is looked at when it is set. Otherwise the directories in which Debian keeps
/// each major version, the highest first, and then what the `PATH` leads to.
pub fn installed() -> Result<Vec<Binaries>, ClusterError> {
    if let Some(dir) = env::var_os("PG_BINDIR").filter(|dir| !dir.is_empty()) {
        let dir = PathBuf::from(dir);
        return Binaries::at(&dir).map(|found| vec![found]).ok_or(ClusterError::BadBinDir(dir));
    }
    let mut found: Vec<Binaries> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|version| Binaries::at(&version.path().join("bin")))
        .collect();
    found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
    let path = env::var_os("PATH").unwrap_or_default();
    if let Some(binaries) = env::split_paths(&path).filter(|dir| dir.is_absolute()).find_map(|dir| Binaries::at(&dir))
        && !found.contains(&binaries)
    {
        found.push(binaries);
    }
    if found.is_empty() { Err(ClusterError::NotInstalled) } else { Ok(found) }
}

/// The programs for the clusters that exist in `home`, or the preferred ones when there is none yet.
///
/// A newer PostgreSQL that appears on the machine must not make people's data look gone, so the version that wrote them
/// goes on being used.
pub(super) fn choose(
    home: &Path,
    existing: &[(u32, PathBuf)],
    installed: Vec<Binaries>,
) -> Result<Binaries, ClusterError> {
    let newest = existing.iter().map(|(major, _)| *major).max();
    installed
        .into_iter()
        .find(|binaries| newest.is_none_or(|major| binaries.major == major))
        .ok_or_else(|| ClusterError::OtherVersion { home: home.to_owned(), major: newest.unwrap_or(OLDEST) })
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15; so are `15beta1` and `15devel`.
fn major_of(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL) ")?.1;
    let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_of("postgres (PostgreSQL) 17\n"), Some(17));
        assert_eq!(major_of("busybox"), None);
    }

    #[test]
    fn the_version_that_wrote_the_data_is_kept() {
        let of = |major| Binaries { dir: PathBuf::from("/x"), major };
        let choose = |existing: &[u32], installed: Vec<Binaries>| {
            let existing: Vec<_> = existing.iter().map(|major| (*major, PathBuf::new())).collect();
            choose(Path::new("/h"), &existing, installed).ok().map(|chosen| chosen.major)
        };
        assert_eq!(choose(&[], vec![of(17), of(15)]), Some(17));
        assert_eq!(choose(&[15], vec![of(17), of(15)]), Some(15));
        assert_eq!(choose(&[15, 16], vec![of(17), of(16), of(15)]), Some(16));
        assert_eq!(choose(&[16], vec![of(17), of(15)]), None);
    }
}
