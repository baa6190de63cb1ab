//! Notifications in a real browser: turning them on, what a page repairs by itself, and what the service worker does when the browser changes its address.

use api::push::fan_out::fan_out;
use tests::{Browser, Chromium, PushService, TestApp, town};

/// A resident who has joined, in a browser that subscribes at the harness's push service.
async fn joined(app: &TestApp, chromium: &mut Chromium) {
    let (browser, slip) = (Browser::new(app), app.slip(town::YAMA_1));
    let page = browser.send("/join", &[("code", &slip), ("name", ""), ("consent", "1")]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    chromium.keep(app.ground.origin.as_str(), ("kairan", &browser.cookie("kairan").expect("a sign-in")));
    chromium.keep(app.ground.origin.as_str(), ("kairan-language", "ja"));
}

fn at(app: &TestApp, path: &str) -> String {
    format!("{}{path}", app.ground.origin.as_str())
}

/// The page has done all that it does by itself when it is opened.
fn until_looked_after(chromium: &mut Chromium) {
    chromium.until("document.querySelector('[data-says]').ariaBusy === 'false'");
}

const SUBSCRIPTIONS: &str = "SELECT count(*) FROM subscription WHERE gone_at IS NULL";

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_turns_notifications_on_and_every_page_looks_after_them() {
    let (_push, app, phone, mut chromium) = Chromium::of_who_is_rung().await;
    chromium.says("通知を入れました。");
    assert_eq!(app.number(SUBSCRIPTIONS).await, 1);

    // The server has lost it: the next page puts it right, and nobody is asked.
    app.tamper("DELETE FROM subscription").await;
    chromium.open(&at(&app, "/"));
    chromium.until("performance.getEntriesByName(location.origin + '/api/v1/push/subscriptions').length");
    assert_eq!(app.number(SUBSCRIPTIONS).await, 1);
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!(phone.titles(), ["町内会から"]);

    // A test says by itself how it went.
    chromium.open(&at(&app, "/notifications"));
    chromium.click_on("[action='/notifications/test'] button");
    chromium.says("送っています");
    app.work().await;
    chromium.is_loaded_anew();
    chromium.says("「通知は届いています」と出れば");
    assert_eq!(phone.titles(), ["町内会から", "通知は届いています"]);

    // Who goes on in English is rung in English.
    chromium.keep(app.ground.origin.as_str(), ("kairan-language", "en"));
    chromium.open(&at(&app, "/"));
    chromium.until("performance.getEntriesByName(location.origin + '/api/v1/push/subscriptions').length");
    assert_eq!(app.number("SELECT count(*) FROM subscription WHERE language = 'en'").await, 1);
    chromium.keep(app.ground.origin.as_str(), ("kairan-language", "ja"));
    chromium.open(&at(&app, "/notifications"));

    // Turned off, it stays off.
    chromium.says("通知：入っています");
    chromium.click("[data-off]");
    chromium.says("通知を切りました。");
    assert_eq!(app.number(SUBSCRIPTIONS).await, 0);
    chromium.open(&at(&app, "/notifications"));
    until_looked_after(&mut chromium);
    assert!(chromium.page().1.contains("通知：切れています"));
    assert_eq!(app.number(SUBSCRIPTIONS).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_its_service_has_given_up_gets_another_address_with_the_next_page() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (mut chromium, given_up, present) = (Chromium::start(), push.phone(), push.phone());
    chromium.subscribes_as(&[&given_up, &present]);
    joined(&app, &mut chromium).await;
    chromium.turns_notifications_on(&app);

    // The service knows it no longer, and never will; the browser has heard nothing of that.
    given_up.answer_status([410; 20]);
    let officer = app.officer(town::YAMA).await;
    officer.announce("一つ目", town::YAMA).await;
    app.work().await;
    assert_eq!((given_up.tries(), app.number(SUBSCRIPTIONS).await), (1, 0));
    chromium.open(&at(&app, "/notifications"));
    until_looked_after(&mut chromium);
    assert!(chromium.page().1.contains("通知：入っています"));
    officer.announce("二つ目", town::YAMA).await;
    app.work().await;
    assert_eq!((given_up.tries(), present.titles()), (1, vec!["二つ目".to_owned()]));
    assert_eq!(app.number("SELECT count(*) FROM subscription").await, 1, "in the place of the one before");

    // Where no other address is to be had, the page does not say that it is on.
    present.answer_status([410; 20]);
    officer.announce("三つ目", town::YAMA).await;
    app.work().await;
    chromium.open(&at(&app, "/notifications"));
    until_looked_after(&mut chromium);
    assert!(chromium.page().1.contains("通知：切れています"));
    chromium.click("[data-on]");
    chromium.says("うまくいきませんでした");
    officer.announce("四つ目", town::YAMA).await;
    app.work().await;
    assert_eq!((given_up.tries(), present.tries()), (1, 2), "nobody rings what is given up");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_blocked_notifications_is_told_how_to_undo_it_on_this_very_device() {
    let app = TestApp::start().await;
    let mut chromium = Chromium::start();
    joined(&app, &mut chromium).await;
    chromium.may_notify(app.ground.origin.as_str(), "denied");
    chromium.open(&at(&app, "/notifications"));
    chromium.says("通知：止められています");
    let said = chromium.page().1;
    assert!(said.contains("もう一度調べる") && !said.contains("通知：切れています"), "{said}");
    let open = chromium.run("[...document.querySelectorAll('details[open]')].map((one) => one.dataset.system).join()");
    assert_eq!(open, "desktop");
    chromium.may_notify(app.ground.origin.as_str(), "granted");
    chromium.click_on("[data-state=blocked] a");
    chromium.says("通知：切れています");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_worker_registers_again_when_the_browser_changes_its_address() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (mut chromium, before, after) = (Chromium::start(), push.phone(), push.phone());
    chromium.subscribes_as(&[&before]);
    joined(&app, &mut chromium).await;
    chromium.turns_notifications_on(&app);
    // An event made by a script may not be waited for by the worker; so the test does.
    let changed = format!(
        "(async () => {{
            PushManager.prototype.subscribe = async () => ({});
            const event = new ExtendableEvent('pushsubscriptionchange');
            event.oldSubscription = {{ endpoint: '{}', options: {{ applicationServerKey: new Uint8Array(65) }} }};
            let done;
            event.waitUntil = (work) => {{ done = work; }};
            self.dispatchEvent(event);
            await done;
            return 'done';
        }})()",
        after.subscription(),
        before.subscription()["endpoint"].as_str().expect("an address"),
    );
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    while fan_out(app.db(), push.clock.now()).await.expect("a plan") {}
    assert_eq!(chromium.in_service_worker(&changed), "done");
    assert_eq!(app.number(SUBSCRIPTIONS).await, 1);
    app.work().await;
    assert_eq!((before.tries(), after.titles()), (0, vec!["町内会から".to_owned()]), "planned for it, rung here");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_moved_away_is_told_why_an_old_notification_opens_nothing() {
    let (_push, app, phone, mut chromium) = Chromium::of_who_is_rung().await;
    app.officer(town::YAMA).await.announce("山の清掃", town::YAMA).await;
    app.officer(town::KAWA).await.announce("川の清掃", town::KAWA).await;
    app.work().await;
    assert_eq!(phone.titles(), ["山の清掃"]);

    chromium.open(&at(&app, "/home"));
    chromium.fill("[action='/home/move'] [name=code]", &app.slip(town::KAWA));
    chromium.click_on("[action='/home/move'] button");
    chromium.open(&at(&app, "/"));
    chromium.says("川町内会 1班");

    // It still lies on the lock screen.
    let tapped = phone.arrived()[0].body["notification"]["navigate"].as_str().expect("an address").to_owned();
    chromium.open(&tapped);
    assert_eq!(chromium.run("performance.getEntriesByType('navigation')[0].responseStatus"), 404);
    chromium.says("前に入っていた自治会・町内会のお知らせや、取り除かれたものは、もう見られません。");
    // It says no more of it than of what never was.
    let never = at(&app, "/n/0199aaaa-0000-7000-8000-000000000000");
    let told = |address: &str| format!("fetch('{address}').then((answer) => answer.text())");
    assert_eq!(chromium.run(&told(&tapped)), chromium.run(&told(&never)));
    chromium.click_on("main a.button");
    chromium.says("川の清掃");
    assert!(!chromium.page().1.contains("山の清掃"));
}
