//! When and for what phones ring: quiet hours, the weekly summary, what is muted, and a test.

use serde_json::{Value, json};
use tests::{Actor, Browser, Phone, PushService, Reply, TestApp, actor::notice, town};
use time::{Duration, Time, UtcOffset, Weekday};

/// Puts the clock forward to the next `hour` in Japan, of that day of the week where one is named.
pub(crate) fn forward(push: &PushService, weekday: Option<Weekday>, hour: u8, minute: u8) {
    let here = push.clock.now().to_offset(UtcOffset::from_hms(9, 0, 0).expect("Japan"));
    let mut then = here.replace_time(Time::from_hms(hour, minute, 0).expect("a time"));
    while then <= here || weekday.is_some_and(|day| then.weekday() != day) {
        then += Duration::DAY;
    }
    push.clock.advance(then - here);
}

/// Publishes a notice of some importance and category to everyone of 山町内会; gives its id.
pub(crate) async fn publish(officer: &Actor<'_>, title: &str, (importance, category): (&str, &str)) -> String {
    let mut draft = notice(title, town::YAMA);
    draft["importance"] = json!(importance);
    draft["category"] = json!(category);
    let id = officer.draft(&draft).await;
    let _ = officer.publish(&id).await.expect(200);
    id
}

/// How many of a notice's phones are planned, taken, still to be rung, and left in peace.
async fn numbers(officer: &Actor<'_>, id: &str) -> [i64; 4] {
    let delivery = officer.get(&format!("/api/v1/notices/{id}/delivery")).await.expect(200);
    ["subscriptions", "accepted", "retrying", "in_peace"].map(|name| delivery[name].as_i64().expect("a number"))
}

