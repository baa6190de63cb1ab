//! Browsers register to be rung, and what they hand in is judged first.

use api::push::subscribe::end_signed_out;
use serde_json::{Value, json};
use tests::{PushService, TestApp, town};

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
