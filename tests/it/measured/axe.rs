//! That nothing stands in the way of who can't see, hear or point well: axe-core finds nothing on any page, in either theme, narrow or not.

use std::fs;

use serde_json::Value;
use tests::{Chromium, npm};

use super::{
    pages::PAGES,
    stage::{Stage, phone, set_theme, set_width},
};

/// All rules but those that are not of WCAG 2.2 AA or of good practice; the size of targets is off unless it is asked for.
const RUN: &str = "axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } }).then((found) =>
    found.violations.map(({ id, help, nodes }) => [id, help, nodes.map((node) => [node.target.join(' '), node.failureSummary].join(': ')).join('\\n  ')].join('\\n  ')))";

/// What axe finds wrong.
fn findings(chromium: &mut Chromium) -> Vec<String> {
    let found = chromium.run(RUN);
    found.as_array().expect("findings").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page_in_either_theme() {
    let axe = fs::read_to_string(npm::packages("axe").join("node_modules/axe-core/axe.min.js")).expect("axe");
    let stage = Stage::set().await;
    let mut chromium = phone(360);
    let mut faults = Vec::new();
    for page in PAGES {
        stage.show(&mut chromium, page, "ja");
        // Handed to the browser, not to the page: its policy lets no script in.
        chromium.run(&format!("{axe};0"));
        for (theme, width) in [("light", 360), ("dark", 320)] {
            set_theme(&mut chromium, theme);
            set_width(&mut chromium, width);
            faults.extend(
                findings(&mut chromium).iter().map(|fault| format!("{} ({theme}, {width} px): {fault}", page.name)),
            );
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    chromium.run("document.documentElement.removeAttribute('lang')");
    assert!(!findings(&mut chromium).is_empty(), "what is wrong is found");
}
