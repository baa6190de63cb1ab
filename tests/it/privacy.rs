//! What is kept of people: for how long, how they see it, and how they end it.

use api::privacy::{self, Forgotten};
use serde_json::{Value, json};
use tests::{Actor, Answer, Browser, PushService, TestApp, town};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

async fn tidy(app: &TestApp) -> Forgotten {
    privacy::tidy(&app.ground.db, app.ground.clock.now()).await.expect("the chore")
}

fn moment(text: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(text.as_str().expect("a time"), &Rfc3339).expect("a time")
}

async fn receipt(reader: &Actor<'_>, notice: &str) -> Value {
    reader.get(&format!("/api/v1/notices/{notice}")).await.expect(200)["receipt"].clone()
}

fn shows(page: &Answer, texts: &[&str]) {
    assert_eq!(page.status, 200, "{}", page.text);
    for text in texts {
        assert!(page.text.contains(text), "{text} is missing in {}", page.text);
    }
}

/// A notice of the association, opened by a home of its first group; later stamped by it.
async fn read_and_stamped_later(app: &TestApp, slip: &str, later: Duration) -> String {
    let notice = app.officer(town::YAMA).await.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let _ = app.join(slip).await.receipt(&notice, false).await.expect(200);
    app.ground.clock.advance(later);
    let _ = app.join(slip).await.receipt(&notice, true).await.expect(200);
    notice
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ninety_days_the_time_of_reading_is_a_day() {
    let app = TestApp::start().await;
    let slip = app.slip(town::YAMA_1);
    let notice = read_and_stamped_later(&app, &slip, Duration::days(2)).await;
    let neighbour = app.slip(town::YAMA_1);
    let _ = app.join(&neighbour).await.receipt(&notice, false).await.expect(200);
    app.ground.clock.advance(Duration::days(87));
    assert_eq!(tidy(&app).await.times, 0, "nothing is ninety days old");
    let exact = receipt(&app.join(&slip).await, &notice).await;

    app.ground.clock.advance(Duration::days(2));
    assert_eq!(tidy(&app).await.times, 1, "the neighbour read two days later");
    let day = receipt(&app.join(&slip).await, &notice).await;
    for time in ["read_at", "acknowledged_at"] {
        assert_eq!(moment(&day[time]), moment(&exact[time]).replace_time(time::Time::MIDNIGHT));
    }
    app.ground.clock.advance(Duration::days(2));
    assert_eq!(tidy(&app).await.times, 1);
    assert_eq!(tidy(&app).await.times, 0, "nothing is done twice");

    // Who stamps so late leaves a day from the beginning.
    let late = app.join(&neighbour).await.receipt(&notice, true).await.expect(200);
    assert_eq!(moment(&late["acknowledged_at"]).time(), time::Time::MIDNIGHT);
    assert_eq!(app.number("SELECT (read_count * 10 + acknowledged_count)::bigint FROM circulation").await, 22);
    let browser = Browser::new(&app);
    let _ = browser.send("/join", &[("code", &slip), ("name", ""), ("consent", "1")]).await;
    let page = browser.open(&format!("/n/{notice}")).await;
    let stamp = page.text.split("<strong>確認しました</strong>").nth(1).expect("a stamp");
    let stamp = stamp.split("</time>").next().expect("a time");
    assert!(stamp.contains('（') && !stamp.contains("午前") && !stamp.contains("午後"), "{stamp}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_decides_how_long_it_keeps_what_people_did() {
    let app = TestApp::start().await;
    let slip = app.slip(town::YAMA_1);
    let notice = read_and_stamped_later(&app, &slip, Duration::MINUTE).await;
    let (city, ward) = (app.staff(town::CITY).await, app.staff(town::WEST).await);
    let defaults = json!({ "exact_days": 90, "receipt_months": 36, "sign_in_months": 6, "changed_at": null });
    assert_eq!(ward.get("/api/v1/retention").await.expect(200), defaults);
    let asked = json!({ "exact_days": 1, "receipt_months": 12, "sign_in_months": 1 });
    ward.put("/api/v1/retention", &asked).await.problem(403, "not_the_city");
    for (field, wrong) in [("exact_days", 91), ("receipt_months", 11), ("sign_in_months", 0)] {
        let mut asked = asked.clone();
        asked[field] = json!(wrong);
        city.put("/api/v1/retention", &asked).await.refused_at(&format!("/{field}"));
    }
    let set = city.put("/api/v1/retention", &asked).await.expect(200);
    assert_eq!((&set["exact_days"], &set["receipt_months"]), (&json!(1), &json!(12)));
    let again = city.put("/api/v1/retention", &asked).await.expect(200);
    assert_eq!(again["changed_at"], set["changed_at"], "what is set already is no change");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'retention.set'").await, 1);

    // Until tomorrow it can be changed back.
    app.ground.clock.advance(Duration::hours(23));
    app.tamper("UPDATE receipt SET read_at = read_at - interval '3 days', acknowledged_at = acknowledged_at - interval '3 days'")
        .await;
    assert_eq!(tidy(&app).await, Forgotten::default());
    app.ground.clock.advance(Duration::hours(1));
    assert_eq!(tidy(&app).await.times, 1);

    // A year later the stamps are gone, and nobody is asked for another one; how many had read stays.
    app.ground.clock.advance(Duration::days(400));
    let _ = app.join(&slip).await;
    assert_eq!(tidy(&app).await.receipts, 1);
    let reader = app.join(&slip).await;
    assert_eq!(receipt(&reader, &notice).await, json!(null));
    reader.receipt(&notice, true).await.problem(409, "closed");
    let officer = app.officer(town::YAMA).await;
    officer.coverage(&notice, "household").await.problem(409, "closed");
    let association = officer.coverage(&notice, "association").await.expect(200);
    assert_eq!((&association["items"][0]["read"], &association["items"][0]["unreached"]), (&json!(1), &json!(0)));
    let browser = Browser::new(&app);
    let _ = browser.send("/join", &[("code", &slip), ("consent", "1")]).await;
    shows(&browser.open(&format!("/n/{notice}")).await, &["公園の清掃", "確認の記録は終わりました"]);
    let list = browser.open("/").await;
    assert!(list.text.contains("公園の清掃") && !list.text.contains("まだ読んでいない"), "{}", list.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_that_ended_are_forgotten() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let slip = app.slip(town::YAMA_1);
    let (gone, stays) = (app.join(&slip).await, app.join(&slip).await);
    gone.turn_on(&push.phone()).await;
    stays.turn_on(&push.phone()).await;
    assert_eq!(gone.delete("/api/v1/session").await.status, 204);
    app.tamper("UPDATE subscription SET gone_at = session.ended_at FROM session WHERE session.id = session_id AND session.ended_at IS NOT NULL").await;
    app.ground.clock.advance(Duration::days(178));
    assert_eq!(tidy(&app).await.sign_ins, 0);
    app.ground.clock.advance(Duration::days(8));
    assert_eq!(tidy(&app).await.sign_ins, 1);
    assert_eq!(app.number("SELECT count(*) FROM session").await, 1);
    assert_eq!(app.number("SELECT count(*) FROM subscription").await, 1);
    assert_eq!(app.number("SELECT count(*) FROM person WHERE household_id IS NOT NULL").await, 2, "people stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_takes_along_what_is_kept_of_them_and_sees_who_looked() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let officer = app.officer(town::YAMA).await;
    let notice = officer.announce("公園の清掃", town::YAMA).await;
    let slip = app.slip(town::YAMA_1);
    let (mother, father) = (app.join(&slip).await, app.join(&slip).await);
    mother.turn_on(&push.phone()).await;
    app.work().await;
    let _ = mother.receipt(&notice, true).await.expect(200);
    let _ = officer.coverage(&notice, "household").await.expect(200);

    let answer = mother.get("/api/v1/me/data").await;
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"kairan.json\"");
    let kept = answer.expect(200);
    assert_eq!(kept["person"]["household"], "1号");
    assert_eq!(kept["receipts"][0]["title"], "公園の清掃");
    assert_eq!(
        (kept["sign_ins"].as_array().map(Vec::len), kept["notifications"].as_array().map(Vec::len)),
        (Some(1), Some(1))
    );
    let look = &kept["looks"][0];
    assert_eq!((&look["role"], &look["area"]), (&json!("officer"), &json!("山町内会")));
    let kept = father.get("/api/v1/me/data").await.expect(200);
    assert_eq!(kept["receipts"], json!([]), "what another one of the house opened is not theirs");
    let kept = officer.get("/api/v1/me/data").await.expect(200);
    assert_eq!((&kept["seats"][0]["role"], &kept["notices"][0]["title"]), (&json!("officer"), &json!("公園の清掃")));
    assert_eq!(kept["looks"], json!([]), "their own look is no news to them");

    let browser = Browser::new(&app);
    let _ = browser.send("/join", &[("code", &slip), ("name", "次郎"), ("consent", "1")]).await;
    shows(&browser.open("/me/data").await, &["次郎", "1号（1班）", "山町内会の役員", "ファイルを受け取る"]);
    shows(&browser.open("/privacy").await, &["何のために使うか", "90日", "わたしの情報を見る"]);
    shows(&Browser::new(&app).open("/privacy").await, &["何のために使うか"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_is_forgotten_and_the_household_keeps_its_stamp() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let officer = app.officer(town::YAMA).await;
    let notice = officer.announce("公園の清掃", town::YAMA).await;
    let slip = app.slip(town::YAMA_1);
    let browser = Browser::new(&app);
    let _ = browser.send("/join", &[("code", &slip), ("name", "花子"), ("consent", "1")]).await;
    let _ = browser.open(&format!("/n/{notice}")).await;
    let (leaving, stays) = (app.join(&slip).await, app.join(&slip).await);
    let (phone, other) = (push.phone(), push.phone());
    leaving.turn_on(&phone).await;
    stays.turn_on(&other).await;
    app.work().await;
    let rung = phone.arrived().len();

    // One of them leaves between planning and sending.
    let _ = officer.announce("防災訓練", town::YAMA).await;
    while api::push::fan_out::fan_out(&app.ground.db, app.ground.clock.now()).await.expect("a plan") {}
    assert_eq!(leaving.delete("/api/v1/me").await.status, 204);
    app.work().await;
    assert_eq!((phone.arrived().len(), other.arrived().len()), (rung, 2));
    leaving.get("/api/v1/me").await.problem(401, "unauthenticated");

    shows(&browser.open("/me/leave").await, &["元に戻すことはできません"]);
    assert_eq!(browser.send("/me/leave", &[]).await.status, 422);
    shows(&browser.send("/me/leave", &[("sure", "yes")]).await, &["加入票のコードで参加する"]);
    assert_eq!(app.number("SELECT count(*) FROM person WHERE name = '花子'").await, 0);
    assert_eq!(
        app.number("SELECT count(*) FROM session").await,
        app.number("SELECT count(*) FROM session WHERE ended_at IS NULL").await
    );
    assert_ne!(receipt(&stays, &notice).await, json!(null));
    let named =
        "SELECT count(*) FROM receipt r WHERE NOT EXISTS (SELECT FROM session s WHERE s.person_id = r.person_id)";
    assert_eq!(app.number(&format!("{named} AND r.person_id <> '00000000-0000-0000-0000-000000000000'")).await, 0);

    officer.delete("/api/v1/me").await.problem(409, "holds_a_seat");
    assert_eq!(officer.get("/api/v1/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_agrees_to_the_words_that_hold_and_who_has_not_is_asked() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    let purposes = app.stranger().get("/api/v1/purposes").await.expect(200);
    let (version, first) = (purposes["version"].to_string(), purposes["uses"][0].as_str().expect("words"));
    shows(&browser.open("/join").await, &[first, &format!("value=\"{version}\"")]);
    let slip = app.slip(town::YAMA_1);
    let older = browser.send("/join", &[("code", &slip), ("name", ""), ("consent", "0")]).await;
    assert!(older.status == 409 && older.text.contains("もう一度同意してください"), "{}", older.text);
    assert_eq!(app.number("SELECT count(*) FROM person").await, 0);
    let _ = browser.send("/join", &[("code", &slip), ("name", ""), ("consent", &version)]).await;
    let agreed = "SELECT consent_version::bigint FROM person WHERE consented_at IS NOT NULL";
    assert_eq!(app.number(agreed).await.to_string(), version);
    assert!(!browser.open("/").await.text.contains("/privacy\">読んで"));

    // The words change in what they mean: everybody is asked again, and goes on reading meanwhile.
    app.tamper("UPDATE person SET consent_version = 77").await;
    shows(&browser.open("/").await, &["個人情報の取り扱いを、お確かめください。", "お知らせは、まだありません"]);
    shows(&browser.open("/privacy").await, &["同意する"]);
    shows(&browser.send("/privacy/consent", &[("version", "77")]).await, &["同意する"]);
    let list = browser.send("/privacy/consent", &[("version", &version)]).await;
    assert!(list.status == 200 && !list.text.contains("お確かめください"), "{}", list.text);
    assert_eq!(app.number(agreed).await.to_string(), version);

    // A program that says nothing of it leaves it open.
    let program = app.join(&slip).await;
    assert_eq!(program.get("/api/v1/me/data").await.expect(200)["person"]["consent_version"], json!(null));
    program.put("/api/v1/me/consent", &json!({ "version": 77 })).await.problem(409, "other_purposes");
    assert_eq!(program.put("/api/v1/me/consent", &json!({ "version": purposes["version"] })).await.status, 204);
    assert_eq!(program.get("/api/v1/me/data").await.expect(200)["person"]["consent_version"], purposes["version"]);
    let told = json!({ "code": slip, "consent": purposes["version"] });
    let joined = app.stranger().post("/api/v1/join", &told).await.expect(201);
    assert!(joined["access_token"].is_string());
    assert_eq!(app.number("SELECT count(*) FROM person WHERE consent_version = 1").await, 3);
}
