//! Away from the net: in a real browser whose net is taken away, and what becomes of a stamp that waited.

use serde_json::json;
use tests::{Browser, Chromium, PushService, TestApp, town};
use time::{Duration, format_description::well_known::Rfc3339};
use uuid::Uuid;

fn at(app: &TestApp, path: &str) -> String {
    format!("{}{path}", app.ground.origin.as_str())
}

/// Joins as somebody would, in a browser with script, and waits until it keeps pages.
async fn joined(app: &TestApp, chromium: &mut Chromium, name: &str) {
    let slip = app.slip(town::YAMA_1);
    chromium.open(&at(app, &format!("/join#{slip}")));
    chromium.fill("#field-name", name);
    chromium.run("document.querySelector('#field-consent').checked = true");
    chromium.click_on("main form button.huge");
    chromium.eventually("navigator.serviceWorker.controller !== null");
}

/// Waits until a page is kept.
fn kept(chromium: &mut Chromium, path: &str) {
    chromium.eventually(&format!("caches.match('{path}').then(Boolean)"));
}

async fn stamps(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM receipt WHERE acknowledged_at IS NOT NULL").await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_lift_one_reads_and_confirms_and_outside_the_stamp_arrives_once() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let (read, unread) =
        (officer.announce("公園の清掃", town::YAMA).await, officer.announce("防災訓練", town::YAMA).await);
    app.work().await;
    let mut phone = Chromium::start();
    joined(&app, &mut phone, "花子").await;
    phone.open(&at(&app, "/"));
    phone.open(&at(&app, &format!("/n/{read}")));
    kept(&mut phone, "/offline");
    for path in ["/".to_owned(), format!("/n/{read}"), format!("/n/{unread}")] {
        kept(&mut phone, &path);
    }
    let opened = "SELECT count(*) FROM receipt";
    assert_eq!(app.number(opened).await, 1, "what was fetched ahead is not read");

    // In the lift: the list, what was read and what was not, and the button.
    phone.net(false);
    phone.open(&at(&app, "/"));
    let (_, said) = phone.page();
    assert!(said.contains("公園の清掃") && said.contains("電波がないため") && said.contains("の内容です"), "{said}");
    phone.open(&at(&app, &format!("/n/{unread}")));
    assert!(phone.page().1.contains("くわしくは集会所の掲示板をご覧ください。"));
    phone.open(&at(&app, &format!("/n/{read}")));
    phone.click_on("form[action$='/receipt'] button");
    phone.eventually("document.body.innerText.includes('送信待ち')");
    assert!(phone.run("document.querySelector('form[action$=\"/receipt\"]').hidden").as_bool().expect("a button"));
    phone.open(&at(&app, "/home"));
    assert!(phone.page().1.contains("電波がありません"), "{:?}", phone.page());
    phone.open(&at(&app, "/"));
    phone.eventually("document.body.innerText.includes('送信待ちの「確認しました」が1件')");
    assert_eq!((stamps(&app).await, app.number(opened).await), (0, 1));

    // Outside: once, and with the time at which it was pressed.
    phone.open(&at(&app, &format!("/n/{read}")));
    phone.eventually("document.body.innerText.includes('送信待ち')");
    phone.net(true);
    phone.eventually("document.querySelector('.stamp') !== null");
    assert_eq!(stamps(&app).await, 1);
    assert_eq!(app.number("SELECT acknowledged_count::bigint FROM circulation ORDER BY 1 DESC LIMIT 1").await, 1);
    assert_eq!(app.number("SELECT count(*) FROM receipt WHERE pressed_at < acknowledged_at").await, 1);
    phone.eventually("waiting.all().then((all) => all.length === 0)");
    assert_eq!(app.number(opened).await, 2, "what was opened there is read");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_person_on_the_same_phone_finds_nothing_of_the_first_one() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let mut phone = Chromium::start();
    joined(&app, &mut phone, "花子").await;
    phone.open(&at(&app, &format!("/n/{id}")));
    kept(&mut phone, &format!("/n/{id}"));
    phone.run("localStorage.kairanPush = 'off'");

    // Signing out leaves nothing behind.
    phone.open(&at(&app, "/signout"));
    phone.click_on("form[action='/signout'] .danger");
    phone.eventually("caches.match('/n/ID').then((one) => !one)".replace("ID", &id).as_str());
    phone.eventually("localStorage.length === 0");
    phone.eventually("indexedDB.databases().then((all) => all.length === 0)");

    // Nor does somebody who joins without signing out first see, send or hear anything of who was there before.
    joined(&app, &mut phone, "花子").await;
    phone.open(&at(&app, &format!("/n/{id}")));
    kept(&mut phone, &format!("/n/{id}"));
    phone.net(false);
    phone.click_on("form[action$='/receipt'] button");
    phone.eventually("document.body.innerText.includes('送信待ち')");
    let other = Browser::new(&app);
    let slip = app.slip(town::YAMA_2);
    let _ = other.send("/join", &[("code", &slip), ("name", "太郎"), ("consent", "1")]).await;
    phone.keep(app.ground.origin.as_str(), ("kairan", &other.cookie("kairan").expect("a sign-in")));
    phone.net(true);
    phone.open(&at(&app, "/"));
    phone.eventually("caches.keys().then((all) => all.filter((one) => one.startsWith('pages-')).length === 1)");
    for (name, stamped) in [("花子", "r.pressed_at IS NULL"), ("太郎", "true")] {
        let of = format!(
            "SELECT count(*) FROM receipt r JOIN person p ON p.city_id = r.city_id AND p.household_id = r.reader_id
             WHERE p.name = '{name}' AND r.acknowledged_at IS NOT NULL AND {stamped}"
        );
        assert_eq!(app.number(&of).await, 0, "{name}: what one of them pressed is not the other's stamp");
    }
    phone.open(&at(&app, "/home"));
    assert!(!phone.page().1.contains("花子"), "{:?}", phone.page());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_was_ended_elsewhere_takes_along_what_the_phone_kept() {
    let app = TestApp::start().await;
    let id = app.officer(town::YAMA).await.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let mut phone = Chromium::start();
    joined(&app, &mut phone, "花子").await;
    phone.open(&at(&app, &format!("/n/{id}")));
    kept(&mut phone, &format!("/n/{id}"));
    app.tamper("UPDATE session SET ended_at = now()").await;
    phone.open(&at(&app, "/home"));
    assert_eq!(phone.page().0, "/signin");
    phone.eventually("caches.keys().then((all) => !all.some((one) => one.startsWith('pages-')))");
    phone.eventually("cookieStore.getAll().then((all) => all.length === 0)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phones_clock_is_believed_where_it_can_be_and_never_in_place_of_ours() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let officer = app.officer(town::YAMA).await;
    let published = app.ground.clock.now();
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(officer.announce("公園の清掃", town::YAMA).await);
    }
    app.work().await;
    app.ground.clock.advance(Duration::hours(3));
    let now = app.ground.clock.now();
    let resident = app.resident(town::YAMA_1).await;
    let pressed = [
        (published + Duration::HOUR, true),
        (now + Duration::DAY, false),
        (now - Duration::DAY, false),
        (now + Duration::MINUTE, true),
    ];
    for (id, (at, believed)) in ids.iter().zip(pressed) {
        let body = json!({ "acknowledged": true, "at": at.format(&Rfc3339).expect("a time") });
        let receipt = resident.put(&format!("/api/v1/notices/{id}/receipt"), &body).await.expect(200);
        assert_eq!(receipt["pressed_at"].is_string(), believed, "{at}: {receipt}");
        let ours = app.number("SELECT count(*) FROM receipt WHERE acknowledged_at < read_at").await;
        assert_eq!(ours, 0);
    }
    let wrong = json!({ "acknowledged": true, "at": "きのう" });
    let refused = resident.put(&format!("/api/v1/notices/{}/receipt", ids[0]), &wrong).await;
    assert_eq!(refused.status, 422, "{}", refused.text);

    // The household sees it, and takes it along; after 90 days it is a day like the others.
    let notice = resident.get(&format!("/api/v1/notices/{}", ids[0])).await.expect(200);
    assert!(notice["receipt"]["pressed_at"].is_string(), "{notice}");
    let kept = resident.get("/api/v1/me/data").await.expect(200);
    assert!(kept["receipts"].as_array().expect("receipts").iter().any(|one| one["pressed_at"].is_string()), "{kept}");
    app.ground.clock.advance(Duration::days(91));
    api::privacy::tidy(&app.ground.db, app.ground.clock.now()).await.expect("a tidy database");
    let exact = "SELECT count(*) FROM receipt WHERE (pressed_at AT TIME ZONE 'Asia/Tokyo')::time <> '00:00'";
    assert_eq!(app.number(exact).await, 0);
    assert_eq!(app.number("SELECT count(pressed_at) FROM receipt").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stamp_that_waited_is_the_stamp_of_who_pressed_it() {
    let app = TestApp::start().await;
    let id = app.officer(town::YAMA).await.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let resident = app.resident(town::YAMA_1).await;
    let path = format!("/api/v1/notices/{id}/receipt");
    let body = json!({ "acknowledged": true, "sign_in": Uuid::now_v7() });
    resident.put(&path, &body).await.problem(409, "another_sign_in");
    assert_eq!(app.number("SELECT count(*) FROM receipt").await, 0);
    let own = resident.get("/api/v1/sessions").await.expect(200)["items"][0]["id"].clone();
    let _ = resident.put(&path, &json!({ "acknowledged": true, "sign_in": own })).await.expect(200);
    assert_eq!(stamps(&app).await, 1);
}
