//! People who use the app, and what they are answered.

use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use crate::{Phone, TestApp};

/// Somebody with a device of theirs.
pub struct Actor<'a> {
    app: &'a TestApp,
    /// What they were answered when they signed in.
    pub tokens: Value,
}

/// What the app answered.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body, as it came.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The body as JSON of an answer that must have this status.
    ///
    /// # Panics
    /// When it has another one.
    #[track_caller]
    #[must_use]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    /// The problem of an answer that must have this status and code.
    ///
    /// # Panics
    /// When it is another one, or not in the form of RFC 9457.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(
            self.headers.get("content-type").map(|v| v.as_bytes()),
            Some(&b"application/problem+json"[..]),
            "{self:?}"
        );
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
        problem
    }

    /// Asserts that the body was refused for the field at `pointer`.
    #[track_caller]
    pub fn refused_at(self, pointer: &str) {
        let problem = self.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
}

impl<'a> Actor<'a> {
    pub(crate) fn new(app: &'a TestApp, tokens: Option<Value>) -> Self {
        Self { app, tokens: tokens.unwrap_or_default() }
    }

    /// The same person, who calls another process of the installation.
    #[must_use]
    pub fn at<'b>(&self, app: &'b TestApp) -> Actor<'b> {
        Actor::new(app, Some(self.tokens.clone()))
    }

    /// The same person with the next tokens, as a program gets them when time has gone by.
    #[must_use]
    pub async fn refreshed(&self) -> Actor<'a> {
        let body = json!({ "refresh_token": self.tokens["refresh_token"] });
        Actor::new(self.app, Some(self.post("/api/v1/session/refresh", &body).await.expect(200)))
    }

    /// A request of theirs, to be finished and sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.app.http().request(method, format!("{}{path}", self.app.address()));
        match self.tokens["access_token"].as_str() {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        Answer { status, headers, text: answer.text().await.expect("a body") }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// POST with an `Idempotency-Key`.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
    }

    /// PUT.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Turns notifications on with a phone of theirs; gives the subscription's id.
    pub async fn turn_on(&self, phone: &Phone) -> String {
        let registered = self.post("/api/v1/push/subscriptions", &phone.subscription()).await.expect(201);
        registered["id"].as_str().expect("an id").to_owned()
    }

    /// Chooses when and for what their phones ring: what is said of it, and for the rest what holds where nobody chose.
    pub async fn rings(&self, chosen: Value) {
        let mut choices = self.get("/api/v1/push/preferences").await.expect(200);
        for (name, value) in chosen.as_object().expect("choices") {
            choices[name] = value.clone();
        }
        assert_eq!(self.put("/api/v1/push/preferences", &choices).await.expect(200), choices);
    }

    /// Drafts a notice; gives its id.
    pub async fn draft(&self, notice: &Value) -> String {
        let draft = self.post("/api/v1/notices", notice).await.expect(201);
        draft["id"].as_str().expect("an id").to_owned()
    }

    /// Publishes a draft.
    pub async fn publish(&self, id: &str) -> Answer {
        self.post(&format!("/api/v1/notices/{id}/publish"), &json!({})).await
    }

    /// Drafts and publishes an ordinary notice to everyone in an area; gives its id.
    pub async fn announce(&self, title: &str, area: &str) -> String {
        let id = self.draft(&notice(title, area)).await;
        let _ = self.publish(&id).await.expect(200);
        id
    }

    /// Drafts an emergency for everyone in an area, which `second` publishes; gives its id.
    pub async fn alert(&self, second: &Self, title: &str, area: &str) -> String {
        let mut emergency = notice(title, area);
        emergency["importance"] = json!("emergency");
        let id = self.draft(&emergency).await;
        let _ = second.publish(&id).await.expect(200);
        id
    }

    /// The titles of what they may read, newest first.
    pub async fn titles(&self) -> Vec<String> {
        let feed = self.get("/api/v1/notices").await.expect(200);
        let items = feed["items"].as_array().expect("items").clone();
        items.iter().map(|item| item["title"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Opens a notice, or acknowledges it.
    pub async fn receipt(&self, id: &str, acknowledged: bool) -> Answer {
        self.put(&format!("/api/v1/notices/{id}/receipt"), &json!({ "acknowledged": acknowledged })).await
    }

    /// The lines of a coverage.
    pub async fn coverage(&self, id: &str, by: &str) -> Answer {
        self.get(&format!("/api/v1/notices/{id}/coverage?by={by}")).await
    }
}

/// An ordinary notice to everyone in an area.
#[must_use]
pub fn notice(title: &str, area: &str) -> Value {
    json!({
        "title": title,
        "body": "くわしくは集会所の掲示板をご覧ください。",
        "importance": "normal",
        "audience": { "areas": [area], "to": "everyone" },
    })
}
