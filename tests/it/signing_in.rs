//! Seat holders sign in, and devices stay signed in until they are told otherwise.

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use entity::seat::Role;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tests::{TestApp, town};

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

/// A token of these parts, signed with this key.
fn signed(header: &Value, claims: &Value, key: &[u8]) -> String {
    let text = format!("{}.{}", BASE64URL.encode(header.to_string()), BASE64URL.encode(claims.to_string()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes());
    format!("{text}.{}", BASE64URL.encode(tag))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_but_the_servers_own_opens_anything() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let token = officer.tokens["access_token"].as_str().expect("a token").to_owned();
    let stranger = app.stranger();
    let opens = async |token: &str| {
        let answer = stranger.send(stranger.request(reqwest::Method::GET, "/api/v1/me").bearer_auth(token)).await;
        answer.status.as_u16()
    };
    assert_eq!(opens(&token).await, 200);

    let parts: Vec<&str> = token.split('.').collect();
    let json =
        |part: &str| -> Value { serde_json::from_slice(&BASE64URL.decode(part).expect("base64url")).expect("JSON") };
    let (header, claims) = (json(parts[0]), json(parts[1]));
    assert_eq!((&header["alg"], &header["typ"]), (&json!("HS256"), &json!("at+jwt")));
    let secret = app.ground.keys.secret_bytes_for("access tokens");
    let key = secret.expose_secret();
    assert_eq!(opens(&signed(&header, &claims, key)).await, 200, "so it is signed");

    // Every other key, the public one among them, every other algorithm, type, audience, issuer and time.
    assert_eq!(opens(&signed(&header, &claims, &app.ground.keys.token_public)).await, 401);
    assert_eq!(opens(&signed(&header, &claims, b"")).await, 401);
    assert_eq!(opens(&format!("{}.{}.", parts[0], parts[1])).await, 401);
    let changed = |whole: &Value, name: &str, value: Value| {
        let mut whole = whole.clone();
        whole[name] = value;
        whole
    };
    for (name, value) in [("alg", "none"), ("alg", "HS512"), ("alg", "EdDSA"), ("typ", "JWT"), ("kid", "another")] {
        let header = changed(&header, name, json!(value));
        assert_eq!(opens(&signed(&header, &claims, key)).await, 401, "{name}: {value}");
    }
    let now = app.ground.clock.now().unix_timestamp();
    for (name, value) in [
        ("aud", json!("https://elsewhere.example")),
        ("iss", json!("https://elsewhere.example")),
        ("exp", json!(now - 60)),
        ("iat", json!(now + 60)),
        ("sid", json!(uuid::Uuid::nil())),
        ("city", json!(uuid::Uuid::nil())),
    ] {
        let claims = changed(&claims, name, value);
        assert_eq!(opens(&signed(&header, &claims, key)).await, 401, "{name}");
    }
}
