//! What a hostile page, link, or header tries at the door: nothing of it gets into a link, a redirect, a cookie, or a row.

use entity::seat::Role;
use reqwest::{Method, header};
use serde_json::json;
use tests::{Answer, Browser, TestApp, town};

const PASSWORD: &str = "correct horse battery";
const EVIL: &str = "evil.example";

fn says_nothing_of_it(answer: &Answer, path: &str) {
    assert!(!answer.text.contains(EVIL), "{path}: {}", answer.text);
    for (name, value) in &answer.headers {
        assert!(!String::from_utf8_lossy(value.as_bytes()).contains(EVIL), "{path}: {name}: {value:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_that_a_client_names_is_never_repeated() {
    let app = TestApp::start_with(&[("KAIRAN_TRUSTED_PROXIES", "127.0.0.1, ::1")]).await;
    let resident = app.resident(town::YAMA_1).await;
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let named = |method: Method, path: &str| {
        let request = resident.request(method, path).header("X-Forwarded-Host", EVIL).header(header::HOST, EVIL);
        request
            .header("Forwarded", format!("for=192.0.2.1;host={EVIL};proto=https"))
            .header("X-Forwarded-Proto", "https")
    };
    for path in [
        "/",
        "/join",
        "/signin",
        "/devices",
        "/notifications",
        "/nowhere",
        "/api/docs",
        "/api/openapi.json",
        "/api/v1/me",
    ] {
        says_nothing_of_it(&resident.send(named(Method::GET, path)).await, path);
    }
    let drawn = resident.send(named(Method::POST, "/api/v1/device-codes").json(&json!({}))).await;
    says_nothing_of_it(&drawn, "/api/v1/device-codes");
    let url = drawn.expect(201)["url"].as_str().expect("an address").to_owned();
    assert!(url.starts_with(app.ground.origin.as_str()), "{url}");
    // The page that would sign somebody in as whoever names the host is another site.
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("code", &*code), ("password", PASSWORD)])
        .finish();
    let stranger = app.stranger();
    let request = stranger.request(Method::POST, "/welcome").header(header::HOST, EVIL);
    let request = request.header(header::ORIGIN, format!("https://{EVIL}")).body(form);
    let refused = stranger.send(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")).await;
    assert_eq!(refused.status, 403);
    says_nothing_of_it(&refused, "/welcome");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_another_site_after_signing_in() {
    let app = TestApp::start().await;
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let body = json!({ "code": code, "password": PASSWORD });
    let _ = app.stranger().post("/api/v1/welcome", &body).await.expect(201);
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/%09/evil.example\n",
        "javascript:alert(1)",
        "evil.example",
        " /office",
    ] {
        let browser = Browser::new(&app);
        let query = url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
        let page = browser.open(&format!("/signin?next={query}")).await;
        assert!(!page.text.contains("name=\"next\""), "{next:?}");
        // The browser of the harness fails the test where it is sent anywhere but to a page of ours.
        let fields = [("email", "kaicho@asahi.example"), ("password", PASSWORD), ("next", next)];
        let arrived = browser.send("/signin", &fields).await;
        assert_eq!(arrived.status, 200, "{next:?}");
        assert!(arrived.text.contains("<h1>お知らせ</h1>"), "{next:?}: {}", arrived.text);
    }
    let browser = Browser::new(&app);
    let fields = [("email", "kaicho@asahi.example"), ("password", PASSWORD), ("next", "/office")];
    assert!(browser.send("/signin", &fields).await.text.contains("<h1>送ったお知らせ</h1>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_site_signs_anybody_in_or_out_or_ends_a_device() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    let _ = browser.send("/join", &[("code", &app.slip(town::YAMA_1)), ("name", ""), ("consent", "1")]).await;
    let slip = app.slip(town::YAMA_2);
    for path in [
        "/join",
        "/device",
        "/signin",
        "/welcome",
        "/signout",
        "/devices/known",
        "/devices/add",
        "/devices/others/end",
        "/recovery",
    ] {
        for origin in ["https://evil.example", "null", "http://localhost", "http://localhost:1"] {
            let fields =
                [("code", &*slip), ("name", ""), ("consent", "1"), ("email", "a@b.jp"), ("password", PASSWORD)];
            let refused = browser.send_from(origin, path, &fields).await;
            assert_eq!(refused.status, 403, "{path} from {origin}: {}", refused.text);
        }
    }
    assert_eq!(app.number("SELECT count(*) FROM session WHERE ended_at IS NULL").await, 1);
    assert_eq!(app.number("SELECT count(*) FROM device_code").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_clients_to_say_is_refused() {
    let app = TestApp::start().await;
    let slip = app.slip(town::YAMA_1);
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    for (path, body) in [
        ("/api/v1/join", json!({ "code": slip })),
        ("/api/v1/welcome", json!({ "code": code, "password": PASSWORD })),
        ("/api/v1/session", json!({ "email": "kaicho@asahi.example", "password": PASSWORD })),
        ("/api/v1/session/refresh", json!({ "refresh_token": "x" })),
        ("/api/v1/device", json!({ "code": slip })),
    ] {
        for field in ["person_id", "city_id", "role", "seats", "totp_enrolled", "household_id", "is_admin"] {
            let mut body = body.clone();
            body[field] = json!("x");
            app.stranger().post(path, &body).await.refused_at(&format!("/{field}"));
        }
    }
    assert_eq!(app.number("SELECT count(*) FROM session").await, 0);
}
