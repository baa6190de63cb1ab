//! Claiming and recording: what one worker has in hand is no other's, and is recorded whole or not at all.

use api::push::{
    claim::{Claim, Room, claim, renew},
    fan_out::fan_out,
    outcome::{Again, Outcome, Sent},
    record::{Report, record},
};
use tests::{PushService, Reply, TestApp, town};
use time::Duration;

/// A notice to one phone, planned a second ago and not sent, whose batch was cut into three for 400, 300 and 200 phones of a service that
/// bears many.
async fn cut_in_three(push: &PushService) -> TestApp {
    let app = TestApp::start_with_push(push).await;
    app.resident(town::YAMA_1).await.turn_on(&push.phone()).await;
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    fan_out(app.db(), app.ground.clock.now()).await.expect("a plan");
    cut(
        &app,
        "unnest(ARRAY[400, 300, 200]) AS phones",
        "(SELECT array_agg(gen_random_uuid()) FROM generate_series(1, phones))",
    )
    .await;
    app
}

/// Cuts the one batch there is into many, each `of` these phones.
async fn cut(app: &TestApp, into: &str, of: &str) {
    app.tamper(&format!(
        "WITH whole AS (DELETE FROM batch RETURNING *)
         INSERT INTO batch (city_id, id, notice_id, revision, urgent, origin, subscription_ids, attempt, due_at, expires_at)
         SELECT city_id, gen_random_uuid(), notice_id, revision, urgent, origin, {of}, attempt, due_at, expires_at
         FROM whole CROSS JOIN {into}"
    ))
    .await;
    app.tamper("UPDATE push_origin SET at_once = 256").await;
    app.ground.clock.advance(Duration::SECOND);
}

async fn take(app: &TestApp) -> Option<Claim> {
    claim(app.db(), &Room::default(), app.ground.clock.now()).await.expect("a query")
}

fn report(claim: &Claim, sent: impl Fn(usize) -> Sent) -> Report {
    Report { revision: 1, sent: (0..claim.subscription_ids.len()).map(sent).collect(), window: None }
}

