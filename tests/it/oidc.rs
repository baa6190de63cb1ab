//! City staff sign in at their city's own provider: a real one, on this machine.

use entity::seat::Role;
use reqwest::{Method, header};
use serde_json::json;
use tests::{
    Answer, OidcProvider, TestApp,
    oidc_provider::{CLIENT_ID, CLIENT_SECRET},
    town,
};
use url::Url;

/// Where people believe the app to be.
const ORIGIN: &str = "http://kairan.asahi.example";

/// An app that sends staff to a provider.
async fn with(provider: &OidcProvider, more: &[(&str, &str)]) -> TestApp {
    let settings = [
        ("KAIRAN_PUBLIC_ORIGIN", ORIGIN),
        ("KAIRAN_OIDC_ISSUER", provider.issuer()),
        ("KAIRAN_OIDC_CLIENT_ID", CLIENT_ID),
        ("KAIRAN_OIDC_CLIENT_SECRET", CLIENT_SECRET),
    ];
    TestApp::start_with(&[&settings[..], more].concat()).await
}

/// What a browser gets from the app, with one cookie or none.
async fn open(app: &TestApp, path: &str, cookie: Option<&str>) -> Answer {
    let stranger = app.stranger();
    let request = stranger.request(Method::GET, path);
    stranger.send(cookie.into_iter().fold(request, |request, cookie| request.header(header::COOKIE, cookie))).await
}

fn location(answer: &Answer) -> &str {
    answer.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

/// A cookie that an answer sets, as it is sent back.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let all = answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok());
    let own = all.filter(|set| set.starts_with(&format!("{name}=")) && !set.contains("Max-Age=0"));
    own.filter_map(|set| set.split(';').next()).map(str::to_owned).next_back()
}

/// The path of the address that leads back.
fn path(back: &Url) -> String {
    format!("{}?{}", back.path(), back.query().unwrap_or_default())
}

/// The whole way: to the provider, through its pages as `login`, and back in the same browser.
async fn sign_in(app: &TestApp, provider: &OidcProvider, login: &str) -> Answer {
    let sent = open(app, "/oidc/start?next=/office", None).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let journey = cookie(&sent, "kairan-oidc").expect("a journey");
    let back = provider.walk(location(&sent), Some(login)).await;
    assert!(back.as_str().starts_with(ORIGIN), "{back}");
    open(app, &path(&back), Some(&journey)).await
}

