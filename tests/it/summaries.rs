//! Weekly summaries beside everything else: they come last, a few at a time, and say how their service does.

use api::push::{
    claim::{About, Claim, Room, claim},
    digest::sum_up,
    fan_out::fan_out,
};
use serde_json::json;
use tests::{Manner, Phone, PushService, Reply, TestApp, town, until};
use time::{Duration, Weekday};

use crate::bell::{forward, publish};

async fn take(app: &TestApp, room: &Room) -> Option<Claim> {
    claim(app.db(), room, app.ground.clock.now()).await.expect("a query")
}

#[tokio::test(flavor = "multi_thread")]
async fn summaries_are_claimed_when_nothing_else_is_due_however_long_they_have_waited() {
    let mut push = PushService::start().await;
    let other = push.another(Manner::Proper).await;
    let app = TestApp::start_with_push(&push).await;
    forward(&push, Some(Weekday::Friday), 12, 0);
    for service in [&push, &other] {
        app.resident(town::YAMA_1).await.turn_on(&service.phone()).await;
    }
    let officer = app.officer(town::YAMA).await;
    publish(&officer, "図書館だより", ("fyi", "office")).await;
    app.work().await;

    // No worker was there at ten.
    forward(&push, Some(Weekday::Saturday), 13, 0);
    sum_up(app.db(), push.clock.now()).await.expect("a plan");
    publish(&officer.refreshed().await, "断水", ("must_read", "works")).await;
    while fan_out(app.db(), push.clock.now()).await.expect("a plan") {}
    push.clock.advance(Duration::SECOND);
    let mut abouts = Vec::new();
    for _ in 0..4 {
        abouts.push(take(&app, &Room::default()).await.expect("a batch").about);
    }
    assert!(matches!(abouts[..], [About::Notice(_), About::Notice(_), About::Week, About::Week]), "{abouts:?}");

    // A worker has few of them in hand, and of each service one.
    let again = "UPDATE batch SET leased_until = NULL WHERE done_at IS NULL AND notice_id IS NULL";
    app.tamper(again).await;
    let busy = vec![push.origin().to_owned()];
    let of_the_other = take(&app, &Room { busy_weekly: busy, ..Room::default() }).await.expect("a batch");
    assert_eq!(of_the_other.origin, other.origin());
    assert!(take(&app, &Room { no_weekly: true, ..Room::default() }).await.is_none());
    app.tamper("DELETE FROM batch WHERE done_at IS NULL").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_summary_of_a_service_is_sent_at_a_time() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    forward(&push, Some(Weekday::Friday), 12, 0);
    let phones: Vec<Phone> = (0..3).map(|_| push.phone()).collect();
    for (phone, hour) in phones.iter().zip([8, 9, 10]) {
        phone.answer([Reply::Held]);
        let resident = app.resident(town::YAMA_1).await;
        resident.turn_on(phone).await;
        resident.rings(json!({ "weekly": { "weekday": 6, "hour": hour } })).await;
    }
    publish(&app.officer(town::YAMA).await, "図書館だより", ("fyi", "office")).await;
    app.work().await;
    forward(&push, Some(Weekday::Saturday), 11, 0);
    let worker = api::worker::Worker::new(&app.ground).expect("a worker");
    let turn = tokio::spawn(async move { worker.turn().await });
    until("the first is on its way", async || push.in_hand().0 > 0).await;
    push.let_go();
    turn.await.expect("a worker").expect("a turn");
    assert_eq!(phones.iter().map(|phone| phone.arrived().len()).sum::<usize>(), 3);
    assert_eq!(push.in_hand().1, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_summary_in_which_one_phone_was_called_too_fast_slows_the_service() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    forward(&push, Some(Weekday::Friday), 12, 0);
    let (hurried, other) = (push.phone(), push.phone());
    let (reader, resident) = (app.resident(town::YAMA_1).await, app.resident(town::YAMA_1).await);
    reader.turn_on(&hurried).await;
    resident.turn_on(&other).await;
    let officer = app.officer(town::YAMA).await;
    publish(&officer, "図書館だより", ("fyi", "office")).await;
    let read = publish(&officer, "花見の写真", ("fyi", "event")).await;
    app.work().await;
    let _ = reader.receipt(&read, false).await.expect(200);

    // Those with one unread notice are told first, those with two after them.
    hurried.answer([Reply::Status(429, vec![("retry-after", "30")], "")]);
    forward(&push, Some(Weekday::Saturday), 10, 0);
    app.work().await;
    assert_eq!((hurried.tries(), other.titles()), (1, vec!["今週のお知らせ 2件".to_owned()]));
    assert_eq!(app.number("SELECT at_once::bigint FROM push_origin").await, 32);
    push.clock.advance(Duration::minutes(1));
    app.work().await;
    assert_eq!(hurried.titles(), ["今週のお知らせ 1件"]);
}
