//! A browser without JavaScript: it keeps its cookie, says where its forms come from, and follows redirects.

use std::sync::Mutex;

use reqwest::{Method, header};

use crate::{Answer, TestApp};

/// Somebody's browser.
pub struct Browser<'a> {
    app: &'a TestApp,
    cookie: Mutex<Option<String>>,
}

impl<'a> Browser<'a> {
    /// A fresh one.
    #[must_use]
    pub fn new(app: &'a TestApp) -> Self {
        Self { app, cookie: Mutex::default() }
    }

    /// Opens a page, wherever it leads.
    pub async fn open(&self, path: &str) -> Answer {
        self.go(Method::GET, path, None).await
    }

    /// Sends a form of ours.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.go(Method::POST, path, Some((self.app.ground.origin.as_str(), fields))).await
    }

    /// Sends a form that stands on another site.
    pub async fn send_from(&self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.go(Method::POST, path, Some((origin, fields))).await
    }

    async fn go(&self, method: Method, path: &str, form: Option<(&str, &[(&str, &str)])>) -> Answer {
        let mut answer = self.step(method, path, form).await;
        for _ in 0..5 {
            let Some(next) = answer.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).map(str::to_owned)
            else {
                return answer;
            };
            assert!(next.starts_with('/') && !next.starts_with("//"), "sent away to {next}");
            answer = self.step(Method::GET, &next, None).await;
        }
        panic!("sent round in a circle at {path}")
    }

    async fn step(&self, method: Method, path: &str, form: Option<(&str, &[(&str, &str)])>) -> Answer {
        let stranger = self.app.stranger();
        let mut request = stranger.request(method, path);
        if let Some(cookie) = &*self.cookie.lock().expect("a cookie") {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some((origin, fields)) = form {
            let mut body = url::form_urlencoded::Serializer::new(String::new());
            body.extend_pairs(fields);
            let kind = "application/x-www-form-urlencoded";
            request = request.header(header::ORIGIN, origin).header(header::CONTENT_TYPE, kind).body(body.finish());
        }
        let answer = stranger.send(request).await;
        if let Some(set) = answer.headers.get(header::SET_COOKIE).and_then(|v| v.to_str().ok()) {
            assert!(set.contains("HttpOnly") || set.contains("Max-Age=0"), "{set}");
            let pair = set.split(';').next().unwrap_or_default().to_owned();
            let gone = set.contains("Max-Age=0");
            *self.cookie.lock().expect("a cookie") = (!gone).then_some(pair);
        }
        answer
    }
}
