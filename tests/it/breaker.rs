//! What one worker learns of a push service all workers know: the breaker and the pace are in the database, and nowhere else.

use api::{
    push::{
        claim::{Room, claim},
        fan_out::fan_out,
    },
    worker::Worker,
};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Statement};
use serde_json::json;
use tests::{Phone, PushService, Reply, TestApp, town, until};
use time::{Duration, OffsetDateTime};

/// A failure that names a time which no back-off would: what is tried again comes when the test says so.
fn later(status: u16) -> Reply {
    Reply::Status(status, vec![("retry-after", "600")], "")
}

fn tries(phones: &[Phone]) -> usize {
    phones.iter().map(Phone::tries).sum()
}

fn shown(phones: &[Phone]) -> usize {
    phones.iter().map(|phone| phone.arrived().len()).sum()
}

async fn workers(app: &TestApp) -> [Worker; 2] {
    [(); 2].map(|()| Worker::new(&app.ground).expect("a worker"))
}

async fn origin(app: &TestApp, what: &str) -> i64 {
    app.number(&format!("SELECT ({what})::bigint FROM push_origin")).await
}

async fn moment(app: &TestApp, column: &str) -> OffsetDateTime {
    let query = Statement::from_string(DatabaseBackend::Postgres, format!("SELECT {column} FROM push_origin"));
    let row = app.db().query_one_raw(query).await.expect("a query").expect("a row");
    row.try_get_by_index(0).expect("a time")
}

