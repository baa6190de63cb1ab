//! Where the cluster and its socket are.
//!
//! Two things can forbid the obvious place, which is inside the data directory: a user who cannot get there, and the 107
//! bytes that the path of a socket may have.

use super::{Binaries, ChildUser, ClusterError, Naming};
use nix::unistd::geteuid;
use std::{
    env, fs,
    fs::{DirBuilder, Permissions},
    hash::{BuildHasher, RandomState},
    io::ErrorKind,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink},
    },
    path::{Path, PathBuf},
};

/// The cluster's directory within the data directory.
pub(super) const HOME: &str = "postgres";

/// For the clusters of a root whose data directory nobody else can reach.
const ELSEWHERE: &str = "/var/lib/kairan";

/// 107 bytes, less `/.s.PGSQL.` and a port of up to five digits.
const LONGEST_SOCKET_DIR: usize = 107 - 15;

const UNFINISHED: &str = ".unfinished-";

/// The clusters in `home`, by major version.
pub(super) fn existing(home: &Path) -> Result<Vec<(u32, PathBuf)>, ClusterError> {
    let entries = match fs::read_dir(home) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).naming("read", home),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.naming("read", home)?.path();
        if let Some(major) = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok()) {
            found.push((major, path));
        }
    }
    Ok(found)
}

/// The directory of the clusters, made where it is absent, that the user can reach.
pub(super) fn home(data_dir: &Path, user: &ChildUser, binaries: &Binaries) -> Result<PathBuf, ClusterError> {
    let home = data_dir.join(HOME);
    match DirBuilder::new().mode(0o755).create(&home) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error).naming("create", &home),
        _ => {}
    }
    let Ok(real) = home.canonicalize() else { return Err(ClusterError::Dangling { link: home }) };
    if !user.is_other() || user.can_enter(&real, binaries)? {
        return Ok(real);
    }
    if home.is_symlink() || !existing(&real)?.is_empty() {
        return Err(ClusterError::Unreachable { user: user.name().to_owned(), home: real });
    }
    // The name is random and not made from the path: so a data directory may be moved, and one that was
    // removed and made again gets a new cluster, not the old one with its keys gone.
    let elsewhere = Path::new(ELSEWHERE).join(format!("{:016x}", RandomState::new().hash_one(std::process::id())));
    fs::create_dir_all(&elsewhere).naming("create", &elsewhere)?;
    for dir in [Path::new(ELSEWHERE), &elsewhere] {
        // Whatever root's umask is; the cluster and the socket within are closed by their own modes.
        fs::set_permissions(dir, Permissions::from_mode(0o755)).naming("open up", dir)?;
    }
    let note = elsewhere.join("belongs-to");
    fs::write(&note, data_dir.as_os_str().as_bytes()).naming("write", &note)?;
    fs::remove_dir_all(&home).naming("replace", &home)?;
    symlink(&elsewhere, &home).naming("create", &home)?;
    if user.can_enter(&elsewhere, binaries)? {
        Ok(elsewhere)
    } else {
        Err(ClusterError::Unreachable { user: user.name().to_owned(), home: elsewhere })
    }
}

/// Where a cluster is made before it gets its name. Not the same for two processes: one that was killed may have left an
/// `initdb` that is still writing.
pub(super) fn unfinished(home: &Path, major: u32) -> PathBuf {
    home.join(format!("{major}{UNFINISHED}{}", std::process::id()))
}

/// Removes what interrupted first starts left.
pub(super) fn clear_unfinished(home: &Path) {
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().contains(UNFINISHED) {
            // If it fails now, the next start removes it.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A directory for the socket that the user and root alone can enter: `home/socket` where that is short enough and free
/// of characters that PostgreSQL or a URL would read in their own way, otherwise one whose name is made from `home`.
pub fn socket_dir(home: &Path, user: &ChildUser) -> Result<PathBuf, ClusterError> {
    let near = home.join("socket");
    if fits(&near) {
        return claim(near, user);
    }
    let name = format!("kairan-{}-{:016x}", user.uid(), fnv1a(home.as_os_str().as_bytes()));
    // Of these, /tmp alone is open to everybody, who could take the name first.
    let ours = |dir: &Path| fs::metadata(dir).is_ok_and(|m| m.is_dir() && m.uid() == geteuid().as_raw());
    let runtime = env::var_os("XDG_RUNTIME_DIR").filter(|_| !user.is_other());
    [runtime.map(PathBuf::from).filter(|dir| ours(dir)), Some("/run".into()).filter(|dir: &PathBuf| ours(dir))]
        .into_iter()
        .flatten()
        .chain(["/tmp".into()])
        .map(|parent| parent.join(&name))
        .find(|dir| fits(dir))
        .map_or(Err(ClusterError::NoSocketDir), |dir| claim(dir, user))
}

fn fits(dir: &Path) -> bool {
    let bytes = dir.as_os_str().as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
    bytes.starts_with(b"/") && bytes.len() <= LONGEST_SOCKET_DIR && bytes.iter().all(plain)
}

/// Makes the directory, or makes sure that the one that exists is the user's and closed to others.
fn claim(dir: PathBuf, user: &ChildUser) -> Result<PathBuf, ClusterError> {
    match DirBuilder::new().mode(0o700).create(&dir) {
        Ok(()) => user.own(&dir)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).naming("create", &dir),
    }
    // Of the thing itself, not of what a symbolic link points to.
    let found = fs::symlink_metadata(&dir).naming("open", &dir)?;
    if found.is_dir() && found.uid() == user.uid() && found.mode() & 0o777 == 0o700 {
        Ok(dir)
    } else {
        Err(ClusterError::ForeignSocketDir { dir, user: user.name().to_owned() })
    }
}

/// The same for the same path in every build, unlike the hashes of the standard library. Not a secret: [`claim`] refuses
/// a directory that somebody else made.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_a_socket() {
        assert!(fits(Path::new("/home/sato/kairan/.kairan/postgres/socket")));
        assert!(!fits(Path::new("/home/sato/my kairan/postgres/socket")));
        assert!(!fits(Path::new("/home/佐藤/kairan/postgres/socket")));
        assert!(!fits(Path::new("relative/socket")));
        assert!(fits(Path::new(&format!("/{}", "a".repeat(LONGEST_SOCKET_DIR - 1)))));
        assert!(!fits(Path::new(&format!("/{}", "a".repeat(LONGEST_SOCKET_DIR)))));
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
