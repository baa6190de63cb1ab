//! Seat holders sign in, and devices stay signed in until they are told otherwise.

use entity::seat::Role;
use serde_json::{Value, json};
use tests::{Browser, TestApp, town};

const PASSWORD: &str = "correct horse battery";

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_is_welcomed_once_and_signs_in_from_then_on() {
    let app = TestApp::start().await;
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let welcome = json!({ "code": code, "password": PASSWORD });
    let stranger = app.stranger();
    stranger.post("/api/v1/welcome", &json!({ "code": code, "password": "short" })).await.refused_at("/password");
    let tokens = stranger.post("/api/v1/welcome", &welcome).await.expect(201);
    assert_eq!(tokens["expires_in"], 900);
    stranger.post("/api/v1/welcome", &welcome).await.problem(422, "invalid_code");

    let session = json!({ "email": " Kaicho@asahi.example", "password": PASSWORD });
    let _ = stranger.post("/api/v1/session", &session).await.expect(201);
    let wrong = json!({ "email": "kaicho@asahi.example", "password": "wrong" });
    let unknown = json!({ "email": "nobody@asahi.example", "password": PASSWORD });
    let (wrong, unknown) =
        (stranger.post("/api/v1/session", &wrong).await, stranger.post("/api/v1/session", &unknown).await);
    assert_eq!(wrong.text, unknown.text, "whether an address is known is nobody's business");
    wrong.problem(401, "wrong_credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn production_insists_on_a_second_factor_and_a_code_serves_once() {
    let app = TestApp::start_with(&[
        ("KAIRAN_ENV", "production"),
        ("KAIRAN_LIMITS", "on"),
        ("KAIRAN_PUBLIC_ORIGIN", "https://kairan.asahi.example"),
        ("KAIRAN_VAPID_SUBJECT", "mailto:kairan@asahi.example"),
    ])
    .await;
    let code = app.appoint(town::CITY, Role::Staff, "koho@asahi.example").await;
    let stranger = app.stranger();
    let welcome = json!({ "code": code, "password": PASSWORD });
    let needed = stranger.post("/api/v1/welcome", &welcome).await.problem(401, "second_factor_needed");
    let url = needed["otpauth_url"].as_str().expect("an address to scan");
    let digits = || totp_rs::Totp::from_url(url).expect("an otpauth address");
    let now = u64::try_from(app.ground.clock.now().unix_timestamp()).expect("a time");

    let with = |totp: String| json!({ "code": code, "password": PASSWORD, "totp": totp });
    stranger.post("/api/v1/welcome", &with("000000".into())).await.problem(401, "wrong_second_factor");
    let used = digits().generate(now).to_string();
    let _ = stranger.post("/api/v1/welcome", &with(used.clone())).await.expect(201);

    let session = |totp: Option<String>| json!({ "email": "koho@asahi.example", "password": PASSWORD, "totp": totp });
    let again = stranger.post("/api/v1/session", &session(None)).await.problem(401, "second_factor_needed");
    assert_eq!(again["otpauth_url"], json!(null), "a secret that was proven is never shown again");
    stranger.post("/api/v1/session", &session(Some(used))).await.problem(401, "wrong_second_factor");
    app.ground.clock.advance(time::Duration::minutes(2));
    let next = digits().generate(now + 120).to_string();
    let _ = stranger.post("/api/v1/session", &session(Some(next))).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_serves_once_and_its_reuse_ends_the_family() {
    let app = TestApp::start().await;
    let resident = app.resident(town::YAMA_1).await;
    let refresh = async |token: &serde_json::Value| {
        app.stranger().post("/api/v1/session/refresh", &json!({ "refresh_token": token })).await
    };
    let first = resident.tokens["refresh_token"].clone();
    let second = refresh(&first).await.expect(200);
    let third = refresh(&second["refresh_token"]).await.expect(200);
    assert_eq!(app.number("SELECT count(*) FROM refresh_token").await, 3);

    app.ground.clock.advance(time::Duration::seconds(10));
    refresh(&first).await.problem(401, "invalid_refresh_token");
    refresh(&third["refresh_token"]).await.problem(401, "invalid_refresh_token");
    resident.get("/api/v1/me").await.problem(401, "unauthenticated");
    refresh(&json!("nonsense")).await.problem(401, "invalid_refresh_token");

    // A phone that lost the answer on its way asks again with the same key and is no thief.
    let other = app.resident(town::YAMA_2).await;
    let body = json!({ "refresh_token": other.tokens["refresh_token"] });
    let first = app.stranger().post_once("/api/v1/session/refresh", "lift", &body).await.expect(200);
    let again = app.stranger().post_once("/api/v1/session/refresh", "lift", &body).await.expect(200);
    assert_eq!(first, again);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_end_by_time_and_by_signing_out() {
    let app = TestApp::start().await;
    let resident = app.resident(town::YAMA_1).await;
    app.ground.clock.advance(time::Duration::minutes(16));
    resident.get("/api/v1/me").await.problem(401, "unauthenticated");

    let body = json!({ "refresh_token": resident.tokens["refresh_token"] });
    let fresh = app.stranger().post("/api/v1/session/refresh", &body).await.expect(200);
    let signed_in = app.stranger();
    let bearer = fresh["access_token"].as_str().expect("a token");
    let request = |method| signed_in.request(method, "/api/v1/session").bearer_auth(bearer);
    assert_eq!(signed_in.send(request(reqwest::Method::DELETE)).await.status, 204);
    signed_in.send(request(reqwest::Method::DELETE)).await.problem(401, "unauthenticated");

    app.stranger().get("/api/v1/me").await.problem(401, "unauthenticated");
    let forged = app.stranger().request(reqwest::Method::GET, "/api/v1/me").bearer_auth("eyJhbGciOiJub25lIn0.e30.");
    app.stranger().send(forged).await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_ended_is_over_at_once() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("最後のお知らせ", town::YAMA).await;
    app.work().await;
    app.tamper("UPDATE seat SET starts_on = '2020-04-01', ends_on = '2021-03-31'").await;
    let me = officer.get("/api/v1/me").await.expect(200);
    assert_eq!(me["seats"], json!([]));
    officer.get(&format!("/api/v1/notices/{id}/delivery")).await.problem(404, "not_found");
    officer.post("/api/v1/notices", &tests::actor::notice("もう一つ", town::YAMA)).await.problem(403, "no_seat");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_every_other_sign_in() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    let first = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let old = stranger.post("/api/v1/welcome", &json!({ "code": first, "password": PASSWORD })).await.expect(201);
    let again = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let welcome = json!({ "code": again, "password": "another one entirely" });
    let new = stranger.post("/api/v1/welcome", &welcome).await.expect(201);
    let me = async |tokens: &serde_json::Value| {
        let bearer = tokens["access_token"].as_str().expect("a token");
        stranger.send(stranger.request(reqwest::Method::GET, "/api/v1/me").bearer_auth(bearer)).await
    };
    me(&old).await.problem(401, "unauthenticated");
    assert_eq!(me(&new).await.expect(200)["seats"].as_array().map(Vec::len), Some(1));
    let session = json!({ "email": "kaicho@asahi.example", "password": PASSWORD });
    stranger.post("/api/v1/session", &session).await.problem(401, "wrong_credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_that_refresh_within_ten_seconds_stay_signed_in_both() {
    let app = TestApp::start().await;
    let resident = app.resident(town::YAMA_1).await;
    let refresh =
        async |token: &Value| app.stranger().post("/api/v1/session/refresh", &json!({ "refresh_token": token })).await;
    let token = &resident.tokens["refresh_token"];
    let one = refresh(token).await.expect(200);
    app.ground.clock.advance(time::Duration::seconds(9));
    let other = refresh(token).await.expect(200);
    assert_ne!(one["refresh_token"], other["refresh_token"], "nothing is kept in clear to be given again");
    for tab in [&one, &other] {
        let _ = refresh(&tab["refresh_token"]).await.expect(200);
    }
    // The grace counts from the first use, and is not drawn out by the second.
    app.ground.clock.advance(time::Duration::seconds(1));
    refresh(token).await.problem(401, "invalid_refresh_token");
    resident.get("/api/v1/me").await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_takes_as_long_to_refuse_for_a_known_as_for_an_unknown_address() {
    let app = TestApp::start().await;
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let stranger = app.stranger();
    let _ = stranger.post("/api/v1/welcome", &json!({ "code": code, "password": PASSWORD })).await.expect(201);
    let took = async |email: &str| {
        let begun = std::time::Instant::now();
        let body = json!({ "email": email, "password": "wrong wrong wrong" });
        stranger.post("/api/v1/session", &body).await.problem(401, "wrong_credentials");
        begun.elapsed().as_secs_f64()
    };
    // In turns, so that whatever else the machine does is the same for both. What is not its doing is the least that either ever takes:
    // the more samples, the nearer they come to that.
    let (mut known, mut unknown) = (f64::MAX, f64::MAX);
    for sample in 0..400 {
        known = known.min(took("kaicho@asahi.example").await);
        unknown = unknown.min(took("nobody@asahi.example").await);
        if sample >= 20 && (known / unknown - 1.0).abs() < 0.05 {
            return;
        }
    }
    panic!("{known} s for a known address, {unknown} s for an unknown one");
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_at_one_account_do_not_wait_for_each_other() {
    let app = TestApp::start().await;
    let _officer = app.officer(town::YAMA).await;
    let locked = sea_orm::TransactionTrait::begin(app.db()).await.expect("a transaction");
    let lock = sea_orm::ConnectionTrait::execute_unprepared(&locked, "SELECT * FROM account FOR UPDATE").await;
    lock.expect("a lock");
    let email = app.number("SELECT count(*) FROM account").await;
    assert_eq!(email, 1);
    let row = sea_orm::ConnectionTrait::query_one_raw(app.db(), api::postgres::sql("SELECT email FROM account", []));
    let email: String = row.await.expect("a query").expect("a row").try_get("", "email").expect("an address");
    // Were the row locked while the password is looked at, tries at once would tell who has an account.
    let body = json!({ "email": email, "password": "wrong wrong wrong" });
    app.stranger().post("/api/v1/session", &body).await.problem(401, "wrong_credentials");
    locked.rollback().await.expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_read_in_any_case_and_what_only_looks_like_it_is_refused() {
    let app = TestApp::start().await;
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let stranger = app.stranger();
    let _ = stranger.post("/api/v1/welcome", &json!({ "code": code, "password": PASSWORD })).await.expect(201);
    let session = |email: &str| json!({ "email": email, "password": PASSWORD });
    let _ = stranger.post("/api/v1/session", &session("　KAICHO@Asahi.example ")).await.expect(201);
    // The small letter of the Kelvin sign is k.
    let kelvin = "\u{212a}aicho@asahi.example";
    for other in [kelvin, "ｋａｉｃｈｏ@asahi.example"] {
        stranger.post("/api/v1/session", &session(other)).await.refused_at("/email");
    }
    let page = Browser::new(&app).send("/signin", &[("email", kelvin), ("password", PASSWORD)]).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("半角の英数字と記号で入力してください"), "{}", page.text);
    let staff = app.staff(town::CITY).await;
    let seat = json!({ "area": town::OKA, "role": "officer", "email": kelvin, "name": "岡 次郎" });
    staff.post("/api/v1/seats", &seat).await.refused_at("/email");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_form_is_said_in_plain_japanese() {
    let app = TestApp::start().await;
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let browser = Browser::new(&app);
    let short = browser.send("/welcome", &[("code", &code), ("password", "short")]).await;
    assert_eq!(short.status, 422);
    assert!(short.text.contains("短すぎます。10文字以上にしてください"), "{}", short.text);
    let answer = app.stranger().post("/api/v1/welcome", &json!({ "code": code, "password": "short" })).await;
    assert_eq!(answer.json()["errors"][0]["detail"], "短すぎます。10文字以上にしてください。");
    // A form without its fields, as a page sends it that is older than the server.
    let broken = browser.send("/welcome", &[("code", &code)]).await;
    assert_eq!(broken.status, 422);
    assert!(broken.text.contains("フォームを読み取れませんでした。ページを開き直して"), "{}", broken.text);
    assert!(!broken.text.contains("missing"), "{}", broken.text);
}
