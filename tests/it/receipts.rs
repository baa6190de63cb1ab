//! Reading leaves a receipt, and whoever may see it sees how far a notice has come.

use serde_json::{Value, json};
use tests::{TestApp, actor::notice, town};

/// households, read, acknowledged, paper, unreached of each line, by name.
fn lines(coverage: &Value) -> Vec<(String, [Value; 5])> {
    let items = coverage["items"].as_array().expect("items");
    let line = |item: &Value| {
        let numbers = ["households", "read", "acknowledged", "paper", "unreached"].map(|name| item[name].clone());
        (item["area"]["name"].as_str().unwrap_or_default().to_owned(), numbers)
    };
    items.iter().map(line).collect()
}

fn line(name: &str, numbers: [i64; 5]) -> (String, [Value; 5]) {
    (name.to_owned(), numbers.map(|number| json!(number)))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_stamp_stays() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("町内会から", town::YAMA).await;
    app.work().await;
    let slip = app.slip(town::YAMA_1);
    let (mother, father) = (app.join(&slip).await, app.join(&slip).await);

    let opened = mother.receipt(&id, false).await.expect(200);
    assert_eq!((&opened["acknowledged_at"], &opened["source"]), (&json!(null), &json!("digital")));
    app.ground.clock.advance(time::Duration::minutes(1));
    let stamped = father.receipt(&id, true).await.expect(200);
    assert_eq!(stamped["read_at"], opened["read_at"]);
    assert_ne!(stamped["acknowledged_at"], json!(null));
    app.ground.clock.advance(time::Duration::minutes(1));
    assert_eq!(mother.receipt(&id, true).await.expect(200), stamped);
    assert_eq!(mother.receipt(&id, false).await.expect(200), stamped);
    assert_eq!(father.get(&format!("/api/v1/notices/{id}")).await.expect(200)["receipt"], stamped);
    assert_eq!(app.number("SELECT (read_count * 10 + acknowledged_count)::bigint FROM circulation").await, 11);

    mother
        .put(&format!("/api/v1/notices/{id}/receipt"), &json!({ "acknowledged": "yes" }))
        .await
        .refused_at("/acknowledged");
    let draft = officer.draft(&notice("下書き", town::YAMA)).await;
    officer.receipt(&draft, true).await.problem(409, "not_published");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_each_home_its_own_receipts_page_by_page() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.insert(0, officer.announce(&format!("「{number}」の\"お知らせ\""), town::YAMA).await);
        app.ground.clock.advance(time::Duration::minutes(1));
    }
    app.work().await;
    let (reader, neighbour) = (app.resident(town::YAMA_1).await, app.resident(town::YAMA_1).await);
    for (id, acknowledged) in [(&ids[0], false), (&ids[1], true), (&ids[4], true)] {
        let _ = reader.receipt(id, acknowledged).await.expect(200);
    }
    let _ = neighbour.receipt(&ids[1], false).await.expect(200);

    // Asked at the same moment, they are answered from the same rows; and each as if asked alone.
    let list = async |home: &tests::Actor<'_>| {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = home.get(&format!("/api/v1/notices?limit=2&cursor={cursor}")).await.expect(200);
            let found = page["items"].as_array().expect("items");
            assert!(found.len() <= 2);
            items.extend(found.clone());
            match page["next_cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => return items,
            }
        }
    };
    let (of_reader, of_neighbour, of_officer) = tokio::join!(list(&reader), list(&neighbour), list(&officer));
    for (home, items) in [(&reader, of_reader), (&neighbour, of_neighbour), (&officer, of_officer)] {
        let mut alone = Vec::new();
        for id in &ids {
            let mut one = home.get(&format!("/api/v1/notices/{id}")).await.expect(200);
            // A list says how many files there are, and one notice which.
            assert_eq!(one.as_object_mut().expect("a notice").remove("attachments"), Some(serde_json::json!([])));
            alone.push(one);
        }
        assert_eq!(items, alone);
    }
    let read: Vec<bool> = list(&reader).await.iter().map(|item| !item["receipt"].is_null()).collect();
    assert_eq!(read, [true, true, false, false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn coverage_is_right_at_every_level_and_shows_no_more_than_it_may() {
    let app = TestApp::start().await;
    let city = app.staff(town::CITY).await;
    let id = city.announce("市から", town::CITY).await;
    app.work().await;
    for _ in 0..5 {
        let _ = app.resident(town::YAMA_1).await.receipt(&id, true).await.expect(200);
    }
    let _ = app.resident(town::YAMA_2).await.receipt(&id, false).await.expect(200);
    let _ = app.resident(town::KAWA).await.receipt(&id, false).await.expect(200);

    let (officer, leader) = (app.officer(town::YAMA).await, app.leader(town::YAMA_1).await);
    // Two of six homes get paper; of the four others in each group, who has read is reached.
    let by_group = officer.coverage(&id, "group").await.expect(200);
    assert_eq!(lines(&by_group), [line("1班", [6, 5, 5, 2, 0]), line("2班", [6, 1, 0, 2, 3])]);
    let by_association = officer.coverage(&id, "association").await.expect(200);
    assert_eq!(lines(&by_association), [line("山町内会", [12, 6, 5, 4, 3])]);
    let by_household = officer.coverage(&id, "household").await.expect(200);
    assert_eq!(lines(&by_household)[0], line("1号", [1, 1, 1, 0, 0]));
    assert_eq!(by_household["items"].as_array().map(Vec::len), Some(12));
    assert_eq!(lines(&leader.coverage(&id, "group").await.expect(200)), [line("1班", [6, 5, 5, 2, 0])]);
    assert_eq!(leader.coverage(&id, "household").await.expect(200)["items"].as_array().map(Vec::len), Some(6));
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'look at households'").await, 2);

    // The city sees counts, and none that tells of a single home.
    let few = json!("<5");
    let wards = lines(&city.coverage(&id, "ward").await.expect(200));
    assert_eq!(wards[0], ("東区".into(), [json!(18), json!(6), json!(5), json!(6), json!(7)]));
    assert_eq!(wards[1], ("西区".into(), [json!(6), few.clone(), json!(0), few.clone(), few.clone()]));
    let associations = lines(&city.coverage(&id, "association").await.expect(200));
    assert_eq!(associations.len(), 3);
    assert_eq!(associations[1], ("丘町内会".into(), [json!(6), json!(0), json!(0), few.clone(), few.clone()]));
    let east = app.staff(town::EAST).await;
    assert_eq!(lines(&east.coverage(&id, "association").await.expect(200)).len(), 2);
    assert_eq!(lines(&east.coverage(&id, "district").await.expect(200)).len(), 1);
    city.coverage(&id, "group").await.problem(403, "counts_only");
    city.coverage(&id, "household").await.problem(403, "counts_only");
    app.staff(town::CENTRE).await.coverage(&id, "ward").await.problem(403, "no_coverage");
    app.resident(town::OKA).await.coverage(&id, "association").await.problem(403, "no_coverage");
    city.coverage(&id, "street").await.problem(422, "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officers_notice_counts_its_officers() {
    let app = TestApp::start().await;
    let city = app.staff(town::CITY).await;
    let (yama, kawa) = (app.officer(town::YAMA).await, app.officer(town::KAWA).await);
    let _leader = app.leader(town::YAMA_1).await;
    let mut to_officers = notice("役員へ", town::CITY);
    to_officers["audience"]["to"] = json!("officers");
    let id = city.draft(&to_officers).await;
    let _ = city.publish(&id).await.expect(200);
    app.work().await;
    let _ = yama.receipt(&id, true).await.expect(200);
    let own = lines(&yama.coverage(&id, "association").await.expect(200));
    assert_eq!(own, [line("山町内会", [2, 1, 1, 0, 1])]);
    let own = lines(&kawa.coverage(&id, "association").await.expect(200));
    assert_eq!(own, [line("川町内会", [1, 0, 0, 0, 1])]);
    app.resident(town::YAMA_1).await.receipt(&id, true).await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counts_are_what_a_recount_finds() {
    let app = TestApp::start().await;
    let (city, officer) = (app.staff(town::CITY).await, app.officer(town::YAMA).await);
    let ids = [city.announce("市から", town::CITY).await, officer.announce("班へ", town::YAMA_1).await];
    app.work().await;
    for (number, home) in [town::YAMA_1, town::YAMA_1, town::YAMA_2, town::OKA, town::KAWA].iter().enumerate() {
        let slip = app.slip(home);
        let (one, other) = (app.join(&slip).await, app.join(&slip).await);
        for id in &ids {
            let (first, second) = tokio::join!(one.receipt(id, number % 2 == 0), other.receipt(id, number % 3 == 0));
            assert_eq!(first.status, second.status);
        }
    }
    let _ = officer.receipt(&ids[0], true).await.expect(200);
    let wrong = "SELECT count(*) FROM circulation c CROSS JOIN LATERAL (
            SELECT count(*) AS read, count(r.acknowledged_at) AS acknowledged
            FROM receipt r JOIN household h ON h.id = r.reader_id JOIN area a ON a.id = h.area_id
            WHERE r.notice_id = c.notice_id AND a.path @> ARRAY[c.area_id]) AS recount
        WHERE (c.read_count, c.acknowledged_count) IS DISTINCT FROM (recount.read, recount.acknowledged)";
    assert_eq!(app.number(wrong).await, 0);
    assert_eq!(app.number("SELECT sum(read_count) FROM circulation").await, 7);
}
