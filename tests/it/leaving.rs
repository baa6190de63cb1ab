//! Who left is left alone, and what was taken back stays back: soon, while a batch is under way, and not only with the next one.
//!
//! The service answers so slowly that a batch would take twice as long as the rule allows. When a message came is when the service had it.

use std::time::{Duration, Instant};

use api::worker::Worker;
use serde_json::json;
use tests::{Phone, PushService, Reply, TestApp, actor::notice, town, until};

/// Sixty phones of three people at a service that takes one message at a time to begin with, and half a second for each.
async fn slowly(app: &TestApp, push: &PushService) -> Vec<Phone> {
    let phones = app.phones(push, 60).await;
    phones.iter().for_each(|phone| phone.answer([Reply::Slowly(Duration::from_millis(500))]));
    app.tamper(&format!("INSERT INTO push_origin (origin, at_once) VALUES ('{}', 1)", push.origin())).await;
    phones
}

fn tries(phones: &[Phone]) -> usize {
    phones.iter().map(Phone::tries).sum()
}

/// How long after `moment` the last message came.
fn last_after(phones: &[Phone], moment: Instant) -> Duration {
    let last = phones.iter().flat_map(Phone::tried).map(|message| message.at).max();
    last.expect("a message").saturating_duration_since(moment)
}

#[tokio::test(flavor = "multi_thread")]
async fn row_leaving_of_what_is_withdrawn_nothing_leaves_after_two_seconds() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phones = slowly(&app, &push).await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("町内会から", town::YAMA).await;
    let worker = Worker::new(&app.ground).expect("a worker");
    let turn = tokio::spawn(async move { worker.turn().await });
    until("the first messages", async || tries(&phones) >= 3).await;
    let _ = officer.post(&format!("/api/v1/notices/{id}/withdraw"), &json!({ "reason": "誤り" })).await.expect(200);
    let withdrawn = Instant::now();
    turn.await.expect("an end").expect("a turn");
    assert!(last_after(&phones, withdrawn) < Duration::from_secs(2), "{:?}", last_after(&phones, withdrawn));
    let rung = tries(&phones);
    assert!(rung < 60, "there was nothing left to be kept back");
    assert_eq!(app.number("SELECT count(*) FROM batch WHERE done_at IS NULL").await, 0);
    let delivery = officer.get(&format!("/api/v1/notices/{id}/delivery")).await.expect(200);
    assert_eq!((&delivery["accepted"], &delivery["left"]), (&json!(rung), &json!(60 - rung)));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_leaving_who_signed_out_is_not_rung_after_five_seconds() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let officer = app.officer(town::YAMA).await;
    let phones = slowly(&app, &push).await;
    let stays = push.phone();
    app.resident(town::YAMA).await.turn_on(&stays).await;
    let id = officer.announce("町内会から", town::YAMA).await;
    let worker = Worker::new(&app.ground).expect("a worker");
    let turn = tokio::spawn(async move { worker.turn().await });
    until("the first messages", async || tries(&phones) >= 3).await;
    // What signing out does, of all sixty at once.
    app.tamper(
        "UPDATE session SET ended_at = now()
         WHERE person_id IN (SELECT person_id FROM subscription GROUP BY person_id HAVING count(*) > 1)",
    )
    .await;
    let left = Instant::now();
    turn.await.expect("an end").expect("a turn");
    assert!(last_after(&phones, left) < Duration::from_secs(5), "{:?}", last_after(&phones, left));
    let rung = tries(&phones);
    assert!(rung < 60, "there was nobody left to be left alone");
    assert_eq!(stays.titles(), ["町内会から"], "and who stays is rung");
    let delivery = officer.get(&format!("/api/v1/notices/{id}/delivery")).await.expect(200);
    assert_eq!((&delivery["accepted"], &delivery["left"]), (&json!(rung + 1), &json!(60 - rung)));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_leaving_queued_messages_are_included() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let [signed_out, turned_off, moved, unseated, stays] = [(); 5].map(|()| push.phone());
    for phone in [&signed_out, &turned_off, &moved, &unseated, &stays] {
        phone.answer([Reply::Status(503, vec![("retry-after", "60")], "")]);
    }
    let leaver = app.leader(town::YAMA_1).await;
    leaver.turn_on(&signed_out).await;
    let careful = app.leader(town::YAMA_1).await;
    let id = careful.turn_on(&turned_off).await;
    let mover = app.leader(town::YAMA_1).await;
    mover.turn_on(&moved).await;
    app.leader(town::YAMA_2).await.turn_on(&unseated).await;
    app.leader(town::YAMA_1).await.turn_on(&stays).await;
    let mut to_officers = notice("役員会", town::YAMA);
    to_officers["audience"]["to"] = json!("officers");
    let officer = app.officer(town::YAMA).await;
    let draft = officer.draft(&to_officers).await;
    let _ = officer.publish(&draft).await.expect(200);
    app.work().await;

    assert_eq!(leaver.delete("/api/v1/session").await.status, 204);
    assert_eq!(careful.delete(&format!("/api/v1/push/subscriptions/{id}")).await.status, 204);
    // The browser goes over to somebody else, with its keys; a seat comes to its end.
    let _ = app.resident(town::KAWA).await.post("/api/v1/push/subscriptions", &moved.subscription()).await.expect(201);
    app.tamper(
        "UPDATE seat t SET starts_on = '2020-01-01', ends_on = '2020-12-31' FROM area a
         WHERE a.id = t.area_id AND a.code = '900001-1-01-001.2'",
    )
    .await;
    push.clock.advance(time::Duration::minutes(2));
    app.work().await;
    assert_eq!([&signed_out, &turned_off, &moved, &unseated, &stays].map(Phone::tries), [1, 1, 1, 1, 2]);
    assert_eq!(stays.titles(), ["役員・班長へのお知らせ"]);
}
