//! Whose hands an account is in: an address alone vouches for nobody, and what somebody holds does.

use entity::seat::Role;
use serde_json::{Value, json};
use tests::{Actor, Answer, Browser, TestApp, actor::notice, town};
use time::Duration;

const VICTIM: &str = "midori@city.example";
const THEIRS: &str = "わたしだけの ことば";
const OWN: &str = "ひらけごま ひらけごま";

/// The code of the link in an answer.
fn code(appointed: &Value) -> String {
    let link = appointed["invitation"]["link"].as_str().expect("a link");
    link.split('#').nth(1).expect("a code").to_owned()
}

async fn welcomed<'a>(app: &'a TestApp, code: &str, password: &str) -> Actor<'a> {
    let body = json!({ "code": code, "password": password });
    app.signed_in(app.stranger().post("/api/v1/welcome", &body).await.expect(201))
}

async fn appoint(giver: &Actor<'_>, area: &str, role: &str, email: &str) -> Answer {
    let seat = json!({ "area": area, "role": role, "email": email, "name": "青葉 みどり" });
    giver.post("/api/v1/seats", &seat).await
}

async fn hand_over(app: &TestApp, holder: &Actor<'_>, email: &str) -> Answer {
    let me = holder.get("/api/v1/me").await.expect(200);
    let path = format!("/api/v1/seats/{}/handover", me["seats"][0]["id"].as_str().expect("a seat"));
    let first = (app.ground.clock.today() + Duration::DAY).to_string();
    holder.post(&path, &json!({ "email": email, "name": "次郎", "starts_on": first })).await
}

async fn signs_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.stranger().post("/api/v1/session", &json!({ "email": email, "password": password })).await
}

