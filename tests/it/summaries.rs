//! Weekly summaries beside everything else: they come last, tell of what nothing else told, and say so of the service to which they go.

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

#[tokio::test(flavor = "multi_thread")]
async fn who_changes_the_hour_of_their_summary_is_told_of_all_that_came_out_meanwhile() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    forward(&push, Some(Weekday::Saturday), 12, 0);
    let (earlier, monday, twice) = (push.phone(), push.phone(), push.phone());
    let mut people = Vec::new();
    for phone in [&earlier, &monday, &twice] {
        let resident = app.resident(town::YAMA_1).await;
        resident.turn_on(phone).await;
        people.push(resident);
    }
    people[1].rings(json!({ "weekly": { "weekday": 3, "hour": 18 } })).await;
    app.work().await;
    forward(&push, Some(Weekday::Thursday), 9, 0);
    let officer = app.officer(town::YAMA).await;
    publish(&officer, "図書館だより", ("fyi", "office")).await;
    app.work().await;

    // Half an hour before it would have rung on Saturday; from Wednesday to Monday, on a Monday afternoon; and from day to day.
    forward(&push, Some(Weekday::Saturday), 9, 30);
    for (place, person) in people.iter_mut().enumerate() {
        *person = person.refreshed().await;
        if place != 1 {
            person.rings(json!({ "weekly": { "weekday": 6, "hour": 9 } })).await;
        }
    }
    forward(&push, Some(Weekday::Monday), 12, 0);
    app.work().await;
    people[1] = people[1].refreshed().await;
    people[1].rings(json!({ "weekly": { "weekday": 1, "hour": 9 } })).await;
    forward(&push, Some(Weekday::Friday), 12, 0);
    app.work().await;
    people[2] = people[2].refreshed().await;
    people[2].rings(json!({ "weekly": { "weekday": 4, "hour": 9 } })).await;
    let tries = || [&earlier, &monday, &twice].map(Phone::tries);
    assert_eq!(tries(), [0; 3]);
    for (day, rung) in [(Weekday::Saturday, [1, 0, 0]), (Weekday::Monday, [1, 1, 0]), (Weekday::Thursday, [1, 1, 1])] {
        forward(&push, Some(day), 9, 0);
        app.work().await;
        assert_eq!(tries(), rung, "{day}");
    }
    for phone in [&earlier, &monday, &twice] {
        assert_eq!(phone.titles(), ["今週のお知らせ 1件"]);
    }
    for day in [Weekday::Saturday, Weekday::Monday, Weekday::Thursday] {
        forward(&push, Some(day), 9, 0);
        app.work().await;
    }
    assert_eq!(tries(), [1; 3], "nothing is told again");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_each_at_once_from_now_on_gets_a_last_summary_of_what_came_out_before() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    forward(&push, Some(Weekday::Wednesday), 12, 0);
    let (changed, always, never) = (push.phone(), push.phone(), push.phone());
    let mut people = Vec::new();
    for phone in [&changed, &always, &never] {
        let resident = app.resident(town::YAMA_1).await;
        resident.turn_on(phone).await;
        people.push(resident);
    }
    people[1].rings(json!({ "fyi": "at_once" })).await;
    let officer = app.officer(town::YAMA).await;
    publish(&officer, "図書館だより", ("fyi", "office")).await;
    app.work().await;
    forward(&push, Some(Weekday::Thursday), 12, 0);
    app.work().await;
    for (person, fyi) in people.iter_mut().zip(["at_once", "at_once", "never"]) {
        *person = person.refreshed().await;
        person.rings(json!({ "fyi": fyi, "muted": ["event"] })).await;
    }
    forward(&push, Some(Weekday::Friday), 12, 0);
    publish(&officer.refreshed().await, "ごみ袋の色", ("fyi", "garbage")).await;
    app.work().await;
    forward(&push, Some(Weekday::Saturday), 10, 0);
    app.work().await;
    assert_eq!(changed.titles(), ["ごみ袋の色", "今週のお知らせ 1件"]);
    assert_eq!(always.titles(), ["図書館だより", "ごみ袋の色"], "they were rung for all of it");
    assert_eq!(never.tries(), 0);
    forward(&push, Some(Weekday::Saturday), 12, 0);
    app.work().await;
    assert_eq!([&changed, &always, &never].map(Phone::tries), [2, 2, 0]);
}
