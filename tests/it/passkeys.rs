//! Signing in with a finger instead of a password: in a real browser, with an authenticator made of software.

use entity::seat::Role;
use tests::{Browser, Chromium, TestApp, town};
use time::Duration;

const EMAIL: &str = "kaicho@asahi.example";
const PASSWORD: &str = "correct horse battery";

/// An officer with a password, signed in in a browser without script.
async fn officer(app: &TestApp) -> Browser<'_> {
    let code = app.appoint(town::YAMA, Role::Officer, EMAIL).await;
    let browser = Browser::new(app);
    let page = browser.send("/welcome", &[("code", &code), ("password", PASSWORD)]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    browser
}

/// The address of a page as people open it.
fn at(app: &TestApp, path: &str) -> String {
    format!("{}{path}", app.ground.origin.as_str())
}

/// Signs the officer in in Chromium as well, and registers a passkey there.
fn register(app: &TestApp, chromium: &mut Chromium, session: &str) {
    chromium.keep(app.ground.origin.as_str(), ("kairan", session));
    chromium.open(&at(app, "/passkeys/add"));
    chromium.fill("#field-password", PASSWORD);
    chromium.click_on("[action='/passkeys/add'] .huge");
    chromium.click_on("[data-ask]");
    let (path, said) = chromium.page();
    assert_eq!(path, "/passkeys", "{said}");
    assert!(said.contains("LinuxのパソコンのChrome"), "{said}");
}