async fn done(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM batch WHERE done_at IS NOT NULL").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_workers_batch_is_taken_over_and_the_late_one_cannot_record() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phone = push.phone();
    app.resident(town::YAMA_1).await.turn_on(&phone).await;
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    let now = app.ground.clock.now();
    fan_out(app.db(), now).await.expect("a plan");
    let dead = claim(app.db(), &Room::default(), now).await.expect("a query").expect("a batch");
    assert!(claim(app.db(), &Room::default(), now).await.expect("a query").is_none(), "it is leased");
    assert_eq!(
        app.number("SELECT (leased_until - clock_timestamp() <= interval '9 seconds')::int::bigint FROM batch").await,
        1
    );

    app.tamper("UPDATE batch SET leased_until = clock_timestamp() - interval '1 second'").await;
    app.work().await;
    assert_eq!(phone.arrived().len(), 1);
    assert_eq!(renew(app.db(), &dead).await.expect("a query"), None);
    let late = Report { revision: 1, sent: vec![Sent::not(Outcome::GivenUp)], window: None };
    assert!(!record(app.db(), &dead, &late, now).await.expect("a query"));
    assert_eq!(app.number("SELECT outcomes[1]::bigint FROM batch").await, Outcome::Accepted as i64);
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_taken_together_are_recorded_together_or_not_at_all() {
    let push = PushService::start().await;
    let app = cut_in_three(&push).await;
    let now = app.ground.clock.now();
    let all = take(&app).await.expect("batches");
    assert_eq!((all.parts.len(), all.subscription_ids.len()), (3, 900));
    assert!(take(&app).await.is_none(), "they are leased");
    assert!(renew(app.db(), &all).await.expect("a query").is_some());

    // Another worker has taken one of them over: what is late is late as a whole.
    let one = all.parts[1].id;
    app.tamper(&format!("UPDATE batch SET fence = fence + 1 WHERE id = '{one}'")).await;
    assert_eq!(renew(app.db(), &all).await.expect("a query"), None);
    let given_up = report(&all, |_| Sent::not(Outcome::GivenUp));
    assert!(!record(app.db(), &all, &given_up, now).await.expect("a query"));
    assert_eq!(done(&app).await, 0);

    // Held by one worker again: each keeps its own phones, and those that try again, more than one batch holds, go into two.
    app.tamper(&format!("UPDATE batch SET fence = fence - 1 WHERE id = '{one}'")).await;
    let later = Sent { again: Some(Again::In(Duration::hours(1))), ..Sent::not(Outcome::Retried) };
    let mixed = report(&all, |place| if place < 250 { Sent::not(Outcome::GivenUp) } else { later.clone() });
    assert!(record(app.db(), &all, &mixed, now).await.expect("a query"));
    assert_eq!(done(&app).await, 3);
    for (part, sent) in all.parts.iter().zip(mixed.parts(&all)) {
        let outcomes: Vec<String> = sent.iter().map(|one| (one.outcome as i16).to_string()).collect();
        let kept =
            format!("SELECT count(*) FROM batch WHERE id = '{}' AND outcomes = '{{{}}}'", part.id, outcomes.join(","));
        assert_eq!(app.number(&kept).await, 1, "each has what became of its own phones");
    }
    let again = "SELECT count(*) FROM batch WHERE done_at IS NULL AND attempt = 2 AND cardinality(subscription_ids)";
    assert_eq!((app.number(&format!("{again} = 500")).await, app.number(&format!("{again} = 150")).await), (1, 1));
    let lost = "SELECT count(*) FROM (
            SELECT sent.id FROM batch b CROSS JOIN unnest(b.subscription_ids, b.outcomes) AS sent (id, outcome) WHERE outcome = 5
            EXCEPT SELECT unnest(subscription_ids) FROM batch WHERE done_at IS NULL) AS missing";
    assert_eq!(app.number(lost).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_alike_is_taken_together() {
    let push = PushService::start().await;
    let app = cut_in_three(&push).await;
    let unlike = "UPDATE batch SET attempt = 2 WHERE cardinality(subscription_ids) = 300";
    app.tamper(unlike).await;
    let mut sizes = [take(&app).await.expect("batches").parts.len(), take(&app).await.expect("a batch").parts.len()];
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 2]);

    // A service that bears less gets less, and what has just become due goes alone, so that it rings at once.
    let free = "UPDATE batch SET attempt = 1, leased_until = NULL";
    for (at_once, together) in [(256, 3), (64, 2), (63, 1), (4, 1)] {
        app.tamper(free).await;
        app.tamper(&format!("UPDATE push_origin SET at_once = {at_once}")).await;
        assert_eq!(take(&app).await.expect("a batch").parts.len(), together, "{at_once} at once");
    }
    app.tamper("UPDATE push_origin SET at_once = 256").await;
    app.tamper(free).await;
    let due = app.ground.clock.now();
    app.tamper(&format!("UPDATE batch SET due_at = '{due}'")).await;
    let soon_after = due + Duration::milliseconds(50);
    let first = claim(app.db(), &Room::default(), soon_after).await.expect("a query").expect("a batch");
    assert_eq!(first.parts.len(), 1);

    // A service that was failing is tried with one batch.
    app.tamper(free).await;
    app.tamper("UPDATE push_origin SET failures_in_row = 50").await;
    let probe = take(&app).await.expect("a batch");
    assert_eq!((probe.probing, probe.parts.len()), (true, 1));
    app.tamper("DELETE FROM batch").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_phone_of_batches_sent_together_has_what_became_of_its_own_message() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phones = app.phones(&push, 9).await;
    phones[1].answer([Reply::Status(410, vec![], "")]);
    phones[4].answer([Reply::Status(503, vec![("retry-after", "60")], "")]);
    phones[6].answer([Reply::Status(400, vec![], "")]);
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    fan_out(app.db(), app.ground.clock.now()).await.expect("a plan");
    // Three at a time, and in each somebody who has gone since.
    cut(&app, "generate_series(0, 2) AS place", "subscription_ids[place * 3 + 1 : place * 3 + 3] || gen_random_uuid()")
        .await;
    app.work().await;
    assert_eq!(app.number("SELECT count(DISTINCT done_at) FROM batch WHERE done_at IS NOT NULL").await, 1, "as one");

    let outcomes = "FROM batch b CROSS JOIN unnest(b.subscription_ids, b.outcomes) AS sent (id, outcome)
         LEFT JOIN subscription s ON s.id = sent.id";
    for (place, phone) in phones.iter().enumerate() {
        let outcome = [Outcome::Accepted, Outcome::Gone, Outcome::Retried, Outcome::GivenUp];
        let outcome = outcome[[0, 1, 0, 0, 2, 0, 3, 0, 0][place]] as i16;
        let own = format!(
            "SELECT count(*) {outcomes} WHERE s.endpoint = '{}' AND outcome = {outcome}",
            phone.subscription()["endpoint"].as_str().expect("an endpoint")
        );
        assert_eq!(app.number(&own).await, 1, "phone {place}");
    }
    let left = format!("SELECT count(*) {outcomes} WHERE s.id IS NULL AND outcome = {}", Outcome::Left as i16);
    assert_eq!(app.number(&left).await, 3);
    app.ground.clock.advance(Duration::minutes(2));
    app.work().await;
    let rings: Vec<usize> = phones.iter().map(|phone| phone.arrived().len()).collect();
    assert_eq!(rings, [1, 0, 1, 1, 1, 1, 0, 1, 1]);
}
