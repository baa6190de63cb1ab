//! A real browser: Chromium without a window, driven by its own protocol (CDP) over two pipes, with an authenticator made of software in it.

mod phone;
mod push;

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Chromium takes what it is told from descriptor 3 and answers on 4; what it says besides is nobody's.
const WITH_PIPES: &str = r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;

/// How long it may say nothing before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page. It ends, and what it kept is gone, with this value.
pub struct Chromium {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    /// The page, as the protocol names it.
    page: Option<String>,
    /// Service workers, by target, and how the protocol names each.
    workers: HashMap<String, String>,
    taps: u32,
    calls: u64,
    /// What happened in the page, as far as it was asked for.
    events: Vec<Value>,
    _profile: TempDir,
}

impl Chromium {
    /// Starts one.
    ///
    /// # Panics
    /// When there is none on this machine.
    #[must_use]
    pub fn start() -> Self {
        let program = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| {
            Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
        });
        let program = program.expect("chromium is missing: script/test installs it, or `apt-get install chromium`");
        let profile = TempDir::new().expect("a folder");
        let mut child = Command::new("sh")
            .args(["-c", WITH_PIPES, "sh", program, "--headless", "--remote-debugging-pipe", "--no-sandbox"])
            .args(["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"])
            .args(["--no-proxy-server", "--window-size=360,800", "--accept-lang=ja", "--lang=ja"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .env("HOME", profile.path())
            .env("TMPDIR", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let to = child.stdin.take().expect("a pipe");
        let mut said = BufReader::new(child.stdout.take().expect("a pipe"));
        let (ear, from) = channel();
        thread::spawn(move || {
            let mut message = Vec::new();
            while said.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                let heard = serde_json::from_slice(message.strip_suffix(&[0]).unwrap_or(&message));
                if heard.is_ok_and(|heard| ear.send(heard).is_err()) {
                    return;
                }
                message.clear();
            }
        });
        let mut chromium = Self {
            child,
            to,
            from,
            page: None,
            workers: HashMap::new(),
            taps: 0,
            calls: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = chromium.call("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let attached = chromium.call("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        chromium.page = attached["sessionId"].as_str().map(str::to_owned);
        chromium.call("Page.enable", json!({}));
        chromium
    }

    /// Puts a cookie of the page's origin in.
    pub fn keep(&mut self, url: &str, (name, value): (&str, &str)) {
        self.call("Network.setCookie", json!({ "url": url, "name": name, "value": value, "httpOnly": true }));
    }

    /// An authenticator such as a phone's, whose owner is always there; `verified`: and shows a finger that is right. Gives its id.
    pub fn authenticator(&mut self, verified: bool) -> String {
        self.call("WebAuthn.enable", json!({}));
        let options = json!({ "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": verified, "automaticPresenceSimulation": true });
        let made = self.call("WebAuthn.addVirtualAuthenticator", json!({ "options": options }));
        made["authenticatorId"].as_str().expect("an id").to_owned()
    }

    /// Whether the finger that its owner shows from now on is right.
    pub fn show_finger(&mut self, authenticator: &str, right: bool) {
        let what = json!({ "authenticatorId": authenticator, "isUserVerified": right });
        self.call("WebAuthn.setUserVerified", what);
    }

    /// Opens a page and waits until it is there.
    pub fn open(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": url }));
        self.wait_for("Page.loadEventFired");
    }

    /// Clicks, and waits until the page to which that leads is there.
    pub fn click_on(&mut self, selector: &str) {
        self.click(selector);
        self.wait_for("Page.loadEventFired");
    }

    /// Taps on what a person would see, and counts it.
    ///
    /// # Panics
    /// When it can't be seen.
    pub fn tap(&mut self, selector: &str) {
        let seen = format!("document.querySelector({})?.checkVisibility()", json!(selector));
        assert_eq!(self.run(&seen), json!(true), "there is no {selector} to be tapped: {:?}", self.page());
        self.taps += 1;
        self.click(selector);
    }

    /// How often somebody had to tap.
    #[must_use]
    pub fn taps(&self) -> u32 {
        self.taps
    }

    /// The service workers that run, as the protocol names them.
    fn service_workers(&mut self) -> Vec<String> {
        let targets = self.call_in(None, "Target.getTargets", json!({}))["targetInfos"].clone();
        let workers = targets.as_array().into_iter().flatten().filter(|target| target["type"] == "service_worker");
        let targets = workers.filter_map(|worker| worker["targetId"].as_str()).map(str::to_owned);
        targets
            .collect::<Vec<_>>()
            .into_iter()
            .map(|target| {
                if let Some(session) = self.workers.get(&target) {
                    return session.clone();
                }
                let who = json!({ "targetId": target, "flatten": true });
                let attached = self.call_in(None, "Target.attachToTarget", who);
                let session = attached["sessionId"].as_str().expect("a session").to_owned();
                self.workers.insert(target, session.clone());
                session
            })
            .collect()
    }

    /// Turns JavaScript off in the pages that are opened from now on.
    pub fn without_script(&mut self) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    }

    /// Says what it is by this `User-Agent`.
    pub fn call_itself(&mut self, agent: &str) {
        self.call("Network.setUserAgentOverride", json!({ "userAgent": agent }));
    }

    /// Waits until an expression is true, whatever pages come and go meanwhile.
    ///
    /// # Panics
    /// When that takes longer than anybody would wait.
    pub fn eventually(&mut self, expression: &str) {
        let begun = Instant::now();
        let what = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        loop {
            let done = self.answer(self.page.clone(), "Runtime.evaluate", what.clone());
            if done["result"]["result"]["value"] == json!(true) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{expression}: {done}: {:?}", self.page());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Clicks.
    pub fn click(&mut self, selector: &str) {
        self.run(&format!("document.querySelector({}).click()", json!(selector)));
    }

    /// Types into a field.
    pub fn fill(&mut self, selector: &str, text: &str) {
        self.run(&format!("document.querySelector({}).value = {}", json!(selector), json!(text)));
    }

    /// The address and what the page says.
    pub fn page(&mut self) -> (String, String) {
        let said = self.run("[location.pathname, document.body.innerText]");
        (said[0].as_str().unwrap_or_default().to_owned(), said[1].as_str().unwrap_or_default().to_owned())
    }

    /// Waits until an expression, which is awaited, is true.
    pub fn until(&mut self, expression: &str) {
        let frames = format!(
            "new Promise((done) => {{ const look = () => ({expression}) ? done(true) : setTimeout(look, 20); look(); }})"
        );
        self.run(&frames);
    }

    /// What an expression of the page gives; a promise is awaited.
    ///
    /// # Panics
    /// When it throws.
    pub fn run(&mut self, expression: &str) -> Value {
        let what =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true });
        let done = self.call("Runtime.evaluate", what);
        assert!(done["exceptionDetails"].is_null(), "{expression}: {done}");
        done["result"]["value"].clone()
    }

    /// A command of the protocol, and what it gives.
    ///
    /// # Panics
    /// When the browser refuses it.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.call_in(self.page.clone(), method, params)
    }

    /// The same in a session; without one, of the browser itself.
    fn call_in(&mut self, session: Option<String>, method: &str, params: Value) -> Value {
        let said = self.answer(session, method, params);
        assert!(said["error"].is_null(), "{method}: {said}");
        said["result"].clone()
    }

    fn answer(&mut self, session: Option<String>, method: &str, params: Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("a browser that listens");
        loop {
            let said = self.hear();
            if said["id"] == id {
                return said;
            }
        }
    }

    /// Waits until something happens in the page, such as `Page.loadEventFired`.
    pub fn wait_for(&mut self, event: &str) {
        while self.hear()["method"] != event {}
    }

    /// What has happened in the page since this was last asked; only that of domains that were enabled.
    pub fn events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    fn hear(&mut self) -> Value {
        let said = self.from.recv_timeout(PATIENCE);
        let said = said.expect("chromium says nothing: try `chromium --headless --no-sandbox about:blank`");
        if said["method"].is_string() {
            self.events.push(said.clone());
        }
        said
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It ends its own processes; a killed one would leave them, and its folder with them.
        let closing = json!({ "id": self.calls + 1, "method": "Browser.close" });
        let asked = self.to.write_all(format!("{closing}\0").as_bytes());
        if asked.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
