//! A browser without JavaScript: it keeps its cookies, says what it is and where its forms come from, and follows redirects.

use std::{collections::BTreeMap, sync::Mutex};

use reqwest::{Method, header};

use crate::{Answer, TestApp};

/// Somebody's browser.
pub struct Browser<'a> {
    app: &'a TestApp,
    cookies: Mutex<BTreeMap<String, String>>,
    agent: &'static str,
}

impl<'a> Browser<'a> {
    /// A fresh one.
    #[must_use]
    pub fn new(app: &'a TestApp) -> Self {
        Self::called(app, "")
    }

    /// One that says what it is by this `User-Agent`.
    #[must_use]
    pub fn called(app: &'a TestApp, agent: &'static str) -> Self {
        Self { app, cookies: Mutex::default(), agent }
    }

    /// The value of a cookie that it keeps.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("cookies").get(name).cloned()
    }

    /// Puts a cookie in, as from another browser; without a value it is taken away.
    pub fn keep(&self, name: &str, value: Option<&str>) {
        let mut cookies = self.cookies.lock().expect("cookies");
        cookies.remove(name);
        cookies.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    }

    /// Opens a page, wherever it leads.
    pub async fn open(&self, path: &str) -> Answer {
        self.go(Method::GET, path, None).await
    }

    /// What an address answers, without going where it leads.
    pub async fn ask(&self, path: &str) -> Answer {
        self.step(Method::GET, path, None).await
    }

    /// Sends a form of ours.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send_from(self.app.ground.origin.as_str(), path, fields).await
    }

    /// Sends a form that stands on another site.
    pub async fn send_from(&self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let kind = "application/x-www-form-urlencoded";
        self.go(Method::POST, path, Some((origin, kind, body.finish().into_bytes()))).await
    }

    /// Sends a form of ours with one file.
    pub async fn send_file(&self, path: &str, file: &[u8]) -> Answer {
        self.send_files(path, &[("a.csv", file.to_vec())]).await
    }

    /// Sends a form of ours with files, each with its name.
    pub async fn send_files(&self, path: &str, files: &[(&str, Vec<u8>)]) -> Answer {
        self.send_files_from(self.app.ground.origin.as_str(), path, files).await
    }

    /// Sends a form with files that stands on another site.
    pub async fn send_files_from(&self, origin: &str, path: &str, files: &[(&str, Vec<u8>)]) -> Answer {
        let mut body = Vec::new();
        for (name, file) in files {
            let head = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
            body.extend([head.as_bytes(), file, b"\r\n"].concat());
        }
        body.extend(b"--x--\r\n");
        self.go(Method::POST, path, Some((origin, "multipart/form-data; boundary=x", body))).await
    }

    async fn go(&self, method: Method, path: &str, form: Option<(&str, &str, Vec<u8>)>) -> Answer {
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

    async fn step(&self, method: Method, path: &str, form: Option<(&str, &str, Vec<u8>)>) -> Answer {
        let stranger = self.app.stranger();
        let mut request = stranger.request(method, path);
        let kept = self.cookies.lock().expect("cookies").clone();
        if !kept.is_empty() {
            let pairs: Vec<String> = kept.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        if !self.agent.is_empty() {
            request = request.header(header::USER_AGENT, self.agent);
        }
        if let Some((origin, kind, body)) = form {
            request = request.header(header::ORIGIN, origin).header(header::CONTENT_TYPE, kind).body(body);
        }
        let answer = stranger.send(request).await;
        for set in answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok()) {
            assert!(set.contains("HttpOnly") || set.contains("Max-Age=0"), "{set}");
            let (name, value) = set.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            self.keep(name, Some(value).filter(|_| !set.contains("Max-Age=0")));
        }
        answer
    }
}
