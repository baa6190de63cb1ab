//! The program itself, as an operator runs it: its commands, what they say, and what is left when it is killed.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use api::{postgres::private::PrivateCluster, workshop::Workshop};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};

/// A directory that goes when the test ends; short, since a socket's path may have 107 bytes only.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("kairan-{}", uuid::Uuid::now_v7().simple()));
        fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn kairan(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kairan"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KAIRAN_") || name == "DATABASE_URL") {
        command.env_remove(name);
    }
    command.args(arguments).envs(variables.iter().copied());
    command
}

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    kairan(arguments, variables).output().expect("the program")
}

/// What a command that must succeed printed.
fn printed(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let output = run(arguments, variables);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The one line in which a command that must fail says why.
fn complaint(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let output = run(arguments, variables);
    assert!(!output.status.success(), "{arguments:?}");
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

/// `kairan up` with its address and the code of its resident's link.
struct Up {
    child: Child,
    address: String,
    code: Option<String>,
}

impl Up {
    fn start(data_dir: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let listen = format!("127.0.0.1:{port}");
        let mut command = kairan(&["--data-dir", &data_dir.display().to_string(), "--listen", &listen], &[]);
        let log = data_dir.with_extension("log");
        let said = fs::File::create(&log).expect("a file");
        let mut child = command.stdout(Stdio::piped()).stderr(said).spawn().expect("the program");
        let mut code = None;
        for line in BufReader::new(child.stdout.take().expect("its output")).lines() {
            let line = line.expect("a line");
            if line.trim_start().starts_with("Resident") {
                code = line.split('#').nth(1).map(str::to_owned);
            }
            if line.contains("Ctrl-C stops") {
                return Self { child, address: format!("http://{listen}"), code };
            }
        }
        panic!("it ended: {:?}, {}", child.wait(), fs::read_to_string(log).unwrap_or_default());
    }

    fn end(mut self, signal: Signal) -> std::process::ExitStatus {
        kill(Pid::from_raw(i32::try_from(self.child.id()).expect("a pid")), signal).expect("a signal");
        self.child.wait().expect("an end")
    }
}

/// The servers that run on a data directory.
fn postmasters(data_dir: &Path) -> usize {
    let text = data_dir.display().to_string();
    let commands = fs::read_dir("/proc").expect("/proc").filter_map(Result::ok);
    let lines = commands.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines
        .filter(|line| line.windows(text.len()).any(|part| part == text.as_bytes()) && contains(line, b"postgres"))
        .count()
}

fn contains(line: &[u8], word: &[u8]) -> bool {
    line.windows(word.len()).any(|part| part == word)
}

#[tokio::test]
async fn whatever_ends_it_nothing_is_lost_and_nobody_is_left_behind() {
    let scratch = Scratch::new();
    let data_dir = scratch.0.join("data");
    let http = reqwest::Client::new();
    let first = Up::start(&data_dir);
    let join = json!({ "code": first.code.as_ref().expect("a link"), "name": "花子" });
    let answer = http.post(format!("{}/api/v1/join", first.address)).json(&join).send().await.expect("an answer");
    assert_eq!(answer.status(), 201);
    let tokens: Value = answer.json().await.expect("tokens");
    let bearer = tokens["access_token"].as_str().expect("a token").to_owned();
    let me = async |address: &str| -> Value {
        let request = http.get(format!("{address}/api/v1/me")).bearer_auth(&bearer);
        request.send().await.expect("an answer").json().await.expect("a person")
    };
    assert_eq!(me(&first.address).await["person"]["name"], "花子");
    let list = http.get(format!("{}/api/v1/notices", first.address)).bearer_auth(&bearer);
    let list: Value = list.send().await.expect("an answer").json().await.expect("notices");
    let files = list["items"].as_array().expect("a list").iter().filter_map(|one| one["attachment_count"].as_i64());
    assert_eq!(files.sum::<i64>(), 2, "what the city and the association sent along: {list}");

    assert!(!first.end(Signal::SIGKILL).success());
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        // The token names the origin that it was given out by, which has another port at each start.
        let again = Up::start(&data_dir);
        assert!(again.code.is_some(), "a fresh link is made with every start");
        let refresh = json!({ "refresh_token": tokens["refresh_token"] });
        if signal == Signal::SIGTERM {
            let answer = http.post(format!("{}/api/v1/session/refresh", again.address)).json(&refresh).send().await;
            let tokens: Value = answer.expect("an answer").json().await.expect("tokens");
            assert_eq!(tokens["person"]["name"], "花子", "{tokens}");
        }
        assert!(again.end(signal).success());
        assert_eq!(postmasters(&data_dir), 0, "after {signal}");
    }
}

#[test]
fn an_operator_sets_a_city_up_by_commands() {
    let scratch = Scratch::new();
    let cluster = PrivateCluster::start(&scratch.0.join("data")).expect("a database");
    let url = cluster.url();
    let variables = [("DATABASE_URL", url.as_str())];
    let areas = scratch.file("areas.csv", "code,parent_code,kind,name,latitude,longitude\n900001,,city,あさひ市,,\n900001-1,900001,ward,東区,,\n900001-1-1,900001-1,association,山町内会,,\n");
    let homes = scratch
        .file("homes.csv", "area_code,group,household,delivery\n900001-1-1,1,1号,digital\n900001-1-1,1,2号,paper\n");

    assert!(complaint(&["serve"], &variables).contains("run `kairan migrate` first"));
    let (one, other) = (kairan(&["migrate"], &variables).spawn(), kairan(&["migrate"], &variables).spawn());
    for migration in [one, other] {
        assert!(migration.expect("the program").wait().expect("an end").success(), "two at once");
    }
    assert!(complaint(&["serve"], &variables).contains("KAIRAN_KEYS_DIR is not set"));
    let keys = scratch.0.join("keys").display().to_string();
    let _ = printed(&["keys", &keys], &[]);
    let with_keys = [variables[0], ("KAIRAN_KEYS_DIR", keys.as_str())];
    for command in ["serve", "work"] {
        let in_a_file = [with_keys[0], with_keys[1], ("KAIRAN_FILES", areas.as_str())];
        assert!(complaint(&[command], &in_a_file).contains("KAIRAN_FILES: "), "{command}");
    }
    assert_eq!(printed(&["import", "areas", &areas], &variables), "3 areas: 3 added, 0 changed.\n");
    assert_eq!(printed(&["import", "areas", &areas], &variables), "3 areas: 0 added, 0 changed.\n");

    let slips = scratch.0.join("slips.csv").display().to_string();
    let import = ["import", "households", &homes, "--slips", &slips];
    assert!(printed(&import, &variables).contains("2 households: 2 added"));
    let text = fs::read_to_string(&slips).expect("slips");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "area_code,group,household,code");
    assert!(lines[1].starts_with("900001-1-1,1,1号,") && lines.len() == 3, "{text}");
    assert!(printed(&import, &variables).contains("every household has one already"));
    assert_eq!(fs::read_to_string(&slips).expect("slips"), text, "codes that were printed are never written over");
    let more = scratch.file("more.csv", "area_code,group,household,delivery\n900001-1-1,1,3号,digital\n");
    assert!(complaint(&["import", "households", &more, "--slips", &slips], &variables).contains("is there already"));
    assert!(printed(&["import", "households", &more], &variables).contains("1 added"), "and nothing had been kept");

    let add = ["staff", "add", "--email", "a@asahi.example", "--name", "青葉", "--area"];
    let link = printed(&[&add[..], &["900001-1"]].concat(), &variables);
    assert!(link.starts_with("http://localhost:8080/welcome#") && link.trim_end().len() == 49, "{link}");
    assert!(complaint(&[&add[..], &["nowhere"]].concat(), &variables).contains("there is no area nowhere"));
    let leader = [&add[..], &["900001-1", "--role", "leader"]].concat();
    assert!(complaint(&leader, &variables).contains("a seat as leader belongs to a group"));
    let telegram = scratch.file("x.xml", "<Report/>");
    let from_jma = ["notice", "from-jma", &telegram, "--area", "900001-1"];
    assert!(complaint(&from_jma, &variables).contains("is no telegram"));

    let whole = printed(&["audit", "verify"], &variables);
    let end = whole.trim_end().strip_prefix("900001 あさひ市: whole, 6:").expect("six entries").to_owned();
    let kept = ["audit", "verify", "--city", "900001", "--kept", &format!("6:{end}")];
    assert_eq!(printed(&kept, &variables), whole);
    let more = ["audit", "verify", "--city", "900001", "--kept", &format!("7:{end}")];
    assert!(complaint(&more, &variables).contains("the audit log is not what was written"));
    let always = ["--from", "2020-01-01", "--to", "2099-12-31"];
    let list = printed(&[&["audit", "list"][..], &always].concat(), &variables);
    for entry in [
        "\timport areas\tareas.csv\t3 read, 3 added, 0 changed\tdone",
        "\timport households\tmore.csv\t1 read, 1 added, 0 changed\tdone",
        "\tstaff in 900001-1\tdone",
    ] {
        assert!(list.lines().any(|line| line.contains("(command)\t\t\t") && line.contains(entry)), "{entry}: {list}");
    }
    assert!(!list.contains("a@asahi.example"), "{list}");
    let seen = [&["audit", "seen", "--person", "a@asahi.example"][..], &always].concat();
    assert_eq!(printed(&seen, &variables), "0 looks: 0 persons in 0 households.\n");
    let nobody = [&["audit", "list", "--person", "b@asahi.example"][..], &always].concat();
    assert!(complaint(&nobody, &variables).contains("nobody in this city has the address b@asahi.example"));
    let backwards = ["audit", "list", "--from", "2026-04-02", "--to", "2026-04-01"];
    assert!(complaint(&backwards, &variables).contains("--from must come before --to"));
    cluster.stop().expect("a stop");
}