/// What the page of the sign-in would send when the device has answered, and does not.
fn answered(app: &TestApp, chromium: &mut Chromium, before: &str) -> (String, String) {
    chromium.open(&at(app, "/signin/passkey"));
    chromium.run(&format!("HTMLFormElement.prototype.requestSubmit = () => {{}}; {before}; 0"));
    chromium.click("[data-ask]");
    chromium.until("document.querySelector('[name=credential]').value");
    let mut field = |name: &str| {
        let value = chromium.run(&format!("document.querySelector('[name={name}]').value"));
        value.as_str().expect("a text").to_owned()
    };
    (field("ticket"), field("credential"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_registers_a_passkey_and_signs_in_with_a_finger() {
    let app = TestApp::start().await;
    let pc = officer(&app).await;
    let phone = Browser::new(&app);
    let _ = phone.send("/signin", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let _ = phone.send("/devices/known", &[]).await;
    assert!(phone.open("/devices").await.text.contains("パスキーを見る・登録する"));
    let mut chromium = Chromium::start();
    chromium.authenticator(true);

    // Not without the password: an unlocked screen is not enough.
    let session = pc.cookie("kairan").expect("a sign-in");
    chromium.keep(app.ground.origin.as_str(), ("kairan", &session));
    chromium.open(&at(&app, "/passkeys/add"));
    chromium.fill("#field-password", "not the password");
    chromium.click_on("[action='/passkeys/add'] .huge");
    assert!(chromium.page().1.contains("パスワードが違います"));
    assert_eq!(app.number("SELECT count(*) FROM passkey").await, 0);
    register(&app, &mut chromium, &session);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'register passkey'").await, 1);

    // The same device once more is told that it is known.
    chromium.open(&at(&app, "/passkeys/add"));
    chromium.fill("#field-password", PASSWORD);
    chromium.click_on("[action='/passkeys/add'] .huge");
    chromium.click("[data-ask]");
    chromium.until("!document.querySelector('[data-told]').hidden");
    assert!(chromium.page().1.contains("もう登録されています"));

    // Signed out, they come back with nothing typed, to where they wanted to go.
    chromium.click_on("[action='/signout'] button");
    chromium.open(&at(&app, "/signin?next=/office"));
    chromium.click_on("[href^='/signin/passkey']");
    chromium.click_on("[data-ask]");
    let (path, said) = chromium.page();
    assert_eq!(path, "/office", "{said}");
    assert!(phone.open("/").await.text.contains("使われはじめました"), "the other device is told");

    // Removed, it opens nothing.
    chromium.open(&at(&app, "/passkeys"));
    assert!(chromium.page().1.contains("最後に使った日： 今日"));
    chromium.click_on("[href$='/remove']");
    chromium.click_on(".danger");
    assert!(chromium.page().1.contains("まだ登録していません"));
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'remove passkey'").await, 1);
    chromium.open(&at(&app, "/signin/passkey"));
    chromium.click_on("[data-ask]");
    let (path, said) = chromium.page();
    assert_eq!(path, "/signin/passkey");
    assert!(said.contains("このパスキーではサインインできません"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_answered_serves_once_and_only_as_it_was_answered() {
    let app = TestApp::start().await;
    let phone = officer(&app).await;
    let mut chromium = Chromium::start();
    let authenticator = chromium.authenticator(true);
    register(&app, &mut chromium, &phone.cookie("kairan").expect("a sign-in"));
    let signed_in = async |(ticket, credential): &(String, String)| {
        let thief = Browser::new(&app);
        let page = thief.send("/signin/passkey", &[("ticket", ticket), ("credential", credential)]).await;
        assert_eq!(page.status.is_success(), thief.cookie("kairan").is_some(), "{}", page.text);
        page.status.as_u16()
    };

    let first = answered(&app, &mut chromium, "");
    let second = answered(&app, &mut chromium, "");
    assert_eq!(signed_in(&(first.0.clone(), second.1.clone())).await, 401, "an answer to another challenge");
    assert_eq!(signed_in(&("x".into(), second.1.clone())).await, 400, "a challenge that is not ours");
    assert_eq!(signed_in(&(second.0.clone(), "{}".into())).await, 400, "no answer");
    let mut forged: serde_json::Value = serde_json::from_str(&second.1).expect("an answer");
    forged["response"]["signature"] = forged["response"]["authenticatorData"].clone();
    assert_eq!(signed_in(&(second.0.clone(), forged.to_string())).await, 401, "a wrong signature");
    assert_eq!(signed_in(&second).await, 200);
    assert_eq!(signed_in(&second).await, 401, "once");
    assert_eq!(signed_in(&first).await, 401, "nor one that was asked before");

    let late = answered(&app, &mut chromium, "");
    app.ground.clock.advance(Duration::minutes(10));
    assert_eq!(signed_in(&late).await, 400, "too late");

    // Whose hand it is in is insisted on, whatever the page was made to ask for.
    chromium.show_finger(&authenticator, false);
    chromium.open(&at(&app, "/signin/passkey"));
    chromium.click("[data-ask]");
    chromium.until("!document.querySelector('[data-told]').hidden");
    assert!(chromium.page().1.contains("もう一度押してください"));
    let asks_nobody = "const get = navigator.credentials.get.bind(navigator.credentials); \
        navigator.credentials.get = ({ publicKey }) => get({ publicKey: { ...publicKey, userVerification: 'discouraged' } })";
    let unverified = answered(&app, &mut chromium, asks_nobody);
    assert_eq!(signed_in(&unverified).await, 401, "nobody's finger was asked");
    chromium.show_finger(&authenticator, true);
    assert_eq!(signed_in(&answered(&app, &mut chromium, "")).await, 200);

    // Who sets a new password may do so because somebody else had got in.
    let code = app.appoint(town::YAMA, Role::Officer, EMAIL).await;
    let welcomed = Browser::new(&app);
    let _ = welcomed.send("/welcome", &[("code", &code), ("password", "another one entirely")]).await;
    assert!(welcomed.cookie("kairan").is_some());
    assert_eq!(signed_in(&answered(&app, &mut chromium, "")).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_registered_by_the_device_that_asked_for_it() {
    let app = TestApp::start().await;
    let phone = officer(&app).await;
    let mut chromium = Chromium::start();
    chromium.authenticator(true);
    chromium.keep(app.ground.origin.as_str(), ("kairan", &phone.cookie("kairan").expect("a sign-in")));
    chromium.open(&at(&app, "/passkeys/add"));
    chromium.fill("#field-password", PASSWORD);
    chromium.click_on("[action='/passkeys/add'] .huge");
    chromium.run("HTMLFormElement.prototype.requestSubmit = () => {}; 0");
    chromium.click("[data-ask]");
    chromium.until("document.querySelector('[name=credential]').value");
    let mut field = |name: &str| {
        let value = chromium.run(&format!("document.querySelector('[name={name}]').value"));
        value.as_str().expect("a text").to_owned()
    };
    let (ticket, credential) = (field("ticket"), field("credential"));
    let fields = [("ticket", &*ticket), ("credential", &*credential)];
    let code = app.appoint(town::KAWA, Role::Officer, "other@asahi.example").await;
    let other = Browser::new(&app);
    let _ = other.send("/welcome", &[("code", &code), ("password", PASSWORD)]).await;
    let refused = other.send("/passkeys", &fields).await;
    assert_eq!(refused.status, 400, "what one was asked, another can't answer: {}", refused.text);
    assert_eq!(other.send("/signin/passkey", &fields).await.status, 400, "nor does it sign in");
    assert_eq!(phone.send_from("https://evil.example", "/passkeys", &fields).await.status, 403);
    assert_eq!(phone.send("/passkeys", &fields).await.status, 200);
    assert_eq!(phone.send("/passkeys", &fields).await.status, 409, "a passkey is one person's, once");
    assert_eq!(app.number("SELECT count(*) FROM passkey").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_password_or_an_installation_without_a_name_is_not_offered_passkeys() {
    let app = TestApp::start().await;
    let resident = Browser::new(&app);
    let slip = app.slip(town::YAMA_1);
    let _ = resident.send("/join", &[("code", &slip), ("name", "花子"), ("consent", "1")]).await;
    assert!(!resident.open("/devices").await.text.contains("パスキー"));
    for path in ["/passkeys", "/passkeys/add"] {
        assert_eq!(resident.open(path).await.status, 403, "{path}");
    }
    assert_eq!(resident.send("/passkeys/add", &[("password", "x")]).await.status, 403);

    let nameless = TestApp::start_with(&[("KAIRAN_PUBLIC_ORIGIN", "http://192.0.2.1:8080")]).await;
    let browser = Browser::new(&nameless);
    assert!(!browser.open("/signin").await.text.contains("パスキー"));
    assert_eq!(browser.open("/signin/passkey").await.status, 404);
    assert!(app.stranger().get("/signin").await.text.contains("/signin/passkey"));
}
