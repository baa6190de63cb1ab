//! Who may call what: every call of the program, made by everybody, about what is theirs and what is not, held against `docs/rights.csv`.
//!
//! The calls are read from the source, so one without its lines in the table makes the test fail. `WRITE_RIGHTS=1 cargo test -p tests --test it rights`
//! writes the table anew; what it says is then for people to judge. Three things hold whatever the table says: nobody is answered with a fault of ours,
//! nothing of another city can be told from what does not exist, and who is not signed in gets nowhere but through the doors.

mod calls;
mod world;

use std::{collections::BTreeMap, fs, path::Path};

use calls::{About, CALLS, Call};
use reqwest::Method;
use tests::Answer;
use world::{Caller, Place, World};

/// The calls that anybody may make: doors, and what tells of nobody.
const OPEN: &[&str] = &[
    "GET /",
    "GET /assets/{name}",
    "GET /device",
    "GET /favicon.ico",
    "GET /healthz",
    "GET /home.webmanifest",
    "GET /join",
    "GET /manifest.webmanifest",
    "GET /metrics",
    "GET /notifications",
    "GET /offline",
    "GET /privacy",
    "GET /readyz",
    "GET /signin",
    "GET /start",
    "GET /signin/passkey",
    "GET /sw.js",
    "GET /welcome",
    "POST /language",
    "POST /text-size",
    "GET /api/v1/purposes",
    "GET /api/v1/push/key",
    "POST /api/v1/join",
    "POST /api/v1/session",
    "POST /api/v1/session/refresh",
    "POST /api/v1/welcome",
    "POST /signout",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

/// The calls that the source serves, such as `GET /n/{id}`.
fn served() -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join("api/src")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            for line in text.lines() {
                for (attribute, verb) in [
                    ("#[get(\"", "GET"),
                    ("#[route(\"", "GET"),
                    ("#[post(\"", "POST"),
                    ("#[put(\"", "PUT"),
                    ("#[patch(\"", "PATCH"),
                    ("#[delete(\"", "DELETE"),
                ] {
                    let path = line.strip_prefix(attribute).and_then(|rest| rest.split('"').next());
                    found.extend(path.map(|path| format!("{verb} {path}")));
                }
            }
        }
    }
    found.sort();
    found
}

/// Where somebody is led who has to come in first.
const WAYS_IN: [&str; 2] = ["/signin", "/join?next="];

/// An answer as the table says it: the status, and the code of a problem or where it leads.
fn in_short(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    let to = answer.headers.get("location").and_then(|to| to.to_str().ok());
    match (answer.json()["code"].as_str(), to) {
        (Some(code), _) if !answer.status.is_success() => format!("{status} {code}"),
        (_, Some(to)) if answer.status.is_redirection() => match WAYS_IN.iter().find(|way| to.starts_with(*way)) {
            Some(way) => format!("{status} {}", way.trim_end_matches("?next=")),
            None => status.to_string(),
        },
        _ => status.to_string(),
    }
}

/// What a call is answered, by everybody and about each thing: a line of the table for each thing.
async fn lines(world: &World<'_>, call: &Call) -> Vec<(String, String)> {
    let (method, path) = call.name.split_once(' ').expect("a verb and a path");
    let method = Method::from_bytes(method.as_bytes()).expect("a verb");
    let mut lines = Vec::new();
    let mut unknown: BTreeMap<Caller, String> = BTreeMap::new();
    for place in call.about.places() {
        let mut cells = Vec::new();
        for caller in Caller::ALL {
            let about = world.thing(call, *place, caller, method == Method::GET).await;
            let path = format!("{}{}", path, call.query);
            let (path, body) = (about.fill(&path), about.fill(call.body));
            let answer = world.ask(caller, (method.clone(), &path), (call.kind(), body)).await;
            let cell = in_short(&answer);
            let what = format!("{} about {place:?} by {caller:?}", call.name);
            assert!(!answer.status.is_server_error(), "{what}: {cell}: {}", answer.text);
            let turned_away = WAYS_IN.iter().any(|way| cell.ends_with(way.trim_end_matches("?next=")));
            let comes_in = answer.status.is_success() || answer.status.is_redirection() && !turned_away;
            let open = OPEN.contains(&call.name) || call.about == About::Code;
            assert!(*caller != Caller::Nobody || open || !comes_in, "{what}: {cell}");
            // What names the thing that was asked for stands in some answers.
            let blank = answer.text.replace(&about.id, "").replace(&about.area, "");
            match place {
                Place::Unknown => drop(unknown.insert(*caller, blank)),
                Place::AnotherCity => {
                    assert_eq!(unknown[caller], blank, "{what} can be told from what does not exist");
                }
                _ => {}
            }
            cells.push(cell);
        }
        lines.push((format!("{},{}", call.name, place.name()), cells.join(",")));
    }
    lines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_answered_as_the_table_of_rights_says() {
    let served = served();
    let known: Vec<&str> = CALLS.iter().map(|call| call.name).collect();
    let missing: Vec<&String> = served.iter().filter(|call| !known.contains(&call.as_str())).collect();
    assert!(missing.is_empty(), "calls without their lines in tests/it/rights/calls.rs: {missing:#?}");
    let gone: Vec<&&str> = known.iter().filter(|call| !served.iter().any(|one| one == *call)).collect();
    assert!(gone.is_empty(), "calls that are no longer served: {gone:#?}");

    world::with_world(async |world| {
        let mut table = BTreeMap::new();
        for call in CALLS {
            table.extend(lines(world, call).await);
        }
        let header = Caller::ALL.map(Caller::name).join(",");
        let written = table.iter().map(|(about, cells)| format!("{about},{cells}\n")).collect::<String>();
        let written = format!("call,about,{header}\n{written}");
        let path = root().join("docs/rights.csv");
        if std::env::var_os("WRITE_RIGHTS").is_some() {
            fs::write(&path, &written).expect("a table");
        }
        let promised = fs::read_to_string(&path).expect("docs/rights.csv");
        let differences: Vec<String> = promised
            .lines()
            .filter(|line| !written.lines().any(|one| one == *line))
            .map(|line| format!("promised {line}"))
            .chain(
                written
                    .lines()
                    .filter(|line| !promised.lines().any(|one| one == *line))
                    .map(|line| format!("answered {line}")),
            )
            .collect();
        println!("{} cells", table.len() * Caller::ALL.len());
        assert!(differences.is_empty(), "docs/rights.csv says otherwise:\n{}", differences.join("\n"));
    })
    .await;
}