#[test]
fn what_cannot_be_used_stops_the_start_with_one_line() {
    for (arguments, variables, says) in [
        (&["serve"][..], &[][..], "DATABASE_URL is not set"),
        (&["work"], &[("KAIRAN_LISTNE", "x")], "KAIRAN_LISTNE=\"x\" is no setting"),
        (&["serve", "--listen", "nowhere"], &[("DATABASE_URL", "postgres://x")], "KAIRAN_LISTEN=\"nowhere\""),
        (&["serve"], &[("KAIRAN_ENV", "production")], "KAIRAN_PUBLIC_ORIGIN=\"\" must be an https: origin"),
        (&["migrate"], &[("DATABASE_URL", "nonsense")], "DATABASE_URL"),
        (&["up"], &[("KAIRAN_KEYS_DIR", "/nowhere")], "/nowhere/vapid.pem"),
        (&["serve"], &[("KAIRAN_FILES", "ftp://host/files")], "KAIRAN_FILES=\"ftp://host/files\" must be a directory"),
        (&["import", "areas", "/nowhere.csv"], &[], "DATABASE_URL is not set"),
    ] {
        let text = complaint(arguments, variables);
        assert!(text.starts_with("kairan: ") && text.contains(says), "{text}");
    }
}

#[test]
fn keys_are_made_once() {
    let scratch = Scratch::new();
    let dir = scratch.0.join("keys").display().to_string();
    assert_eq!(printed(&["keys", &dir], &[]).lines().count(), 2);
    let read = || ["vapid.pem", "token.pem"].map(|name| fs::read(scratch.0.join("keys").join(name)).expect("a key"));
    let before = read();
    assert!(printed(&["keys", &dir], &[]).contains("there already"));
    assert_eq!(read(), before);
    // The one before stays beside a new one; but where it is lost, nothing takes its place.
    let (vapid, former) = (scratch.0.join("keys/vapid.pem"), scratch.0.join("keys/vapid-2026.pem"));
    fs::rename(&vapid, &former).expect("another name");
    assert_eq!(printed(&["keys", &dir], &[]).lines().count(), 1);
    // A token key that follows is added beside the present one, one at a time.
    let rotated = printed(&["keys", &dir, "--rotate"], &[]);
    for says in ["token-", "It signs from", "token.pem may be deleted from"] {
        assert!(rotated.contains(says), "{rotated}");
    }
    assert!(complaint(&["keys", &dir, "--rotate"], &[]).contains("one after the other"));
    fs::remove_file(&vapid).and_then(|()| fs::remove_file(&former)).expect("a loss");
    assert!(complaint(&["keys", &dir], &[]).contains("vapid.pem is gone: put it back"));
    let document: Value = serde_json::from_str(&printed(&["openapi"], &[])).expect("JSON");
    assert_eq!(document["info"]["title"], "Kairan");
}

