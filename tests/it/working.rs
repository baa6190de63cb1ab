//! The worker on its own: it wakes by itself, and ends when it is told to.

use std::time::{Duration, Instant};

use api::worker::Worker;
use serde_json::json;
use tests::{Phone, PushService, Reply, TestApp, town};
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
