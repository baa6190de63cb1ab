//! People whose programs don't give up: whatever they write carries an `Idempotency-Key` and is sent again until it is answered. What
//! was then answered 2xx is a promise.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use tests::actor::notice;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::log::{At, Log};

/// How long somebody tries: no outage lasts so long.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long they wait before they send again.
const BREATH: Duration = Duration::from_millis(50);
/// After so long a token is changed for the next: it is good for a quarter of an hour.
const FRESH: Duration = Duration::from_secs(600);

/// The way to the server.
#[derive(Clone)]
pub struct Door {
    /// The log.
    pub log: Arc<Log>,
    http: reqwest::Client,
    address: String,
}

/// Somebody who has signed in.
pub struct Person {
    /// Their id.
    pub id: Uuid,
    door: Door,
    tokens: Mutex<(Value, At)>,
}

impl Door {
    /// The way to the server at `address`.
    pub fn new(log: Arc<Log>, address: &str) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        Ok(Self { log, http, address: address.to_owned() })
    }

    /// Sends something until it is answered by something else than a failure.
    async fn insist(&self, (method, path): (Method, &str), body: &Value, token: &str) -> Result<Value, String> {
        let (key, begun) = (Uuid::now_v7().to_string(), self.log.now());
        loop {
            let request = self.http.request(method.clone(), format!("{}{path}", self.address));
            let request = request.bearer_auth(token).header("Idempotency-Key", &key);
            let request = if body.is_null() { request } else { request.json(body) };
            let answered = match request.send().await {
                Ok(answer) => Some((answer.status(), answer.text().await.ok())),
                Err(_) => None,
            };
            match answered {
                Some((status, Some(text))) if status.is_success() => {
                    return Ok(serde_json::from_str(&text).unwrap_or_default());
                }
                Some((status, text)) if !status.is_server_error() && !status.is_success() => {
                    let text = text.unwrap_or_default();
                    return Err(format!("{method} {path} is answered {status}: {text}"));
                }
                _ if self.log.now() - begun > PATIENCE => return Err(format!("{method} {path} is never answered")),
                _ => tokio::time::sleep(BREATH).await,
            }
        }
    }

    /// Whoever comes in by a code: of a slip (`/join`), or of an invitation (`/welcome`).
    pub async fn come_in(&self, path: &str, code: &str) -> Result<Person, String> {
        // Argon2 takes its time in a build without optimisation: all have the one password that was tried first.
        static PASSWORD: OnceLock<String> = OnceLock::new();
        let password = PASSWORD.get_or_init(|| Uuid::now_v7().to_string());
        let body =
            if path == "welcome" { json!({ "code": code, "password": password }) } else { json!({ "code": code }) };
        let tokens = self.insist((Method::POST, &format!("/api/v1/{path}")), &body, "").await?;
        let id = tokens["person"]["id"].as_str().and_then(|id| id.parse().ok()).ok_or("a person without id")?;
        Ok(Person { id, door: self.clone(), tokens: Mutex::new((tokens, self.log.now())) })
    }
}

impl Person {
    /// Their access token, changed for the next one in time.
    async fn token(&self) -> Result<String, String> {
        let mut kept = self.tokens.lock().await;
        if self.door.log.now() - kept.1 > FRESH {
            let refresh = json!({ "refresh_token": kept.0["refresh_token"] });
            let next = self.door.insist((Method::POST, "/api/v1/session/refresh"), &refresh, "").await?;
            *kept = (next, self.door.log.now());
        }
        Ok(kept.0["access_token"].as_str().unwrap_or_default().to_owned())
    }

    /// Sends something until it is answered.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value, String> {
        let token = self.token().await?;
        self.door.insist((method, path), body, &token).await
    }

    /// Registers a phone; gives the subscription's id.
    pub async fn turn_on(&self, subscription: &Value) -> Result<Uuid, String> {
        let registered = self.send(Method::POST, "/api/v1/push/subscriptions", subscription).await?;
        registered["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(|| "a subscription without id".into())
    }

    /// Drafts a notice to an area.
    pub async fn draft(&self, (title, area): (&str, &str), more: &Value) -> Result<Uuid, String> {
        let mut draft = notice(title, area);
        for (name, value) in more.as_object().into_iter().flatten() {
            draft[name] = value.clone();
        }
        let drafted = self.send(Method::POST, "/api/v1/notices", &draft).await?;
        drafted["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(|| "a draft without id".into())
    }

    /// Publishes, corrects or withdraws a notice; gives its revision.
    pub async fn act(&self, id: Uuid, what: &str, body: &Value) -> Result<i32, String> {
        let done = self.send(Method::POST, &format!("/api/v1/notices/{id}/{what}"), body).await?;
        done["revision"].as_i64().and_then(|number| i32::try_from(number).ok()).ok_or_else(|| "no revision".into())
    }

    /// Opens or stamps a notice, and takes the answer for a promise.
    pub async fn receipt(&self, id: Uuid, acknowledged: bool) -> Result<(), String> {
        let path = format!("/api/v1/notices/{id}/receipt");
        self.send(Method::PUT, &path, &json!({ "acknowledged": acknowledged })).await?;
        self.door.log.with(|state| {
            let kept = state.receipts.entry((self.id, id)).or_default();
            *kept = *kept || acknowledged;
        });
        Ok(())
    }

    /// The delivery of a notice, or what was answered in its place.
    pub async fn delivery(&self, id: Uuid) -> Result<Value, String> {
        self.send(Method::GET, &format!("/api/v1/notices/{id}/delivery"), &Value::Null).await
    }
}
