//! Crash safety, shown: publishes to phones and kills everything at every moment, and counts every delivery.
//!
//! This process is the push service, the people, and the hand that kills; it is never killed itself, so what it saw can be held against
//! what the database says. Server and workers are processes of this same program (`child.rs`), each behind a link that can break
//! (`link.rs`); the database is a real one with `fsync` on (`cluster.rs`). The scenarios are in `scenes/`, what must hold in `rules.rs`.
//!
//! Without arguments it is the short form, each scenario once, which `cargo test` runs. `script/crash` is the long one; with `--broken`
//! it builds the program broken in each of the ways of `broken/`, and shows that each is found.

use std::process::ExitCode;

use crate::{child::Role, run::Plan, scenes::Scene};

mod builds;
mod child;
mod city;
mod cluster;
mod crew;
mod dice;
mod finish;
mod ledger;
mod link;
mod log;
mod people;
mod report;
mod rules;
mod run;
mod scenes;
mod service;
mod stage;
mod weather;

/// Lanes and the phones in each, and workers: of the short form and of the long one.
const SHORT: (usize, usize, usize) = (5, 60, 3);
const LONG: (usize, usize, usize) = (6, 600, 4);

const USAGE: &str = "\
    --kills N          the long form: until so many kills
    --seed N           the same chance again
    --only A,B         these scenarios alone
    --phones N         phones in each lane
    --lanes N          lanes
    --workers N        workers
    --broken [NAME]…   build the broken ones, or those named, and show that each is found";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match &words[..] {
        ["--be", role] => Role::of(role).map_or(ExitCode::FAILURE, child::be),
        ["--broken", names @ ..] => end(builds::show(names)),
        _ if words.contains(&"--list") => {
            println!("crash: test");
            ExitCode::SUCCESS
        }
        _ => match plan(&words) {
            Ok(Some(plan)) => end(run::run(&plan)),
            // `cargo test NAME` asks every program of tests.
            Ok(None) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("crash: {error}\n{USAGE}");
                ExitCode::FAILURE
            }
        },
    }
}

fn end(done: Result<bool, Box<dyn std::error::Error>>) -> ExitCode {
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("crash: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the arguments ask for; none where they are the names of other tests.
fn plan(words: &[&str]) -> Result<Option<Plan>, String> {
    let (mut numbers, mut only, mut asked) = ([None; 5], None, true);
    const NAMES: [&str; 5] = ["--kills", "--seed", "--phones", "--lanes", "--workers"];
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if let Some(place) = NAMES.iter().position(|name| name == word) {
            let number = words.next().and_then(|number| number.parse::<u64>().ok());
            numbers[place] = Some(number.ok_or(format!("{word} takes a number"))?);
        } else if *word == "--only" {
            let names = words.next().ok_or("--only takes names")?.split(',');
            let scene = |name| Scene::of(name).ok_or(format!("there is no scenario {name}"));
            only = Some(names.map(scene).collect::<Result<Vec<_>, _>>()?);
        } else if matches!(*word, "--nocapture" | "--quiet" | "-q" | "--exact" | "--include-ignored") {
            // Those of every other test.
        } else if matches!(*word, "--test-threads" | "--skip" | "--format" | "--color") {
            words.next();
        } else if word.starts_with("--test-threads=") || word.starts_with("--color=") {
        } else if word.starts_with('-') {
            return Err(format!("{word} is no option"));
        } else {
            asked = "crash".contains(word);
        }
    }
    let [kills, seed, phones, lanes, workers] = numbers;
    let small = |number: Option<u64>, usual| number.and_then(|number| usize::try_from(number).ok()).unwrap_or(usual);
    let usual = if kills.is_some() { LONG } else { SHORT };
    let chance = || u64::try_from(uuid::Uuid::now_v7().as_u128() & 0xFFFF_FFFF).unwrap_or(1);
    let plan = Plan {
        seed: seed.unwrap_or_else(chance),
        kills: kills.map(|kills| small(Some(kills), 0)),
        scenes: only.unwrap_or_else(|| Scene::ALL.to_vec()),
        lanes: (small(lanes, usual.0), small(phones, usual.1)),
        workers: small(workers, usual.2),
    };
    Ok(asked.then_some(plan))
}
