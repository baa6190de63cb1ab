//! Browsers register to be rung, and what they hand in is judged first.

use api::push::{
    claim::{Room, claim},
    fan_out::fan_out,
    outcome::{Outcome, Sent},
    record::{Report, record},
    subscribe::end_signed_out,
};
use serde_json::{Value, json};
use tests::{Actor, Manner, Phone, PushService, TestApp, town};

use crate::bell::{forward, publish};

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_parsed_before_it_is_believed() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (owner, other) = (app.resident(town::YAMA_1).await, app.resident(town::KAWA).await);
    let phone = push.phone();
    let good = phone.subscription();
    let post = async |body: &Value| owner.post("/api/v1/push/subscriptions", body).await;
    let with = |pointer: &str, value: &str| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).expect("a field") = json!(value);
        body
    };
    for endpoint in [
        "https://evil.example/push",
        "http://localhost/push",
        "https://localhost:1/push",
        "https://127.0.0.1/x",
        "nonsense",
        "",
    ] {
        post(&with("/endpoint", endpoint)).await.refused_at("/endpoint");
    }
    post(&with("/endpoint", &format!("{}{}", good["endpoint"].as_str().expect("text"), "x".repeat(2_000))))
        .await
        .refused_at("/endpoint");
    for key in ["", "AAAA", &"A".repeat(87), "not base64!"] {
        post(&with("/keys/p256dh", key)).await.refused_at("/keys/p256dh");
    }
    post(&with("/keys/auth", "AAAA")).await.refused_at("/keys/auth");
    let mut more = good.clone();
    more["name"] = json!("x");
    post(&more).await.refused_at("/name");
    assert_eq!(app.number("SELECT count(*) FROM subscription").await, 0);

    let key = owner.get("/api/v1/push/key").await.expect(200);
    assert_eq!(key["public_key"].as_str().map(str::len), Some(87));
    let first = post(&good).await.expect(201);
    assert_eq!(first["renew"], false);
    assert_eq!(post(&good).await.expect(200)["id"], first["id"]);

    // An address that leaked silences nobody; who holds the phone itself takes it over.
    let mut leaked = push.phone().subscription();
    leaked["endpoint"] = good["endpoint"].clone();
    other.post("/api/v1/push/subscriptions", &leaked).await.problem(409, "endpoint_taken");
    let _ = other.post("/api/v1/push/subscriptions", &good).await.expect(201);
    assert_eq!(app.number("SELECT count(*) FROM subscription").await, 1);
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!(phone.tries(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_404_410_what_a_service_has_given_up_stays_ended_for_whoever_brings_it() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let mut phone = push.phone();
    let (owner, next) = (app.resident(town::YAMA_1).await, app.resident(town::YAMA_1).await);
    owner.turn_on(&phone).await;
    phone.answer_status([410]);
    let officer = app.officer(town::YAMA).await;
    officer.announce("一つ目", town::YAMA).await;
    app.work().await;
    let again = owner.post("/api/v1/push/subscriptions", &phone.subscription()).await.expect(200);
    assert_eq!(again["renew"], true, "its page subscribes again");
    let inherited = next.post("/api/v1/push/subscriptions", &phone.subscription()).await.expect(201);
    assert_eq!(inherited["renew"], true, "and so does that of who has the phone next");
    officer.announce("二つ目", town::YAMA).await;
    app.work().await;
    assert_eq!(phone.tries(), 1);

    // A service may give the same address to who subscribes afresh: the keys tell.
    phone.change_keys();
    let afresh = next.post("/api/v1/push/subscriptions", &phone.subscription()).await.expect(200);
    assert_eq!(afresh["renew"], false);
    officer.announce("三つ目", town::YAMA).await;
    app.work().await;
    assert_eq!(phone.titles(), ["三つ目"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_on_a_phone_on_which_somebody_signed_out_is_rung_there() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (phone, first, second) = (push.phone(), app.resident(town::YAMA_1).await, app.resident(town::YAMA_1).await);
    first.turn_on(&phone).await;
    assert_eq!(first.delete("/api/v1/session").await.status, 204);
    assert_eq!(end_signed_out(app.db()).await.expect("a query"), 1);
    let taken_over = second.post("/api/v1/push/subscriptions", &phone.subscription()).await.expect(201);
    assert_eq!(taken_over["renew"], false, "its service has said nothing");
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!(phone.titles(), ["町内会から"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_registers_twice_at_once_is_there_once() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let resident = app.resident(town::YAMA_1).await;
    let phone = push.phone();
    let subscription = phone.subscription();
    let tries = (0..6).map(|_| resident.post("/api/v1/push/subscriptions", &subscription));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 5);
    assert_eq!(app.number("SELECT count(*) FROM subscription").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_twenty_browsers_at_most_and_the_newest_stay() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let resident = app.resident(town::YAMA_1).await;
    let mut phones = Vec::new();
    for _ in 0..22 {
        let phone = push.phone();
        resident.turn_on(&phone).await;
        phones.push(phone);
    }
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    let shown: Vec<usize> = phones.iter().map(|phone| phone.arrived().len()).collect();
    assert_eq!(shown, [vec![0; 2], vec![1; 20]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_the_morning_rings_where_the_phone_has_another_address_by_then() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (evening, morning) = (push.phone(), push.phone());
    let sleeper = app.resident(town::YAMA_1).await;
    let id = sleeper.turn_on(&evening).await;
    sleeper.rings(json!({ "quiet_hours": { "from": 20, "to": 8 } })).await;
    forward(&push, None, 20, 5);
    let officer = app.officer(town::YAMA).await;
    publish(&officer, "断水", ("must_read", "works")).await;
    app.work().await;
    forward(&push, None, 3, 0);
    evening.answer_status([410; 5]);
    let mut renewed = morning.subscription();
    renewed["replaces"] = evening.subscription()["endpoint"].clone();
    let kept = sleeper.refreshed().await.post("/api/v1/push/subscriptions", &renewed).await.expect(200);
    assert_eq!(kept["id"], json!(id));
    app.work().await;
    assert_eq!((evening.tries(), morning.tries()), (0, 0));
    forward(&push, None, 8, 0);
    app.work().await;
    assert_eq!((evening.tries(), morning.titles()), (0, vec!["断水".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_ownership_nobody_takes_the_place_of_somebody_elses_phone() {
    let mut push = PushService::start().await;
    let elsewhere = push.another(Manner::Proper).await;
    let app = TestApp::start_with_push(&push).await;
    let (owner, other) = (app.resident(town::YAMA_1).await, app.resident(town::YAMA_1).await);
    let (phone, of_other, of_owner) = (push.phone(), push.phone(), elsewhere.phone());
    owner.turn_on(&phone).await;
    let post = async |who: &Actor<'_>, phone: &Phone, replaces: &Value| {
        let mut body = phone.subscription();
        body["replaces"] = replaces.clone();
        let _ = who.post("/api/v1/push/subscriptions", &body).await.expect(201);
    };
    let before = phone.subscription()["endpoint"].clone();
    post(&other, &of_other, &before).await;
    // What waits is one service's: at another one it is another phone.
    post(&owner, &of_owner, &before).await;
    post(&other, &push.phone(), &json!("nonsense")).await;
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!([&phone, &of_other, &of_owner].map(|phone| phone.arrived().len()), [1; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_former_address_is_answered_does_not_end_the_one_that_took_its_place() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (former, present) = (push.phone(), push.phone());
    let resident = app.resident(town::YAMA_1).await;
    resident.turn_on(&former).await;
    let officer = app.officer(town::YAMA).await;
    officer.announce("一つ目", town::YAMA).await;
    let now = push.clock.now();
    fan_out(app.db(), now).await.expect("a plan");
    let in_hand = claim(app.db(), &Room::default(), now).await.expect("a query").expect("a batch");
    let mut renewed = present.subscription();
    renewed["replaces"] = former.subscription()["endpoint"].clone();
    let _ = resident.post("/api/v1/push/subscriptions", &renewed).await.expect(200);
    let gone = Report { revision: 1, sent: vec![Sent::not(Outcome::Gone)], window: None };
    assert!(record(app.db(), &in_hand, &gone, push.clock.now()).await.expect("a query"));
    officer.announce("二つ目", town::YAMA).await;
    app.work().await;
    assert_eq!((former.tries(), present.titles()), (0, vec!["二つ目".to_owned()]));
}
