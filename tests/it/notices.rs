//! A notice goes out: who may send it where, and who gets to read it.

use serde_json::{Value, json};
use tests::{TestApp, actor::notice, town};

fn with(mut notice: Value, field: &str, value: Value) -> Value {
    notice[field] = value;
    notice
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reads_what_is_for_them_and_nothing_else() {
    let app = TestApp::start().await;
    let (city, ward) = (app.staff(town::CITY).await, app.staff(town::EAST).await);
    let (officer, leader) = (app.officer(town::YAMA).await, app.leader(town::YAMA_1).await);
    city.announce("市から", town::CITY).await;
    ward.announce("区から", town::EAST).await;
    officer.announce("町内会から", town::YAMA).await;
    leader.announce("班から", town::YAMA_1).await;
    let to_officers =
        with(notice("役員へ", town::CITY), "audience", json!({ "areas": [town::CITY], "to": "officers" }));
    let confidential = city.draft(&to_officers).await;
    let _ = city.publish(&confidential).await.expect(200);
    app.work().await;

    let all = ["役員へ", "班から", "町内会から", "区から", "市から"];
    assert_eq!(app.resident(town::YAMA_1).await.titles().await, all[1..]);
    assert_eq!(app.resident(town::YAMA_2).await.titles().await, all[2..]);
    assert_eq!(app.resident(town::OKA).await.titles().await, all[3..]);
    assert_eq!(app.resident(town::KAWA).await.titles().await, all[4..]);
    assert_eq!(leader.titles().await, all);
    assert_eq!(officer.titles().await, all);
    assert_eq!(ward.titles().await, all);
    assert_eq!(app.staff(town::WEST).await.titles().await, ["役員へ", "市から"]);
    assert_eq!(app.officer(town::KAWA).await.titles().await, ["役員へ", "市から"]);
    assert_eq!(app.staff(town::CENTRE).await.titles().await, ["役員へ", "区から", "市から"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_known_looks_like_what_does_not_exist() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let draft = officer.draft(&notice("下書き", town::YAMA)).await;
    let published = officer.announce("町内会から", town::YAMA).await;
    app.work().await;
    let neighbour = app.resident(town::KAWA).await;
    let nothing = neighbour.get("/api/v1/notices/0199aaaa-0000-7000-8000-000000000000").await;
    for id in [&*draft, &*published, "not-an-id", "%00"] {
        for path in ["", "/coverage?by=ward"] {
            let answer = neighbour.get(&format!("/api/v1/notices/{id}{path}")).await;
            assert_eq!((answer.status, &answer.text), (nothing.status, &nothing.text), "{id}{path}");
        }
        let answer = neighbour.receipt(id, true).await;
        assert_eq!((answer.status, &answer.text), (nothing.status, &nothing.text), "{id}");
        let answer = neighbour.publish(id).await;
        assert_eq!((answer.status, &answer.text), (nothing.status, &nothing.text), "{id}");
    }
    nothing.problem(404, "not_found");
    let resident = app.resident(town::YAMA_1).await;
    resident.get(&format!("/api/v1/notices/{draft}")).await.problem(404, "not_found");
    let post = |verb: &str| format!("/api/v1/notices/{published}/{verb}");
    resident.post(&post("withdraw"), &json!({})).await.problem(403, "not_your_notice");
    resident.post(&post("correct"), &json!({ "title": "x", "reason": "y" })).await.problem(403, "not_your_notice");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sends_beyond_their_area() {
    let app = TestApp::start().await;
    let refuse = async |actor: &tests::Actor<'_>, area: &str, code: &str| {
        actor.post("/api/v1/notices", &notice("お知らせ", area)).await.problem(403, code);
    };
    refuse(&app.resident(town::YAMA_1).await, town::YAMA, "no_seat").await;
    let leader = app.leader(town::YAMA_1).await;
    refuse(&leader, town::YAMA, "outside_your_area").await;
    refuse(&leader, town::YAMA_2, "outside_your_area").await;
    let officer = app.officer(town::YAMA).await;
    refuse(&officer, town::OKA, "outside_your_area").await;
    refuse(&officer, town::DISTRICT, "outside_your_area").await;
    let ward = app.staff(town::EAST).await;
    refuse(&ward, town::WEST, "outside_your_area").await;
    refuse(&ward, town::CITY, "outside_your_area").await;
    let centre = app.staff(town::CENTRE).await;
    refuse(&centre, town::KAWA, "outside_your_area").await;
    let _ = centre.draft(&notice("講座のご案内", town::DISTRICT)).await;
    let _ = officer.draft(&notice("班のみなさまへ", town::YAMA_2)).await;

    let emergency = |area| with(notice("避難してください", area), "importance", json!("emergency"));
    leader.post("/api/v1/notices", &emergency(town::YAMA_1)).await.problem(403, "emergency_not_allowed");
    centre.post("/api/v1/notices", &emergency(town::DISTRICT)).await.problem(403, "emergency_not_allowed");
    assert_eq!(app.number("SELECT count(*) FROM notice").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_takes_two_people() {
    let app = TestApp::start().await;
    let (author, second) = (app.staff(town::CITY).await, app.staff(town::EAST).await);
    let emergency = with(notice("避難指示", town::YAMA), "importance", json!("emergency"));
    let id = author.draft(&emergency).await;
    author.publish(&id).await.problem(409, "second_person_needed");
    let path = format!("/api/v1/notices/{id}/publish");
    author.post(&path, &json!({ "alone": true })).await.refused_at("/reason");
    assert_eq!(second.publish(&id).await.expect(200)["state"], "published");

    let id = author.draft(&emergency).await;
    let alone = author.post(&path.replace(&path[16..52], &id), &json!({ "alone": true, "reason": "夜間で一人" })).await;
    assert_eq!(alone.expect(200)["alone_reason"], "夜間で一人");
    app.work().await;
    let west = app.staff(town::WEST).await;
    assert_eq!(west.titles().await, ["避難指示"], "announced to all staff");
    let shown = west.get(&format!("/api/v1/notices/{id}")).await.expect(200);
    assert_eq!(shown["alone_reason"], "夜間で一人");
    let resident = app.resident(town::YAMA_1).await;
    assert!(resident.get(&format!("/api/v1/notices/{id}")).await.expect(200).get("alone_reason").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_published_once_even_by_two_at_once() {
    let app = TestApp::start().await;
    let (one, other) = (app.staff(town::CITY).await, app.staff(town::CITY).await);
    let id = one.draft(&notice("市から", town::CITY)).await;
    let (first, second) = tokio::join!(one.publish(&id), other.publish(&id));
    let mut answers = [first, second];
    answers.sort_by_key(|answer| answer.status);
    let [good, late] = answers;
    let _ = good.expect(200);
    late.problem(409, "already_published");
    app.work().await;
    assert_eq!(app.number("SELECT count(*) FROM circulation").await, 3);
    assert_eq!(app.number("SELECT count(*) FROM plan").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_notice_waits_for_its_time() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let at = app.ground.clock.now() + time::Duration::hours(2);
    let at = at.format(&time::format_description::well_known::Rfc3339).expect("a time");
    let id = officer.draft(&with(notice("あとで", town::YAMA), "publish_at", json!(at))).await;
    assert_eq!(officer.publish(&id).await.expect(200)["state"], "scheduled");
    let resident = app.resident(town::YAMA_1).await;
    assert!(resident.titles().await.is_empty());
    resident.get(&format!("/api/v1/notices/{id}")).await.problem(404, "not_found");
    app.work().await;
    assert_eq!(app.number("SELECT count(*) FROM plan").await, 0);

    app.ground.clock.advance(time::Duration::hours(3));
    app.work().await;
    let refreshed = app.join(&app.slip(town::YAMA_1)).await;
    assert_eq!(refreshed.titles().await, ["あとで"]);
    assert_eq!(app.number("SELECT count(*) FROM plan").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_and_withdrawals_are_told_to_the_readers() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.draft(&notice("清掃は9時から", town::YAMA)).await;
    let post = |verb: &str| format!("/api/v1/notices/{id}/{verb}");
    officer.post(&post("correct"), &json!({ "title": "x", "reason": "y" })).await.problem(409, "not_published");
    officer.post(&post("withdraw"), &json!({})).await.problem(409, "not_published");
    let _ = officer.publish(&id).await.expect(200);

    officer.post(&post("correct"), &json!({ "title": "清掃は8時から" })).await.refused_at("");
    officer.post(&post("correct"), &json!({ "reason": "時刻の誤り" })).await.refused_at("");
    officer.post(&post("correct"), &json!({ "drill": true, "reason": "x" })).await.refused_at("/drill");
    let corrected = officer.post(&post("correct"), &json!({ "title": "清掃は8時から", "reason": "時刻の誤り" })).await;
    assert_eq!(corrected.expect(200)["revision"], 2);
    app.work().await;
    let resident = app.resident(town::YAMA_1).await;
    let read = resident.get(&format!("/api/v1/notices/{id}")).await.expect(200);
    assert_eq!((&read["title"], &read["correction"]["reason"]), (&json!("清掃は8時から"), &json!("時刻の誤り")));
    assert_eq!(read["correction"]["previous_title"], "清掃は9時から");

    let withdrawn = officer.post(&post("withdraw"), &json!({ "reason": "雨のため中止" })).await.expect(200);
    assert_eq!(withdrawn["state"], "withdrawn");
    officer.post(&post("withdraw"), &json!({})).await.problem(409, "withdrawn");
    officer.post(&post("correct"), &json!({ "title": "x", "reason": "y" })).await.problem(409, "withdrawn");
    let read = resident.get(&format!("/api/v1/notices/{id}")).await.expect(200);
    assert_eq!(read["withdrawn_reason"], "雨のため中止");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_says_so_whatever_its_author_wrote() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let drill = with(notice("避難してください", town::YAMA), "drill", json!(true));
    let drill = officer.post("/api/v1/notices", &drill).await.expect(201);
    assert_eq!(drill["title"], "【訓練】避難してください");
    let id = drill["id"].as_str().expect("an id");
    let _ = officer.publish(id).await.expect(200);
    let title = json!({ "title": "至急、避難してください", "reason": "言い直し" });
    let corrected = officer.post(&format!("/api/v1/notices/{id}/correct"), &title).await.expect(200);
    assert_eq!(corrected["title"], "【訓練】至急、避難してください");
    app.work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_draft_is_refused_with_its_field_named() {
    let app = TestApp::start().await;
    let staff = app.staff(town::CITY).await;
    let good = notice("お知らせ", town::CITY);
    let audience = |areas: Value| with(good.clone(), "audience", json!({ "areas": areas, "to": "everyone" }));
    for (bad, pointer) in [
        (with(good.clone(), "title", json!("あ".repeat(10_000))), "/title"),
        (with(good.clone(), "title", json!("　")), "/title"),
        (with(good.clone(), "title", json!("a\u{0}b")), "/title"),
        (with(good.clone(), "title", json!("\u{200b}\u{feff}")), "/title"),
        (with(good.clone(), "circulate_until", json!("9999-12-31T23:59:59Z")), "/circulate_until"),
        (with(good.clone(), "circulate_until", json!("2999-12-31")), "/circulate_until"),
        (with(good.clone(), "publish_at", json!("9999-12-31T23:59:59Z")), "/publish_at"),
        (with(good.clone(), "body", json!("a\u{202e}b")), "/body"),
        (with(good.clone(), "importance", json!("loud")), "/importance"),
        (with(good.clone(), "circulate_until", json!("tomorrow")), "/circulate_until"),
        (with(good.clone(), "circulate_until", json!("2020-01-01")), "/circulate_until"),
        (with(good.clone(), "publish_at", json!("2020-01-01T00:00:00Z")), "/publish_at"),
        (with(good.clone(), "publish_at", json!("soon")), "/publish_at"),
        (with(good.clone(), "author", json!("me")), "/author"),
        (audience(json!([])), "/audience/areas"),
        (audience(json!([town::CITY, "nowhere"])), "/audience/areas/1"),
        (audience(json!([town::CENTRE])), "/audience/areas"),
        (audience(json!(["\u{0}"])), "/audience/areas/0"),
    ] {
        staff.post("/api/v1/notices", &bad).await.refused_at(pointer);
    }
    let large = with(good.clone(), "body", json!("x".repeat(3_000_000)));
    staff.post("/api/v1/notices", &large).await.problem(413, "body_too_large");
    let request = |kind: &str, body: &str| {
        staff.request(reqwest::Method::POST, "/api/v1/notices").header("content-type", kind).body(body.to_owned())
    };
    staff.send(request("text/plain", "hello")).await.problem(415, "unsupported_media_type");
    staff.send(request("application/json", "{\"title\":")).await.problem(422, "invalid");
    staff.send(request("application/json", &format!("{good} trailing"))).await.problem(422, "invalid");
    assert_eq!(app.number("SELECT count(*) FROM notice").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_is_read_page_by_page() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    for number in 0..5 {
        officer.announce(&format!("お知らせ{number}"), town::YAMA).await;
    }
    app.work().await;
    for reader in [app.resident(town::YAMA_1).await, app.staff(town::CITY).await] {
        let (mut titles, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = reader.get(&format!("/api/v1/notices?limit=2{cursor}")).await.expect(200);
            titles.extend(page["items"].as_array().expect("items").iter().map(|i| i["title"].clone()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(titles, ["お知らせ4", "お知らせ3", "お知らせ2", "お知らせ1", "お知らせ0"]);
    }
    officer.get("/api/v1/notices?cursor=nonsense").await.refused_at("cursor");
    // A time before the calendar of the database begins.
    officer.get("/api/v1/notices?cursor=-q9-AAAAAAAAAAAAAAAAAAAAAAAAAAAA").await.refused_at("cursor");
    officer.get("/api/v1/notices?limit=0").await.refused_at("limit");
    officer.get("/api/v1/notices?limit=many").await.problem(422, "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_before_its_time_never_comes_out() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let at = (app.ground.clock.now() + time::Duration::minutes(10)).to_offset(api::clock::JAPAN);
    let at = at.format(&time::format_description::well_known::Rfc3339).expect("a time");
    let id = officer.draft(&with(notice("あとで", town::YAMA), "publish_at", json!(at))).await;
    let _ = officer.publish(&id).await.expect(200);
    // Nobody has read it yet, so changing it is no correction.
    let change = json!({ "title": "あとで、もう一度", "reason": "言い直し" });
    let changed = officer.post(&format!("/api/v1/notices/{id}/correct"), &change).await.expect(200);
    assert_eq!((&changed["title"], &changed["revision"]), (&json!("あとで、もう一度"), &json!(1)));
    let _ = officer.post(&format!("/api/v1/notices/{id}/withdraw"), &json!({})).await.expect(200);
    app.ground.clock.advance(time::Duration::minutes(11));
    app.work().await;
    for reader in [app.resident(town::YAMA_1).await, app.staff(town::CITY).await] {
        assert!(reader.titles().await.is_empty());
    }
    app.resident(town::YAMA_1).await.get(&format!("/api/v1/notices/{id}")).await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_is_not_rewritten_by_its_author_alone() {
    let app = TestApp::start().await;
    let (author, second) = (app.staff(town::CITY).await, app.staff(town::CITY).await);
    let emergency = with(notice("避難指示", town::YAMA), "importance", json!("emergency"));
    let id = author.draft(&emergency).await;
    let _ = second.publish(&id).await.expect(200);
    let correction = json!({ "body": "高台へ", "reason": "場所の追加" });
    let path = format!("/api/v1/notices/{id}/correct");
    author.post(&path, &correction).await.problem(409, "second_person_needed");
    assert_eq!(second.post(&path, &correction).await.expect(200)["revision"], 2);
    app.work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_changes_its_own_notices_and_no_others() {
    let app = TestApp::start().await;
    let (city, officer) = (app.staff(town::CITY).await, app.officer(town::YAMA).await);
    let of_city = city.announce("市から", town::DISTRICT).await;
    let of_officer = officer.announce("班のみなさまへ", town::YAMA_1).await;
    app.work().await;
    for (actor, id) in
        [(app.staff(town::CENTRE).await, &of_city), (app.leader(town::YAMA_1).await, &of_officer), (officer, &of_city)]
    {
        actor.post(&format!("/api/v1/notices/{id}/withdraw"), &json!({})).await.problem(403, "not_your_notice");
    }
    // A ward stands in for the city in its own area.
    let ward = app.staff(town::EAST).await;
    let _ = ward.post(&format!("/api/v1/notices/{of_city}/withdraw"), &json!({})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_another_city_is_ever_seen() {
    let app = TestApp::start().await;
    let id = app.staff(town::CITY).await.announce("市から", town::CITY).await;
    app.work().await;
    let other = |text: &str| text.replace("900001", "900002").replace("あさひ市", "ゆうひ市");
    app.import(&other(town::AREAS), &other(&town::households())).await;
    let stranger = app.staff("900002").await;
    assert!(stranger.titles().await.is_empty());
    let nothing = stranger.get("/api/v1/notices/0199aaaa-0000-7000-8000-000000000000").await;
    for path in ["", "/coverage?by=ward", "/delivery"] {
        let answer = stranger.get(&format!("/api/v1/notices/{id}{path}")).await;
        assert_eq!((answer.status, &answer.text), (nothing.status, &nothing.text), "{path}");
    }
    stranger.publish(&id).await.problem(404, "not_found");
    stranger.post("/api/v1/notices", &notice("隣の市へ", town::YAMA)).await.refused_at("/audience/areas/0");
    stranger.get(&format!("/api/v1/areas?parent={}", town::CITY)).await.problem(404, "not_found");
    let own = stranger.get("/api/v1/areas").await.expect(200);
    assert_eq!(own["items"][0]["code"], "900002");
}