async fn roles(actor: &Actor<'_>) -> Vec<String> {
    let me = actor.get("/api/v1/me").await.expect(200);
    let seats = me["seats"].as_array().expect("seats").iter();
    seats.map(|seat| format!("{} {}", seat["role"].as_str().unwrap_or(""), seat["area"]["code"])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_made_with_somebody_elses_address_is_worth_nothing_to_who_made_it() {
    let app = TestApp::start().await;
    let (officer, city) = (app.officer(town::YAMA).await, app.staff(town::CITY).await);
    // An officer names the address of somebody in the ward office, opens the link himself, and waits.
    let named = appoint(&officer, town::YAMA_1, "leader", VICTIM).await.expect(201);
    let seat = named["id"].as_str().expect("an id").to_owned();
    let taken = welcomed(&app, &code(&named), OWN).await;

    // The city appoints her. What the officer made is not believed: she gets a link, and he is out.
    let appointed = appoint(&city, town::EAST, "staff", VICTIM).await.expect(201);
    let link = code(&appointed);
    taken.get("/api/v1/me").await.problem(401, "unauthenticated");
    let refresh = json!({ "refresh_token": taken.tokens["refresh_token"] });
    app.stranger().post("/api/v1/session/refresh", &refresh).await.problem(401, "invalid_refresh_token");
    signs_in(&app, VICTIM, OWN).await.problem(401, "wrong_credentials");
    // Nor does he get another link, however he asks.
    officer.post(&format!("/api/v1/seats/{seat}/link"), &json!({})).await.problem(409, "signs_in_already");
    assert_eq!(appoint(&officer, town::YAMA_2, "leader", VICTIM).await.expect(201)["invitation"], json!(null));
    assert_eq!(hand_over(&app, &officer, VICTIM).await.expect(201)["invitation"], json!(null));

    let midori = welcomed(&app, &link, THEIRS).await;
    assert!(roles(&midori).await.contains(&format!("staff \"{}\"", town::EAST)));
    let _ = signs_in(&app, VICTIM, THEIRS).await.expect(201);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'start account anew'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_kept_back_dies_when_somebody_above_appoints() {
    let app = TestApp::start().await;
    let (officer, ward) = (app.officer(town::YAMA).await, app.staff(town::EAST).await);
    let kept_back = code(&appoint(&officer, town::YAMA_1, "leader", VICTIM).await.expect(201));
    let appointed = appoint(&ward, town::YAMA, "officer", VICTIM).await.expect(201);
    let body = json!({ "code": kept_back, "password": OWN });
    app.stranger().post("/api/v1/welcome", &body).await.problem(422, "invalid_code");
    let midori = welcomed(&app, &code(&appointed), THEIRS).await;
    assert_eq!(roles(&midori).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_association_believes_no_account_of_another_one() {
    let app = TestApp::start().await;
    let (yama, kawa) = (app.officer(town::YAMA).await, app.officer(town::KAWA).await);
    let named = appoint(&yama, town::YAMA_1, "leader", VICTIM).await.expect(201);
    let taken = welcomed(&app, &code(&named), OWN).await;
    // He would hold the other association's seat. It neither gets him nor shuts anybody out who leads a group elsewhere.
    let refused = hand_over(&app, &kawa, VICTIM).await.problem(409, "another_address_needed");
    assert!(refused["detail"].as_str().is_some_and(|text| text.contains("別のメールアドレス")), "{refused}");
    assert_eq!(roles(&taken).await, [format!("leader \"{}\"", town::YAMA_1)]);
    // The refused handing over has left nothing behind.
    let _ = hand_over(&app, &kawa, "saburo@asahi.example").await.expect(201);
    // Nor is it for the staff of another ward: the seat that is there is not theirs to give.
    let west = app.staff(town::WEST).await;
    hand_over(&app, &west, VICTIM).await.problem(409, "another_address_needed");
    // On the page it is said in words.
    let code = app.appoint(town::KAWA, Role::Officer, "kaicho@kawa.example").await;
    let browser = Browser::new(&app);
    let _ = browser.send("/welcome", &[("code", &code), ("password", OWN)]).await;
    let me: Value = browser.open("/api/v1/me").await.json();
    let path = format!("/seats/{}/handover", me["seats"][0]["id"].as_str().expect("a seat"));
    let first = (app.ground.clock.today() + Duration::DAY).to_string();
    let page = browser.send(&path, &[("name", "次郎"), ("email", VICTIM), ("starts_on", &first)]).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("別のメールアドレスを使うか") && page.text.contains(VICTIM), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_known_keeps_their_account() {
    let app = TestApp::start().await;
    let (officer, city) = (app.officer(town::YAMA).await, app.staff(town::CITY).await);
    // A leader becomes an officer of the same association.
    let named = appoint(&officer, town::YAMA_1, "leader", "han@asahi.example").await.expect(201);
    let leader = welcomed(&app, &code(&named), THEIRS).await;
    assert_eq!(hand_over(&app, &officer, "Han@asahi.example").await.expect(201)["invitation"], json!(null));
    app.ground.clock.advance(Duration::DAY);
    let (leader, city) = (leader.refreshed().await, city.refreshed().await);
    let _ = leader.draft(&notice("会長から", town::YAMA)).await;
    let _ = signs_in(&app, "han@asahi.example", THEIRS).await.expect(201);

    // Staff of a ward get a seat in another one, and one in an association.
    let first = app.appoint(town::EAST, Role::Staff, VICTIM).await;
    let midori = welcomed(&app, &first, THEIRS).await;
    for (giver, area, role) in
        [(&city, town::WEST, "staff"), (&city, town::YAMA, "officer"), (&leader, town::YAMA_2, "leader")]
    {
        assert_eq!(appoint(giver, area, role, VICTIM).await.expect(201)["invitation"], json!(null), "{area}");
    }
    assert_eq!(roles(&midori).await.len(), 4);
    let _ = signs_in(&app, VICTIM, THEIRS).await.expect(201);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'start account anew'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_seats_is_started_anew_and_no_residents_is() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let named = appoint(&officer, town::YAMA_1, "leader", VICTIM).await.expect(201);
    let before = welcomed(&app, &code(&named), OWN).await;
    let seat = named["id"].as_str().expect("an id");
    let _ = officer.delete(&format!("/api/v1/seats/{seat}")).await.expect(200);
    let again = appoint(&officer, town::YAMA_2, "leader", VICTIM).await.expect(201);
    before.get("/api/v1/me").await.problem(401, "unauthenticated");
    let midori = welcomed(&app, &code(&again), THEIRS).await;
    assert_eq!(roles(&midori).await, [format!("leader \"{}\"", town::YAMA_2)]);

    // She lives there as well, and gives up her seat: what her household reads is nobody's to open.
    app.tamper(
        "UPDATE person SET household_id = (SELECT id FROM household LIMIT 1)
         FROM account a WHERE a.person_id = person.id AND a.email = 'midori@city.example'",
    )
    .await;
    let seat = again["id"].as_str().expect("an id");
    let _ = midori.delete(&format!("/api/v1/seats/{seat}")).await.expect(200);
    appoint(&officer, town::YAMA_1, "leader", VICTIM).await.problem(409, "another_address_needed");
    assert_eq!(midori.get("/api/v1/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_runs_the_server_opens_an_account_again_for_who_has_lost_everything() {
    let app = TestApp::start_with(&[
        ("KAIRAN_ENV", "production"),
        ("KAIRAN_LIMITS", "on"),
        ("KAIRAN_PUBLIC_ORIGIN", "https://kairan.asahi.example"),
        ("KAIRAN_VAPID_SUBJECT", "mailto:kairan@asahi.example"),
    ])
    .await;
    let enrol = async |code: &str, password: &str| {
        let mut body = json!({ "code": code, "password": password });
        let needed = app.stranger().post("/api/v1/welcome", &body).await.problem(401, "second_factor_needed");
        let url = needed["otpauth_url"].as_str().expect("an address to scan").to_owned();
        let now = u64::try_from(app.ground.clock.now().unix_timestamp()).expect("a time");
        let digits = totp_rs::Totp::from_url(&url).expect("an otpauth address").generate(now).to_string();
        body["totp"] = json!(digits);
        (url, app.signed_in(app.stranger().post("/api/v1/welcome", &body).await.expect(201)))
    };
    let (first, before) = enrol(&app.appoint(town::EAST, Role::Staff, VICTIM).await, OWN).await;
    let codes = before.post("/api/v1/recovery-codes", &json!({ "password": OWN })).await.expect(201);

    let link = app.appoint(town::EAST, Role::Staff, VICTIM).await;
    before.get("/api/v1/me").await.problem(401, "unauthenticated");
    let session = json!({ "email": VICTIM, "password": OWN, "totp": codes["codes"][0] });
    app.stranger().post("/api/v1/session", &session).await.problem(401, "wrong_credentials");
    let (second, midori) = enrol(&link, THEIRS).await;
    assert_ne!(first, second, "the lost app is worth nothing");
    assert_eq!(roles(&midori).await, [format!("staff \"{}\"", town::EAST)], "the seat is held on");
    let session = json!({ "email": VICTIM, "password": THEIRS, "totp": codes["codes"][1] });
    app.stranger().post("/api/v1/session", &session).await.problem(401, "wrong_second_factor");
}
