//! That keys are enough, without finger or mouse: on every page they reach everything, in the order in which it is read, and one sees where one is.

use serde_json::{Value, json};
use tests::Chromium;

use super::{
    pages::{PAGES, Who},
    stage::{OFFICER, PASSWORD, Stage, phone},
};

/// Where the keys are: the place in the page, its name, whether that can be seen.
const HERE: &str = "(() => {
    const one = document.activeElement;
    if (!one || one === document.body || one === document.documentElement) return null;
    const { outlineStyle, outlineWidth } = getComputedStyle(one), { top, bottom, left, right, width, height } = one.getBoundingClientRect();
    return {
        place: [...document.querySelectorAll('*')].indexOf(one), name: one.outerHTML.slice(0, 160),
        marked: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
        seen: width > 0 && height > 0 && bottom > 0 && top < innerHeight && right > 0 && left < innerWidth,
    };
})()";

/// What the keys have to reach: of radio buttons that belong together only one, among which arrows choose.
const REACHABLE: &str = "(() => {
    const all = [...document.querySelectorAll('*')], here = all.indexOf(document.activeElement), groups = new Set();
    const stands = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0
        && one.matches('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]');
    const chosen = (one) => {
        if (one.type !== 'radio') return true;
        const group = [...document.getElementsByName(one.name)], first = group.find((other) => other.checked) || group[0];
        return one === first;
    };
    return all.filter((one) => stands(one) && chosen(one)).map((one) => all.indexOf(one)).filter((place) => here <= 1 || document.activeElement === document.body || place > here);
})()";

fn press(chromium: &mut Chromium, key: &str) {
    let (code, number, text) = match key {
        "Tab" => ("Tab", 9, ""),
        "Enter" => ("Enter", 13, "\r"),
        " " => ("Space", 32, " "),
        other => panic!("{other} is no key of this test"),
    };
    for kind in ["keyDown", "keyUp"] {
        let mut event = json!({ "type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number });
        if kind == "keyDown" && !text.is_empty() {
            event["text"] = json!(text);
        }
        // The page may be gone before the key is up.
        chromium.call("Input.dispatchKeyEvent", event);
    }
}

/// Goes on by one; gives where that is.
fn tab(chromium: &mut Chromium) -> Value {
    press(chromium, "Tab");
    let here = chromium.run(HERE);
    assert!(here.is_null() || here["marked"] == true && here["seen"] == true, "one can't see where one is: {here}");
    here
}

/// Goes on until something that a selector names.
fn to(chromium: &mut Chromium, selector: &str) {
    for _ in 0..120 {
        tab(chromium);
        if chromium.run(&format!("document.activeElement.matches({})", json!(selector))) == true {
            return;
        }
    }
    panic!("keys don't come to {selector}: {:?}", chromium.page());
}

fn to_and_type(chromium: &mut Chromium, selector: &str, text: &str) {
    to(chromium, selector);
    chromium.call("Input.insertText", json!({ "text": text }));
}

/// Goes to what a selector names, and through it to another page.
fn through(chromium: &mut Chromium, selector: &str) {
    to(chromium, selector);
    press(chromium, "Enter");
    chromium.wait_for("Page.loadEventFired");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_reach_everything_on_every_page_in_the_order_of_reading() {
    let stage = Stage::set().await;
    let mut chromium = phone(360);
    for page in PAGES {
        stage.show(&mut chromium, page, "ja");
        let reachable = chromium.run(REACHABLE);
        let mut reached = Vec::new();
        for _ in 0..400 {
            let here = tab(&mut chromium)["place"].clone();
            // After the last comes the first again; and a date has several parts.
            if here.is_null() || reached.last().is_some_and(|last: &Value| last.as_u64() > here.as_u64()) {
                break;
            }
            if reached.last() != Some(&here) {
                reached.push(here);
            }
        }
        assert_eq!(json!(reached), reachable, "{}", page.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_joins_reads_and_confirms_by_keys_alone() {
    let stage = Stage::set().await;
    let mut chromium = phone(360);
    stage.hand_to(&mut chromium, Who::Nobody, "ja");
    chromium.open(&stage.address("/join"));
    tab(&mut chromium);
    assert_eq!(chromium.run("document.activeElement.className"), "skip", "first, a way past the menu");
    press(&mut chromium, "Enter");
    assert_eq!(chromium.run("document.activeElement.id"), "main");
    to_and_type(&mut chromium, "[name=code]", stage.thing("slip"));
    to_and_type(&mut chromium, "[name=name]", "青木 次郎");
    to(&mut chromium, "[name=consent]");
    press(&mut chromium, " ");
    through(&mut chromium, "main form[action='/join'] .button");
    assert_eq!(chromium.run("'signedIn' in document.body.dataset"), true, "{:?}", chromium.page());

    let confirmed = "SELECT count(*) FROM receipt WHERE acknowledged_at IS NOT NULL";
    let before = stage.app.number(confirmed).await;
    chromium.open(&stage.address("/"));
    through(&mut chromium, ".notices h3 a");
    assert!(chromium.page().0.starts_with("/n/"));
    through(&mut chromium, "form[action$='/receipt'] .button");
    assert_eq!(stage.app.number(confirmed).await, before + 1);

    through(&mut chromium, "nav [href='/notifications']");
    assert_eq!(chromium.page().0, "/notifications");
    tab(&mut chromium);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_signs_in_and_sends_a_notice_by_keys_alone() {
    let stage = Stage::set().await;
    let mut chromium = phone(360);
    stage.hand_to(&mut chromium, Who::Nobody, "ja");
    chromium.open(&stage.address("/signin"));
    to_and_type(&mut chromium, "[name=email]", OFFICER);
    to_and_type(&mut chromium, "[name=password]", PASSWORD);
    press(&mut chromium, "Enter");
    chromium.wait_for("Page.loadEventFired");
    through(&mut chromium, "nav [href='/notices/new']");
    to_and_type(&mut chromium, "[name=title]", "溝掃除");
    to_and_type(&mut chromium, "[name=body]", "日曜の朝9時から、各班で。");
    if chromium.run("!document.querySelector('[name=areas]:checked')") == true {
        to(&mut chromium, "[name=areas]");
        press(&mut chromium, " ");
    }
    through(&mut chromium, "main form[action='/notices/new'] .huge");
    assert!(chromium.page().0.ends_with("/confirm"), "{:?}", chromium.page());
    through(&mut chromium, "form[action$='/publish'] .button");
    let out = "SELECT count(*) FROM notice WHERE title = '溝掃除' AND published_at IS NOT NULL";
    assert_eq!(stage.app.number(out).await, 1, "{:?}", chromium.page());
    stage.app.work().await;
}
