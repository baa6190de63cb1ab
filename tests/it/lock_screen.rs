//! Phones ring in the language of whose they are: with the version of a notice that its sender gave, and the words around it.

use serde_json::{Value, json};
use tests::{Actor, Phone, PushService, Reply, TestApp, actor::notice, town, until};
use time::Weekday;

use crate::{
    attachments::hands::office,
    bell::{forward, publish},
};

/// Turns notifications on with a phone whose pages speak so.
async fn turn_on_in(actor: &Actor<'_>, phone: &Phone, language: &str) {
    let mut subscription = phone.subscription();
    subscription["language"] = json!(language);
    let _ = actor.post("/api/v1/push/subscriptions", &subscription).await.expect(201);
}

/// Title, text and language of what a phone was sent last.
fn last(phone: &Phone) -> [String; 3] {
    let said = phone.arrived().pop().expect("a message").body;
    ["title", "body", "lang"].map(|part| said["notification"][part].as_str().expect("words").to_owned())
}

fn versions() -> Value {
    json!({
        "easy": { "title": "｜避難訓練《ひなんくんれん》", "body": "こうえんに きて ください。" },
        "english": { "title": "Evacuation practice", "body": "Come to the park." },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_english_is_rung_in_english_where_there_is_a_version() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phones: Vec<Phone> = (0..3).map(|_| push.phone()).collect();
    for (phone, language) in phones.iter().zip(["ja", "ja-yasashii", "en"]) {
        turn_on_in(&app.resident(town::YAMA_1).await, phone, language).await;
    }
    let officer = app.officer(town::YAMA).await;
    let [japanese, easy, english] = &phones[..] else { panic!("three phones") };

    let plain = publish(&officer, "断水", ("normal", "works")).await;
    app.work().await;
    assert_eq!(last(japanese), ["断水", "山町内会からのお知らせ", "ja"]);
    assert_eq!(last(easy), last(japanese));
    assert_eq!(last(english), last(japanese), "nobody has said it in English");
    let correction = json!({ "title": "断水の延期", "reason": "雨",
        "versions": { "english": { "title": "No water cut", "body": "It is put off." } } });
    let _ = officer.post(&format!("/api/v1/notices/{plain}/correct"), &correction).await.expect(200);
    app.work().await;
    assert_eq!(last(japanese)[0], "【訂正】断水の延期");
    assert_eq!(last(english), ["[Corrected] No water cut", "A notice from 山町内会", "en"]);

    // An emergency tells its beginning, and a drill says so, in each language.
    let mut drill = notice("避難指示", town::YAMA);
    for (field, value) in [("importance", json!("emergency")), ("drill", json!(true)), ("versions", versions())] {
        drill[field] = value;
    }
    let id = officer.draft(&drill).await;
    let page = office(&app).await.open(&format!("/notices/{id}/confirm")).await;
    for shown in
        ["【訓練】避難指示", "【訓練】避難訓練", "こうえんに きて ください。", "【訓練】[DRILL] Evacuation practice"]
    {
        assert!(
            page.text.contains(&format!("<strong>{shown}</strong>"))
                || page.text.contains(&format!("<small>{shown}</small>")),
            "{shown}: {}",
            page.text
        );
    }
    let _ = app.officer(town::YAMA).await.publish(&id).await.expect(200);
    app.work().await;
    assert_eq!(last(japanese)[0], "【訓練】避難指示");
    assert_eq!(last(easy), ["【訓練】避難訓練", "こうえんに きて ください。", "ja"]);
    assert_eq!(last(english), ["【訓練】[DRILL] Evacuation practice", "Come to the park.", "en"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_notice_speaks_the_phones_language_too() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (leads, phone) = (app.leader(town::YAMA_1).await, push.phone());
    turn_on_in(&leads, &phone, "en").await;
    let subscription = phone.subscription();
    let mut unknown = subscription.clone();
    unknown["language"] = json!("fr");
    leads.post("/api/v1/push/subscriptions", &unknown).await.refused_at("/language");
    let officer = app.officer(town::YAMA).await;
    let mut secret = notice("山田様の件", town::YAMA);
    secret["audience"]["to"] = json!("officers");
    secret["versions"] = versions();
    let id = officer.draft(&secret).await;
    let _ = officer.publish(&id).await.expect(200);
    app.work().await;
    assert_eq!(last(&phone), ["For officers and group leaders", "Open it to read it.", "en"]);

    forward(&push, Some(Weekday::Friday), 12, 0);
    let officer = officer.refreshed().await;
    publish(&officer, "図書館だより", ("fyi", "office")).await;
    app.work().await;
    forward(&push, Some(Weekday::Saturday), 10, 0);
    app.work().await;
    assert_eq!(last(&phone)[0], "This week: 1 notice");

    // A browser that says nothing of it is rung in the language that its pages speak to it.
    let leads = leads.refreshed().await;
    let request = leads.request(reqwest::Method::POST, "/api/v1/push/subscriptions").json(&subscription);
    let request = request.header("Cookie", "kairan-language=ja-yasashii");
    let _ = leads.send(request).await.expect(200);
    let _ = leads.post("/api/v1/push/test", &json!({})).await.expect(202);
    app.work().await;
    assert_eq!(last(&phone)[0], "通知は とどいて います");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_phone_of_another_language() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (japanese, english) = (push.phone(), push.phone());
    japanese.answer([Reply::Held]);
    turn_on_in(&app.resident(town::YAMA_1).await, &japanese, "ja").await;
    turn_on_in(&app.resident(town::YAMA_1).await, &english, "en").await;
    let mut flood = notice("避難指示", town::YAMA);
    flood["importance"] = json!("emergency");
    flood["versions"] = versions();
    let id = app.officer(town::YAMA).await.draft(&flood).await;
    let _ = app.officer(town::YAMA).await.publish(&id).await.expect(200);
    let worker = api::worker::Worker::new(&app.ground).expect("a worker");
    let turn = tokio::spawn(async move { worker.turn().await });
    until("the other one has rung", async || !english.arrived().is_empty()).await;
    push.let_go();
    turn.await.expect("a worker").expect("a turn");
    assert_eq!((last(&japanese)[2].as_str(), last(&english)[2].as_str()), ("ja", "en"));
}
