//! Access tokens: none but the servers' own opens anything, and one key follows another.

use api::keys::TokenKeys;
use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tests::{TestApp, town};
use time::Duration;

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
    let ours = app.ground.keys.tokens.signing(app.ground.clock.now());
    let secret = ours.secret_bytes_for("access tokens");
    let key = secret.expose_secret();
    assert_eq!(opens(&signed(&header, &claims, key)).await, 200, "so it is signed");

    // Every other key, the public one among them, every other algorithm, type, audience, issuer and time.
    assert_eq!(opens(&signed(&header, &claims, ours.public())).await, 401);
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
        ("exp", json!((now + 60).to_string())),
        ("exp", json!(null)),
        ("exp", json!([now + 60])),
        ("iat", json!(now + 60)),
        ("sid", json!(uuid::Uuid::nil())),
        ("city", json!(uuid::Uuid::nil())),
    ] {
        let claims = changed(&claims, name, value);
        assert_eq!(opens(&signed(&header, &claims, key)).await, 401, "{name}");
    }
    for name in ["exp", "aud", "iss", "sub", "iat", "sid", "city"] {
        let mut claims = claims.clone();
        claims.as_object_mut().expect("claims").remove(name);
        assert_eq!(opens(&signed(&header, &claims, key)).await, 401, "without {name}");
    }
    for name in ["typ", "kid"] {
        let mut header = header.clone();
        header.as_object_mut().expect("a header").remove(name);
        assert_eq!(opens(&signed(&header, &claims, key)).await, 401, "without {name}");
    }
    // Where to find a key is not for a token to say.
    for (name, value) in [
        ("jwk", json!({ "kty": "oct", "k": BASE64URL.encode(b"theirs") })),
        ("jku", json!("https://elsewhere.example/keys")),
        ("x5u", json!("https://elsewhere.example/keys")),
    ] {
        let header = changed(&changed(&header, "kid", json!("theirs")), name, value);
        assert_eq!(opens(&signed(&header, &claims, b"theirs")).await, 401, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_follows_is_known_before_it_signs_and_the_one_before_after() {
    let app = TestApp::start().await;
    let resident = app.resident(town::YAMA_1).await;
    let (stranger, clock) = (app.stranger(), &app.ground.clock);
    let opens = async |at: &TestApp, token: &str| {
        let request = at.http().get(format!("{}/api/v1/me", at.address())).bearer_auth(token);
        request.send().await.expect("an answer").status().as_u16()
    };
    let refresh = async |at: &TestApp, token: &Value| -> Value {
        let request = at.http().post(format!("{}/api/v1/session/refresh", at.address()));
        let answer = request.json(&json!({ "refresh_token": token })).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.json().await.expect("tokens")
    };
    let kid = |tokens: &Value| {
        let token = tokens["access_token"].as_str().expect("a token");
        let header = BASE64URL.decode(token.split('.').next().expect("a header")).expect("base64url");
        serde_json::from_slice::<Value>(&header).expect("JSON")["kid"].clone()
    };
    let join = json!({ "code": app.slip(town::YAMA_1) });
    let kept = stranger.post_once("/api/v1/join", "k", &join).await.expect(201);

    // Rotated an hour ahead, and every server started again meanwhile.
    let added = TokenKeys::rotate(app.keys_dir(), clock.now()).expect("a key");
    let again = app.again();
    let before = refresh(&again, &resident.tokens["refresh_token"]).await;
    assert_eq!(kid(&before), kid(&resident.tokens), "it does not sign yet");
    clock.advance(Duration::hours(1));
    let after = refresh(&again, &before["refresh_token"]).await;
    assert_ne!(kid(&after), kid(&resident.tokens));
    let token = after["access_token"].as_str().expect("a token");
    assert_eq!(opens(&again, token).await, 200);
    assert_eq!(opens(&app, token).await, 401, "a server that was not started again does not know the key");
    let replayed = again.stranger().post_once("/api/v1/join", "k", &join).await.expect(201);
    assert_eq!(replayed, kept, "what was sealed under the key before is still read");

    // A day later the one before may go.
    std::fs::remove_file(&added.before).expect("a key less");
    let last = app.again();
    assert_eq!(opens(&last, token).await, 200);
    assert_eq!(opens(&last, before["access_token"].as_str().expect("a token")).await, 401);
}
