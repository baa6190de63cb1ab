//! The roster as a file: saved, changed in a spreadsheet, and taken in again.

use entity::seat::Role;
use reqwest::Method;
use serde_json::json;
use tests::{Actor, Answer, Browser, TestApp, town};

const HEADER: &str = "area_code,group,household,delivery\n";

/// Somebody of the next home of the first group.
async fn join(app: &TestApp, name: &str) {
    let body = json!({ "code": app.slip(town::YAMA_1), "name": name });
    let _ = app.stranger().post("/api/v1/join", &body).await.expect(201);
}

async fn hand_in(actor: &Actor<'_>, file: impl Into<Vec<u8>>) -> Answer {
    let request = actor.request(Method::POST, "/api/v1/roster").header("Content-Type", "text/csv").body(file.into());
    actor.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roster_is_saved_as_a_file_that_does_nothing() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    join(&app, "=HYPERLINK(\"http://x\")").await;
    join(&app, "髙橋").await;
    let file = officer.get("/api/v1/roster").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(file.text.starts_with('\u{feff}') || file.text.starts_with("area_code"), "{}", file.text);
    assert!(file.text.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{}", file.text);
    assert_eq!(file.text.lines().count(), 13);
    let sjis = officer.get("/api/v1/roster?encoding=shift_jis").await;
    assert_eq!(
        (sjis.status.as_u16(), sjis.headers["content-type"].as_bytes()),
        (200, &b"text/csv; charset=Shift_JIS"[..])
    );
    join(&app, "𠮷田").await;
    let refused = officer.get("/api/v1/roster?encoding=shift_jis").await.problem(422, "invalid");
    assert_eq!(refused["names"], json!(["𠮷田"]));
    assert!(app.leader(town::YAMA_1).await.get("/api/v1/roster").await.status == 403);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'export roster'").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_roster_comes_back_and_changes_nothing() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let formulas = format!("{HEADER}{0},-1,=1+1,paper\n{0},-1,''=1+1,paper\n", town::YAMA);
    assert_eq!(hand_in(&officer, formulas).await.expect(200)["added"], 2);
    let saved = officer.get("/api/v1/roster").await;
    assert!(saved.text.contains(",'-1,'=1+1,paper") && saved.text.contains(",'-1,''=1+1,paper"), "{}", saved.text);
    let nothing = json!({ "read": 14, "added": 0, "changed": 0 });
    assert_eq!(hand_in(&officer, saved.text.clone()).await.expect(200), nothing);
    let edited = saved.text.trim_start_matches('\u{feff}').replace("1号,digital", "1号,paper");
    let shift_jis = encoding_rs::SHIFT_JIS.encode(&edited).0.into_owned();
    let changed = hand_in(&officer, shift_jis).await.expect(200);
    assert_eq!(changed, json!({ "read": 14, "added": 0, "changed": 2 }));
    // What is not in the file stays; a group that is named for the first time comes into being.
    let more = format!("{HEADER}{},3,か\u{3099}く荘,both\n", town::YAMA);
    assert_eq!(hand_in(&officer, more).await.expect(200)["added"], 1);
    let found = officer.get("/api/v1/households?q=がく荘").await.expect(200);
    assert_eq!(found["items"][0]["area"]["name"], "3班");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'import roster'").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_line_is_named_and_nothing_is_kept() {
    let app = TestApp::start().await;
    let (officer, own) = (app.officer(town::YAMA).await, town::YAMA);
    let before = app.number("SELECT count(*) FROM household").await;
    for (line, pointer, says) in [
        (format!("{own},1,9号,紙"), "/3/delivery", "3行目の「紙」"),
        (format!("{own},1,,paper"), "/3/household", "household の列が空です"),
        (format!("{own},1.2,9号,paper"), "/3/group", "3行目の「1.2」"),
        (format!("{own},1,8号,paper"), "/3/household", "前の行にも"),
        (format!("{own},1,花\u{202e}子,paper"), "/3/", "3行目"),
        (format!("{own},1,9号"), "/3/", "3行目"),
    ] {
        let refused = hand_in(&officer, format!("{HEADER}{own},1,8号,paper\n{line}\n")).await.problem(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
        assert!(refused["errors"][0]["detail"].as_str().is_some_and(|detail| detail.contains(says)), "{refused}");
    }
    // Another association looks like none.
    for area in [town::KAWA, "nowhere"] {
        let refused = hand_in(&officer, format!("{HEADER}{area},1,9号,paper\n")).await.problem(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/2/area_code");
    }
    hand_in(&officer, "name\n").await.refused_at("/1/");
    hand_in(&officer, vec![b'a'; 300_000]).await.problem(413, "body_too_large");
    assert_eq!(app.number("SELECT count(*) FROM household").await, before);
    hand_in(&app.leader(town::YAMA_1).await, HEADER).await.problem(403, "no_roster");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_hands_a_file_in_by_a_page() {
    let app = TestApp::start().await;
    let code = app.appoint(town::YAMA, Role::Officer, "taro@asahi.example").await;
    let officer = Browser::new(&app);
    let _ = officer.send("/welcome", &[("code", &code), ("password", "ひらけごま ひらけごま")]).await;
    assert!(officer.open("/roster/import").await.text.contains(town::YAMA), "an example with the own code");
    let wrong = format!("{HEADER}{},1,9号,紙\n", town::YAMA);
    let refused = officer.send_file("/roster/import", wrong.as_bytes()).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("2行目の「紙」"), "{}", refused.text);
    let right = wrong.replace('紙', "paper");
    let done = officer.send_file("/roster/import", right.as_bytes()).await;
    assert!(done.text.contains("1世帯を加え"), "{}", done.text);
    assert!(officer.open("/roster?q=9号").await.text.contains("1班 9号"));
    let nothing = officer.send_file("/roster/import", b"").await;
    assert!(nothing.status == 422 && nothing.text.contains("ファイルを選んでください"), "{}", nothing.text);
}
