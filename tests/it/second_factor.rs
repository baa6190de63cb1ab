//! The second factor: who sees its secret, what stands in for it, and who guesses at it.

use entity::seat::Role;
use serde_json::{Value, json};
use tests::{Answer, Browser, TestApp, town};
use time::Duration;
use totp_rs::Totp;

const EMAIL: &str = "koho@asahi.example";
const PASSWORD: &str = "ひらけごま ひらけごま";

async fn in_production() -> TestApp {
    TestApp::start_with(&[
        ("KAIRAN_ENV", "production"),
        ("KAIRAN_LIMITS", "on"),
        ("KAIRAN_PUBLIC_ORIGIN", "https://kairan.asahi.example"),
        ("KAIRAN_VAPID_SUBJECT", "mailto:kairan@asahi.example"),
    ])
    .await
}

/// What an app shows at the moment for an address that it has scanned.
fn digits(app: &TestApp, url: &str) -> String {
    let now = u64::try_from(app.ground.clock.now().unix_timestamp()).expect("a time");
    Totp::from_url(url).expect("an otpauth address").generate(now).to_string()
}

/// Digits that are certainly others.
fn wrong(app: &TestApp, url: &str) -> String {
    let now = u64::try_from(app.ground.clock.now().unix_timestamp()).expect("a time");
    let totp = Totp::from_url(url).expect("an otpauth address");
    let near: Vec<String> = [now - 30, now, now + 30].map(|at| totp.generate(at).to_string()).into();
    ["000000", "111111", "222222", "333333"]
        .into_iter()
        .find(|one| !near.iter().any(|two| two == one))
        .expect("one")
        .into()
}

async fn welcome(app: &TestApp, code: &str, totp: Option<String>) -> Answer {
    app.stranger().post("/api/v1/welcome", &json!({ "code": code, "password": PASSWORD, "totp": totp })).await
}

async fn sign_in(app: &TestApp, totp: Option<String>) -> Answer {
    app.stranger().post("/api/v1/session", &json!({ "email": EMAIL, "password": PASSWORD, "totp": totp })).await
}

fn url_of(problem: &Value) -> String {
    problem["otpauth_url"].as_str().expect("an address to scan").to_owned()
}

