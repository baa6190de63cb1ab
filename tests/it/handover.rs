//! A handover as the people concerned see it, in a real browser each: from naming the successor to the page that the old officer is refused.

use entity::seat::Role;
use tests::{Browser, Chromium, TestApp, town};
use time::Duration;

const PASSWORD: &str = "correct horse battery";

fn at(app: &TestApp, path: &str) -> String {
    format!("{}{path}", app.ground.origin.as_str())
}

/// Writes a notice and looks at it once more, as far as the form lets somebody.
fn write(chromium: &mut Chromium, title: &str) {
    chromium.fill("#field-title", title);
    chromium.fill("#field-body", "日曜日の午前9時に、集会所へ。");
    chromium.run("document.querySelector('[name=areas]').checked = true");
    chromium.click_on("main form button.huge");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_officer_names_the_next_one_who_takes_over_on_the_day() {
    let app = TestApp::start().await;
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let browser = Browser::new(&app);
    let _ = browser.send("/welcome", &[("code", &code), ("password", PASSWORD)]).await;
    let mut old = Chromium::start();
    old.keep(app.ground.origin.as_str(), ("kairan", &browser.cookie("kairan").expect("a sign-in")));

    // Naming.
    old.open(&at(&app, "/seats"));
    old.click_on("a[href$='/handover']");
    old.fill("#field-name", "山本 次郎");
    old.fill("#field-email", "jiro@asahi.example");
    let first = app.ground.clock.today() + Duration::DAY;
    old.run(&format!("document.querySelector('#field-starts_on').value = '{first}'"));
    old.click_on("main form button.huge");
    let (_, said) = old.page();
    let code = said.split("/welcome#").nth(1).expect("a link").split_whitespace().next().expect("a code");
    let link = format!("{}#{code}", at(&app, "/welcome"));
    old.open(&at(&app, "/notices/new"));

    // The successor signs in, and can do nothing yet.
    let mut new = Chromium::start();
    new.open(&link);
    new.fill("#field-password", PASSWORD);
    new.click_on("main form button.huge");
    new.open(&at(&app, "/seats"));
    assert!(!new.page().1.contains("山町内会 役員"), "{:?}", new.page());
    new.open(&at(&app, "/notices/new"));
    assert!(!new.page().1.contains("お知らせを作る"), "{:?}", new.page());

    // On the day the form that the old officer still has open is refused, and the new one's is taken.
    app.ground.clock.advance(Duration::DAY);
    write(&mut old, "もう遅い");
    let (_, said) = old.page();
    assert!(!said.contains("もう遅い"), "{said}");
    assert_eq!(app.number("SELECT count(*) FROM notice").await, 0);
    assert_eq!(
        app.number("SELECT count(*) FROM audit WHERE outcome = 'refused' AND act = 'POST /notices/new'").await,
        1
    );
    new.open(&at(&app, "/notices/new"));
    write(&mut new, "新年度のごあいさつ");
    assert!(new.page().1.contains("新年度のごあいさつ"), "{:?}", new.page());
    assert_eq!(app.number("SELECT count(*) FROM notice").await, 1);
    old.open(&at(&app, "/seats"));
    assert!(!old.page().1.contains("次の方"), "{:?}", old.page());
}