#[tokio::test(flavor = "multi_thread")]
async fn row_401_403_a_wave_that_one_worker_sees_stops_the_other() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let mut phones = Vec::new();
    for home in std::iter::repeat_n(town::YAMA, 12).chain([town::OKA; 6]) {
        let phone = push.phone();
        app.resident(home).await.turn_on(&phone).await;
        phones.push(phone);
    }
    let staff = app.staff(town::CITY).await;
    let [one, other] = workers(&app).await;

    phones[0].answer_status([401, 401]);
    staff.announce("一つ目", town::DISTRICT).await;
    one.turn().await.expect("a turn");
    assert_eq!(origin(&app, "(paused_until IS NULL)::int").await, 1, "one in eighteen is no wave");
    push.clock.advance(Duration::minutes(2));
    other.turn().await.expect("a turn");
    assert_eq!(shown(&phones), 18, "and its own phone rings a little later");

    // Five in eighteen, each signed for twice.
    let before = tries(&phones);
    push.clock.advance(Duration::minutes(2));
    for phone in &phones[..5] {
        phone.answer_status([403, 403]);
    }
    staff.announce("二つ目", town::DISTRICT).await;
    one.turn().await.expect("a turn");
    assert_eq!(tries(&phones), before + 23);
    let refused = phones[0].tried();
    let [.., first, second] = &refused[..] else { panic!("two tries") };
    assert_ne!(first.headers["authorization"], second.headers["authorization"], "signed once more");
    assert_eq!(origin(&app, "(reason = 'refuses our signature')::int").await, 1);

    staff.announce("三つ目", town::DISTRICT).await;
    for worker in [&other, &one] {
        worker.turn().await.expect("a turn");
    }
    assert_eq!(tries(&phones), before + 23, "nobody goes on");
    assert_eq!(app.number("SELECT count(*) FROM subscription WHERE gone_at IS NULL AND NOT renew").await, 18);
    push.clock.advance(Duration::minutes(2));
    other.turn().await.expect("a turn");
    assert_eq!(shown(&phones), 54, "nothing is lost");
    assert_eq!(origin(&app, "(paused_until IS NULL)::int").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_401_403_one_person_with_many_browsers_is_no_wave() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let neighbours = app.phones(&push, 10).await;
    let resident = app.resident(town::YAMA_1).await;
    for _ in 0..20 {
        let browser = push.phone();
        resident.turn_on(&browser).await;
        browser.answer_status([403, 403]);
    }
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!(shown(&neighbours), 10);
    assert_eq!(origin(&app, "(paused_until IS NULL AND refused = 20)::int").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_401_403_tests_that_somebody_asks_for_are_no_wave() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let neighbours = app.phones(&push, 3).await;
    let (resident, browser) = (app.resident(town::YAMA_1).await, push.phone());
    resident.turn_on(&browser).await;
    browser.answer_status([403; 40]);
    for _ in 0..5 {
        let _ = resident.post("/api/v1/push/test", &json!({})).await.expect(202);
        app.work().await;
    }
    assert!(browser.tries() >= 10);
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!(shown(&neighbours), 3);
    assert_eq!(origin(&app, "(paused_until IS NULL AND minute_refused = 1)::int").await, 1, "the notice alone counts");
    push.clock.advance(Duration::minutes(11));
    app.work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_500_502_503_fifty_in_a_row_over_two_workers_open_the_breaker() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phones = app.phones(&push, 25).await;
    for (phone, status) in phones.iter().zip([500, 502, 503, 503, 504].into_iter().cycle()) {
        phone.answer([later(status), later(status), later(status)]);
    }
    let officer = app.officer(town::YAMA).await;
    let (city, second) = (app.staff(town::CITY).await, app.staff(town::CITY).await);
    let [one, other] = workers(&app).await;

    officer.announce("一つ目", town::YAMA).await;
    one.turn().await.expect("a turn");
    assert_eq!(origin(&app, "failures_in_row").await, 25);
    officer.announce("二つ目", town::YAMA).await;
    other.turn().await.expect("a turn");
    assert_eq!((tries(&phones), origin(&app, "failures_in_row").await), (50, 50));
    officer.announce("三つ目", town::YAMA).await;
    one.turn().await.expect("a turn");
    other.turn().await.expect("a turn");
    assert_eq!(tries(&phones), 50, "it is left alone by both");

    // An emergency alone goes on: one message, in ten seconds.
    city.alert(&second, "避難指示", town::YAMA).await;
    one.turn().await.expect("a turn");
    assert_eq!(tries(&phones), 51);
    let probed_at = moment(&app, "probed_at").await;
    let soon = claim(app.db(), &Room::default(), probed_at + Duration::seconds(9)).await.expect("a query");
    assert!(soon.is_none(), "{soon:?}");
    push.clock.advance(Duration::seconds(11));
    other.turn().await.expect("a turn");
    assert_eq!(tries(&phones), 52);

    // It is well again: what the emergency finds out opens the way for the others.
    phones.iter().for_each(Phone::recover);
    push.clock.advance(Duration::seconds(11));
    one.turn().await.expect("a turn");
    assert_eq!(origin(&app, "failures_in_row").await, 0);
    push.clock.advance(Duration::seconds(721));
    other.turn().await.expect("a turn");
    assert_eq!(shown(&phones), 100, "four notices for each");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_429_one_in_twenty_slows_the_service_for_all_workers() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let mut phones = app.phones(&push, 20).await;
    phones[7].answer([later(429)]);
    let officer = app.officer(town::YAMA).await;
    let [one, other] = workers(&app).await;
    officer.announce("一つ目", town::YAMA).await;
    one.turn().await.expect("a turn");
    assert_eq!(shown(&phones), 19);
    assert_eq!(origin(&app, "at_once").await, 32, "half as many from now on");
    let rests_until = moment(&app, "paused_until").await;
    let last_answer = app.number("SELECT (extract(epoch FROM max(done_at)) * 1000)::bigint FROM batch").await;
    let rest = rests_until.unix_timestamp_nanos() / 1_000_000 - i128::from(last_answer);
    assert!((9_998..=10_002).contains(&rest), "ten seconds: {rest} ms");

    phones.extend(app.phones(&push, 20).await);
    phones.iter().for_each(|phone| phone.answer([Reply::Held]));
    officer.announce("二つ目", town::YAMA).await;
    fan_out(app.db(), app.ground.clock.now()).await.expect("a plan");
    let resting = claim(app.db(), &Room::default(), rests_until - Duration::SECOND).await.expect("a query");
    assert!(resting.is_none(), "{resting:?}");

    push.clock.advance(Duration::seconds(11));
    let turn = tokio::spawn(async move { other.turn().await });
    until("half of 64", async || push.in_hand().0 >= 32).await;
    push.let_go();
    turn.await.expect("an end").expect("a turn");
    assert_eq!(push.in_hand().1, 32, "the other worker begins where the first left off");
    assert_eq!(shown(&phones), 59);
    push.clock.advance(Duration::seconds(721));
    one.turn().await.expect("a turn");
    assert_eq!(shown(&phones), 60, "and the one waited for as long as it was told to");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_concurrency_sixty_four_at_first_and_more_where_all_is_well() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phones = app.phones(&push, 70).await;
    phones.iter().for_each(|phone| phone.answer([Reply::Held]));
    let officer = app.officer(town::YAMA).await;
    let [one, other] = workers(&app).await;
    officer.announce("一つ目", town::YAMA).await;
    let turn = tokio::spawn(async move { one.turn().await });
    until("the first 64", async || push.in_hand().0 >= 64).await;
    push.let_go();
    turn.await.expect("an end").expect("a turn");
    assert_eq!((push.in_hand().1, shown(&phones)), (64, 70));
    assert!(phones.iter().flat_map(Phone::tried).all(|message| message.version == hyper::Version::HTTP_2));
    assert!(push.connections() <= 2, "they share connections: {}", push.connections());

    // An eighth more once twice as many were taken: the next worker begins with that.
    assert_eq!(origin(&app, "at_once").await, 72);
    officer.announce("二つ目", town::YAMA).await;
    let now = app.ground.clock.now();
    fan_out(app.db(), now).await.expect("a plan");
    let next = claim(app.db(), &Room::default(), now).await.expect("a query").expect("a batch");
    assert_eq!(next.window().size(), 72);
    app.tamper("UPDATE batch SET leased_until = NULL").await;
    other.turn().await.expect("a turn");
    assert_eq!(shown(&phones), 140);
}
