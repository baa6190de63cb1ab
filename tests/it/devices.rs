//! Somebody's devices: listed, ended, announced; a second one by a code from the first; recovery codes.

use entity::seat::Role;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Browser, TestApp, town, until};
use time::Duration;

const PASSWORD: &str = "correct horse battery";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
const PC: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0";

fn shows(page: &Answer, texts: &[&str]) {
    assert_eq!(page.status, 200, "{}", page.text);
    for text in texts {
        assert!(page.text.contains(text), "{text} is missing in {}", page.text);
    }
}

/// What stands between two texts of a page.
fn between<'a>(page: &'a Answer, before: &str, after: &str) -> &'a str {
    let rest = page.text.split(before).nth(1).expect("the text before");
    rest.split(after).next().expect("the text after")
}

async fn joined<'a>(app: &'a TestApp, agent: &'static str) -> Browser<'a> {
    let browser = Browser::called(app, agent);
    let slip = app.slip(town::YAMA_1);
    let page = browser.send("/join", &[("code", &slip), ("name", "花子"), ("consent", "1")]).await;
    shows(&page, &["参加できました"]);
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_device_comes_in_by_the_code_that_the_first_one_shows() {
    let app = TestApp::start().await;
    let phone = joined(&app, IPHONE).await;
    shows(&phone.open("/devices").await, &["iPhoneのSafari", "この端末", "別の端末を追加する"]);
    shows(&phone.open("/devices/add").await, &["四角い模様を表示する"]);
    let stale = phone.send("/devices/add", &[]).await;
    let shown = phone.send("/devices/add", &[]).await;
    shows(&shown, &["<svg class=\"qr\"", "5分", "/device</span>"]);
    let code = between(&shown, "コード：<code class=\"secret\">", "</code>");

    let pc = Browser::called(&app, PC);
    let old = between(&stale, "コード：<code class=\"secret\">", "</code>");
    let refused = pc.send("/device", &[("code", old)]).await;
    assert_eq!(refused.status, 422, "a device shows one code at a time");
    shows(&pc.send("/device", &[("code", code)]).await, &["参加できました"]);
    let me = async |browser: &Browser<'_>| browser.open("/api/v1/me").await.json();
    assert_eq!(me(&pc).await["person"], me(&phone).await["person"]);
    assert_eq!(app.number("SELECT count(*) FROM person").await, 1);
    let other = Browser::new(&app);
    assert_eq!(other.send("/device", &[("code", code)]).await.status, 422, "it serves once");

    // The phone is told until somebody has looked; the other one knows by itself.
    shows(&phone.open("/").await, &["ほかの端末でも、あなたとして使われはじめました"]);
    assert!(!pc.open("/").await.text.contains("使われはじめました"));
    shows(&phone.open("/devices").await, &["「WindowsのパソコンのEdge」に心当たりはありますか", "自分で追加しました"]);
    shows(&phone.send("/devices/known", &[]).await, &["使っている端末"]);
    assert!(!phone.open("/").await.text.contains("使われはじめました"));

    // The code goes out of date, and with the device that shows it.
    let late = phone.send("/devices/add", &[]).await;
    let late = between(&late, "コード：<code class=\"secret\">", "</code>");
    app.ground.clock.advance(Duration::minutes(5));
    assert_eq!(other.send("/device", &[("code", late)]).await.status, 422);
    let gone = phone.send("/devices/add", &[]).await;
    let gone = between(&gone, "コード：<code class=\"secret\">", "</code>");
    let _ = phone.send("/signout", &[]).await;
    assert_eq!(other.send("/device", &[("code", gone)]).await.status, 422);
    assert_eq!(app.number("SELECT count(*) FROM session WHERE ended_at IS NULL").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_among_the_devices_is_put_out_at_once() {
    let app = TestApp::start().await;
    let phone = joined(&app, IPHONE).await;
    let code = phone.send("/devices/add", &[]).await;
    let thief = Browser::called(&app, PC);
    let _ = thief.send("/device", &[("code", between(&code, "コード：<code class=\"secret\">", "</code>"))]).await;
    let page = phone.open("/devices").await;
    let path = format!("/devices/{}", between(&page, "<p><a href=\"/devices/", "\">心当たりがないので"));
    shows(&phone.open(&path).await, &["「WindowsのパソコンのEdge」の利用をやめますか", "やめないで戻る"]);
    assert_eq!(thief.open("/api/v1/me").await.status, 200, "looking changes nothing");
    // Another site can't send the form, and nobody else can end it.
    assert_eq!(phone.send_from("https://evil.example", &path, &[]).await.status, 403);
    let neighbour = joined(&app, IPHONE).await;
    assert_eq!(neighbour.open(&path).await.status, 404);
    let _ = neighbour.send(&path, &[]).await;
    assert_eq!(thief.open("/api/v1/me").await.status, 200);
    shows(&phone.send(&path, &[]).await, &["使っている端末"]);
    assert_eq!(thief.open("/api/v1/me").await.status, 401);
    assert!(!phone.open("/").await.text.contains("使われはじめました"));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_list_and_end_their_owners_sign_ins() {
    let app = TestApp::start().await;
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let stranger = app.stranger();
    let first = stranger.post("/api/v1/welcome", &json!({ "code": code, "password": PASSWORD })).await.expect(201);
    let session = json!({ "email": "kaicho@asahi.example", "password": PASSWORD });
    let second = stranger.post("/api/v1/session", &session).await.expect(201);
    let third = stranger.post("/api/v1/session", &session).await.expect(201);
    let call = async |tokens: &Value, method: Method, path: &str| {
        let bearer = tokens["access_token"].as_str().expect("a token");
        stranger.send(stranger.request(method, path).bearer_auth(bearer)).await
    };
    let list = call(&first, Method::GET, "/api/v1/sessions").await.expect(200);
    let items = list["items"].as_array().expect("items");
    assert_eq!(items.len(), 3);
    assert_eq!((&items[0]["current"], &items[1]["further"]), (&json!(true), &json!(true)));
    assert_eq!(items[0]["device"], "プログラム");
    let me = call(&first, Method::GET, "/api/v1/me").await.expect(200);
    assert_eq!(me["further_session"], items[1]["id"], "the newest is told of");
    let bearer = first["access_token"].as_str().expect("a token");
    let request = |path| stranger.request(Method::POST, path).bearer_auth(bearer).json(&json!({}));
    assert_eq!(stranger.send(request("/api/v1/sessions/known")).await.status, 204);
    assert_eq!(call(&first, Method::GET, "/api/v1/me").await.expect(200)["further_session"], json!(null));

    let path = format!("/api/v1/sessions/{}", items[1]["id"].as_str().expect("an id"));
    let neighbour = app.officer(town::YAMA).await;
    let (theirs, none) = (neighbour.delete(&path).await, neighbour.delete("/api/v1/sessions/x").await);
    assert_eq!(theirs.text, none.text, "another's is as one that does not exist");
    theirs.problem(404, "not_found");
    assert_eq!(call(&first, Method::DELETE, &path).await.status, 204);
    call(&third, Method::GET, "/api/v1/me").await.problem(401, "unauthenticated");
    let body = json!({ "refresh_token": third["refresh_token"] });
    stranger.post("/api/v1/session/refresh", &body).await.problem(401, "invalid_refresh_token");
    assert_eq!(call(&first, Method::DELETE, &path).await.status, 204, "asked twice, it is over all the same");

    assert_eq!(call(&first, Method::DELETE, "/api/v1/sessions").await.status, 204);
    call(&second, Method::GET, "/api/v1/me").await.problem(401, "unauthenticated");
    let left = call(&first, Method::GET, "/api/v1/sessions").await.expect(200);
    assert_eq!(left["items"].as_array().map(Vec::len), Some(1));
    // Who has an account signs in on each device: nobody gets round the second factor by a picture.
    stranger.send(request("/api/v1/device-codes")).await.problem(403, "sign_in_instead");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_lets_in_another_one_too() {
    let app = TestApp::start().await;
    let resident = app.resident(town::YAMA_1).await;
    let drawn = resident.post("/api/v1/device-codes", &json!({})).await.expect(201);
    let code = drawn["code"].as_str().expect("a code");
    assert_eq!(drawn["url"], format!("{}/device#{code}", app.ground.origin.as_str()));
    let tokens = app.stranger().post("/api/v1/device", &json!({ "code": code })).await.expect(201);
    assert_eq!(tokens["person"], resident.tokens["person"]);
    app.stranger().post("/api/v1/device", &json!({ "code": code })).await.problem(422, "invalid_code");
    app.stranger().post("/api/v1/device", &json!({ "code": code, "person": "x" })).await.refused_at("/person");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_on_which_a_device_was_last_used_is_noted() {
    let app = TestApp::start().await;
    let resident = app.resident(town::YAMA_1).await;
    app.tamper("UPDATE session SET seen_on = (created_at AT TIME ZONE 'Asia/Tokyo')::date - 300").await;
    let _ = resident.get("/api/v1/me").await.expect(200);
    let noted = "SELECT count(*) FROM session WHERE seen_on > (created_at AT TIME ZONE 'Asia/Tokyo')::date - 300";
    until("today", async || app.number(noted).await == 1).await;
    let sessions = resident.get("/api/v1/sessions").await.expect(200);
    assert_eq!(sessions["items"][0]["seen_on"], app.ground.clock.today().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_serves_once_in_place_of_the_lost_app() {
    let app = TestApp::start_with(&[
        ("KAIRAN_ENV", "production"),
        ("KAIRAN_LIMITS", "on"),
        ("KAIRAN_PUBLIC_ORIGIN", "https://kairan.asahi.example"),
        ("KAIRAN_VAPID_SUBJECT", "mailto:kairan@asahi.example"),
    ])
    .await;
    let code = app.appoint(town::CITY, Role::Staff, "koho@asahi.example").await;
    let browser = Browser::called(&app, PC);
    let asked = browser.send("/welcome", &[("code", &code), ("password", PASSWORD)]).await;
    assert_eq!(asked.status, 401);
    let url = between(&asked, "<p><a href=\"", "\">この端末の認証アプリに").replace("&amp;", "&").replace("&#38;", "&");
    let totp = totp_rs::Totp::from_url(&url).expect("an otpauth address");
    let now = u64::try_from(app.ground.clock.now().unix_timestamp()).expect("a time");
    let digits = totp.generate(now).to_string();
    let fields = [("code", &*code), ("password", PASSWORD), ("totp", &*digits)];
    shows(&browser.send("/welcome", &fields).await, &["予備のコードができました"]);

    shows(&browser.open("/devices").await, &["予備のコード", "あと10個あります"]);
    let refused = browser.send("/recovery", &[("password", "wrong")]).await;
    assert_eq!(refused.status, 401);
    assert!(refused.text.contains("パスワードが違います"), "{}", refused.text);
    let page = browser.send("/recovery", &[("password", PASSWORD)]).await;
    shows(&page, &["二度と表示できません"]);
    let codes: Vec<&str> = page.text.split("<code class=\"secret\">").skip(1).map(|rest| &rest[..19]).collect();
    assert_eq!(codes.len(), 10);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'draw recovery codes'").await, 1);

    // The phone with the app is lost: another browser, the password, and a code.
    let other = Browser::called(&app, IPHONE);
    shows(&other.open("/signin").await, &["認証アプリが使えないとき", "予備のコード"]);
    let sign_in = async |recovery: &str, password: &str| {
        let fields = [("email", "koho@asahi.example"), ("password", password), ("totp", ""), ("recovery", recovery)];
        other.send("/signin", &fields).await
    };
    assert_eq!(sign_in(codes[0], "not the password").await.status, 401, "it stands in for the digits alone");
    assert_eq!(sign_in("AAAA-AAAA-AAAA-AAAA", PASSWORD).await.status, 401);
    assert_eq!(sign_in(&codes[0].to_lowercase(), PASSWORD).await.status, 200);
    shows(&browser.open("/devices").await, &["「iPhoneのSafari」に心当たりはありますか", "あと9個あります"]);
    let _ = other.send("/signout", &[]).await;
    assert_eq!(sign_in(codes[0], PASSWORD).await.status, 401, "it serves once");

    // By the calls too: drawn anew, those of before are over.
    let session = |totp: &str| json!({ "email": "koho@asahi.example", "password": PASSWORD, "totp": totp });
    let tokens = app.stranger().post("/api/v1/session", &session(codes[1])).await.expect(201);
    let bearer = tokens["access_token"].as_str().expect("a token");
    let stranger = app.stranger();
    let call = |method| stranger.request(method, "/api/v1/recovery-codes").bearer_auth(bearer);
    let left = stranger.send(call(Method::GET)).await.expect(200);
    assert_eq!(left["remaining"], 8);
    let wrong = stranger.send(call(Method::POST).json(&json!({ "password": "wrong" }))).await;
    wrong.problem(401, "wrong_credentials");
    let fresh = stranger.send(call(Method::POST).json(&json!({ "password": PASSWORD }))).await.expect(201);
    assert_eq!(fresh["codes"].as_array().map(Vec::len), Some(10));
    stranger.post("/api/v1/session", &session(codes[2])).await.problem(401, "wrong_second_factor");
    assert_eq!(app.number("SELECT count(*) FROM recovery_code").await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_second_factor_needs_no_recovery_codes() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    officer.get("/api/v1/recovery-codes").await.problem(409, "no_second_factor");
    let body = json!({ "password": "ひらけごま ひらけごま" });
    officer.post("/api/v1/recovery-codes", &body).await.problem(409, "no_second_factor");
}
