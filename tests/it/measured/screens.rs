//! The pictures of every page, for people to look at: `script/screens` writes `docs/screens`.

use std::{collections::BTreeSet, fs, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;
use tests::Chromium;

use super::{
    pages::PAGES,
    stage::{Stage, phone, set_theme},
};

/// Pages that are shown in the dark, or in another language, as well.
const BESIDES: &[(&str, &str, &str)] = &[
    ("list", "dark", "ja"),
    ("notice-must-read", "dark", "ja"),
    ("notice-drill", "dark", "ja"),
    ("compose", "dark", "ja"),
    ("list-officer", "forced-colors", "ja"),
    ("notice-drill", "forced-colors", "ja"),
    ("compose", "forced-colors", "ja"),
    ("welcome-to-all", "light", "ja-yasashii"),
    ("welcome-to-all", "light", "en"),
    ("list", "light", "ja-yasashii"),
    ("list", "light", "en"),
];

fn picture(chromium: &mut Chromium, name: &str) {
    let taken = chromium.call("Page.captureScreenshot", json!({ "format": "webp", "quality": 45 }));
    let picture = BASE64_STANDARD.decode(taken["data"].as_str().expect("a picture")).expect("a picture");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("docs/screens");
    fs::write(folder.join(format!("{name}.webp")), picture).expect("a file");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes docs/screens: script/screens"]
async fn pictures() {
    let stage = Stage::set().await;
    let mut chromium = phone(360);
    // Twice as fine as the page is laid out, as phones are.
    let screen = json!({ "width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true });
    chromium.call("Emulation.setDeviceMetricsOverride", screen);
    chromium.call("Emulation.setScrollbarsHidden", json!({ "hidden": true }));
    let plain = PAGES.iter().map(|page| (page.name, "light", "ja"));
    let mut names = BTreeSet::new();
    for (name, theme, language) in plain.chain(BESIDES.iter().copied()) {
        let page = PAGES.iter().find(|page| page.name == name).expect("a page");
        set_theme(&mut chromium, theme);
        stage.show(&mut chromium, page, language);
        chromium.run(
            "new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 150))",
        );
        let marks = [Some(name), (theme != "light").then_some(theme), (language != "ja").then_some(language)];
        let name = marks.into_iter().flatten().collect::<Vec<_>>().join("-");
        picture(&mut chromium, &name);
        assert!(names.insert(name.clone()), "two pictures of {name}");
    }
}
