//! Who does not use a device for long is signed out on it; what was used up long ago is forgotten.

use api::identity;
use entity::{city, ids::CityId, seat::Role};
use sea_orm::EntityTrait as _;
use serde_json::json;
use tests::{Browser, TestApp, town};
use time::Duration;

const PASSWORD: &str = "correct horse battery";

async fn city(app: &TestApp) -> CityId {
    city::Entity::find().one(app.db()).await.expect("a query").expect("a city").id
}

async fn seat_holder<'a>(app: &'a TestApp, area: &str, role: Role, email: &str) -> Browser<'a> {
    let code = app.appoint(area, role, email).await;
    let browser = Browser::new(app);
    assert_eq!(browser.send("/welcome", &[("code", &code), ("password", PASSWORD)]).await.status, 200);
    browser
}

async fn resident<'a>(app: &'a TestApp) -> Browser<'a> {
    let browser = Browser::new(app);
    let page = browser.send("/join", &[("code", &app.slip(town::YAMA_1)), ("consent", "1")]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    browser
}

/// How many are signed out by the chore.
async fn ended(app: &TestApp) -> u64 {
    identity::end_idle(app.db(), city(app).await, app.ground.clock.now()).await.expect("done")
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_who_were_away_for_more_than_a_fortnight_sign_in_again_and_officers_do_not() {
    let app = TestApp::start().await;
    let weekly = seat_holder(&app, town::CITY, Role::Staff, "koho@asahi.example").await;
    let away = seat_holder(&app, town::WEST, Role::Staff, "nishi@asahi.example").await;
    let officer = seat_holder(&app, town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let session = json!({ "email": "nishi@asahi.example", "password": PASSWORD });
    let program = app.stranger().post("/api/v1/session", &session).await.expect(201);

    app.ground.clock.advance(Duration::days(14));
    assert_eq!(weekly.open("/api/v1/me").await.status, 200, "a fortnight is no absence");
    tests::until("the day is noted", async || {
        app.number("SELECT count(*) FROM session WHERE seen_on > (created_at AT TIME ZONE 'Asia/Tokyo')::date").await
            == 1
    })
    .await;
    assert_eq!(ended(&app).await, 0);

    // At once, whether a worker has been round or not.
    app.ground.clock.advance(Duration::DAY);
    assert_eq!(away.open("/api/v1/me").await.status, 401);
    let refresh = json!({ "refresh_token": program["refresh_token"] });
    app.stranger().post("/api/v1/session/refresh", &refresh).await.problem(401, "invalid_refresh_token");
    assert_eq!(weekly.open("/api/v1/me").await.status, 200);
    assert_eq!(officer.open("/api/v1/me").await.status, 200);

    assert_eq!(ended(&app).await, 2, "browser and program of the one who was away");
    assert_eq!(ended(&app).await, 0, "nothing is done twice");
    assert_eq!(app.number("SELECT count(*) FROM session WHERE ended_at IS NULL").await, 2);
    let page = away.send("/signin", &[("email", "nishi@asahi.example"), ("password", PASSWORD)]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(away.open("/api/v1/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_stays_signed_in_for_a_year_and_a_month_without_looking() {
    let app = TestApp::start().await;
    let (looks, does_not) = (resident(&app).await, resident(&app).await);
    app.ground.clock.advance(Duration::days(400));
    assert_eq!(looks.open("/api/v1/me").await.status, 200);
    app.ground.clock.advance(Duration::DAY);
    assert_eq!(does_not.open("/api/v1/me").await.status, 401);
    assert!(does_not.open("/").await.text.contains("サインイン"), "they are told what to do");
    assert_eq!(resident(&app).await.open("/api/v1/me").await.status, 200, "the slip lets them in again");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_now_and_then_is_not_signed_out_by_their_browser() {
    let app = TestApp::start().await;
    let phone = resident(&app).await;
    phone.keep("kairan-language", Some("ja-yasashii"));
    let given = async |path: &str| {
        let page = phone.ask(path).await;
        let cookies = page.headers.get_all("set-cookie").iter().map(|one| one.to_str().expect("a cookie").to_owned());
        cookies.filter(|one| one.contains("Max-Age=")).collect::<Vec<_>>()
    };
    assert_eq!(given("/").await, [""; 0], "they have just been given");
    app.ground.clock.advance(Duration::days(300));
    assert_eq!(given("/api/v1/me").await, [""; 0], "a program's answer gives none");
    tests::until("the day is noted", async || {
        app.number("SELECT count(*) FROM session WHERE seen_on > (created_at AT TIME ZONE 'Asia/Tokyo')::date").await
            == 1
    })
    .await;
    app.ground.clock.advance(Duration::DAY);
    let [sign_in, language] = &given("/").await[..] else { panic!("two cookies") };
    assert!(sign_in.starts_with(&format!("kairan={}", phone.cookie("kairan").expect("a sign-in"))), "{sign_in}");
    assert!(sign_in.contains("Max-Age=34560000") && sign_in.contains("HttpOnly"), "400 days: {sign_in}");
    assert!(language.starts_with("kairan-language=ja-yasashii"), "{language}");

    // What a home screen opens leads on to a page, and by then it may be noted that they were here today.
    app.ground.clock.advance(Duration::DAY);
    let given = given("/start").await;
    assert!(given.iter().any(|cookie| cookie.starts_with("kairan=")), "{given:?}");
    let page = phone.send("/signout", &[]).await;
    assert_eq!(page.status, 200);
    assert_eq!(phone.cookie("kairan").filter(|left| !left.is_empty()), None, "signing out takes it away");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_forgotten_ninety_days_after_its_use() {
    let app = TestApp::start().await;
    let phone = app.resident(town::YAMA_1).await;
    let next = phone.refreshed().await;
    let city = city(&app).await;
    let forgotten = async || identity::forget_used_tokens(app.db(), city, app.ground.clock.now()).await.expect("done");
    app.ground.clock.advance(Duration::days(89));
    assert_eq!(forgotten().await, 0);
    let _ = next.refreshed().await;
    app.ground.clock.advance(Duration::days(2));
    assert_eq!((forgotten().await, forgotten().await), (1, 0), "the first, and once");
    assert_eq!(app.number("SELECT count(*) FROM refresh_token").await, 2);
}
