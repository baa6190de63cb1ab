//! Bad input, from browsers and from push services: it does no harm to any other phone.

use std::time::{Duration as Real, Instant};

use api::worker::Worker;
use serde_json::{Value, json};
use tests::{Manner, Phone, PushService, Reply, TestApp, push_service::nobodys_port, town, until};
use time::Duration;
use tokio::sync::watch;

const SUBSCRIPTIONS: &str = "/api/v1/push/subscriptions";

fn at(endpoint: &str, keys: &Value) -> Value {
    json!({ "endpoint": endpoint, "expirationTime": null, "keys": keys })
}

#[tokio::test(flavor = "multi_thread")]
async fn row_who_may_be_called_is_asked_when_a_browser_registers() {
    let app = TestApp::start().await;
    let push = PushService::start().await;
    let resident = app.resident(town::YAMA_1).await;
    let keys = push.phone().subscription()["keys"].clone();
    let long = format!("https://fcm.googleapis.com/{}", "x".repeat(2_000));
    for endpoint in [
        // Hosts that are not on the list, or only look as if they were.
        "https://evil.example/push",
        "https://fcm.googleapis.com.evil.example/push",
        "https://evil.example/fcm.googleapis.com",
        "https://evil.example#fcm.googleapis.com",
        "https://evilpush.apple.com.evil.example/",
        "https://push.apple.com/",
        "https://notify.windows.com/",
        "https://fcm.googleapis.com@evil.example/",
        "https://xn--fcm-.googleapis.com/",
        "https://fcm%2egoogleapis.com.evil.example/",
        // A trailing dot, as it is and in full width.
        "https://fcm.googleapis.com./push",
        "https://fcm.googleapis.com\u{ff0e}/push",
        "https://.push.apple.com/push",
        // Addresses in all their disguises.
        "https://127.0.0.1/push",
        "https://2130706433/push",
        "https://0177.0.0.1/push",
        "https://0x7f000001/push",
        "https://0x7f.1/push",
        "https://127.1/push",
        "https://127\u{3002}0\u{ff0e}0\u{ff61}1/push",
        "https://\u{ff11}\u{ff12}\u{ff17}.0.0.1/push",
        "https://[::1]/push",
        "https://[::ffff:127.0.0.1]/push",
        "https://[::ffff:7f00:1]/push",
        "https://[64:ff9b::7f00:1]/push",
        "https://[2002:7f00:1::]/push",
        "https://[fe80::1%25eth0]/push",
        "https://[fe80::1%eth0]/push",
        "https://142.250.196.138/push",
        "https://[2404:6800:4004:80a::200a]/push",
        "https://localhost/push",
        // Another scheme, port or user.
        "http://fcm.googleapis.com/push",
        "wss://fcm.googleapis.com/push",
        "https://fcm.googleapis.com:8443/push",
        "https://fcm.googleapis.com:80/push",
        "https://user@fcm.googleapis.com/push",
        "https://user:secret@fcm.googleapis.com/push",
        "https://:secret@fcm.googleapis.com/push",
        // No address at all.
        "fcm.googleapis.com/push",
        "//fcm.googleapis.com/push",
        "file:///etc/passwd",
        "https://",
        "",
        &long,
    ] {
        let answer = resident.post(SUBSCRIPTIONS, &at(endpoint, &keys)).await;
        assert_eq!(answer.status, 422, "{endpoint}");
        answer.refused_at("/endpoint");
    }
    assert_eq!(app.number("SELECT count(*) FROM subscription").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_who_may_be_called_is_kept_as_it_will_be_called() {
    let app = TestApp::start().await;
    let push = PushService::start().await;
    let resident = app.resident(town::YAMA_1).await;
    // Other spellings of a listed host (RFC 3987, UTS 46) are that host: it is the plain name that is kept, and dialled.
    for (endpoint, kept) in [
        ("https://fcm.googleapis\u{ff0e}com/a", "https://fcm.googleapis.com/a"),
        ("https://fcm\u{3002}googleapis\u{ff61}com/b", "https://fcm.googleapis.com/b"),
        ("https://\u{ff46}cm.googleapis.com/c", "https://fcm.googleapis.com/c"),
        ("https://FCM.GoogleAPIs.com:443/d", "https://fcm.googleapis.com/d"),
        ("https://fcm%2egoogleapis.com/e", "https://fcm.googleapis.com/e"),
        ("https://fcm.google\tapis.com/f\n", "https://fcm.googleapis.com/f"),
        ("https:\\\\web.push.apple.com\\g", "https://web.push.apple.com/g"),
        ("https://fcm.googleapis.com\\@evil.example", "https://fcm.googleapis.com/@evil.example"),
    ] {
        let _ = resident.post(SUBSCRIPTIONS, &at(endpoint, &push.phone().subscription()["keys"])).await.expect(201);
        let origin = kept.rsplit_once('/').map(|(origin, _)| origin).expect("an origin");
        let rows = format!("SELECT count(*) FROM subscription WHERE endpoint = '{kept}' AND origin = '{origin}'");
        assert_eq!(app.number(&rows).await, 1, "{endpoint}");
    }
    assert_eq!(app.number("SELECT count(*) FROM subscription").await, 8);
}

/// Phones of as many people as there are answers, each answered with one of them, and one more that is well.
async fn answered(push: &PushService, app: &TestApp, replies: &[Reply]) -> (Vec<Phone>, Phone) {
    let phones = app.phones(push, replies.len()).await;
    for (phone, reply) in phones.iter().zip(replies) {
        phone.answer([reply.clone()]);
    }
    let well = push.phone();
    app.resident(town::YAMA).await.turn_on(&well).await;
    (phones, well)
}

#[tokio::test(flavor = "multi_thread")]
async fn row_retry_after_that_is_nonsense_is_our_own_back_off() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let said = |text| Reply::Status(503, vec![("retry-after", text)], "");
    let nonsense = ["1000000000000", "-1", "Sun, 06 Nov 1994 08:49:37 GMT", "soon", "", "1e3", "0", "4294967295"];
    let (phones, well) = answered(&push, &app, &nonsense.map(said)).await;
    let obeyed = app.phones(&push, 1).await.remove(0);
    obeyed.answer([said("3600")]);
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!(well.titles(), ["町内会から"]);
    push.clock.advance(Duration::seconds(2));
    app.work().await;
    for (phone, said) in phones.iter().zip(nonsense) {
        assert_eq!(phone.arrived().len(), 1, "{said:?}");
    }
    assert_eq!(obeyed.tries(), 1, "what can be meant is obeyed");
    push.clock.advance(Duration::seconds(3600 * 6 / 5));
    app.work().await;
    assert_eq!(obeyed.arrived().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_one_try_reads_no_more_than_it_needs() {
    for manner in [Manner::Proper, Manner::Http1] {
        let push = PushService::start_as(manner).await;
        let app = TestApp::start_with_push(&push).await;
        let taken = [Reply::Trickle(201), Reply::Endless(201), Reply::Huge(201)];
        let failed = [Reply::Trickle(503), Reply::Endless(503), Reply::Huge(503), Reply::Flood(503), Reply::Reset];
        let all = [&taken[..], &failed[..]].concat();
        let (phones, well) = answered(&push, &app, &all).await;
        app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
        let begun = Instant::now();
        app.work().await;
        assert!(begun.elapsed() < Real::from_secs(14), "nobody is waited for to the end: {:?}", begun.elapsed());
        assert_eq!(well.arrived().len(), 1, "{manner:?}");
        // One that floods may take the connection with it, so that others on it are tried once more.
        push.clock.advance(Duration::seconds(2));
        app.work().await;
        push.clock.advance(Duration::seconds(7));
        app.work().await;
        for (phone, reply) in phones.iter().zip(&all) {
            assert_eq!(phone.titles().last().map(String::as_str), Some("町内会から"), "{reply:?} {manner:?}");
        }
        assert_eq!(app.number("SELECT count(*) FROM subscription WHERE gone_at IS NULL").await, 9);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_one_try_five_seconds_to_connect_and_fifteen_in_all() {
    let mut push = PushService::start().await;
    let mute = push.another(Manner::Mute).await;
    let hanging = push.another(Manner::Http1).await;
    let app = TestApp::start_with_push(&push).await;
    let (never, late, well) = (mute.phone(), hanging.phone(), push.phone());
    let resident = app.resident(town::YAMA_1).await;
    for phone in [&never, &late, &well] {
        resident.turn_on(phone).await;
    }
    late.answer([Reply::Hang]);
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    let worker = Worker::new(&app.ground).expect("a worker");
    let turn = tokio::spawn(async move { worker.turn().await });
    until("the phone that is well", async || well.tries() == 1).await;
    let open = "SELECT count(*) FROM batch WHERE done_at IS NULL AND attempt = 1 AND origin";
    let open = format!("{open} <> '{}'", push.origin());
    assert_eq!(app.number(&open).await, 2, "the others are still being waited for");
    until("the end of both first tries", async || app.number(&open).await == 0).await;
    turn.abort();
    // By the same clock from planning to recording; a slow machine adds to it.
    let took = async |service: &PushService| {
        let query =
            "SELECT (extract(epoch FROM done_at - due_at) * 1000)::bigint FROM batch WHERE attempt = 1 AND origin =";
        app.number(&format!("{query} '{}'", service.origin())).await
    };
    let (connecting, exchange) = (took(&mute).await, took(&hanging).await);
    assert!((5_000..12_000).contains(&connecting), "{connecting} ms");
    assert!((15_000..25_000).contains(&exchange), "{exchange} ms");
    assert_eq!(app.number("SELECT count(*) FROM push_origin WHERE failed > 0").await, 2);
    app.tamper("DELETE FROM batch WHERE done_at IS NULL").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_408_time_out_reset_dns_tls_count_for_their_service_alone() {
    let mut push = PushService::start().await;
    let mut sick = Vec::new();
    for manner in [Manner::Expired, Manner::Unknown, Manner::HalfCloses, Manner::Resets] {
        sick.push(push.another(manner).await);
    }
    let (_held, port) = nobodys_port();
    let nowhere = [format!("https://localhost:{port}"), "https://nowhere.invalid:8443".to_owned()];
    nowhere.iter().for_each(|origin| push.allow(origin));
    let app = TestApp::start_with_push(&push).await;
    let (resident, well) = (app.resident(town::YAMA_1).await, push.phone());
    resident.turn_on(&well).await;
    for service in &sick {
        resident.turn_on(&service.phone()).await;
    }
    for origin in &nowhere {
        let keys = push.phone().subscription()["keys"].clone();
        let _ = resident.post(SUBSCRIPTIONS, &at(&format!("{origin}/push/x"), &keys)).await.expect(201);
    }
    let timed_out = push.phone();
    timed_out.answer_status([408]);
    resident.turn_on(&timed_out).await;
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!(well.titles(), ["町内会から"]);
    let failed = "SELECT count(*) FROM push_origin WHERE failed > 0 AND accepted = 0 AND failures_in_row > 0";
    assert_eq!(app.number(failed).await, 6, "each of them, by itself");
    assert_eq!(app.number("SELECT count(*) FROM subscription WHERE gone_at IS NULL").await, 8, "and none is ended");
    push.clock.advance(Duration::seconds(2));
    app.work().await;
    assert_eq!(timed_out.titles(), ["町内会から"]);
    assert!(app.number("SELECT count(*) FROM batch WHERE done_at IS NULL").await >= 6, "they are tried again");
    app.tamper("DELETE FROM batch WHERE done_at IS NULL").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_off_the_curve_harms_nobody_else() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phones = app.phones(&push, 3).await;
    let resident = app.resident(town::YAMA).await;
    let zero = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, [&[4][..], &[1; 64]].concat());
    let good = push.phone().subscription();
    let keys = json!({ "p256dh": zero, "auth": good["keys"]["auth"] });
    let endpoint = good["endpoint"].as_str().expect("an address");
    resident.post(SUBSCRIPTIONS, &at(endpoint, &keys)).await.refused_at("/keys/p256dh");
    // However one got into the database, it is given up alone.
    let broken =
        format!("SET p256dh = decode('04' || repeat('01', 64), 'hex') WHERE endpoint LIKE '%{}'", phones[1].token());
    app.tamper(&format!("UPDATE subscription {broken}")).await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("町内会から", town::YAMA).await;
    app.work().await;
    let shown: Vec<usize> = phones.iter().map(|phone| phone.arrived().len()).collect();
    assert_eq!(shown, [1, 0, 1]);
    let delivery = officer.get(&format!("/api/v1/notices/{id}/delivery")).await.expect(200);
    assert_eq!((&delivery["accepted"], &delivery["given_up"]), (&json!(2), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_change_while_a_message_waits_are_the_ones_it_is_sealed_for() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (mut waiting, mut ahead, still) = (push.phone(), push.phone(), push.phone());
    let resident = app.resident(town::YAMA_1).await;
    for phone in [&waiting, &ahead, &still] {
        resident.turn_on(phone).await;
    }
    waiting.answer([Reply::Status(503, vec![("retry-after", "60")], "")]);
    let officer = app.officer(town::YAMA).await;
    officer.announce("町内会から", town::YAMA).await;
    app.work().await;
    waiting.change_keys();
    let _ = resident.post(SUBSCRIPTIONS, &waiting.subscription()).await.expect(200);
    push.clock.advance(Duration::minutes(2));
    app.work().await;
    assert_eq!(waiting.titles(), ["町内会から"]);

    // The same where keys were made ahead for what the phone had before.
    let worker = std::sync::Arc::new(Worker::new(&app.ground).expect("a worker"));
    let (stop, stopped) = watch::channel(false);
    let at_work = worker.clone();
    let running = tokio::spawn(async move { at_work.run(stopped).await });
    officer.announce("鍵を使う", town::YAMA).await;
    until("keys for all three", async || worker.keys().0 == 3).await;
    ahead.change_keys();
    let _ = resident.post(SUBSCRIPTIONS, &ahead.subscription()).await.expect(200);
    officer.announce("前もって", town::YAMA).await;
    until("all three", async || [&waiting, &ahead, &still].iter().all(|phone| phone.arrived().len() == 3)).await;
    stop.send_replace(true);
    running.await.expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_service_that_goes_away_did_not_take_is_sent_again_at_once_and_nothing_else() {
    let push = PushService::start_as(Manner::GoesAwayAfter(4)).await;
    let app = TestApp::start_with_push(&push).await;
    let phones = app.phones(&push, 12).await;
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    let tries: Vec<usize> = phones.iter().map(Phone::tries).collect();
    assert_eq!(tries, [1; 12], "what was taken is not sent again, and what was not has arrived");
    assert!(phones.iter().all(|phone| phone.arrived().len() == 1));
    assert_eq!(push.connections(), 2);
    assert_eq!(app.number("SELECT count(*) FROM batch").await, 1, "all of it in the first try");
    assert_eq!(app.number("SELECT failed + failures_in_row FROM push_origin").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_http2_takes_one_message_to_a_connection() {
    let push = PushService::start_as(Manner::Http1).await;
    let app = TestApp::start_with_push(&push).await;
    let phones = app.phones(&push, 12).await;
    phones.iter().for_each(|phone| phone.answer([Reply::Held]));
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    let worker = Worker::new(&app.ground).expect("a worker");
    let turn = tokio::spawn(async move { worker.turn().await });
    until("twelve at once", async || push.in_hand().0 == 12).await;
    push.let_go();
    turn.await.expect("an end").expect("a turn");
    assert!(phones.iter().all(|phone| phone.tries() == 1 && phone.arrived().len() == 1));
    assert!(phones.iter().flat_map(Phone::tried).all(|message| message.version == hyper::Version::HTTP_11));
    assert!(push.connections() >= 12);
}
