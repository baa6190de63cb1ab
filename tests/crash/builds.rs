//! Builds the program broken in each known way, and shows that a run finds it.
//!
//! The copy of the tree stays where it is between builds, and only what a break changes is written to it; it shares the directory that
//! the crates are built in. So only what is broken, and what stands on it, is built again. The packages of the copy have other
//! versions: cargo would otherwise take them for ours, and give us broken ones.

use std::{
    collections::BTreeSet,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;
use tests::broken::Broken;

use crate::run::KEPT;

/// How often a broken build may come through before it counts as not found: chance has a part in it.
const RUNS: u64 = 3;

/// Shows it for the builds of these names, or for all. True when each was found.
pub fn show(names: &[&str]) -> Result<bool, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?.to_owned();
    let mut builds = Broken::all()?;
    if let Some(unknown) = names.iter().find(|name| builds.iter().all(|build| build.name != **name)) {
        return Err(format!("there is no broken build {unknown}").into());
    }
    builds.retain(|build| names.is_empty() || names.contains(&&*build.name));
    let copy = Copy::of(&root)?;
    let mut results = Vec::new();
    for build in &builds {
        println!("\n== {}: {}", build.name, build.what);
        let found = copy.broken(build).and_then(|program| find(build, &program))?;
        println!("{}", found.as_deref().unwrap_or("NOT FOUND"));
        results.push((&build.name, found));
    }
    println!("\n{:<24} found by", "broken build");
    for (name, found) in &results {
        let found: String = found.as_deref().unwrap_or("NOT FOUND").chars().take(140).collect();
        println!("{name:<24} {found}");
    }
    Ok(results.iter().all(|(_, found)| found.is_some()))
}

/// Runs a broken program until it is found broken: what was said then, in the words that were expected.
fn find(build: &Broken, program: &Path) -> Result<Option<String>, Box<dyn Error>> {
    for seed in 1..=RUNS {
        let mut command = Command::new(program);
        command.args(["--only", &build.scenarios.join(","), "--seed", &seed.to_string()]).args(&build.arguments);
        let output = command.stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        let lines = || said.lines().filter(|line| line.starts_with("VIOLATION"));
        if output.status.success() || lines().next().is_none() {
            continue;
        }
        let expected = |line: &&str| build.says.iter().any(|words| line.contains(words));
        return match lines().find(expected) {
            Some(line) => {
                // It broke as it was meant to: nobody has to look into what the processes said.
                if let Some(kept) = said.lines().find_map(|line| line.strip_prefix(KEPT)) {
                    fs::remove_dir_all(kept).ok();
                }
                Ok(Some(line.chars().take(400).collect()))
            }
            None => Err(format!("{} failed otherwise than expected:\n{said}", build.name).into()),
        };
    }
    Ok(None)
}

/// A copy of the tree.
struct Copy {
    root: PathBuf,
    copy: PathBuf,
    files: BTreeSet<String>,
}

impl Copy {
    fn of(root: &Path) -> Result<Self, Box<dyn Error>> {
        let listed = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()?;
        let files: BTreeSet<String> = String::from_utf8(listed.stdout)?.lines().map(str::to_owned).collect();
        if files.is_empty() {
            return Err("git does not know what belongs to the tree".into());
        }
        let copy = Self { root: root.to_owned(), copy: root.join("target/broken"), files };
        copy.clear(&copy.copy)?;
        Ok(copy)
    }

    /// Removes what an earlier tree had and this one has not.
    fn clear(&self, folder: &Path) -> std::io::Result<()> {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry?.path();
            let name = path.strip_prefix(&self.copy).unwrap_or(&path).to_string_lossy().into_owned();
            if path.is_dir() {
                self.clear(&path)?;
            } else if !self.files.contains(&name) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Makes the copy the tree with one thing broken, and builds it. What is as it should be already is not touched, so that it is
    /// not built again.
    fn broken(&self, build: &Broken) -> Result<PathBuf, Box<dyn Error>> {
        let changed = build.applied(&self.root)?;
        for file in &self.files {
            let Ok(whole) = fs::read(self.root.join(file)) else { continue };
            let broken = changed.iter().find(|(name, _)| name == file);
            let wanted = broken.map_or(whole, |(_, text)| text.clone().into_bytes());
            let wanted = if file.ends_with("Cargo.toml") { other_version(&wanted)? } else { wanted };
            let place = self.copy.join(file);
            if fs::read(&place).ok().as_ref() != Some(&wanted) {
                fs::create_dir_all(place.parent().ok_or("a file without folder")?)?;
                fs::write(&place, wanted)?;
            }
        }
        let target = std::env::current_exe()?;
        // …/target/debug/deps/crash-…
        let target = target.ancestors().nth(3).ok_or("this program is not where cargo puts it")?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["test", "-p", "tests", "--test", "crash", "--no-run", "--message-format=json-render-diagnostics"])
            .env("CARGO_TARGET_DIR", target)
            // Whatever it takes is there: this very program was built of it.
            .env("CARGO_NET_OFFLINE", "true")
            .current_dir(&self.copy)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            return Err(format!("{} can't be built", build.name).into());
        }
        let lines = String::from_utf8(output.stdout)?;
        let messages = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let program = messages.filter(|message| message["target"]["name"] == "crash");
        let program = program.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back();
        program.ok_or_else(|| "cargo does not say what it built".into())
    }
}

/// A manifest whose package has another version, for which it still fits where it is asked for.
fn other_version(manifest: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut text = String::new();
    for line in std::str::from_utf8(manifest)?.lines() {
        let version = line.strip_prefix("version = \"").and_then(|rest| rest.strip_suffix('"')?.rsplit_once('.'));
        match version.and_then(|(most, patch)| Some((most, patch.parse::<u32>().ok()?))) {
            Some((most, patch)) => writeln!(text, "version = \"{most}.{}\"", patch + 1_000)?,
            None => writeln!(text, "{line}")?,
        }
    }
    Ok(text.into_bytes())
}
