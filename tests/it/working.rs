//! The worker on its own: it wakes by itself, and ends when it is told to.

use std::time::{Duration, Instant};

use api::{clock::Clock, postgres, server::Ground, worker::Worker};
use serde_json::json;
use tests::{Phone, PushService, Reply, TestApp, actor::notice, link::breakable_link, server::lease, town};
use time::format_description::well_known::Rfc3339;
use tokio::{sync::watch, task::JoinHandle};

/// A worker at work.
fn at_work(app: &TestApp) -> (watch::Sender<bool>, JoinHandle<()>) {
    let worker = Worker::new(&app.ground).expect("a worker");
    let (stop, stopped) = watch::channel(false);
    (stop, tokio::spawn(async move { worker.run(stopped).await }))
}

/// Waits until a phone was tried so often, as long as a person would.
async fn until(phone: &Phone, tries: usize) {
    let begun = Instant::now();
    while phone.tries() < tries {
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_wakes_by_itself_and_ends_when_told() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phone = push.phone();
    app.resident(town::YAMA_1).await.turn_on(&phone).await;
    let (stop, worker) = at_work(&app);
    let officer = app.officer(town::YAMA).await;
    officer.announce("一つ目", town::YAMA).await;
    until(&phone, 1).await;
    let second = officer.announce("二つ目", town::YAMA).await;
    until(&phone, 2).await;
    let correction = json!({ "title": "二つ目、訂正", "reason": "誤り" });
    let _ = officer.post(&format!("/api/v1/notices/{second}/correct"), &correction).await.expect(200);
    until(&phone, 3).await;
    stop.send_replace(true);
    worker.await.expect("an end");
    assert_eq!(phone.titles(), ["一つ目", "二つ目", "【訂正】二つ目、訂正"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_told_to_end_begins_nothing_more() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    // One that is refused is tried again after a second: by then the worker has been told.
    let phone = push.phone();
    app.resident(town::YAMA_1).await.turn_on(&phone).await;
    phone.answer([Reply::Status(503, vec![("retry-after", "60")], "")]);
    let (stop, worker) = at_work(&app);
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    until(&phone, 1).await;
    stop.send_replace(true);
    worker.await.expect("an end");
    assert_eq!(app.number("SELECT count(*) FROM batch WHERE done_at IS NULL AND leased_until IS NULL").await, 1);
    push.clock.advance(time::Duration::minutes(2));
    assert_eq!(phone.tries(), 1);
    app.work().await;
    assert_eq!(phone.titles(), ["町内会から"], "and the next worker goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_whose_clock_is_wrong_sends_what_is_due_and_nothing_else() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phone = push.phone();
    app.resident(town::YAMA_1).await.turn_on(&phone).await;
    let officer = app.officer(town::YAMA).await;
    let tomorrow = (app.ground.clock.now() + time::Duration::hours(20)).format(&Rfc3339).expect("a time");
    let mut draft = notice("明日から", town::YAMA);
    draft["publish_at"] = json!(tomorrow);
    let id = officer.draft(&draft).await;
    let _ = officer.publish(&id).await.expect(200);
    let _ = officer.announce("今日", town::YAMA).await;

    let right = app.ground.clock.clone();
    let clock = Clock::following(move || right.now() + time::Duration::hours(25));
    let ground = Ground { clock, ..app.ground.clone() }.keeping_time().await;
    let worker = Worker::new(&ground).expect("a worker");
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(async move { worker.run(stopped).await });
    // The service refuses what is signed for more than a day ahead.
    until(&phone, 1).await;
    stop.send_replace(true);
    worker.await.expect("an end");
    assert_eq!(phone.titles(), ["今日"]);
    assert_eq!(app.number("SELECT count(*) FROM batch WHERE done_at < now() + interval '1 minute'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_the_database_that_falls_silent_keeps_nothing_for_long() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phones = app.phones(&push, 20).await;
    let (near, switch) = breakable_link(([127, 0, 0, 1], lease().port()).into()).await;
    let url = lease().url(app.database()).replace(&format!(":{}/", lease().port()), &format!(":{near}/"));
    let db = postgres::connect(&url.into(), 6).await.expect("a database");
    let worker = Worker::new(&Ground { db, ..app.ground.clone() }).expect("a worker");
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(async move { worker.run(stopped).await });
    let officer = app.officer(town::YAMA).await;
    officer.announce("一つ目", town::YAMA).await;
    until(&phones[0], 1).await;
    // All that is open falls silent, in the midst of whatever is asked; what is opened from here on is as usual.
    switch.hush();
    officer.announce("二つ目", town::YAMA).await;
    for phone in &phones {
        until(phone, 2).await;
    }
    stop.send_replace(true);
    worker.await.expect("an end");
    // What was sent and could not be recorded any more has come twice, under the same Topic.
    for phone in &phones {
        let mut titles = phone.titles();
        titles.dedup();
        assert_eq!(titles, ["一つ目", "二つ目"]);
    }
}