/// The path of the address that leads back, with one of its parts changed.
fn changed(back: &Url, name: &str, value: &str) -> String {
    let pairs = back.query_pairs().map(|(key, old)| {
        let value = if key == name { value.to_owned() } else { old.into_owned() };
        (key.into_owned(), value)
    });
    format!("{}?{}", back.path(), url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_staff_signs_in_at_the_citys_provider() {
    for userinfo in [false, true] {
        let provider = OidcProvider::start(ORIGIN, userinfo);
        let app = with(&provider, &[("KAIRAN_OIDC_CITY", town::CITY)]).await;
        let code = app.appoint(town::EAST, Role::Staff, "Koho@asahi.example").await;
        let page = open(&app, "/signin?next=/office", None).await;
        assert!(page.text.contains("href=\"/oidc/start?next=%2Foffice\""), "{}", page.text);
        let sent = open(&app, "/oidc/start?next=/office", None).await;
        let asked: Url = location(&sent).parse().expect("an address");
        let said = |name: &str| asked.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        assert_eq!(said("code_challenge_method").as_deref(), Some("S256"));
        assert!(said("nonce").is_some() && said("state").is_some() && said("code_challenge").is_some());
        let set = sent.headers.get(header::SET_COOKIE).and_then(|v| v.to_str().ok()).expect("a cookie");
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Max-Age=600"), "{set}");
        assert!(!set.contains(&said("state").expect("a state")), "it is sealed");

        let arrived = sign_in(&app, &provider, "koho@asahi.example").await;
        assert_eq!((arrived.status.as_u16(), location(&arrived)), (303, "/office"), "{}", arrived.text);
        let session = cookie(&arrived, "kairan").expect("a sign-in");
        let me = open(&app, "/api/v1/me", Some(&session)).await.expect(200);
        assert_eq!(me["seats"][0]["area"]["code"], town::EAST);
        assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'sign in by provider'").await, 1);
        assert_eq!(app.number("SELECT count(*) FROM account").await, 1, "nobody is made by it");
        let late = json!({ "code": code, "password": "a password of their own" });
        app.stranger().post("/api/v1/welcome", &late).await.problem(422, "invalid_code");
        // Nobody gets a link to the account any more, though it has no password and its owner has signed out.
        app.tamper("UPDATE session SET ended_at = now()").await;
        let above = app.staff(town::CITY).await;
        let link = format!("/api/v1/seats/{}/link", me["seats"][0]["id"].as_str().expect("a seat"));
        above.post(&link, &json!({})).await.problem(409, "signs_in_already");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_comes_in_by_it() {
    let provider = OidcProvider::start(ORIGIN, false);
    let app = with(&provider, &[("KAIRAN_OIDC_CITY", town::CITY)]).await;
    let _ = app.appoint(town::CITY, Role::Staff, "unverified@asahi.example").await;
    let _ = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let _ = app.appoint(town::CITY, Role::Staff, "former@asahi.example").await;
    app.tamper(
        "UPDATE seat SET starts_on = '2020-04-01', ends_on = '2021-03-31' FROM account a
         WHERE a.person_id = seat.person_id AND a.email = 'former@asahi.example'",
    )
    .await;
    for (login, says) in [
        ("nobody@asahi.example", "このメールアドレスの職員は登録されていません"),
        ("kaicho@asahi.example", "このメールアドレスの職員は登録されていません"),
        ("former@asahi.example", "このメールアドレスの職員は登録されていません"),
        ("unverified@asahi.example", "メールアドレスが確認されていません"),
    ] {
        let refused = sign_in(&app, &provider, login).await;
        assert_eq!(refused.status, 403, "{login}");
        assert!(
            refused.text.contains(says) && refused.text.contains("職員アカウントでサインインする"),
            "{}",
            refused.text
        );
    }
    // The same address in another city is another account.
    app.tamper("INSERT INTO city (id, code, name, created_at) VALUES (gen_random_uuid(), '900002', 'ゆうひ市', now())")
        .await;
    let elsewhere = with(&provider, &[("KAIRAN_OIDC_CITY", town::CITY)]).await;
    let _ = elsewhere.appoint(town::CITY, Role::Staff, "koho@asahi.example").await;
    elsewhere.tamper("UPDATE city SET code = '900003'").await;
    elsewhere
        .tamper("INSERT INTO city (id, code, name, created_at) VALUES (gen_random_uuid(), '900001', 'ゆうひ市', now())")
        .await;
    assert_eq!(sign_in(&elsewhere, &provider, "koho@asahi.example").await.status, 403);
    for app in [&app, &elsewhere] {
        assert_eq!(app.number("SELECT count(*) FROM session").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_is_open_to_the_browser_that_left_alone_and_once() {
    let provider = OidcProvider::start(ORIGIN, false);
    let app = with(&provider, &[]).await;
    let _ = app.appoint(town::CITY, Role::Staff, "koho@asahi.example").await;
    let leave = async || {
        let sent = open(&app, "/oidc/start?next=https://evil.example/", None).await;
        let journey = cookie(&sent, "kairan-oidc").expect("a journey");
        (provider.walk(location(&sent), Some("koho@asahi.example")).await, journey)
    };
    let interrupted = |answer: &Answer| answer.status == 400 && answer.text.contains("サインインが途中で切れました");
    let (back, journey) = leave().await;
    // Somebody is lured to the address with which an attacker came back.
    assert!(interrupted(&open(&app, &path(&back), None).await));
    let (others, _) = leave().await;
    assert!(interrupted(&open(&app, &path(&others), Some(&journey)).await));
    let forged = format!("{}AAAA", &journey[..journey.len() - 4]);
    assert!(interrupted(&open(&app, &path(&back), Some(&forged)).await));
    assert!(interrupted(&open(&app, &changed(&back, "iss", "https://evil.example"), Some(&journey)).await));
    assert!(interrupted(&open(&app, &changed(&back, "state", "x"), Some(&journey)).await));
    // A code that was given for another journey lacks its verifier and its nonce.
    let code = others.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
    let mixed = open(&app, &changed(&back, "code", &code), Some(&journey)).await;
    assert!(interrupted(&mixed), "{}", mixed.text);

    let (back, journey) = leave().await;
    let arrived = open(&app, &path(&back), Some(&journey)).await;
    assert_eq!((arrived.status.as_u16(), location(&arrived)), (303, "/"), "not to another site");
    assert!(
        arrived
            .headers
            .get_all(header::SET_COOKIE)
            .iter()
            .any(|v| v.to_str().is_ok_and(|v| v.starts_with("kairan-oidc=;")))
    );
    let again = open(&app, &path(&back), Some(&journey)).await;
    assert!(interrupted(&again), "the provider takes a code once: {}", again.text);
    assert_eq!(app.number("SELECT count(*) FROM session").await, 1);

    let (back, journey) = leave().await;
    app.ground.clock.advance(time::Duration::minutes(10));
    assert!(interrupted(&open(&app, &path(&back), Some(&journey)).await), "too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changes_their_mind_or_finds_the_provider_away_is_told_so() {
    let provider = OidcProvider::start(ORIGIN, false);
    let app = with(&provider, &[]).await;
    let sent = open(&app, "/oidc/start", None).await;
    let journey = cookie(&sent, "kairan-oidc").expect("a journey");
    let back = provider.walk(location(&sent), None).await;
    let refused = open(&app, &path(&back), Some(&journey)).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("確認が取り消されました"), "{}", refused.text);
    // With the provider away somebody may still leave, by what it last said of itself; but nobody comes in.
    let sent = open(&app, "/oidc/start", None).await;
    let journey = cookie(&sent, "kairan-oidc").expect("a journey");
    let back = provider.walk(location(&sent), Some("koho@asahi.example")).await;
    drop(provider);
    assert_eq!(open(&app, "/oidc/start", None).await.status, 303);
    let away = open(&app, &path(&back), Some(&journey)).await;
    assert_eq!(away.status, 502);
    assert!(away.text.contains("職員アカウントの確認先とつながりません"), "{}", away.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_provider_there_is_no_way_to_it() {
    let app = TestApp::start().await;
    assert!(!open(&app, "/signin", None).await.text.contains("職員アカウント"));
    for path in ["/oidc/start", "/oidc/back?code=x&state=y"] {
        assert_eq!(open(&app, path, None).await.status, 404);
    }
    let nobody = [
        ("KAIRAN_OIDC_ISSUER", "http://127.0.0.1:9"),
        ("KAIRAN_OIDC_CLIENT_ID", CLIENT_ID),
        ("KAIRAN_OIDC_CLIENT_SECRET", CLIENT_SECRET),
    ];
    let app = TestApp::start_with(&nobody).await;
    let away = open(&app, "/oidc/start", None).await;
    assert_eq!(away.status, 502);
    assert!(away.text.contains("職員アカウントの確認先とつながりません"), "{}", away.text);
    assert!(away.text.contains("パスワード"), "the other way in is still there");
}