#[tokio::test]
async fn what_opens_a_strangers_file_has_no_more_memory_than_it_is_given() {
    let mut child = Workshop::new(env!("CARGO_BIN_EXE_kairan"), &["preview"]).child().spawn().expect("a process");
    let about = format!("/proc/{}", child.id().expect("a process"));
    let number = |file: &str, line: &str| {
        let text = fs::read_to_string(format!("{about}/{file}")).expect("it waits for its file");
        let said = text.lines().find_map(|one| one.strip_prefix(line)).expect("a line").split_whitespace().next();
        said.and_then(|number| number.parse::<u64>().ok())
    };
    let limit = loop {
        if let Some(limit) = number("limits", "Max data size") {
            break limit;
        }
        tokio::task::yield_now().await;
    };
    let taken = 1024 * number("status", "VmData:").expect("a number");
    assert!(taken < limit / 8, "{taken} of {limit} bytes are taken before there is a file");
    child.kill().await.expect("an end");
}

fn figures(arguments: &[&str]) -> Value {
    let all = [&["bench", "push", "--json", "--subscriptions", "300"], arguments].concat();
    serde_json::from_str(&printed(&all, &[("KAIRAN_LOG", "off")])).expect("figures")
}

#[test]
fn a_measurement_rings_every_phone_once() {
    let warm = figures(&["--warm"]);
    assert_eq!((&warm["accepted"], &warm["arrivals"]["distinct"]), (&json!(300), &json!(300)), "{warm}");
    assert_eq!((&warm["arrivals"]["repeated"], &warm["arrivals"]["unreadable"]), (&json!(0), &json!(0)), "{warm}");
    assert_eq!(warm["arrivals"]["opened"], 4, "one of 97 is opened: {warm}");

    // On a bad day two of a hundred are gone, and those that were refused at first get theirs later, once.
    let cold = figures(&["--cold", "--faults"]);
    assert_eq!((&cold["accepted"], &cold["arrivals"]["distinct"]), (&json!(294), &json!(294)), "{cold}");
    assert_eq!((&cold["arrivals"]["repeated"], &cold["arrivals"]["faults"]), (&json!(0), &json!(18)), "{cold}");
}

