//! A real OpenID Connect provider on this machine: npm's certified `oidc-provider`, and somebody who walks through its pages.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use reqwest::{Client, Method, header};
use serde_json::json;
use url::Url;

use crate::npm::packages;

/// As what the provider knows the app.
pub const CLIENT_ID: &str = "kairan";
/// What proves it.
pub const CLIENT_SECRET: &str = "a secret of forty characters, of the test";

/// A provider at work; it ends with this value, or with the process.
pub struct OidcProvider {
    issuer: String,
    child: Child,
    /// It reads the one and may write more into the other.
    _pipes: (ChildStdin, BufReader<ChildStdout>),
}

impl OidcProvider {
    /// One that sends people back to `origin`. `userinfo`: it tells mail addresses only to who asks again with the access token.
    ///
    /// # Panics
    /// When it can't be started.
    #[must_use]
    pub fn start(origin: &str, userinfo: bool) -> Self {
        let folder = packages("oidc");
        let arguments = json!({
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": format!("{origin}/oidc/back"),
            "userinfo": userinfo,
        });
        let mut child = Command::new("node")
            .arg("provider.js")
            .arg(arguments.to_string())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node");
        let stdin = child.stdin.take().expect("a pipe");
        let mut issuer = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut issuer).expect("a line");
        assert!(
            issuer.starts_with("http://127.0.0.1:"),
            "the provider did not start: run `node provider.js` in tests/oidc"
        );
        Self { issuer: issuer.trim_end().to_owned(), child, _pipes: (stdin, stdout) }
    }

    /// Its address.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Walks from where the app sent somebody, through the provider's pages, to the address that leads back to the app. They sign in as `login`, or leave.
    ///
    /// # Panics
    /// When the way ends elsewhere.
    pub async fn walk(&self, from: &str, login: Option<&str>) -> Url {
        let http = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let mut cookies = BTreeMap::<String, String>::new();
        let mut step: (Method, Url, Vec<(String, String)>) =
            (Method::GET, from.parse().expect("an address"), Vec::new());
        for _ in 0..20 {
            let (method, url, fields) = step;
            if !url.as_str().starts_with(&self.issuer) {
                return url;
            }
            let jar: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let mut request = http.request(method.clone(), url.clone()).header(header::COOKIE, jar.join("; "));
            if method == Method::POST {
                let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
                request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
            }
            let answer = request.send().await.expect("an answer of the provider");
            for set in answer.headers().get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok()) {
                let (name, value) = set.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
                cookies.insert(name.to_owned(), value.to_owned());
            }
            if let Some(next) = answer.headers().get(header::LOCATION).and_then(|v| v.to_str().ok()) {
                step = (Method::GET, url.join(next).expect("an address"), Vec::new());
                continue;
            }
            let (status, page) = (answer.status(), answer.text().await.expect("a page"));
            assert_eq!(status, 200, "{url}: {page}");
            step = match login {
                Some(login) => submit(&url, &page, login),
                None => (
                    Method::GET,
                    url.join(attribute(&page, "<a href=\"").expect("a way out")).expect("an address"),
                    Vec::new(),
                ),
            };
        }
        panic!("the provider leads nowhere");
    }
}

impl Drop for OidcProvider {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The form of a page of the provider, filled in: who signs in, or that they agree.
fn submit(url: &Url, page: &str, login: &str) -> (Method, Url, Vec<(String, String)>) {
    let action = attribute(page, "action=\"").expect("a form");
    let prompt = attribute(page, "name=\"prompt\" value=\"").expect("what is asked").to_owned();
    let mut fields = vec![("prompt".to_owned(), prompt.clone())];
    if prompt == "login" {
        fields.extend([("login".to_owned(), login.to_owned()), ("password".to_owned(), "any".to_owned())]);
    }
    (Method::POST, url.join(action).expect("an address"), fields)
}

/// What stands after `before`, up to the next quotation mark.
fn attribute<'a>(page: &'a str, before: &str) -> Option<&'a str> {
    page.split(before).nth(1)?.split('"').next()
}
