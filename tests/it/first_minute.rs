//! The first minute, in a real browser: from the slip's QR code to the first notice, with every tap counted; for a neighbour, without script, and on
//! from an iPhone's home screen.

use serde_json::{Value, json};
use tests::{Browser, Chromium, PushService, TestApp, town};
use time::Duration;

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

/// A browser that an iPhone's home screen opened: it has cookies of its own, and says that it is one.
fn home_screen() -> Chromium {
    let mut chromium = Chromium::start();
    chromium.call_itself(IPHONE);
    let standalone = json!({ "source": "Object.defineProperty(navigator, 'standalone', { value: true })" });
    chromium.call("Page.addScriptToEvaluateOnNewDocument", standalone);
    chromium
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_slip_to_the_first_notice_it_takes_five_taps() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    app.officer(town::YAMA).await.announce("公園の清掃", town::YAMA).await;
    let mut phone = Chromium::start();
    let rung = push.phone();
    phone.may_notify(app.ground.origin.as_str(), "granted");
    phone.subscribes_as(&[&rung]);

    phone.go(&app, &format!("/join#{}", app.slip(town::YAMA_1)));
    assert_eq!(phone.run("location.hash"), json!(""), "the code does not stay in the address");
    phone.tap("#field-consent");
    phone.tap("main form button.huge");
    phone.says("参加できました");
    phone.eventually("document.querySelector('[data-on]').checkVisibility()");
    phone.tap("[data-on]");
    // The browser's own question is a tap as well: here it has been answered beforehand.
    let of_the_browser = 1;
    phone.eventually("location.pathname === '/' && document.readyState === 'complete'");
    phone.tap(".notices a");
    phone.says("くわしくは集会所の掲示板をご覧ください。");
    assert!(phone.taps() + of_the_browser <= 5, "{} taps", phone.taps());
    app.work().await;
    assert_eq!(rung.arrived().len(), 1, "and it rings");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_one_joins_with_what_is_on_the_paper() {
    let app = TestApp::start().await;
    app.officer(town::YAMA).await.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let mut phone = Chromium::start();
    phone.without_script();
    phone.go(&app, "/join");
    let slip = app.slip(town::YAMA_1);
    phone.fill("#field-code", &slip.replace('-', " ― ").to_lowercase());
    phone.run("document.querySelector('#field-consent').checked = true");
    phone.click_on("main form button.huge");
    assert_eq!(phone.page().0, "/notifications");
    phone.go(&app, "/");
    phone.click_on(".notices a");
    phone.click_on("form[action$='/receipt'] button");
    assert_eq!(app.number("SELECT count(*) FROM receipt WHERE acknowledged_at IS NOT NULL").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_stays_while_one_chooses_a_language_and_a_size() {
    let app = TestApp::start().await;
    let mut phone = Chromium::start();
    let slip = app.slip(town::YAMA_1);
    phone.go(&app, &format!("/join#{slip}"));
    for choice in ["footer button[value='en']", "footer button[value='huge']"] {
        phone.click_on(choice);
        assert_eq!(phone.run("document.querySelector('[data-code]').value"), json!(slip), "{:?}", phone.page());
        assert_eq!(phone.run("location.href"), json!(format!("{}/join", app.ground.origin)));
    }
    phone.says("Join with the code on your slip");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_scans_a_notice_without_having_joined_reads_it_after_joining() {
    let app = TestApp::start().await;
    let id = app.officer(town::YAMA).await.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let path = format!("/n/{id}");
    let mut phone = Chromium::start();
    phone.go(&app, &path);
    phone.says("このお知らせは、参加している方が読めます");
    // A typing error does not make the phone forget what it was about.
    phone.fill("#field-code", "AAAA-AAAA-AAAA-AAAA");
    phone.run("document.querySelector('#field-consent').checked = true");
    phone.click_on("main form button.huge");
    phone.says("コードがない、使えないとき");
    phone.click_on("footer button[value='ja-yasashii']");
    phone.click_on("footer button[value='ja']");
    phone.fill("#field-code", &app.slip(town::YAMA_1));
    phone.run("document.querySelector('#field-consent').checked = true");
    phone.click_on("main form button.huge");
    phone.says("参加できました");
    phone.click_on("[data-state='blocked'] a[href^='/n/'], [data-state='off'] a[href^='/n/']");
    assert_eq!(phone.page().0, path);
    assert!(phone.page().1.contains("くわしくは集会所の掲示板をご覧ください。"), "{:?}", phone.page());

    // Officers and staff find their way in from there, and nobody is led away from us.
    let officer = Browser::new(&app).open(&path).await;
    assert!(officer.text.contains(&format!("href=\"/signin?next=%2Fn%2F{id}\"")), "{}", officer.text);
    let foreign = Browser::new(&app).open("/join?next=https%3A%2F%2Fkairan.example").await;
    assert!(!foreign.text.contains("href=\"https://kairan.example"), "{}", foreign.text);
    let joined = [("code", &*app.slip(town::YAMA_1)), ("name", ""), ("consent", "1"), ("next", "//kairan.example")];
    let joined = Browser::new(&app).send("/join", &joined).await;
    assert!(joined.status == 200 && !joined.text.contains("//kairan.example"), "{}", joined.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_mistypes_is_told_which_letter_it_was() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    for (code, told) in [
        ("O123-4567-89AB-CDEF", "「O」は、コードに使われない文字です。紙の文字は、よく似た「D」か「Q」"),
        ("ACDE-FGHJ", "いま8文字です"),
        ("ACDE-FGHJ-KMNP-QRTWX", "文字が多すぎます"),
        ("", "紙に印刷された16文字です"),
    ] {
        let page = browser.send("/join", &[("code", code), ("name", ""), ("consent", "1")]).await;
        assert!(page.status == 422 && page.text.contains(told), "{code}: {}", page.text);
    }
    let unknown = browser.send("/join", &[("code", "AAAA-AAAA-AAAA-AAAA"), ("name", ""), ("consent", "1")]).await;
    assert!(unknown.text.contains("コードがない、使えないとき"), "{}", unknown.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_helps_a_neighbour_and_stays_who_they_are() {
    let app = TestApp::start().await;
    let officer = Browser::new(&app);
    let slip = app.slip(town::YAMA_1);
    let _ = officer.send("/join", &[("code", &slip), ("name", "花子"), ("consent", "1")]).await;
    let page = officer.open("/join").await;
    assert!(page.text.contains("ほかの方の参加を手伝う") && !page.text.contains("name=\"consent\""), "{}", page.text);
    let neighbours = app.slip(town::YAMA_1);
    let shown = officer.send("/join/show", &[("code", &neighbours.to_lowercase())]).await;
    assert!(shown.text.contains("class=\"qr\"") && shown.text.contains(&neighbours), "{}", shown.text);
    let wrong = officer.send("/join/show", &[("code", "O")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("「O」は"), "{}", wrong.text);
    assert_eq!(app.number("SELECT count(*) FROM session WHERE ended_at IS NULL").await, 1, "nobody has joined by that");

    // Whoever takes the phone over all the same ends what was there: its notices would go on ringing.
    let _ = officer.send("/join", &[("code", &neighbours), ("name", "太郎"), ("consent", "1")]).await;
    assert_eq!(app.number("SELECT count(*) FROM session WHERE ended_at IS NULL").await, 1);
    assert!(officer.open("/home").await.text.contains("太郎"));
}

/// The address that an iPhone puts on its home screen from the page about notifications.
fn taken_along(chromium: &mut Chromium) -> String {
    let manifest = chromium.run("fetch(document.querySelector('[rel=manifest]').href).then((one) => one.json())");
    manifest["start_url"].as_str().expect("an address").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_an_iphones_home_screen_one_goes_on_as_who_one_was() {
    let app = TestApp::start().await;
    let mut safari = Chromium::start();
    safari.call_itself(IPHONE);
    safari.go(&app, &format!("/join#{}", app.slip(town::YAMA_1)));
    safari.fill("#field-name", "花子");
    safari.run("document.querySelector('#field-consent').checked = true");
    safari.click_on("main form button.huge");
    safari.says("ホーム画面に追加");
    let address = taken_along(&mut safari);
    assert!(address.starts_with("/start#"), "{address}");

    // Somebody whom the address was sent to is not led into another one's place by it.
    safari.go(&app, "/");
    let mut neighbour = Chromium::start();
    neighbour.call_itself(IPHONE);
    neighbour.go(&app, &address);
    neighbour.says("ホーム画面から開いてください");
    assert!(!neighbour.page().1.contains("使いはじめる"), "{:?}", neighbour.page());

    let mut home_screen = home_screen();
    home_screen.go(&app, &address);
    home_screen.tap("main form button.huge");
    home_screen.says("参加できました");
    home_screen.says("お名前：花子");
    home_screen.go(&app, &address);
    assert_eq!(home_screen.page().0, "/", "the icon leads to the notices from then on");
    assert_eq!(home_screen.run("location.hash"), json!(""));
    assert_eq!(app.number("SELECT count(*) FROM person WHERE name = '花子'").await, 1);
    assert_eq!(app.number("SELECT count(DISTINCT person_id) FROM session").await, 1);
    home_screen.go(&app, "/devices");
    home_screen.says("iPhoneのホーム画面");
    safari.go(&app, "/");
    safari.says("使われはじめました");

    // Once: whoever finds the address later gets nowhere, and is told what to do.
    let mut thief = self::home_screen();
    thief.go(&app, &address);
    thief.click_on("main form button.huge");
    assert!(thief.page().1.contains("このコードは使えません"), "{:?}", thief.page());
    assert!(thief.page().1.contains("加入票のコードで参加"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_for_the_home_screen_ends_after_a_day_and_with_its_browser() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phone = Browser::called(&app, IPHONE);
    let slip = app.slip(town::YAMA_1);
    let _ = phone.send("/join", &[("code", &slip), ("name", "花子"), ("consent", "1")]).await;
    let code = async || {
        let manifest: Value = phone.open("/home.webmanifest").await.json();
        manifest["start_url"].as_str().and_then(|url| url.split_once('#')).expect("a code").1.to_owned()
    };
    let codes = [code().await, code().await, code().await, code().await, code().await, code().await, code().await];
    assert_eq!(app.number("SELECT count(*) FROM home_code").await, 5, "as many as may be on the way");
    let opens = async |code: &str| {
        let stranger = Browser::called(&app, IPHONE);
        let _ = stranger.send("/device", &[("code", code)]).await;
        stranger.cookie("kairan").is_some()
    };
    assert!(opens(&codes[6]).await);
    assert!(!opens(&codes[5]).await, "with one, the others of the browser are over");
    let late = code().await;
    app.ground.clock.advance(Duration::days(1));
    assert!(!opens(&late).await);
    let orphan = code().await;
    let _ = phone.send("/signout", &[]).await;
    assert!(!opens(&orphan).await);

    // Nobody else is given one: a home screen that shares its cookies, a stranger, and who signs in with a password.
    for other in [Browser::new(&app), Browser::called(&app, IPHONE)] {
        let manifest = other.open("/home.webmanifest").await.json();
        assert_eq!(manifest["start_url"], "/", "{manifest}");
    }
    let code = app.appoint(town::YAMA, entity::seat::Role::Officer, "kaicho@asahi.example").await;
    let officer = Browser::called(&app, IPHONE);
    let _ = officer.send("/welcome", &[("code", &code), ("password", "correct horse battery")]).await;
    assert_eq!(officer.open("/home.webmanifest").await.json()["start_url"], "/");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_and_the_size_of_an_iphones_browser_reach_its_home_screen() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let mut safari = Chromium::start();
    safari.call_itself(IPHONE);
    safari.go(&app, "/");
    safari.click_on("footer button[value='ja-yasashii']");
    safari.click_on("footer button[value='huge']");
    safari.join(&app, "花子").await;
    safari.eventually("document.querySelector('[data-state=iphone]').checkVisibility()");
    let address = taken_along(&mut safari);
    assert!(address.starts_with("/start?language=ja-yasashii&size=huge#"), "{address}");

    // The icon's own jar has none of it. Its page speaks that way before anything is pressed, and does not wait for the code to be taken.
    let mut home_screen = home_screen();
    let rung = push.phone();
    home_screen.may_notify(app.ground.origin.as_str(), "granted");
    home_screen.subscribes_as(&[&rung]);
    home_screen.go(&app, &address);
    let written = "document.documentElement.className === 'size-huge' && document.querySelector('main ruby') !== null";
    assert_eq!(home_screen.run(written), json!(true), "{:?}", home_screen.page());
    home_screen.tap("main form button.huge");
    home_screen.eventually("document.querySelector('[data-on]').checkVisibility()");
    assert_eq!(home_screen.run(written), json!(true), "{:?}", home_screen.page());
    home_screen.tap("[data-on]");
    home_screen.eventually("location.pathname === '/' && document.readyState === 'complete'");
    assert_eq!(app.number("SELECT count(*) FROM subscription WHERE language = 'ja-yasashii'").await, 1);

    // What is chosen there stays, whatever the icon says each time that it is tapped.
    home_screen.click_on("footer button[value='small']");
    home_screen.go(&app, &address);
    home_screen.eventually("location.pathname === '/' && document.documentElement.className === 'size-small'");
    assert_eq!(home_screen.run("location.hash + location.search"), json!(""));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_somebody_was_sent_chooses_nothing_for_who_has_chosen() {
    let app = TestApp::start().await;
    let browser = Browser::called(&app, IPHONE);
    let page = browser.open("/start?language=tlh&size=<b>&language=en").await;
    assert!(page.status == 200 && page.text.contains("<html lang=\"ja\">"), "{}", page.text);
    assert_eq!((browser.cookie("kairan-language"), browser.cookie("kairan-size")), (None, None));
    let _ = browser.send("/language", &[("language", "ja-yasashii")]).await;
    let page = browser.open("/start?language=en&size=large").await;
    assert!(
        page.text.contains("<html lang=\"ja\" class=\"size-large\">") && page.text.contains("<ruby>"),
        "{}",
        page.text
    );
    assert_eq!(browser.cookie("kairan-language").as_deref(), Some("ja-yasashii"));
    assert_eq!(browser.cookie("kairan-size").as_deref(), Some("large"));

    // Who signs in on the home screen is led to where that is done.
    let code = app.appoint(town::YAMA, entity::seat::Role::Officer, "kaicho@asahi.example").await;
    let officer = Browser::called(&app, IPHONE);
    let _ = officer.send("/welcome", &[("code", &code), ("password", "correct horse battery")]).await;
    let _ = officer.send("/text-size", &[("size", "huge")]).await;
    let manifest: Value = officer.open("/home.webmanifest").await.json();
    let home_screen = Browser::called(&app, IPHONE);
    let page = home_screen.open(manifest["start_url"].as_str().expect("an address")).await;
    assert!(page.text.contains("class=\"size-huge\"") && page.text.contains("href=\"/signin\""), "{}", page.text);
}
