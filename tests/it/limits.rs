//! Who guesses has to wait, and nobody else.

use entity::seat::Role;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Browser, TestApp, actor::notice, town};

const PASSWORD: &str = "correct horse battery";
/// A code that reads well and is nobody's.
const NOBODYS: &str = "AAAA-AAAA-AAAA-AAAA";

/// An app with limits that believes the proxy on this machine.
async fn behind_a_proxy() -> TestApp {
    TestApp::start_with(&[("KAIRAN_LIMITS", "on"), ("KAIRAN_TRUSTED_PROXIES", "127.0.0.1, ::1")]).await
}

/// A POST that the proxy passes on from an address.
async fn post_from(app: &TestApp, address: &str, path: &str, body: &Value) -> Answer {
    let stranger = app.stranger();
    stranger.send(stranger.request(Method::POST, path).header("X-Forwarded-For", address).json(body)).await
}

/// One of many addresses.
fn address(n: usize) -> String {
    format!("198.51.{}.{}", n / 250, n % 250 + 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_who_join_at_once_with_one_code_are_eight() {
    let app = behind_a_proxy().await;
    let body = json!({ "code": app.slip(town::YAMA_1) });
    let from: Vec<String> = (0..200).map(address).collect();
    let answers = join_all(from.iter().map(|from| post_from(&app, from, "/api/v1/join", &body))).await;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(count(201), 8);
    assert!(count(409) >= 8 && count(429) >= 180, "{} and {}", count(409), count(429));
    assert_eq!(count(201) + count(409) + count(429), 200);
    assert_eq!(app.number("SELECT count(*) FROM person").await, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_a_stranger_writes_into_a_header_is_not_believed() {
    let app = TestApp::start_with(&[("KAIRAN_LIMITS", "on")]).await;
    let stranger = app.stranger();
    let mut refused = 0;
    for n in 0..60 {
        let request = stranger.request(Method::POST, "/api/v1/join").json(&json!({ "code": mistyped(n) }));
        let request = request.header("X-Forwarded-For", address(n)).header("Forwarded", format!("for={}", address(n)));
        refused += usize::from(stranger.send(request).await.status == 429);
    }
    assert!(refused > 20, "{refused}");
}

/// A code that nobody can have: each is counted by where it comes from.
fn mistyped(n: usize) -> String {
    format!("{n:016}")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_codes_from_all_over_the_world_waits_and_a_right_code_is_taken() {
    let app = behind_a_proxy().await;
    let slip = app.slip(town::YAMA_1);
    // Well-formed codes, so that each is looked up: fifteen letters from the number and the check letter that fits.
    let guesses: Vec<String> = (0..500).map(well_formed).collect();
    let mut told_to_wait = 0;
    for (n, guess) in guesses.iter().enumerate() {
        let answer = post_from(&app, &address(n), "/api/v1/join", &json!({ "code": guess })).await;
        match answer.status.as_u16() {
            422 => drop(answer.problem(422, "invalid_code")),
            _ => {
                assert!(answer.headers.contains_key("retry-after"));
                answer.problem(429, "too_many_tries");
                told_to_wait += 1;
                if told_to_wait == 3 {
                    break;
                }
            }
        }
    }
    assert_eq!(told_to_wait, 3, "nobody stopped the guessing");
    let _ = post_from(&app, "203.0.113.7", "/api/v1/join", &json!({ "code": slip })).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_an_address_where_many_were_wrong_a_right_code_and_a_right_password_are_taken() {
    let app = behind_a_proxy().await;
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let carrier = "203.0.113.7";
    let mut told_to_wait = 0;
    for n in 0..90 {
        let body = json!({ "code": mistyped(n) });
        told_to_wait += usize::from(post_from(&app, carrier, "/api/v1/join", &body).await.status == 429);
    }
    assert!(told_to_wait > 20, "{told_to_wait}");
    let _ = post_from(&app, carrier, "/api/v1/join", &json!({ "code": app.slip(town::YAMA_1) })).await.expect(201);
    let welcome = json!({ "code": code, "password": PASSWORD });
    let _ = post_from(&app, carrier, "/api/v1/welcome", &welcome).await.expect(201);
    let session = json!({ "email": "kaicho@asahi.example", "password": PASSWORD });
    let _ = post_from(&app, carrier, "/api/v1/session", &session).await.expect(201);
}

/// The n-th code that reads well.
fn well_formed(n: usize) -> String {
    let alphabet: Vec<char> = "ACDEFGHJKMNPQRTWXY34679".chars().collect();
    let digits: Vec<usize> = (0..15).map(|place| (n + 1) * (place + 3) % 23).collect();
    let sum: usize = digits.iter().enumerate().map(|(place, digit)| (place + 2) * digit).sum();
    digits.iter().chain([&((23 - sum % 23) % 23)]).map(|digit| alphabet[*digit]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_a_password_never_shuts_its_owner_out() {
    let app = behind_a_proxy().await;
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let owner = Browser::new(&app);
    let page = owner.send("/welcome", &[("code", &code), ("password", PASSWORD)]).await;
    assert_eq!(page.status, 200);
    let guess = json!({ "email": "Kaicho@asahi.example", "password": "guess guess" });
    // One network after the other, until all unknown ones have to wait.
    let mut networks = 0;
    for n in 0..20 {
        let mut tries = 0;
        while post_from(&app, &address(n), "/api/v1/session", &guess).await.status == 401 {
            tries += 1;
            assert!(tries <= 10 + 2, "one more every half minute");
        }
        networks += usize::from(tries >= 10);
    }
    assert!((9..20).contains(&networks), "{networks}");
    let right = json!({ "email": "kaicho@asahi.example", "password": PASSWORD });
    post_from(&app, "203.0.113.7", "/api/v1/session", &right).await.problem(429, "too_many_tries");
    // The network of this machine is used up as well, and fills more slowly than the account: what follows may take its time.
    for _ in 0..12 {
        app.stranger().post("/api/v1/session", &guess).await;
    }

    // The owner's browser has been in before, and another one of theirs that says so falsely has not.
    let known = owner.cookie("kairan-known").expect("a mark");
    let sign_in = [("email", "kaicho@asahi.example"), ("password", PASSWORD)];
    let _ = owner.send("/signout", &[]).await;
    assert_eq!(owner.send("/signin", &sign_in).await.status, 200);
    let forger = Browser::new(&app);
    forger.keep("kairan-known", Some(&format!("{}AA", &known[..known.len() - 2])));
    assert_eq!(forger.send("/signin", &sign_in).await.status, 429);
    // A mark of one account says nothing of another.
    let other = app.appoint(town::OKA, Role::Officer, "oka@asahi.example").await;
    let elsewhere = Browser::new(&app);
    let _ = elsewhere.send("/welcome", &[("code", &other), ("password", PASSWORD)]).await;
    let _ = elsewhere.send("/signout", &[]).await;
    assert!(elsewhere.cookie("kairan-known").is_some());
    assert_eq!(elsewhere.send("/signin", &sign_in).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn refreshing_is_counted_by_sign_in() {
    let app = TestApp::start_with(&[("KAIRAN_LIMITS", "on")]).await;
    let (busy, calm) = (app.resident(town::YAMA_1).await, app.resident(town::YAMA_2).await);
    let refresh =
        async |token: &Value| app.stranger().post("/api/v1/session/refresh", &json!({ "refresh_token": token })).await;
    let mut token = busy.tokens["refresh_token"].clone();
    let mut times = 0;
    loop {
        let answer = refresh(&token).await;
        if answer.status == 429 {
            answer.problem(429, "too_many_tries");
            break;
        }
        token = answer.expect(200)["refresh_token"].clone();
        times += 1;
        assert!(times < 30, "nobody stopped it");
    }
    assert!(times >= 10, "{times}");
    let _ = refresh(&calm.tokens["refresh_token"]).await.expect(200);
    let _ = busy.get("/api/v1/me").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_publishes_all_the_time_waits_but_never_with_an_emergency_and_nobody_with_a_stamp() {
    let app = TestApp::start_with(&[("KAIRAN_LIMITS", "on")]).await;
    let (officer, second) = (app.officer(town::YAMA).await, app.officer(town::YAMA).await);
    let resident = app.resident(town::YAMA_1).await;
    let mut published = Vec::new();
    loop {
        let id = officer.draft(&notice("町内会から", town::YAMA)).await;
        let answer = officer.publish(&id).await;
        if answer.status == 429 {
            answer.problem(429, "too_many_tries");
            break;
        }
        let _ = answer.expect(200);
        published.push(id);
        assert!(published.len() < 60, "nobody stopped it");
    }
    assert!(published.len() >= 20, "{}", published.len());
    second.alert(&officer, "避難指示", town::YAMA).await;
    second.announce("もう一人から", town::YAMA).await;
    app.work().await;
    for id in published.iter().cycle().take(100) {
        let _ = resident.receipt(id, true).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_nobodys_is_refused_alike_on_every_page() {
    let app = TestApp::start_with(&[("KAIRAN_LIMITS", "on")]).await;
    let browser = Browser::new(&app);
    for (path, fields) in [
        ("/join", &[("code", NOBODYS), ("name", ""), ("consent", "1")][..]),
        ("/welcome", &[("code", NOBODYS), ("password", PASSWORD)][..]),
        ("/device", &[("code", NOBODYS)][..]),
    ] {
        let refused = browser.send(path, fields).await;
        assert_eq!(refused.status, 422, "{path}");
        assert!(refused.text.contains("このコードは使えません"), "{}", refused.text);
    }
}
