//! What comes from npm: the packages of a folder of this one, exactly those of its lock file, fetched once.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A folder, such as `oidc`, with its packages in `node_modules`.
///
/// # Panics
/// When they are not there and can't be fetched.
#[must_use]
pub fn packages(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let lock = File::create(std::env::temp_dir().join(format!("kairan-tests-{name}.lock"))).expect("a lock");
    lock.lock().expect("the lock");
    if !folder.join("node_modules/.package-lock.json").exists() {
        let npm = Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .status();
        let done = npm.is_ok_and(|status| status.success());
        assert!(
            done,
            "this test needs packages of npm: run script/test, or `npm ci` in tests/{name}, with node and the network at hand"
        );
    }
    folder
}
