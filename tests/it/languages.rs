//! Pages speak the language of who reads: 日本語, やさしい日本語 with furigana, English.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use reqwest::{Method, header};
use tests::{Browser, TestApp};

fn api() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("api")
}

/// The files below a folder whose name ends like this, with their text.
fn files(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push((path.display().to_string(), fs::read_to_string(&path).expect("a file")));
            }
        }
    }
    found
}

/// The messages of a language, each with what can be filled in.
fn messages(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let (mut found, mut key) = (BTreeMap::<String, BTreeSet<String>>::new(), String::new());
    for (file, text) in files(&api().join("locales").join(language), ".ftl") {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =").filter(|(name, _)| !name.starts_with([' ', '}'])) {
                name.clone_into(&mut key);
                assert!(found.insert(key.clone(), BTreeSet::new()).is_none(), "{file}: {key} stands twice");
            }
            let names = line.split('$').skip(1).map(|rest| {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
                rest[..end].to_owned()
            });
            found.entry(key.clone()).or_default().extend(names);
        }
    }
    found.remove("");
    found
}

#[test]
fn what_is_said_is_said_in_every_language() {
    let japanese = messages("ja");
    for language in ["ja-yasashii", "en"] {
        let other = messages(language);
        let missing: Vec<_> = japanese.keys().filter(|key| !other.contains_key(*key)).collect();
        let more: Vec<_> = other.keys().filter(|key| !japanese.contains_key(*key)).collect();
        assert!(missing.is_empty() && more.is_empty(), "{language}: without {missing:?}, and only there {more:?}");
        for (key, filled) in &japanese {
            assert_eq!(&other[key], filled, "{language}: what is filled in to {key}");
        }
    }
    // In templates a key stands before a filter.
    for (file, text) in files(&api().join("templates"), ".html") {
        for (at, _) in text.match_indices("\"|") {
            let filter: String = text[at + 2..].chars().take_while(char::is_ascii_alphabetic).collect();
            let key = text[..at].rsplit('"').next().unwrap_or_default();
            let is_text = ["t", "attr", "with"].contains(&filter.as_str());
            assert!(!is_text || japanese.contains_key(key), "{file}: there is no message {key:?}");
        }
    }
}

#[test]
fn easy_japanese_has_a_reading_for_every_kanji() {
    let kanji = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}' | '々');
    for (file, text) in files(&api().join("locales/ja-yasashii"), ".ftl") {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let bare = line
                .split('｜')
                .enumerate()
                .map(|(n, part)| if n == 0 { part } else { part.split_once('》').map_or(part, |(_, after)| after) });
            let without: String = bare.collect::<String>().chars().filter(|c| kanji(*c)).collect();
            assert!(without.is_empty(), "{file}: {without} in {line:?}");
        }
    }
}

#[tokio::test]
async fn what_people_read_before_they_agree_is_what_they_agree_to() {
    let app = TestApp::start().await;
    let agreed = app.stranger().get("/api/v1/purposes").await.expect(200);
    let page = Browser::new(&app).open("/privacy").await;
    let uses = agreed["uses"].as_array().expect("purposes").iter().chain([&agreed["kept"]]);
    for words in uses.map(|words| words.as_str().expect("words")) {
        assert!(page.text.contains(words), "{words}");
    }
}

#[tokio::test]
async fn a_page_speaks_the_language_that_was_chosen_and_goes_on_doing_so() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    let first = browser.open("/").await;
    assert!(first.text.contains("<html lang=\"ja\">") && first.text.contains("はじめての方"), "{}", first.text);

    let english = browser.send("/language", &[("language", "en")]).await;
    assert!(english.text.contains("<html lang=\"en\">") && english.text.contains("New here?"), "{}", english.text);

    let _ = browser.send("/language", &[("language", "ja-yasashii")]).await;
    let easy = browser.open("/").await;
    assert!(easy.text.contains("<html lang=\"ja\">"), "{}", easy.text);
    assert!(easy.text.contains("<ruby>回覧板<rp>（</rp><rt>かいらんばん</rt><rp>）</rp></ruby>"), "{}", easy.text);
    // In the title of the tab there is no furigana.
    let title = easy.text.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("a title");
    assert!(!title.contains('《') && !title.contains("ruby"), "{title}");
    // A failure speaks it as well; what is no language is none.
    assert!(browser.open("/n/1").await.text.contains("<ruby>"));
    assert_eq!(browser.send("/language", &[("language", "tlh")]).await.status, 404);
    // It leads back to where it was chosen, and to nobody else's page.
    let stranger = app.stranger();
    for (from, to) in [("/join?a=b#c", "/join?a=b"), ("//host/x", "/"), ("/\\host", "/")] {
        let request = stranger.request(Method::POST, "/language").header(header::ORIGIN, app.ground.origin.as_str());
        let request = request.header(header::REFERER, format!("{}{from}", app.ground.origin));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body("language=en");
        let answer = stranger.send(request).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.headers["location"]),
            (303, &to.parse().expect("a path")),
            "{from}"
        );
    }
}
