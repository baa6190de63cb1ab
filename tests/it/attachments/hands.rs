//! How people hand in files and look at them.

use entity::seat::Role;
use futures_util::StreamExt as _;
use reqwest::{Method, StatusCode, header};
use serde_json::Value;
use tests::{Actor, Answer, Browser, TestApp, town};
use time::Duration;

/// The browser of an officer of 山町内会.
pub async fn office(app: &TestApp) -> Browser<'_> {
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let browser = Browser::new(app);
    let welcome = browser.send("/welcome", &[("code", &code), ("password", "ひらけごま ひらけごま")]).await;
    assert_eq!(welcome.status, 200, "{}", welcome.text);
    browser
}

/// The browser of a resident of the next free home of a group.
pub async fn reader<'a>(app: &'a TestApp, home: &str) -> Browser<'a> {
    let browser = Browser::new(app);
    let joined = browser.send("/join", &[("code", &app.slip(home)), ("name", ""), ("consent", "1")]).await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    browser
}

/// Where a file is handed in by this name.
pub fn place(id: &str, name: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("/api/v1/notices/{id}/attachments?name={name}")
}

/// Hands a file in as a program.
pub async fn add(actor: &Actor<'_>, id: &str, (name, file): (&str, Vec<u8>)) -> Answer {
    let request = actor.request(Method::POST, &place(id, name));
    actor.send(request.header(header::CONTENT_TYPE, "application/octet-stream").body(file)).await
}

/// What a file is called, whether it waits, of all files that somebody sees with a notice.
pub async fn seen(actor: &Actor<'_>, id: &str) -> Vec<(String, String)> {
    let list = actor.get(&format!("/api/v1/notices/{id}/attachments")).await.expect(200);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    list["items"].as_array().expect("files").iter().map(|one| (text(&one["name"]), text(&one["correction"]))).collect()
}

/// What is at an address: status, headers, bytes.
pub async fn fetched(actor: &Actor<'_>, path: &str) -> (StatusCode, header::HeaderMap, Vec<u8>) {
    let answer = actor.request(Method::GET, path).send().await.expect("an answer");
    (answer.status(), answer.headers().clone(), answer.bytes().await.expect("a file").to_vec())
}

/// The pictures and links of a page that lead to files.
pub fn links(page: &Answer) -> Vec<String> {
    let parts = page.text.split('"').filter(|part| part.contains("/files/") && part.starts_with('/'));
    parts.map(str::to_owned).collect()
}

/// How many files are kept in all.
pub async fn number_of_files(app: &TestApp) -> usize {
    app.ground.files.written_before(app.ground.clock.now() + Duration::weeks(1)).count().await
}
