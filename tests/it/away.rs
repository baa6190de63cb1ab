//! Away from the net: in a real browser whose net is taken away, and what becomes of a stamp that waited.

use serde_json::json;
use tests::{Chromium, PushService, TestApp, actor::notice, town};
use time::{Duration, format_description::well_known::Rfc3339};
use uuid::Uuid;

use crate::attachments::{hands::add, made::drawing};

async fn stamps(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM receipt WHERE acknowledged_at IS NOT NULL").await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_lift_one_reads_and_confirms_and_outside_the_stamp_arrives_once() {
    let (app, net) = TestApp::start_on_the_net().await;
    let officer = app.officer(town::YAMA).await;
    let (read, unread) =
        (officer.announce("公園の清掃", town::YAMA).await, officer.announce("防災訓練", town::YAMA).await);
    app.work().await;
    let mut phone = Chromium::start();
    phone.join(&app, "花子").await;
    phone.go(&app, "/");
    phone.read(&app, &read);
    phone.keeps("/offline");
    for path in ["/".to_owned(), format!("/n/{unread}")] {
        phone.keeps(&path);
    }
    let receipts = "SELECT count(*) FROM receipt";
    assert_eq!(app.number(receipts).await, 1, "what was fetched ahead is not read");

    // In the lift: the list, what was read and what was not, and the button.
    net.cut();
    phone.go(&app, "/");
    let (_, page) = phone.page();
    assert!(page.contains("公園の清掃") && page.contains("電波がないため") && page.contains("の内容です"), "{page}");
    phone.go(&app, &format!("/n/{unread}"));
    assert!(phone.page().1.contains("くわしくは集会所の掲示板をご覧ください。"));
    phone.go(&app, &format!("/n/{read}"));
    phone.press();
    phone.says("送信待ち");
    assert!(phone.run("document.querySelector('form[action$=\"/receipt\"]').hidden").as_bool().expect("a button"));
    phone.go(&app, "/home");
    assert!(phone.page().1.contains("電波がありません"), "{:?}", phone.page());
    phone.go(&app, "/");
    phone.says("送信待ちの「確認しました」が1件");
    assert_eq!((stamps(&app).await, app.number(receipts).await), (0, 1));

    // Outside: once, and with the time at which it was pressed.
    phone.go(&app, &format!("/n/{read}"));
    phone.says("送信待ち");
    net.mend();
    phone.eventually("document.querySelector('.stamp') !== null");
    assert_eq!(stamps(&app).await, 1);
    assert_eq!(app.number("SELECT acknowledged_count::bigint FROM circulation ORDER BY 1 DESC LIMIT 1").await, 1);
    assert_eq!(app.number("SELECT count(*) FROM receipt WHERE pressed_at < acknowledged_at").await, 1);
    phone.has_sent_all();
    assert_eq!(app.number(receipts).await, 2, "what was opened there is read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_version_is_not_kept_under_the_name_of_this_one() {
    let (app, _net) = TestApp::start_on_the_net().await;
    let mut phone = Chromium::start();
    phone.join(&app, "花子").await;
    let kept = |name: &str| format!("fetch('{name}').then(() => caches.match('{name}')).then(Boolean)");
    let named = phone.run("new URL(document.querySelector('script[src*=waiting]').src).pathname + new URL(document.querySelector('script[src*=waiting]').src).search");
    assert_eq!(phone.run(&kept(named.as_str().expect("an address"))), json!(true));
    assert_eq!(phone.run(&kept("/assets/waiting.js?v=another")), json!(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_corrected_while_it_was_kept_is_kept_anew_with_the_list() {
    let (app, net, id, mut phone) = Chromium::of_a_reader().await;
    let officer = app.officer(town::YAMA).await;
    let correction = json!({ "title": "池の清掃", "reason": "場所の誤り" });
    let _ = officer.post(&format!("/api/v1/notices/{id}/correct"), &correction).await.expect(200);
    app.work().await;
    phone.go(&app, "/");
    phone.eventually(&format!(
        "caches.match('/n/{id}').then((one) => one.text()).then((text) => text.includes('池の清掃'))"
    ));
    // And who goes on in another language finds it in that one.
    phone.keep(app.ground.origin.as_str(), ("kairan-language", "en"));
    phone.go(&app, "/");
    phone.eventually(&format!(
        "caches.match('/n/{id}').then((one) => one.text()).then((text) => text.includes('<html lang=\"en\"'))"
    ));
    net.cut();
    phone.go(&app, &format!("/n/{id}"));
    assert!(phone.page().1.contains("This notice was corrected"), "{:?}", phone.page());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_chooses_without_a_net_leaves_one_where_one_is_and_says_why() {
    let (app, net, id, mut phone) = Chromium::of_a_reader().await;
    let path = format!("/n/{id}");
    phone.go(&app, "/");
    phone.keeps("/offline");
    phone.keeps("/");
    phone.go(&app, &path);
    net.cut();
    for choice in ["footer button[value='huge']", "footer button[value='en']"] {
        phone.click_on(choice);
        let (there, says) = phone.page();
        assert_eq!(there, path);
        assert!(says.contains("公園の清掃") && says.contains("変えることはできません"), "{says}");
    }
    phone.go(&app, "/?q=ごみ");
    let says = phone.page().1;
    assert!(says.contains("公園の清掃") && says.contains("さがすこと"), "{says}");

    // What is filled in elsewhere can't be sent; the way back leads to where it was, and not to an address that takes forms alone.
    net.mend();
    phone.go(&app, "/notifications");
    net.cut();
    phone.run("document.querySelector('details.card').open = true");
    phone.click_on("form[action='/notifications'] button");
    assert!(phone.page().1.contains("まだ伝わっていません"), "{:?}", phone.page());
    phone.run("document.querySelector('[data-again]').click()");
    assert_eq!(
        phone.run("fetch('/healthz').then(() => 1, () => document.body.dataset.form)"),
        json!(""),
        "it stays there"
    );
    net.mend();
    phone.run("document.querySelector('[data-again]').click()");
    phone.says("通知：切れています");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_was_seen_is_seen_again_in_the_lift() {
    let (app, net) = TestApp::start_on_the_net().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.draft(&notice("公園の清掃", town::YAMA)).await;
    let map = add(&officer, &id, ("地図.png", drawing())).await.expect(201);
    let _ = officer
        .post(&format!("/api/v1/notices/{id}/publish"), &json!({ "attachments": [map["id"]] }))
        .await
        .expect(200);
    app.work().await;
    let mut phone = Chromium::start();
    phone.join(&app, "花子").await;
    phone.read(&app, &id);
    let seen = "document.querySelector('.files img').naturalWidth > 0";
    phone.run("document.querySelector('.files img').scrollIntoView()");
    phone.eventually(seen);
    let picture = phone.run("document.querySelector('.files img').getAttribute('src')");
    phone.keeps(picture.as_str().expect("an address"));
    net.cut();
    phone.go(&app, &format!("/n/{id}"));
    phone.says("電波がないため");
    phone.run("document.querySelector('.files img').scrollIntoView()");
    phone.eventually(seen);

    // Where the phone has a net through which nothing comes, it is not waited for either.
    net.mend();
    phone.go(&app, &format!("/n/{id}"));
    phone.eventually(seen);
    net.hush();
    phone.go(&app, &format!("/n/{id}"));
    phone.run("document.querySelector('.files img').scrollIntoView()");
    phone.eventually(seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_put_aside_while_it_sends_holds_up_no_other() {
    let (app, net, _, mut phone) = Chromium::of_a_reader().await;
    net.cut();
    phone.press();
    phone.says("送信待ち");
    // The line is there and says nothing: the stamp is on its way when somebody goes on to the next page.
    phone.run("(() => { self.fetch = (what, how = {}) => new Promise((_, fail) => { self.sending = true;
        how.signal?.addEventListener('abort', () => fail(how.signal.reason)); }); dispatchEvent(new Event('online')); })()");
    phone.eventually("self.sending === true");
    // Browsers keep the page as it stands, for who comes back to it, and with it the lock.
    phone.run("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
    phone.eventually("navigator.locks.query().then(({ held }) => held.length === 0)");
    net.mend();
    phone.go(&app, "/privacy");
    phone.has_sent_all();
    assert_eq!(stamps(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_that_is_pressed_while_the_opening_is_sent_is_not_lost() {
    let (app, _net) = TestApp::start_on_the_net().await;
    let id = app.officer(town::YAMA).await.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let mut phone = Chromium::start();
    phone.join(&app, "花子").await;
    phone.go(&app, "/privacy");
    phone.has_sent_all();
    phone.run(&format!(
        "(async () => {{
        const row = {{ id: '{id}', sign_in: document.body.dataset.signedIn }};
        await waiting.add({{ ...row, acknowledged: false }});
        const real = fetch;
        self.fetch = async (...what) => {{
            const answer = await real(...what);
            self.fetch = real;
            await waiting.add({{ ...row, acknowledged: true, at: new Date().toISOString() }});
            return answer;
        }};
        await waiting.send();
    }})()"
    ));
    phone.run("waiting.send()");
    phone.has_sent_all();
    assert_eq!(stamps(&app).await, 1, "it was pressed after what was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stamp_that_is_refused_for_good_says_why_and_holds_up_no_other() {
    let (app, net) = TestApp::start_on_the_net().await;
    let officer = app.officer(town::YAMA).await;
    let left = officer.announce("公園の清掃", town::YAMA).await;
    let city = app.staff(town::CITY).await;
    let stays = city.announce("市からのお知らせ", town::CITY).await;
    app.work().await;
    let mut phone = Chromium::start();
    phone.join(&app, "花子").await;
    phone.read(&app, &left);
    phone.read(&app, &stays);
    net.cut();
    for id in [&left, &stays] {
        phone.go(&app, &format!("/n/{id}"));
        phone.press();
        phone.says("送信待ち");
    }
    // Meanwhile the household has moved: the notice of the association is not theirs any more.
    app.tamper(
        "UPDATE household SET area_id = (SELECT id FROM area WHERE code = '900001-1-01-002'), label = '引っ越し' WHERE id = (
            SELECT household_id FROM person WHERE name = '花子')",
    )
    .await;
    net.mend();
    phone.go(&app, "/privacy");
    phone.says("「確認しました」が伝わりませんでした");
    assert!(phone.page().1.contains("あなた宛てではなくなりました"), "{:?}", phone.page());
    phone.eventually("waiting.all().then((all) => all.every((one) => one.failed))");
    assert_eq!(stamps(&app).await, 1, "the other one has arrived");

    // Nor does it go unseen when its copy is opened on a bad line.
    net.cut();
    phone.go(&app, &format!("/n/{left}"));
    phone.says("公園の清掃");
    net.mend();
    phone.go(&app, "/privacy");
    phone.says("「確認しました」が伝わりませんでした");

    // What was kept of it is gone, and its page says what to do.
    phone.go(&app, &format!("/n/{left}"));
    assert!(phone.page().1.contains("見つかりませんでした"), "{:?}", phone.page());
    phone.eventually(&format!("caches.match('/n/{left}').then((one) => !one)"));
    assert!(phone.run("document.querySelector('main a[href=\"/\"]') !== null").as_bool().expect("a link"));

    // Nobody else who takes the phone over is told of it.
    phone.go(&app, "/privacy");
    phone.says("伝わりませんでした");
    let notices = phone.run("waiting.all().then((all) => all.map((one) => one.failed))");
    assert_eq!(notices, json!(["not_found"]));
    phone.is_taken_over(&app, "太郎").await;
    phone.go(&app, "/privacy");
    phone.has_sent_all();
    assert!(!phone.page().1.contains("伝わりませんでした"), "{:?}", phone.page());
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_without_room_the_button_stays_and_the_page_says_why() {
    let (app, net, _, mut phone) = Chromium::of_a_reader().await;
    let origin = app.ground.origin.as_str();
    phone.call("Storage.overrideQuotaForOrigin", json!({ "origin": origin, "quotaSize": 1 }));
    net.cut();
    phone.press();
    phone.says("この端末の空きが足りないため");
    assert!(
        phone.run("document.querySelector(\"form[action$='/receipt']\").checkVisibility()").as_bool().expect("a form")
    );
    assert_eq!(stamps(&app).await, 0);

    // With a net it goes as ever.
    net.mend();
    phone.press();
    phone.eventually("document.querySelector('.stamp') !== null");
    assert_eq!(stamps(&app).await, 1);
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