#[test]
fn a_measurement_drives_a_push_service_that_is_there_already() {
    let scratch = Scratch::new();
    let dir = scratch.0.join("sink").display().to_string();
    let mut sink =
        kairan(&["bench", "sink", "--n", "100", "--dir", &dir], &[]).stdout(Stdio::piped()).spawn().expect("a sink");
    let mut lines = BufReader::new(sink.stdout.take().expect("output")).lines();
    let origin = lines.next().expect("a line").expect("text");
    assert!(origin.starts_with("https://localhost:"), "{origin}");
    let file = |name: &str| format!("{dir}/{name}");
    let drive = |endpoints: &str, n: &str| {
        let [vapid, ca, payload] = ["vapid.json", "ca.pem", "payload.json"].map(file);
        let files = ["--endpoints", endpoints, "--vapid", &vapid, "--ca", &ca, "--payload", &payload, "--n", n];
        [&["bench", "push"], &files[..]].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let arguments = drive(&file("endpoints.jsonl"), "250");
    let line = printed(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    let said: Value = serde_json::from_str(&line).expect("one line of JSON");
    assert_eq!((&said["peer"], &said["ok"], &said["err"]), (&json!("kairan"), &json!(250), &json!(0)), "{said}");
    for name in ["wall_s", "rate", "user_s", "sys_s", "cpu_per_10k"] {
        assert!(said[name].as_f64().is_some_and(|figure| figure >= 0.0), "{name}: {said}");
    }
    let broken = scratch.file(
        "broken.jsonl",
        "{\"endpoint\":\"https://localhost:1/\",\"keys\":{\"p256dh\":\"AAAA\",\"auth\":\"AAAA\"}}\n",
    );
    let arguments = drive(&broken, "1");
    let why = complaint(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    assert!(why.contains("broken.jsonl: line 1: p256dh has 3 bytes, not 65"), "{why}");

    kill(Pid::from_raw(i32::try_from(sink.id()).expect("a pid")), Signal::SIGTERM).expect("a signal");
    let arrived: Value = serde_json::from_str(&lines.next().expect("a line").expect("text")).expect("JSON");
    assert!(sink.wait().expect("an end").success());
    assert_eq!(
        (&arrived["received"], &arrived["distinct"], &arrived["unreadable"]),
        (&json!(250), &json!(100), &json!(0))
    );
}
