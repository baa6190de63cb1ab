//! The service worker in a real browser: what it shows of what is pushed, and where a tap leads.

use serde_json::{Value, json};
use tests::{Chromium, Phone, TestApp, actor::Actor, town};

/// The last of what the server has sent to a phone arrives there.
fn arrives(app: &TestApp, phone: &Phone, chromium: &mut Chromium) {
    let sent = phone.arrived().pop().expect("a message").body;
    chromium.is_pushed(app.ground.origin.as_str(), &sent.to_string());
}

fn at(app: &TestApp, path: &str) -> String {
    format!("{}{path}", app.ground.origin)
}

async fn correct(officer: &Actor<'_>, id: &str, title: &str) {
    let correction = json!({ "title": title, "reason": "場所の誤り" });
    let _ = officer.post(&format!("/api/v1/notices/{id}/correct"), &correction).await.expect(200);
}

/// What is pushed for a notice like this one, which leads to `navigate`.
fn leading(navigate: &str, id: &str) -> String {
    json!({ "web_push": 8030, "notification": { "title": "公園の清掃", "navigate": navigate, "tag": id,
        "data": { "notice": id, "revision": 1 } } })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_shown_as_it_was_sent_and_rings_again_for_a_correction_alone() {
    let (_push, app, phone, mut chromium) = Chromium::of_who_is_rung().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let shown = |title: &str, revision: i64, rings: bool| {
        json!([{ "title": title, "body": "山町内会からのお知らせ", "lang": "ja", "tag": id, "rings": rings,
            "data": { "navigate": at(&app, &format!("/n/{id}")), "notice": id, "revision": revision } }])
    };
    arrives(&app, &phone, &mut chromium);
    assert_eq!(chromium.notifications(), shown("公園の清掃", 1, true));
    arrives(&app, &phone, &mut chromium);
    assert_eq!(chromium.notifications(), shown("公園の清掃", 1, false), "a service may bring it twice");

    correct(&officer, &id, "池の清掃").await;
    app.work().await;
    arrives(&app, &phone, &mut chromium);
    assert_eq!(chromium.notifications(), shown("【訂正】池の清掃", 2, true), "in its place");
    arrives(&app, &phone, &mut chromium);
    assert_eq!(chromium.notifications(), shown("【訂正】池の清掃", 2, false));

    // What its service had put aside comes after it.
    let late = phone.arrived().swap_remove(0).body;
    chromium.is_pushed(app.ground.origin.as_str(), &late.to_string());
    assert_eq!(chromium.notifications(), shown("【訂正】池の清掃", 2, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_arrives_something_is_shown_and_leads_to_the_list() {
    let app = TestApp::start().await;
    let mut chromium = Chromium::start();
    chromium.may_notify(app.ground.origin.as_str(), "granted");
    chromium.join(&app, "花子").await;
    let broken = [
        "",
        "null",
        "お知らせ",
        "{\"notification\":{\"title\":\"途中",
        "[]",
        "{}",
        r#"{ "notification": null }"#,
        r#"{ "notification": "公園の清掃" }"#,
        r#"{ "notification": { "title": 1, "body": ["a"], "lang": {}, "tag": 7, "navigate": 8, "data": "x" } }"#,
        r#"{ "notification": { "title": {}, "data": { "notice": {}, "revision": "second" } } }"#,
    ];
    for text in broken {
        chromium.is_pushed(app.ground.origin.as_str(), text);
        let shown = chromium.notifications();
        let parts = |one: &Value| ["title", "body", "lang"].map(|part| one[part].as_str().map(str::to_owned));
        let all: Vec<_> = shown.as_array().expect("notifications").iter().map(parts).collect();
        assert_eq!(all, [["お知らせがあります", "", "ja"].map(|part| Some(part.to_owned()))], "{text}");
        assert_eq!(chromium.taps_on_notification(), json!([["open", at(&app, "/")]]), "{text}");
        assert_eq!(chromium.notifications(), json!([]), "what was tapped is gone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tap_shows_the_correction_where_the_text_before_is_open() {
    let (_push, app, phone, mut chromium) = Chromium::of_who_is_rung().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("公園の清掃", town::YAMA).await;
    let path = format!("/n/{id}");
    app.work().await;

    // Another page is open: the notice opens beside it.
    arrives(&app, &phone, &mut chromium);
    assert_eq!(chromium.taps_on_notification(), json!([["open", at(&app, &path)]]));
    assert_eq!(chromium.page().0, "/notifications");

    for (place, title) in [(path.clone(), "池の清掃"), (format!("{path}#not-kept"), "川の清掃")] {
        chromium.go(&app, "/privacy");
        chromium.go(&app, &place);
        correct(&officer, &id, title).await;
        app.work().await;
        assert!(!chromium.page().1.contains(title), "nobody has touched it");
        arrives(&app, &phone, &mut chromium);
        assert_eq!(chromium.taps_on_notification(), json!([["focus", at(&app, &place)]]));
        chromium.says(title);
        chromium.eventually("document.readyState === 'complete'");
        assert!(chromium.page().1.contains("訂正がありました"), "{:?}", chromium.page());
        assert_eq!(chromium.run("location.href"), at(&app, &path));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_net_a_tap_shows_what_is_kept() {
    let (app, net, id, mut phone) = Chromium::of_a_reader().await;
    let (origin, path) = (app.ground.origin.as_str(), format!("/n/{id}"));
    phone.may_notify(origin, "granted");
    phone.is_pushed(origin, &leading(&at(&app, &path), &id));
    net.cut();
    assert_eq!(phone.taps_on_notification(), json!([["focus", at(&app, &path)]]));
    phone.says("電波がないため");
    assert!(phone.page().1.contains("公園の清掃"), "{:?}", phone.page());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tap_opens_pages_of_our_own_alone() {
    let (app, _net, id, mut phone) = Chromium::of_a_reader().await;
    let (origin, path) = (app.ground.origin.as_str(), format!("/n/{id}"));
    phone.may_notify(origin, "granted");
    phone.go(&app, "/privacy");
    let own = at(&app, &path);
    let foreign = origin.replace("localhost", "kairan.example");
    for navigate in [&*foreign, "https://kairan.example/n/1", "//kairan.example", "javascript:alert(1)", "http://", ""]
    {
        phone.is_pushed(origin, &leading(navigate, &id));
        assert_eq!(phone.taps_on_notification(), json!([["open", own]]), "{navigate}");
    }

    // Nor does it lead away from where the notice is open.
    phone.go(&app, &path);
    phone.is_pushed(origin, &leading("https://kairan.example/", &id));
    assert_eq!(phone.taps_on_notification(), json!([["focus", own]]));
    phone.eventually(&format!("location.href === '{own}'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tap_takes_nothing_from_who_is_filling_something_in() {
    let (_push, app, phone, mut chromium) = Chromium::of_who_is_rung().await;
    chromium.go(&app, "/notifications");
    chromium.click_on("[action='/notifications/test'] button");
    chromium.says("送っています");
    app.work().await;
    chromium.is_loaded_anew();
    chromium.go(&app, "/notifications");
    chromium.fill("#field-quiet_from", "22");
    arrives(&app, &phone, &mut chromium);
    assert_eq!(chromium.taps_on_notification(), json!([["focus", at(&app, "/notifications")]]));
    assert_eq!(chromium.run("document.querySelector('#field-quiet_from').value"), "22");

    // The same page with something asked of it is another one.
    chromium.go(&app, "/notifications?tested=1");
    arrives(&app, &phone, &mut chromium);
    assert_eq!(chromium.taps_on_notification(), json!([["open", at(&app, "/notifications")]]));
}