/// These phones are those of 花子, who has joined in a browser without notifications.
async fn rings_for_hanako(app: &TestApp, phones: &[&Phone]) {
    let neighbour = app.resident(town::YAMA_1).await;
    for phone in phones {
        neighbour.turn_on(phone).await;
    }
    app.tamper(
        "UPDATE subscription SET (person_id, session_id) =
            (SELECT p.id, e.id FROM person p JOIN session e ON e.person_id = p.id WHERE p.name = '花子')",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_out_in_somebodys_quiet_hours_rings_when_they_end() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (asleep, awake) = (push.phone(), push.phone());
    let sleeper = app.resident(town::YAMA_1).await;
    sleeper.turn_on(&asleep).await;
    sleeper.rings(json!({ "quiet_hours": { "from": 20, "to": 8 } })).await;
    app.resident(town::YAMA_1).await.turn_on(&awake).await;

    forward(&push, None, 22, 30);
    let (officer, second) = (app.officer(town::YAMA).await, app.officer(town::YAMA).await);
    let id = publish(&officer, "夜警の当番", ("normal", "safety")).await;
    let _ = publish(&officer, "回収の日", ("must_read", "garbage")).await;
    app.work().await;
    let _ = officer.alert(&second, "避難指示", town::YAMA).await;
    app.work().await;
    assert_eq!(asleep.titles(), ["避難指示"], "emergencies pass through everything");
    assert_eq!(awake.arrived().len(), 3);
    assert_eq!(numbers(&officer, &id).await, [2, 1, 1, 0]);

    forward(&push, None, 7, 59);
    app.work().await;
    assert_eq!(asleep.arrived().len(), 1);
    forward(&push, None, 8, 0);
    app.work().await;
    let mut titles = asleep.titles();
    titles.sort();
    assert_eq!(titles, ["回収の日", "夜警の当番", "避難指示"]);
    app.work().await;
    assert_eq!((asleep.arrived().len(), awake.arrived().len()), (3, 3), "once");
    assert_eq!(app.number("SELECT max(attempt)::bigint FROM batch").await, 1, "waiting is no failed try");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_good_to_know_comes_together_on_saturday_unless_one_chose_otherwise() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    forward(&push, Some(Weekday::Wednesday), 12, 0);
    let phones: Vec<Phone> = (0..6).map(|_| push.phone()).collect();
    let [usual, reader, at_once, never, sunday, elsewhere] = &phones[..] else { panic!("six phones") };
    let mut people = Vec::new();
    for (phone, home) in
        phones.iter().zip([town::YAMA_1, town::YAMA_1, town::YAMA_2, town::YAMA_2, town::YAMA_1, town::KAWA])
    {
        let resident = app.resident(home).await;
        resident.turn_on(phone).await;
        people.push(resident);
    }
    people[2].rings(json!({ "fyi": "at_once" })).await;
    people[3].rings(json!({ "fyi": "never" })).await;
    people[4].rings(json!({ "weekly": { "weekday": 7, "hour": 9 }, "muted": ["event"] })).await;
    let officer = app.officer(town::YAMA).await;
    let mut ids = Vec::new();
    for (title, category) in [("ごみ袋の色", "garbage"), ("図書館だより", "office"), ("花見の写真", "event")]
    {
        ids.push(publish(&officer, title, ("fyi", category)).await);
    }
    app.work().await;
    let rung = || phones.iter().map(|phone| phone.arrived().len()).collect::<Vec<_>>();
    assert_eq!(rung(), [0, 0, 3, 0, 0, 0]);
    assert_eq!(numbers(&officer, &ids[0]).await, [5, 1, 0, 4]);
    assert_eq!(people[3].titles().await.len(), 3, "they stand in the list all the same");
    let _ = people[0].receipt(&ids[1], false).await.expect(200);
    for id in &ids {
        let _ = people[1].receipt(id, false).await.expect(200);
    }

    forward(&push, Some(Weekday::Saturday), 9, 59);
    app.work().await;
    assert_eq!(rung(), [0, 0, 3, 0, 0, 0]);
    forward(&push, Some(Weekday::Saturday), 10, 0);
    app.work().await;
    app.work().await;
    assert_eq!(rung(), [1, 0, 3, 0, 0, 0], "who has read them all hears nothing");
    let summary = &usual.arrived()[0];
    assert_eq!(summary.body["notification"]["title"], "今週のお知らせ 2件");
    assert_eq!(summary.body["notification"]["navigate"], json!(format!("{}/", app.ground.origin)));
    assert_eq!(
        (&summary.headers["urgency"], &summary.headers["topic"]),
        (&"low".parse().expect("a value"), &"week".parse().expect("a value"))
    );
    assert_eq!((reader.tries(), never.tries(), elsewhere.tries()), (0, 0, 0));

    forward(&push, Some(Weekday::Sunday), 9, 0);
    app.work().await;
    assert_eq!(sunday.titles(), ["今週のお知らせ 2件"], "what is muted is not counted");
    forward(&push, Some(Weekday::Saturday), 12, 0);
    app.work().await;
    assert_eq!((rung(), at_once.tries()), (vec![1, 0, 3, 0, 1, 0], 3), "of the week before nothing is told again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_summary_whose_hour_nobody_was_there_for_is_made_up_for_and_withheld_at_night() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    forward(&push, Some(Weekday::Friday), 12, 0);
    let (phone, asleep, late) = (push.phone(), push.phone(), push.phone());
    app.resident(town::YAMA_1).await.turn_on(&phone).await;
    let sleeper = app.resident(town::YAMA_1).await;
    sleeper.turn_on(&asleep).await;
    sleeper.rings(json!({ "quiet_hours": { "from": 9, "to": 15 } })).await;
    let reads_meanwhile = app.resident(town::YAMA_1).await;
    reads_meanwhile.turn_on(&late).await;
    reads_meanwhile.rings(json!({ "quiet_hours": { "from": 9, "to": 15 } })).await;
    let officer = app.officer(town::YAMA).await;
    let id = publish(&officer, "図書館だより", ("fyi", "office")).await;
    let other = publish(&officer, "取りやめた催し", ("fyi", "event")).await;
    app.work().await;
    let _ = officer.post(&format!("/api/v1/notices/{other}/withdraw"), &json!({})).await.expect(200);

    forward(&push, Some(Weekday::Saturday), 13, 0);
    tokio::join!(app.work(), app.work());
    app.work().await;
    assert_eq!(phone.titles(), ["今週のお知らせ 1件"]);
    assert_eq!(asleep.tries(), 0);
    let _ = reads_meanwhile.refreshed().await.receipt(&id, false).await.expect(200);
    forward(&push, Some(Weekday::Saturday), 15, 0);
    app.work().await;
    assert_eq!(asleep.titles(), ["今週のお知らせ 1件"]);
    assert_eq!((phone.tries(), late.tries()), (1, 0), "never for what was read meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_muted_does_not_ring_but_what_everybody_has_to_read_does() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phone = push.phone();
    let resident = app.resident(town::YAMA_1).await;
    resident.turn_on(&phone).await;
    resident.rings(json!({ "muted": ["event", "garbage"] })).await;
    let (officer, second) = (app.officer(town::YAMA).await, app.officer(town::YAMA).await);
    let muted = publish(&officer, "ごみの日", ("normal", "garbage")).await;
    publish(&officer, "断水", ("normal", "works")).await;
    publish(&officer, "分別が変わります", ("must_read", "garbage")).await;
    let mut flood = notice("祭りは中止、避難を", town::YAMA);
    (flood["importance"], flood["category"]) = (json!("emergency"), json!("event"));
    let id = officer.draft(&flood).await;
    let _ = second.publish(&id).await.expect(200);
    app.work().await;
    let mut titles = phone.titles();
    titles.sort();
    assert_eq!(titles, ["分別が変わります", "断水", "祭りは中止、避難を"]);
    assert!(resident.titles().await.contains(&"ごみの日".to_owned()), "it stays in the list");
    assert_eq!(numbers(&officer, &muted).await, [1, 0, 0, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_rings_who_was_rung_whatever_they_chose_meanwhile_and_nobody_else() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (rung, spared) = (push.phone(), push.phone());
    let was_rung = app.resident(town::YAMA_1).await;
    was_rung.turn_on(&rung).await;
    let was_spared = app.resident(town::YAMA_1).await;
    was_spared.turn_on(&spared).await;
    was_spared.rings(json!({ "muted": ["event"] })).await;
    let officer = app.officer(town::YAMA).await;
    let id = publish(&officer, "清掃は9時", ("normal", "event")).await;
    app.work().await;
    was_rung.rings(json!({ "muted": ["event"] })).await;
    was_spared.rings(json!({ "muted": [] })).await;
    let correction = json!({ "title": "清掃は8時", "reason": "時刻の誤り" });
    let _ = officer.post(&format!("/api/v1/notices/{id}/correct"), &correction).await.expect(200);
    app.work().await;
    assert_eq!(rung.titles(), ["清掃は9時", "【訂正】清掃は8時"]);
    assert_eq!(spared.tries(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_rings_ones_own_phones_at_any_hour_and_counts_for_no_notice() {
    let push = PushService::start().await;
    let app =
        TestApp::start_with_push_and(&push, &[("KAIRAN_QUIET_HOURS", "22:00-06:00"), ("KAIRAN_LIMITS", "on")]).await;
    forward(&push, None, 23, 0);
    let (mine, neighbours) = (push.phone(), push.phone());
    let resident = app.resident(town::YAMA_1).await;
    resident.post("/api/v1/push/test", &json!({})).await.problem(409, "no_browser");
    resident.get("/api/v1/push/test").await.problem(404, "not_found");
    resident.turn_on(&mine).await;
    resident.rings(json!({ "quiet_hours": { "from": 20, "to": 8 }, "fyi": "never" })).await;
    app.resident(town::YAMA_1).await.turn_on(&neighbours).await;
    let asked = resident.post("/api/v1/push/test", &json!({})).await.expect(202);
    assert_eq!((&asked["browsers"], &asked["waiting"]), (&json!(1), &json!(1)));
    app.work().await;
    assert_eq!(mine.titles(), ["通知は届いています"]);
    assert_eq!(
        mine.arrived()[0].body["notification"]["navigate"],
        json!(format!("{}/notifications", app.ground.origin))
    );
    assert_eq!(neighbours.tries(), 0);
    let went = resident.get("/api/v1/push/test").await.expect(200);
    assert_eq!((&went["accepted"], &went["waiting"], &went["asked_at"]), (&json!(1), &json!(0), &asked["asked_at"]));

    // The phone shows the later one anew, in place of the first.
    push.clock.advance(Duration::seconds(5));
    mine.answer_status([503]);
    let _ = resident.post("/api/v1/push/test", &json!({})).await.expect(202);
    app.work().await;
    assert_eq!(resident.get("/api/v1/push/test").await.expect(200)["waiting"], 1);
    push.clock.advance(Duration::seconds(5));
    app.work().await;
    let shown: Vec<Value> = mine.arrived().iter().map(|one| one.body["notification"].clone()).collect();
    assert_eq!((&shown[0]["tag"], shown.len()), (&shown[1]["tag"], 2));
    assert!(shown[0]["data"]["revision"].as_i64() < shown[1]["data"]["revision"].as_i64());
    mine.answer_status([410]);
    let _ = resident.post("/api/v1/push/test", &json!({})).await.expect(202);
    app.work().await;
    assert_eq!(resident.get("/api/v1/push/test").await.expect(200)["gone"], 1);
    assert_eq!(app.number("SELECT count(*) FROM batch").await, 1, "of those before nothing is kept");
    resident.post("/api/v1/push/test", &json!({})).await.problem(409, "no_browser");
    resident.post("/api/v1/push/test", &json!({})).await.problem(429, "too_many_tries");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_keeps_what_was_chosen_and_says_how_a_test_went() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let browser = Browser::new(&app);
    let slip = app.slip(town::YAMA_1);
    let joined = browser.send("/join", &[("code", &slip), ("name", "花子"), ("consent", "1")]).await;
    assert!(!joined.text.contains("鳴らし方を選ぶ"), "the first page asks one thing: {}", joined.text);
    let page = browser.open("/notifications").await;
    assert!(page.text.contains("鳴らし方を選ぶ") && !page.text.contains("試しに鳴らす"), "{}", page.text);
    assert!(page.text.contains("<option value=\"6\" selected>土曜日</option>"), "{}", page.text);

    let chosen = [("quiet_from", "20"), ("quiet_to", "8"), ("fyi", "weekly"), ("weekday", "1"), ("hour", "18")];
    let chosen = [&chosen[..], &[("muted", "event"), ("muted", "works")]].concat();
    let page = browser.send("/notifications", &chosen).await;
    assert!(
        page.text.contains("鳴らし方を保存しました") && page.text.contains("<option value=\"20\" selected>午後8時"),
        "{}",
        page.text
    );
    let mut too_long = chosen.clone();
    too_long[1] = ("quiet_to", "9");
    let page = browser.send("/notifications", &too_long).await;
    assert_eq!(page.status, 422);
    assert!(
        page.text.contains("1時間から12時間まで") && page.text.contains("<option value=\"9\" selected>"),
        "{}",
        page.text
    );
    let kept = "SELECT count(*) FROM push_preference WHERE quiet_to = 8 AND weekday = 1 AND muted = '{event,works}'";
    assert_eq!(app.number(kept).await, 1);

    let phone = push.phone();
    rings_for_hanako(&app, &[&phone]).await;
    let page = browser.send("/notifications/test", &[]).await;
    assert!(page.text.contains("送っています") && page.text.contains("data-testing"), "{}", page.text);
    app.work().await;
    let page = browser.open("/notifications?tested=1").await;
    assert!(page.text.contains("<h3>送りました</h3>") && page.text.contains("マナーモード"), "{}", page.text);
    assert_eq!(phone.titles(), ["通知は届いています"]);
    push.clock.advance(Duration::minutes(1));
    phone.answer_status([410]);
    let _ = browser.send("/notifications/test", &[]).await;
    app.work().await;
    assert_eq!(app.number("SELECT count(*) FROM subscription WHERE gone_at IS NOT NULL").await, 1);
    let page = browser.open("/notifications?tested=1").await;
    assert!(
        page.text.contains("<h3>送れませんでした</h3>") && page.text.contains("登録が切れていました"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("試しに鳴らす"), "there is nothing to ring: {}", page.text);
    let page = browser.send("/notifications/test", &[]).await;
    assert!(page.status == 409 && page.text.contains("先に「通知を入れる」を押してください"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_says_how_many_of_ones_phones_it_reached_and_which_are_lost_first() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (browser, slip) = (Browser::new(&app), app.slip(town::YAMA_1));
    let _ = browser.send("/join", &[("code", &slip), ("name", "花子"), ("consent", "1")]).await;
    let (lost, late, fine) = (push.phone(), push.phone(), push.phone());
    rings_for_hanako(&app, &[&lost, &late, &fine]).await;
    let tested = async || browser.open("/notifications?tested=1").await.text;
    late.answer([Reply::Status(503, vec![("retry-after", "300")], "")]);
    let _ = browser.send("/notifications/test", &[]).await;
    app.work().await;
    let said = tested().await;
    assert!(said.contains("<h3>送っています</h3>") && said.contains("data-testing"), "one is still to ring: {said}");
    push.clock.advance(Duration::seconds(30));
    let said = tested().await;
    assert!(said.contains("<h3>3台のうち2台に送りました</h3>") && said.contains("まだ送れていません"), "{said}");

    lost.answer_status([410]);
    let _ = browser.send("/notifications/test", &[]).await;
    app.work().await;
    let said = tested().await;
    assert!(said.contains("<h3>3台のうち2台に送りました</h3>"), "{said}");
    assert!(said.contains("登録の切れていた端末が1台") && said.contains("2台）を、いま一度だけ"), "{said}");
    push.clock.advance(Duration::minutes(5));
    app.work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_leave_two_hours_of_the_day_together_with_those_of_the_city() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push_and(&push, &[("KAIRAN_QUIET_HOURS", "20:00-08:00")]).await;
    let resident = app.resident(town::YAMA_1).await;
    let mut chosen = resident.get("/api/v1/push/preferences").await.expect(200);
    for (from, to, may) in [(8, 20, false), (9, 20, false), (10, 20, true), (8, 18, true), (9, 19, true), (20, 8, true)]
    {
        chosen["quiet_hours"] = json!({ "from": from, "to": to });
        let answer = resident.put("/api/v1/push/preferences", &chosen).await;
        if may {
            let _ = answer.expect(200);
        } else {
            answer.refused_at("/quiet_hours");
        }
    }
    let (browser, slip) = (Browser::new(&app), app.slip(town::YAMA_1));
    let _ = browser.send("/join", &[("code", &slip), ("name", ""), ("consent", "1")]).await;
    let form = [("quiet_from", "8"), ("quiet_to", "20"), ("fyi", "weekly"), ("weekday", "6"), ("hour", "10")];
    let page = browser.send("/notifications", &form).await;
    assert!(page.status == 422 && page.text.contains("夜は市の決めた時間"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_chose_is_theirs_to_see_to_take_along_and_to_have_forgotten() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let resident = app.resident(town::YAMA_1).await;
    let usual = json!({ "quiet_hours": null, "fyi": "weekly", "weekly": { "weekday": 6, "hour": 10 }, "muted": [] });
    assert_eq!(resident.get("/api/v1/push/preferences").await.expect(200), usual);
    assert_eq!(resident.get("/api/v1/me/data").await.expect(200)["rings"], json!(null));
    for (field, wrong, pointer) in [
        ("quiet_hours", json!({ "from": 7, "to": 7 }), "/quiet_hours"),
        ("quiet_hours", json!({ "from": 20, "to": 24 }), "/quiet_hours"),
        ("weekly", json!({ "weekday": 0, "hour": 10 }), "/weekly/weekday"),
        ("weekly", json!({ "weekday": 7, "hour": 24 }), "/weekly/hour"),
        ("muted", json!(["weather"]), "/muted"),
        ("fyi", json!("monthly"), "/fyi"),
        ("color", json!("red"), "/color"),
    ] {
        let mut chosen = usual.clone();
        chosen[field] = wrong;
        resident.put("/api/v1/push/preferences", &chosen).await.refused_at(pointer);
    }
    resident.rings(json!({ "quiet_hours": { "from": 21, "to": 6 }, "muted": ["garbage"] })).await;
    let kept = resident.get("/api/v1/me/data").await.expect(200)["rings"].clone();
    assert_eq!((&kept["quiet_from"], &kept["muted"]), (&json!(21), &json!(["garbage"])));
    resident.turn_on(&push.phone()).await;
    let _ = resident.post("/api/v1/push/test", &json!({})).await.expect(202);
    assert_eq!(resident.delete("/api/v1/me").await.status, 204);
    assert_eq!(app.number("SELECT count(*) FROM push_preference").await, 0);
    assert_eq!(app.number("SELECT count(*) FROM batch").await, 0);
}