/// The address that a page shows to scan, if it does.
fn scanned(page: &Answer) -> Option<String> {
    let rest = page.text.split("<p><a href=\"otpauth").nth(1)?;
    Some(format!("otpauth{}", rest.split('"').next()?.replace("&amp;", "&").replace("&#38;", "&")))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looked_before_the_owner_knows_nothing_of_the_second_factor() {
    let app = in_production().await;
    let code = app.appoint(town::CITY, Role::Staff, EMAIL).await;
    let looked = url_of(&welcome(&app, &code, None).await.problem(401, "second_factor_needed"));
    let shown = url_of(&welcome(&app, &code, None).await.problem(401, "second_factor_needed"));
    assert_ne!(looked, shown);
    welcome(&app, &code, Some(digits(&app, &looked))).await.problem(401, "wrong_second_factor");
    let welcomed = welcome(&app, &code, Some(digits(&app, &shown))).await.expect(201);
    assert_eq!(welcomed["recovery_codes"].as_array().map(Vec::len), Some(10), "nobody stands without");
    app.ground.clock.advance(Duration::minutes(2));
    sign_in(&app, Some(digits(&app, &looked))).await.problem(401, "wrong_second_factor");
    assert!(sign_in(&app, Some(digits(&app, &shown))).await.expect(201).get("recovery_codes").is_none());

    // Asked with a key, the question is asked afresh each time, and the answer is kept.
    let code = app.appoint(town::EAST, Role::Staff, "ku@asahi.example").await;
    let mut body = json!({ "code": code, "password": PASSWORD });
    let ask = async |body: &Value| app.stranger().post_once("/api/v1/welcome", "first", body).await;
    let first = url_of(&ask(&body).await.problem(401, "second_factor_needed"));
    let second = url_of(&ask(&body).await.problem(401, "second_factor_needed"));
    assert_ne!(first, second);
    body["totp"] = json!(digits(&app, &second));
    assert_eq!(ask(&body).await.expect(201), ask(&body).await.expect(201));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typing_error_costs_no_second_picture_and_codes_come_with_the_first_right_digits() {
    let app = in_production().await;
    let code = app.appoint(town::CITY, Role::Staff, EMAIL).await;
    let browser = Browser::new(&app);
    let send = async |totp: &str, shown: &str| {
        let fields = [("code", &*code), ("password", PASSWORD), ("totp", totp), ("shown", shown)];
        browser.send("/welcome", &fields).await
    };
    let field = |page: &Answer| {
        let rest = page.text.split("name=\"shown\" value=\"").nth(1).expect("the field");
        rest.split('"').next().expect("its value").to_owned()
    };
    let asked = browser.send("/welcome", &[("code", &code), ("password", PASSWORD)]).await;
    let (picture, shown) = (scanned(&asked).expect("a picture"), field(&asked));
    let again = send(&wrong(&app, &picture), &shown).await;
    assert!(again.text.contains("6桁の数字が違います"), "{}", again.text);
    assert_eq!(scanned(&again).as_deref(), Some(&*picture), "the app knows it already");
    // Somebody else has the link and looks: what they see is another one, and so is what the owner scans then.
    let theirs = url_of(&welcome(&app, &code, None).await.problem(401, "second_factor_needed"));
    let again = send(&digits(&app, &picture), &shown).await;
    let fresh = scanned(&again).expect("a picture");
    assert!(fresh != picture && fresh != theirs);

    let page = send(&digits(&app, &fresh), &field(&again)).await;
    assert_eq!(page.status, 200);
    for text in ["予備のコードができました", "書き留めました", "href=\"/notifications\""] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let codes: Vec<String> = page.text.split("<code class=\"secret\">").skip(1).map(|rest| rest[..19].into()).collect();
    assert_eq!(codes.len(), 10);
    assert!(browser.open("/devices").await.text.contains("あと10個"), "who leaves the page is signed in");
    let _ = sign_in(&app, Some(codes[0].clone())).await.expect(201);
    sign_in(&app, Some(codes[0].clone())).await.problem(401, "wrong_second_factor");
    for (act, times) in [("set first password", 1), ("sign in", 1), ("spend recovery code", 1)] {
        let count = format!(
            "SELECT count(*) FROM audit WHERE act = '{act}' AND person_id IS NOT NULL AND address = '127.0.0.1'"
        );
        assert_eq!(app.number(&count).await, times, "{act}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_digits_close_the_door_to_strangers_and_to_nobody_else() {
    let app = in_production().await;
    let code = app.appoint(town::CITY, Role::Staff, EMAIL).await;
    let url = url_of(&welcome(&app, &code, None).await.problem(401, "second_factor_needed"));
    let own = Browser::new(&app);
    let fields = [("code", &*code), ("password", PASSWORD), ("totp", &*digits(&app, &url))];
    let page = own.send("/welcome", &fields).await;
    let recovery = page.text.split("<code class=\"secret\">").nth(1).expect("a code")[..19].to_owned();
    let by_page = async |browser: &Browser<'_>, totp: String| {
        browser.send("/signin", &[("email", EMAIL), ("password", PASSWORD), ("totp", &totp)]).await
    };

    // Her own browser has been here before. Four wrong ones and a right one are no series.
    app.ground.clock.advance(Duration::minutes(1));
    for _ in 0..4 {
        assert_eq!(by_page(&own, wrong(&app, &url)).await.status, 401);
    }
    assert_eq!(by_page(&own, digits(&app, &url)).await.status, 200);
    app.ground.clock.advance(Duration::minutes(1));
    for _ in 0..5 {
        sign_in(&app, Some(wrong(&app, &url))).await.problem(401, "wrong_second_factor");
    }
    // From here on even right ones are not looked at; it is one series, and in the log once.
    for _ in 0..2 {
        let closed = sign_in(&app, Some(digits(&app, &url))).await;
        let wait: u64 = closed.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
        assert!((1..=901).contains(&wait), "{wait}");
        closed.problem(429, "digits_closed");
    }
    let series = "SELECT count(*) FROM audit WHERE act = 'guess second factor' AND outcome = 'refused'
                  AND person_id IS NULL AND address IS NOT NULL";
    assert_eq!(app.number(series).await, 1);
    // The owner comes in by her own browser, or by a code; a stranger's page says so.
    assert_eq!(by_page(&own, digits(&app, &url)).await.status, 200);
    let _ = sign_in(&app, Some(recovery)).await.expect(201);
    let page = by_page(&Browser::new(&app), "123456".into()).await;
    assert_eq!(page.status, 429);
    assert!(page.text.contains("予備のコードか、前にサインインした端末"), "{}", page.text);
    app.ground.clock.advance(Duration::minutes(15));
    let _ = sign_in(&app, Some(digits(&app, &url))).await.expect(201);
}
