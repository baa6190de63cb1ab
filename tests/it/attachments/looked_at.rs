//! Nobody sends a file that they have not seen: those of emergencies, and what comes or changes while a notice is sent.

use futures_util::StreamExt as _;
use reqwest::{Method, header};
use serde_json::{Value, json};
use tests::{Answer, TestApp, actor::notice, town};
use time::{Duration, format_description::well_known::Rfc3339};

use super::{
    hands::{add, links, office, place, seen},
    made::drawing,
};

/// The files that a page has shown, as its form tells them.
fn shown(page: &Answer) -> String {
    let (_, field) = page.text.split_once("name=\"files\" value=\"").expect("the files that are shown");
    field.split('"').next().expect("a value").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_an_emergency_sends_the_files_that_they_have_looked_at() {
    let app = TestApp::start().await;
    let (author, second) = (app.officer(town::YAMA).await, office(&app).await);
    let mut flood = notice("避難してください", town::YAMA);
    flood["importance"] = json!("emergency");
    let id = author.draft(&flood).await;
    let _ = add(&author, &id, ("避難所.png", drawing())).await.expect(201);
    let page = second.open(&format!("/notices/{id}/confirm")).await;
    assert!(page.text.contains("避難所.png"), "{}", page.text);
    let looked_at = shown(&page);
    let _ = add(&author, &id, ("ほかの図.png", drawing())).await.expect(201);
    let page = second.send(&format!("/notices/{id}/publish"), &[("files", &*looked_at)]).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("添付を変えました") && page.text.contains("ほかの図.png"), "{}", page.text);
    let page = second.send(&format!("/notices/{id}/publish"), &[("files", &*shown(&page))]).await;
    assert_eq!(page.status, 200);
    assert_eq!(author.get(&format!("/api/v1/notices/{id}")).await.expect(200)["state"], "published");
    app.work().await;

    // A program says the same, and so does who corrects: what waits for the correction comes with it.
    let waits = add(&author, &id, ("川の水位.png", drawing())).await.expect(201);
    let page = second.open(&format!("/notices/{id}/correct")).await;
    assert!(page.text.contains("川の水位.png") && links(&page).len() == 6, "{}", page.text);
    let looked_at = shown(&page);
    let other = app.officer(town::YAMA).await;
    let correct = async |files: Value| {
        let mut said = json!({ "reason": "水位が上がりました" });
        if !files.is_null() {
            said["attachments"] = files;
        }
        other.post(&format!("/api/v1/notices/{id}/correct"), &said).await
    };
    let ids = |seen: &str| Value::from(seen.split(' ').collect::<Vec<_>>());
    correct(Value::Null).await.refused_at("/attachments");
    correct(json!([waits["id"]])).await.problem(409, "attachments_changed");
    let _ = add(&author, &id, ("だれも見ていない図.png", drawing())).await.expect(201);
    correct(ids(&looked_at)).await.problem(409, "attachments_changed");
    let form = |files: &str| {
        let fields = [("title", "避難してください"), ("body", "本文です。"), ("reason", "水位"), ("files", files)];
        fields.map(|(name, value)| (name, value.to_owned()))
    };
    let send = async |fields: [(&str, String); 4]| {
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        second.send(&format!("/notices/{id}/correct"), &fields).await
    };
    let page = send(form(&looked_at)).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("添付を変えました") && page.text.contains("だれも見ていない図.png"), "{}", page.text);
    assert_eq!(send(form(&shown(&page))).await.status, 200);
    let out = other.get(&format!("/api/v1/notices/{id}")).await.expect(200);
    assert_eq!((&out["revision"], &out["attachment_count"]), (&json!(2), &json!(4)));
    let plain = json!({ "title": "至急避難してください", "reason": "言葉" });
    let _ = other.post(&format!("/api/v1/notices/{id}/correct"), &plain).await.expect(200);
    app.work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_added_a_file_to_an_emergency_is_told_to_wait_for_another() {
    let app = TestApp::start().await;
    let (author, helper) = (app.officer(town::YAMA).await, office(&app).await);
    let mut flood = notice("避難してください", town::YAMA);
    flood["importance"] = json!("emergency");
    let id = author.draft(&flood).await;
    let confirm = format!("/notices/{id}/confirm");
    assert!(helper.open(&confirm).await.text.contains("緊急で送る"));
    let map = [("避難所.png", drawing())];
    assert_eq!(helper.send_files(&format!("/notices/{id}/attachments"), &map).await.status, 200);
    let page = helper.open(&confirm).await;
    assert!(page.text.contains("添付を加えた方だけでは送れません"), "{}", page.text);
    assert!(!page.text.contains("緊急で送る"), "{}", page.text);
    let page = helper.send(&format!("/notices/{id}/publish"), &[]).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("添付を加えた人とは別の人"), "{}", page.text);

    // What they send alone for all that is still no other person's to its author.
    let alone = [("files", &*shown(&page)), ("alone", "yes"), ("reason", "夜間で一人")];
    assert_eq!(helper.send(&format!("/notices/{id}/publish"), &alone).await.status, 200);
    let correction = json!({ "body": "高台へ", "reason": "場所の追加" });
    author.post(&format!("/api/v1/notices/{id}/correct"), &correction).await.problem(409, "second_person_needed");
    let page = helper.open(&format!("/notices/{id}/correct")).await;
    assert!(!page.text.contains("だけでは訂正できません"), "{}", page.text);
    app.work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_an_emergency_that_waits_for_its_time_are_its_second_persons() {
    let app = TestApp::start().await;
    let (author, second) = (app.officer(town::YAMA).await, app.officer(town::YAMA).await);
    let mut flood = notice("放流のお知らせ", town::YAMA);
    flood["importance"] = json!("emergency");
    let tomorrow = app.ground.clock.now() + Duration::DAY;
    flood["publish_at"] = json!(tomorrow.format(&Rfc3339).expect("a time"));
    let id = author.draft(&flood).await;
    let map = add(&author, &id, ("地図.png", drawing())).await.expect(201);
    let publish = format!("/api/v1/notices/{id}/publish");
    second.post(&publish, &json!({})).await.refused_at("/attachments");
    second.post(&publish, &json!({ "attachments": [] })).await.problem(409, "attachments_changed");
    let theirs = add(&second, &id, ("経路.png", drawing())).await.expect(201);
    let both = json!({ "attachments": [theirs["id"], map["id"]] });
    second.post(&publish, &both).await.problem(409, "second_person_needed");
    let third = app.officer(town::YAMA).await;
    let _ = third.post(&publish, &both).await.expect(200);

    // What was agreed on goes out so, whoever comes with more: it waits for a correction, which is not the author's.
    let mut new = Vec::new();
    for (hand, name) in [(&author, "水位.png"), (&second, "橋.png")] {
        let file = add(hand, &id, (name, drawing())).await.expect(201);
        assert_eq!(file["correction"], "comes");
        new.push(file["id"].clone());
    }
    assert_eq!(author.delete(map["href"].as_str().expect("an address")).await.status, 204);
    let files = |all: &[(&str, &str)]| all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    let wait = files(&[("地図.png", "goes"), ("経路.png", "stays"), ("水位.png", "comes"), ("橋.png", "comes")]);
    assert_eq!(seen(&author, &id).await, wait);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act IN ('attach', 'detach')").await, 3);
    let office = office(&app).await;
    let page = office.open(&format!("/notices/{id}/attachments")).await;
    assert!(page.text.contains("送ることが決まっています") && page.text.contains("訂正を書く"), "{}", page.text);
    let page = office.open(&format!("/n/{id}")).await.text;
    assert!(page.contains("まだ届いていません") && page.contains("に送ります"), "{page}");
    assert!(!page.contains("すぐにお読みください") && !page.contains("/receipt\""), "nobody has it yet: {page}");
    let page = office.open(&format!("/notices/{id}/correct")).await.text;
    assert!(page.contains("決めた日時に届きます") && !page.contains("もう一度届ける"), "{page}");
    let correct = format!("/api/v1/notices/{id}/correct");
    let mut correction = json!({ "reason": "地図の誤り" });
    third.post(&correct, &correction).await.refused_at("/attachments");
    correction["attachments"] = json!([theirs["id"], new[0], new[1]]);
    author.post(&correct, &correction).await.problem(409, "second_person_needed");
    let _ = third.post(&correct, &correction).await.expect(200);
    assert_eq!(seen(&author, &id).await, files(&[("経路.png", "stays"), ("水位.png", "stays"), ("橋.png", "stays")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_for_a_correction_goes_out_with_what_was_taken_back() {
    let app = TestApp::start().await;
    let (officer, ward) = (app.officer(town::YAMA).await, app.staff(town::EAST).await);
    let mut later = notice("夏まつり", town::YAMA);
    later["publish_at"] = json!((app.ground.clock.now() + Duration::DAY).format(&Rfc3339).expect("a time"));
    let id = officer.draft(&later).await;
    let _ = officer.publish(&id).await.expect(200);
    // As one that was on its way just then.
    let _ = add(&officer, &id, ("地図.png", drawing())).await.expect(201);
    app.tamper("UPDATE attachment SET since_revision = 2").await;
    let seat = officer.get("/api/v1/me").await.expect(200)["seats"][0]["id"].clone();
    let _ = ward.delete(&format!("/api/v1/seats/{}", seat.as_str().expect("a seat"))).await.expect(200);
    let office = office(&app).await;
    let page = office.open(&format!("/notices/{id}/confirm")).await;
    assert_eq!(office.send(&format!("/notices/{id}/publish"), &[("files", &*shown(&page))]).await.status, 200);
    app.ground.clock.advance(Duration::days(2));
    app.work().await;
    let reader = app.resident(town::YAMA_1).await;
    assert_eq!(seen(&reader, &id).await, [("地図.png".to_owned(), "stays".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_on_its_way_when_its_notice_is_sent_waits_for_a_correction() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let mut later = notice("夏まつり", town::YAMA);
    let tomorrow = app.ground.clock.now() + Duration::DAY;
    later["publish_at"] = json!(tomorrow.format(&Rfc3339).expect("a time"));
    let id = officer.draft(&later).await;
    let file = drawing();
    let (beginning, end) = file.split_at(file.len() / 2);
    let (goes_on, waits) = tokio::sync::oneshot::channel::<Vec<u8>>();
    let (beginning, end) = (beginning.to_vec(), end.to_vec());
    let began = std::sync::Arc::new(tokio::sync::Notify::new());
    let told = began.clone();
    let pieces = futures_util::stream::once(async move {
        told.notify_one();
        Ok::<_, std::io::Error>(beginning)
    });
    let pieces = pieces.chain(futures_util::stream::once(async move { waits.await.map_err(std::io::Error::other) }));
    let request = officer.request(Method::POST, &place(&id, "地図.png"));
    let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
    let request = request.body(reqwest::Body::wrap_stream(pieces));
    let publishes = async {
        began.notified().await;
        let _ = officer.publish(&id).await.expect(200);
        goes_on.send(end).expect("the rest is waited for");
    };
    let (answer, ()) = tokio::join!(officer.send(request), publishes);
    assert_eq!(answer.expect(201)["correction"], "comes");
    let files = async || officer.get(&format!("/api/v1/notices/{id}")).await.expect(200)["attachment_count"].clone();
    assert_eq!(files().await, 0, "who scheduled it has not looked at that file");
    let comes = json!({ "reason": "地図を付けます" });
    let corrected = officer.post(&format!("/api/v1/notices/{id}/correct"), &comes).await.expect(200);
    assert_eq!((&corrected["revision"], files().await), (&json!(1), json!(1)), "nobody has read it yet");
    app.work().await;
}
