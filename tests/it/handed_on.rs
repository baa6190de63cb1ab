//! A phone that is handed on, signed out or given back: nothing of who had it before is seen, sent or rung.

use serde_json::json;
use tests::{Chromium, TestApp, town};

async fn stamps(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM receipt WHERE acknowledged_at IS NOT NULL").await
}

#[tokio::test(flavor = "multi_thread")]
async fn another_person_on_the_same_phone_finds_nothing_of_the_first_one() {
    let (app, net, id, mut phone) = Chromium::of_a_reader().await;
    phone.run("localStorage.kairanPush = 'off'");

    // Signing out leaves nothing behind.
    phone.go(&app, "/signout");
    phone.click("form[action='/signout'] .danger");
    phone.eventually("location.pathname === '/' && !('signedIn' in document.body.dataset)");
    phone.eventually("caches.match('/n/ID').then((one) => !one)".replace("ID", &id).as_str());
    phone.eventually("localStorage.length === 0");
    phone.eventually("indexedDB.databases().then((all) => all.length === 0)");

    // Nor does somebody who joins without signing out first see, send or hear anything of who was there before.
    phone.join(&app, "花子").await;
    phone.read(&app, &id);
    net.cut();
    phone.press();
    phone.says("送信待ち");
    phone.is_taken_over(&app, "太郎").await;
    net.mend();
    phone.go(&app, "/");
    phone.keeps_its_own_alone();
    phone.has_sent_all();
    assert_eq!(stamps(&app).await, 0, "what one of them pressed is not the other's stamp");
    phone.go(&app, "/home");
    assert!(!phone.page().1.contains("花子"), "{:?}", phone.page());
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_leads_to_nothing_that_the_first_one_read() {
    let (app, net, id, mut phone) = Chromium::of_a_reader().await;
    net.cut();
    phone.go(&app, &format!("/n/{id}"));
    phone.says("電波がないため");
    net.mend();
    phone.is_taken_over(&app, "太郎").await;
    phone.go(&app, "/privacy");
    let second = phone.run("document.body.dataset.signedIn");
    phone.run("history.back()");
    phone.eventually(&format!("location.pathname === '/n/{id}' && document.body.dataset.signedIn === {second}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_late_does_not_turn_the_phone_back() {
    let (app, net) = TestApp::start_on_the_net().await;
    app.officer(town::YAMA).await.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let mut phone = Chromium::start();
    phone.join(&app, "花子").await;
    phone.go(&app, "/");
    phone.keeps("/");
    let first = phone.run("document.body.dataset.signedIn");
    // What the first one asked for arrives when somebody else has joined.
    let late = format!(
        "(async () => {{ const asked = self.shelf.turn(); self.late = (said) => self.shelf.keep(new URL('/', location),
            new Response('<h1>late</h1>', {{ headers: {{ 'kairan-sign-in': {first} }} }}), asked); }})()"
    );
    phone.in_service_worker(&late);
    phone.is_taken_over(&app, "太郎").await;
    phone.go(&app, "/");
    phone.keeps_its_own_alone();
    phone.in_service_worker("self.late()");
    phone.keeps_its_own_alone();
    net.cut();
    phone.go(&app, "/");
    assert!(phone.page().1.contains("公園の清掃"), "{:?}", phone.page());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_where_there_is_no_net_is_told_so_and_loses_nothing() {
    let (app, net, id, mut phone) = Chromium::of_a_reader().await;
    phone.go(&app, "/signout");
    phone.run("localStorage.kairanPush = 'off'");
    net.cut();
    phone.click("form[action='/signout'] .danger");
    phone.says("まだサインインしたままです");
    phone.keeps(&format!("/n/{id}"));
    assert_eq!(phone.run("localStorage.kairanPush"), json!("off"));
    net.mend();
    phone.click("form[action='/signout'] .danger");
    phone.eventually("location.pathname === '/' && !('signedIn' in document.body.dataset)");
    assert_eq!(app.number("SELECT count(*) FROM session WHERE ended_at IS NULL").await, 1, "the officer's");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_for_good_sees_the_first_page_and_their_phone_keeps_nothing() {
    let (app, _net, _, mut phone) = Chromium::of_a_reader().await;
    phone.go(&app, "/me/leave");
    phone.run("document.querySelector('#field-sure').checked = true");
    phone.click_on("form[action='/me/leave'] button");
    assert_eq!(phone.page().0, "/");
    phone.eventually("caches.keys().then((all) => !all.some((one) => one.startsWith('pages-')))");
    assert_eq!(app.number("SELECT count(*) FROM person WHERE name = '花子'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_was_ended_elsewhere_takes_along_what_the_phone_kept() {
    let app = TestApp::start().await;
    let id = app.officer(town::YAMA).await.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let mut phone = Chromium::start();
    phone.join(&app, "花子").await;
    phone.go(&app, &format!("/n/{id}"));
    phone.keeps(&format!("/n/{id}"));
    app.tamper("UPDATE session SET ended_at = now()").await;
    phone.go(&app, "/home");
    assert_eq!(phone.page().0, "/signin");
    phone.eventually("caches.keys().then((all) => !all.some((one) => one.startsWith('pages-')))");
    phone.eventually("cookieStore.getAll().then((all) => all.length === 0)");
}
