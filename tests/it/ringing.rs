//! Phones ring: exactly those that a notice is for, once, with a message that a stranger may read.

use serde_json::{Value, json};
use tests::{Manner, Phone, PushService, Reply, TestApp, actor::notice, town};
use time::Duration;

fn urgent(title: &str, area: &str) -> Value {
    let mut notice = notice(title, area);
    notice["importance"] = json!("emergency");
    notice
}

/// Status of each phone's tries after the worker's turn.
fn shown(phones: &[&Phone]) -> Vec<usize> {
    phones.iter().map(|phone| phone.arrived().len()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_rings_exactly_the_phones_that_it_is_for() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phones: Vec<Phone> = (0..8).map(|_| push.phone()).collect();
    let officer = app.officer(town::YAMA).await;
    officer.turn_on(&phones[0]).await;
    app.leader(town::YAMA_2).await.turn_on(&phones[1]).await;
    app.resident(town::YAMA_1).await.turn_on(&phones[2]).await;
    app.resident(town::YAMA_2).await.turn_on(&phones[3]).await;
    app.resident(town::OKA).await.turn_on(&phones[4]).await;
    app.resident(town::KAWA).await.turn_on(&phones[5]).await;
    app.staff(town::EAST).await.turn_on(&phones[6]).await;
    app.staff(town::CENTRE).await.turn_on(&phones[7]).await;
    let city = app.staff(town::CITY).await;
    let mut expected = vec![0; 8];
    let mut rings = |who: [usize; 8]| {
        expected.iter_mut().zip(who).for_each(|(sum, more)| *sum += more);
        expected.clone()
    };
    let all: Vec<&Phone> = phones.iter().collect();

    let id = officer.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!(shown(&all), rings([1, 1, 1, 1, 0, 0, 0, 0]));
    officer.announce("1班へ", town::YAMA_1).await;
    app.work().await;
    assert_eq!(shown(&all), rings([0, 0, 1, 0, 0, 0, 0, 0]));
    city.announce("校区へ", town::DISTRICT).await;
    app.work().await;
    assert_eq!(shown(&all), rings([1, 1, 1, 1, 1, 0, 0, 1]));
    let mut to_officers = notice("山田様の件", town::CITY);
    to_officers["audience"]["to"] = json!("officers");
    let confidential = city.draft(&to_officers).await;
    let _ = city.publish(&confidential).await.expect(200);
    app.work().await;
    assert_eq!(shown(&all), rings([1, 1, 0, 0, 0, 0, 1, 1]));
    app.work().await;
    assert_eq!(shown(&all), rings([0; 8]), "nothing is sent twice");

    // The contract's form, and nothing of an officers' notice but its kind.
    let message = &phones[2].arrived()[0];
    assert_eq!(
        message.body,
        json!({ "web_push": 8030, "notification": {
            "title": "町内会から",
            "body": "山町内会からのお知らせ",
            "lang": "ja",
            "navigate": format!("{}/n/{id}", app.ground.origin),
            "tag": id,
            "data": { "notice": id, "revision": 1 },
        }})
    );
    assert_eq!(message.headers["urgency"], "normal");
    let secret = phones[0].arrived().pop().expect("a message").body;
    assert!(!secret.to_string().contains("山田"), "{secret}");
    assert_eq!(secret["notification"]["title"], "役員・班長へのお知らせ");

    let delivery = officer.get(&format!("/api/v1/notices/{id}/delivery")).await.expect(200);
    assert_eq!(
        (&delivery["subscriptions"], &delivery["accepted"], &delivery["retrying"]),
        (&json!(4), &json!(4), &json!(0))
    );
    assert!(delivery["first_accepted_at"].as_str() <= delivery["last_accepted_at"].as_str());
    app.resident(town::YAMA_1).await.get(&format!("/api/v1/notices/{id}/delivery")).await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_rings_exactly_those_who_got_the_original() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (there, late, off, second_phone) = (push.phone(), push.phone(), push.phone(), push.phone());
    let twice = app.resident(town::YAMA_1).await;
    twice.turn_on(&there).await;
    twice.turn_on(&second_phone).await;
    app.resident(town::YAMA_1).await.turn_on(&off).await;
    let officer = app.officer(town::YAMA).await;
    off.answer([Reply::Status(503, vec![("retry-after", "600")], "")]);
    second_phone.answer([Reply::Status(503, vec![("retry-after", "600")], "")]);
    let id = officer.announce("清掃は9時", town::YAMA).await;
    app.work().await;
    app.resident(town::YAMA_1).await.turn_on(&late).await;
    let correction = json!({ "title": "清掃は8時", "reason": "時刻の誤り" });
    let _ = officer.post(&format!("/api/v1/notices/{id}/correct"), &correction).await.expect(200);
    app.work().await;
    assert_eq!(there.titles(), ["清掃は9時", "【訂正】清掃は8時"]);
    assert_eq!(shown(&[&late, &off, &second_phone]), [0, 0, 0]);
    let [first, second] = &there.arrived()[..] else { panic!("two messages") };
    assert_eq!(first.headers["topic"], second.headers["topic"], "the service replaces the one by the other");
    assert_eq!(second.body["notification"]["data"]["revision"], 2);

    // Who was still waiting for the original gets the newest text, once.
    push.clock.advance(Duration::minutes(13));
    app.work().await;
    assert_eq!(off.titles(), ["【訂正】清掃は8時"]);
    assert_eq!(
        second_phone.titles(),
        ["【訂正】清掃は8時"],
        "once, although the first phone of the same person had it before"
    );
    push.clock.advance(Duration::hours(1));
    app.work().await;
    assert_eq!(shown(&[&there, &late, &off]), [2, 0, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_a_batch_has_brought_before_it_was_planned_rings_once() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (first, second, last) = (push.phone(), push.phone(), push.phone());
    let resident = app.resident(town::YAMA_1).await;
    for phone in [&first, &second, &last] {
        resident.turn_on(phone).await;
    }
    let officer = app.officer(town::YAMA).await;
    second.answer([Reply::Status(503, vec![("retry-after", "600")], "")]);
    last.answer([Reply::Status(503, vec![("retry-after", "3600")], "")]);
    let id = officer.announce("清掃は9時", town::YAMA).await;
    app.work().await;
    let correction = json!({ "title": "清掃は8時", "reason": "時刻の誤り" });
    let _ = officer.post(&format!("/api/v1/notices/{id}/correct"), &correction).await.expect(200);
    // Somebody is sending a batch with a text that nobody can name: the correction waits, and another batch brings it meanwhile.
    let held =
        "UPDATE batch SET leased_until = now() + interval '1 hour' WHERE due_at = (SELECT max(due_at) FROM batch)";
    app.tamper(held).await;
    push.clock.advance(Duration::minutes(13));
    app.work().await;
    assert_eq!((first.titles(), second.titles()), (vec!["清掃は9時".into()], vec!["【訂正】清掃は8時".into()]));
    app.tamper("UPDATE batch SET leased_until = NULL WHERE done_at IS NULL").await;
    app.work().await;
    assert_eq!(first.titles(), ["清掃は9時", "【訂正】清掃は8時"]);
    assert_eq!(second.titles(), ["【訂正】清掃は8時"]);
    push.clock.advance(Duration::hours(2));
    app.work().await;
    assert_eq!(last.titles(), ["【訂正】清掃は8時"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_is_left_alone() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (signed_out, turned_off, withdrawn) = (push.phone(), push.phone(), push.phone());
    let (one, two, three) =
        (app.resident(town::YAMA_1).await, app.resident(town::YAMA_1).await, app.resident(town::OKA).await);
    one.turn_on(&signed_out).await;
    let id = two.turn_on(&turned_off).await;
    three.turn_on(&withdrawn).await;
    for phone in [&signed_out, &turned_off, &withdrawn] {
        phone.answer([Reply::Status(503, vec![("retry-after", "60")], "")]);
    }
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    let city = app.staff(town::CITY).await;
    let taken_back = city.announce("丘へ", town::OKA).await;
    app.work().await;

    assert_eq!(one.delete("/api/v1/session").await.status, 204);
    assert_eq!(two.delete(&format!("/api/v1/push/subscriptions/{id}")).await.status, 204);
    two.delete(&format!("/api/v1/push/subscriptions/{id}")).await.problem(404, "not_found");
    let _ = city.post(&format!("/api/v1/notices/{taken_back}/withdraw"), &json!({})).await.expect(200);
    push.clock.advance(Duration::minutes(2));
    app.work().await;
    assert_eq!([&signed_out, &turned_off, &withdrawn].map(Phone::tries), [1, 1, 1]);
    let delivery = city.get(&format!("/api/v1/notices/{taken_back}/delivery")).await.expect(200);
    assert_eq!((&delivery["subscriptions"], &delivery["left"]), (&json!(1), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_of_a_push_service_has_its_consequence() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let officer = app.officer(town::YAMA).await;
    let mut phones = Vec::new();
    for _ in 0..12 {
        let phone = push.phone();
        app.officer(town::YAMA).await.turn_on(&phone).await;
        phones.push(phone);
    }
    let [fine, gone, unknown, ours, stale, large, redirected, busy, sick, broken, refused, odd] = &phones[..] else {
        panic!("twelve phones")
    };
    gone.answer_status([410]);
    unknown.answer_status([404]);
    ours.answer_status([400, 400]);
    stale.answer_status([401]);
    large.answer_status([413]);
    redirected.answer([Reply::Status(307, vec![("location", "https://localhost:1/")], "")]);
    busy.answer([Reply::Status(429, vec![("retry-after", "30")], "")]);
    sick.answer_status([500, 502, 503]);
    broken.answer([Reply::Reset]);
    refused.answer_status([403, 403]);
    odd.answer_status([418]);
    let id = officer.announce("町内会から", town::YAMA).await;
    app.work().await;

    assert_eq!(shown(&[fine, stale, large]), [1, 1, 1], "signed afresh, and made smaller, at once");
    assert_eq!(large.arrived()[0].body["notification"].get("body"), None);
    assert_eq!(shown(&[gone, unknown, ours, redirected, busy, sick, broken, refused, odd]), [0; 9]);
    let count = async |what: &str| app.number(&format!("SELECT count(*) FROM subscription WHERE {what}")).await;
    assert_eq!(count("gone_at IS NOT NULL").await, 2, "404 and 410 alone end a subscription");
    let numbers = async || {
        let delivery = officer.get(&format!("/api/v1/notices/{id}/delivery")).await.expect(200);
        ["subscriptions", "accepted", "gone", "retrying", "given_up"]
            .map(|name| delivery[name].as_i64().expect("a number"))
    };
    assert_eq!(numbers().await, [12, 3, 2, 6, 1]);

    // The first back-off is a second; the one that named thirty waits so long.
    push.clock.advance(Duration::seconds(2));
    app.work().await;
    assert_eq!(shown(&[redirected, broken, refused, odd, busy, sick]), [1, 1, 1, 1, 0, 0]);
    push.clock.advance(Duration::seconds(35));
    app.work().await;
    assert_eq!(shown(&[busy, sick]), [1, 0]);
    push.clock.advance(Duration::seconds(20));
    app.work().await;
    assert_eq!(shown(&[busy, sick]), [1, 1]);
    assert_eq!(numbers().await, [12, 9, 2, 0, 1]);
    assert_eq!(ours.tries(), 1, "the same bytes are not sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_at_once_ring_each_phone_once() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let mut phones = Vec::new();
    for _ in 0..6 {
        let phone = push.phone();
        app.resident(town::YAMA_1).await.turn_on(&phone).await;
        phones.push(phone);
    }
    let officer = app.officer(town::YAMA).await;
    for number in 0..5 {
        officer.announce(&format!("お知らせ{number}"), town::YAMA).await;
    }
    tokio::join!(app.work(), app.work(), app.work());
    // One may leave while another still has a batch in hand.
    app.work().await;
    for phone in &phones {
        let mut titles = phone.titles();
        titles.sort();
        assert_eq!(titles, ["お知らせ0", "お知らせ1", "お知らせ2", "お知らせ3", "お知らせ4"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn emergencies_ring_at_night_and_the_rest_in_the_morning() {
    let push = PushService::start().await;
    // Quiet at every hour, so that the test does not depend on when it runs.
    let app = TestApp::start_with_push_and(&push, &[("KAIRAN_QUIET_HOURS", "00:00-23:59")]).await;
    let phone = push.phone();
    app.resident(town::YAMA_1).await.turn_on(&phone).await;
    let (city, second) = (app.staff(town::CITY).await, app.staff(town::CITY).await);
    city.announce("市から", town::CITY).await;
    let emergency = city.draft(&urgent("避難指示", town::YAMA)).await;
    let _ = second.publish(&emergency).await.expect(200);
    app.work().await;
    assert_eq!(phone.titles(), ["避難指示"]);
    let message = &phone.arrived()[0];
    assert_eq!(message.headers["urgency"], "high");
    assert_eq!(message.body["notification"]["body"], "くわしくは集会所の掲示板をご覧ください。");
    app.tamper("UPDATE batch SET due_at = due_at + interval '1 day' WHERE done_at IS NULL").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_says_so_on_the_lock_screen() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phone = push.phone();
    app.officer(town::YAMA).await.turn_on(&phone).await;
    let (city, second) = (app.staff(town::CITY).await, app.staff(town::CITY).await);
    let mut drill = urgent("避難指示", town::CITY);
    drill["drill"] = json!(true);
    drill["audience"]["to"] = json!("officers");
    drill["title"] = json!("あ".repeat(90));
    drill["body"] = json!("い".repeat(20_000));
    let id = city.draft(&drill).await;
    let _ = second.publish(&id).await.expect(200);
    drill["audience"]["to"] = json!("everyone");
    let id = city.draft(&drill).await;
    let _ = second.publish(&id).await.expect(200);
    app.work().await;
    for message in phone.arrived() {
        let title = message.body["notification"]["title"].as_str().expect("a title");
        assert!(title.contains("訓練"), "{title}");
        assert!(message.length <= 2_048, "{}", message.length);
    }
    assert_eq!(phone.arrived().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_down_is_tried_again_without_help() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let mut phones = Vec::new();
    for _ in 0..6 {
        let resident = app.resident(town::YAMA_1).await;
        for _ in 0..10 {
            let phone = push.phone();
            resident.turn_on(&phone).await;
            phone.answer_status([503; 2]);
            phones.push(phone);
        }
    }
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert!(app.number("SELECT failures_in_row::bigint FROM push_origin").await >= 50);
    push.clock.advance(Duration::seconds(10));
    app.work().await;
    assert_eq!(phones.iter().map(Phone::tries).sum::<usize>(), phones.len(), "it is left alone for a minute");
    // Then one message after another goes ahead to see.
    for _ in 0..4 {
        push.clock.advance(Duration::minutes(2));
        app.work().await;
    }
    assert!(phones.iter().all(|phone| phone.arrived().len() == 1), "{:?}", shown(&phones.iter().collect::<Vec<_>>()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_hangs_holds_up_nobody_else() {
    let mut sick = PushService::start().await;
    let well = sick.another(Manner::Proper).await;
    let app = TestApp::start_with_push(&sick).await;
    let (hanging, fine) = (sick.phone(), well.phone());
    app.resident(town::YAMA_1).await.turn_on(&hanging).await;
    app.resident(town::YAMA_1).await.turn_on(&fine).await;
    hanging.answer([Reply::Hang]);
    let (city, second) = (app.staff(town::CITY).await, app.staff(town::CITY).await);
    let id = city.draft(&urgent("避難指示", town::YAMA)).await;
    let _ = second.publish(&id).await.expect(200);

    let worker = api::worker::Worker::new(&app.ground).expect("a worker");
    let turn = tokio::spawn(async move { worker.turn().await });
    for _ in 0..200 {
        if fine.tries() == 1 && hanging.tries() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(fine.titles(), ["避難指示"]);
    assert!(!turn.is_finished(), "the other one is still being waited for");
    turn.abort();
    app.tamper("DELETE FROM batch WHERE done_at IS NULL").await;
}
