//! The house rules: what `docs/ARCHITECTURE.md` promises of the code is looked at in the code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The rooms from top to ground: each imports only those after it. `notices` and `push` know nothing of each other.
const ROOMS: [&str; 11] =
    ["privacy", "seats", "households", "proxies", "receipts", "notices", "push", "areas", "identity", "audit", "web"];
/// The longest that a file may be, in lines.
const LONGEST: usize = 400;
/// What a file may be at the median.
const MEDIAN: usize = 130;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// The Rust files below a folder, with their text.
fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("a file");
                found.push((path, text));
            }
        }
    }
    found
}

/// The room that a file of `api` is in.
fn room(path: &Path) -> Option<&'static str> {
    let inside = path.strip_prefix(root().join("api/src")).ok()?;
    let first = inside.components().next()?.as_os_str().to_str()?.trim_end_matches(".rs");
    ROOMS.into_iter().find(|room| *room == first)
}

/// The code of a file, without its tests.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

#[test]
fn a_room_imports_only_what_stands_below_it() {
    for (path, text) in files("api/src") {
        let Some(own) = room(&path) else { continue };
        let place = |room: &str| ROOMS.iter().position(|one| *one == room);
        let above = ROOMS.into_iter().filter(|other| place(other) < place(own));
        let strangers = if own == "notices" { Some("push") } else { None };
        for other in above.chain(strangers) {
            // Imports are written as one tree, `use crate::{…}`, or by the whole path.
            let in_tree = text.split("use crate::{").skip(1).any(|tree| {
                let tree = tree.split("};").next().unwrap_or_default();
                tree.split([',', '{', '\n'])
                    .any(|item| item.trim().split("::").next() == Some(other) && !item.starts_with("        "))
            });
            let by_path = text.contains(&format!("crate::{other}"));
            assert!(!in_tree && !by_path, "{} ({own}) imports {other}", path.display());
        }
    }
}

#[test]
fn each_table_is_written_by_one_room() {
    let mut writers: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (path, text) in files("api/src") {
        let Some(own) = room(&path) else { continue };
        for verb in ["INSERT INTO ", "UPDATE ", "DELETE FROM "] {
            for rest in code(&text).split(verb).skip(1) {
                let table: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                if root().join(format!("entity/src/{table}.rs")).exists() {
                    writers.entry(table).or_default().insert(own);
                }
            }
        }
        for table in
            code(&text).split("::ActiveModel {").filter_map(|before| before.split([' ', '(', '\n']).next_back())
        {
            if root().join(format!("entity/src/{table}.rs")).exists() {
                writers.entry(table.to_owned()).or_default().insert(own);
            }
        }
    }
    assert!(writers.len() > 15, "{writers:?}");
    for (table, rooms) in writers {
        // The counts of a circulation are kept by the receipt's own transaction.
        let expected = if table == "circulation" { 2 } else { 1 };
        assert_eq!(rooms.len(), expected, "{table} is written by {rooms:?}");
    }
}

#[test]
fn a_request_has_no_way_to_the_database_but_through_its_city() {
    for (path, text) in files("api/src") {
        let free = room(&path).is_some() && text.contains("Data<DatabaseConnection>");
        assert!(!free, "{}: take `Data<Cities>`, and a transaction within the caller's city", path.display());
    }
}

#[test]
fn every_file_says_what_it_is_and_stays_small() {
    let mut lengths = Vec::new();
    for folder in ["api/src", "entity/src", "migration/src", "ece/src", "tests/src", "tests/it", "tests/crash"] {
        for (path, text) in files(folder) {
            assert!(text.starts_with("//!"), "{} does not say what it is", path.display());
            let length = text.lines().count();
            assert!(length <= LONGEST, "{} has {length} lines", path.display());
            lengths.push(length);
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= MEDIAN, "the median file has {median} lines");
}

#[test]
fn every_broken_build_can_still_be_broken() {
    let builds = tests::broken::Broken::all().expect("the broken builds");
    assert!(builds.len() >= 5, "{builds:?}");
    for build in builds {
        build.applied(&root()).expect("words that are there once");
        assert!(!build.scenarios.is_empty() && !build.says.is_empty(), "{} is not shown by anything", build.name);
    }
}

#[test]
fn every_problem_stands_in_the_docs() {
    let docs = fs::read_to_string(root().join("docs/API.md")).expect("docs/API.md");
    let mut codes = BTreeSet::new();
    for (_, text) in files("api/src") {
        // The code is the first literal after the name of what makes the problem.
        for maker in ["Problem::new(", "Self::new(", "forbidden(", "conflict(", "unauthorized("] {
            for rest in code(&text).split(maker).skip(1) {
                let literal = rest.split('"').nth(1).filter(|literal| literal.contains('_') || *literal == "internal");
                let word = |literal: &&str| literal.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                codes.extend(literal.filter(word).map(str::to_owned));
            }
        }
    }
    assert!(codes.len() > 20, "{codes:?}");
    for code in codes {
        assert!(docs.contains(&format!("`{code}`")), "docs/API.md does not know `{code}`");
    }
}

#[test]
fn the_description_of_the_interface_is_up_to_date() {
    let written = fs::read_to_string(root().join("docs/openapi.json")).expect("docs/openapi.json");
    let current = api::server::openapi().to_pretty_json().expect("a document");
    assert!(written.trim_end() == current, "run `cargo run -- openapi > docs/openapi.json`");
}

#[test]
fn every_row_of_push_md_has_its_tests() {
    let docs = fs::read_to_string(root().join("docs/push.md")).expect("docs/push.md");
    let mut listed = BTreeSet::new();
    for row in docs.lines().filter(|line| line.starts_with("| ") && !line.contains("---")) {
        let names: Vec<&str> = row.split('`').filter(|part| part.starts_with("row_")).collect();
        let shown = !names.is_empty() || row.contains("in a browser") || row.ends_with("| shown by |");
        assert!(shown, "nothing shows: {row}");
        listed.extend(names);
    }
    let code: Vec<String> =
        ["api/src", "tests/it"].iter().flat_map(|folder| files(folder)).map(|(_, text)| text).collect();
    let is_name = |rest: &&str| rest.starts_with("row_");
    let tests = code.iter().flat_map(|text| text.split("fn ").skip(1)).filter(is_name);
    let tests: BTreeSet<&str> = tests.filter_map(|rest| rest.split('(').next()).collect();
    assert!(tests.len() > 40, "{tests:?}");
    assert_eq!(listed, tests, "docs/push.md lists what there is");
}
