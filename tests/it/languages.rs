//! Pages speak the language of who reads: 日本語, やさしい日本語 with furigana, English.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use entity::seat::Role;
use reqwest::{Method, header};
use serde_json::json;
use tests::{Browser, TestApp, town};

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

/// Where Japanese stands in the source all the same: the beginning of a path, and why.
const JAPANESE: [(&str, &str); 10] = [
    ("areas/groups.rs", "how a group is called of which a file gives the number"),
    ("demo", "made up"),
    ("bench", "made up"),
    ("identity/code.rs", "what somebody may type for a hyphen"),
    ("identity/passkeys/mod.rs", "the name by which a device keeps its passkey"),
    ("lock_screen.rs", "the mark of a drill, which goes wherever its title does"),
    ("notices/from_jma.rs", "the words of the telegrams"),
    ("openapi.rs", "what programmers read of the API"),
    ("purposes.rs", "what people agreed to, word for word"),
    ("say/language.rs", "what languages call themselves"),
];
/// Days and hours are written by rules of their own in each language.
const DATES: &str = "web/dates.rs";

/// The code of a file: without its tests, its comments, and the examples of the API.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or(text).lines().map(str::trim);
    code.filter(|line| !line.starts_with("//") && !line.starts_with("#[schema("))
}

#[test]
fn what_people_read_stands_with_the_languages_and_nowhere_else() {
    let japanese = |text: &str| {
        let letter = |c| matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ｦ'..='ﾟ' | '\u{3400}'..='\u{9fff}');
        text.chars().any(letter)
    };
    let scripts = files(&api().join("assets"), ".js");
    // What rings without words of its own is said to be a notice, in Japanese: who is rung is not known there.
    let scripts = scripts.into_iter().filter(|(file, _)| !file.ends_with("/sw.js"));
    for (file, text) in files(&api().join("templates"), ".html").into_iter().chain(scripts) {
        let line = text.lines().find(|line| japanese(line));
        assert!(line.is_none(), "{file}: {line:?}");
    }
    let mut needed = BTreeSet::new();
    for (file, text) in files(&api().join("src"), ".rs") {
        let path = file.split("api/src/").last().unwrap_or_default();
        let Some(line) = code(&text).find(|line| japanese(line)) else { continue };
        let known = JAPANESE.iter().map(|(path, _)| *path).chain([DATES]).find(|known| path.starts_with(known));
        assert!(known.is_some(), "{file}: {line}");
        needed.extend(known);
    }
    assert_eq!(needed.len(), JAPANESE.len() + 1, "only {needed:?} have Japanese in them");
}

#[test]
fn no_message_is_missing_and_none_is_left_over() {
    let known: BTreeSet<String> = messages("ja").into_keys().collect();
    let firsts: BTreeSet<&str> = known.iter().filter_map(|key| Some(key.split_once('-')?.0)).collect();
    // What a key begins with, where it is put together: `push-day-{day}`.
    let (mut named, mut beginnings) = (BTreeSet::new(), BTreeSet::new());
    let is_key = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    for (file, text) in files(&api().join("src"), ".rs").into_iter().chain(files(&api().join("templates"), ".html")) {
        for literal in code(&text).flat_map(|line| line.split('"').skip(1)) {
            // What a check finds has its key before a blank.
            let (key, rest) = literal.split_at(literal.find([' ', '{']).unwrap_or(literal.len()));
            if !is_key(key) || key.is_empty() {
                continue;
            }
            if rest.starts_with('{') {
                beginnings.insert(key.to_owned());
            } else {
                let alike = key.split_once('-').is_some_and(|(first, _)| firsts.contains(first));
                assert!(
                    !alike || known.contains(key) || file.ends_with(".html"),
                    "{file}: there is no message {key:?}"
                );
                named.insert(key.to_owned());
            }
        }
    }
    for (_, text) in files(&api().join("locales"), ".ftl") {
        let within = text.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        named.extend(within.map(str::trim).filter(|key| is_key(key)).map(str::to_owned));
    }
    let is_named = |key: &&String| named.contains(*key) || beginnings.iter().any(|begins| key.starts_with(begins));
    let unused: Vec<_> = known.iter().filter(|key| !is_named(key)).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
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
    let uses = agreed["uses"].as_array().expect("purposes").iter().chain([&agreed["kept"]]);
    let uses: Vec<&str> = uses.map(|words| words.as_str().expect("words")).collect();
    let (begin, end, japanese) = (uses[0], uses[3], "<div lang=\"ja\">");
    for (language, order) in [
        ("ja", vec![begin, end]),
        ("ja-yasashii", vec!["スマートフォンに とどける ため", "ちがうことが ", japanese, begin, end]),
        ("en", vec!["<li>To bring notices of your city", "If the texts differ, ", japanese, begin, end]),
    ] {
        let browser = Browser::new(&app);
        let _ = browser.send("/language", &[("language", language)]).await;
        let joining = browser.open("/join").await;
        let _ = browser.send("/join", &[("code", &*app.slip(town::YAMA_1)), ("name", ""), ("consent", "1")]).await;
        // Asked once more, of words that have changed.
        app.tamper("UPDATE person SET consent_version = 77").await;
        let once_more = browser.open("/privacy").await;
        for (page, asks) in [(joining, "name=\"consent\""), (once_more, "action=\"/privacy/consent\"")] {
            assert!(page.text.contains(asks), "{language}: {}", page.text);
            for words in &uses {
                assert_eq!(page.text.matches(words).count(), 1, "{language}: {words}");
            }
            // In the reader's own words first, then which count, and those.
            let places: Vec<_> = order.iter().map(|words| page.text.find(words)).collect();
            assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{language}: {places:?} {}", page.text);
        }
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

#[tokio::test]
async fn what_went_wrong_is_told_in_the_language_of_who_reads_and_in_japanese_to_programs() {
    let app = TestApp::start().await;
    let (english, easy) = (Browser::new(&app), Browser::new(&app));
    let _ = english.send("/language", &[("language", "en")]).await;
    let _ = easy.send("/language", &[("language", "ja-yasashii")]).await;

    // At the field: what was typed is told back, and stays text.
    let typed = [("code", "0000-0000-0000-0000"), ("consent", "1")];
    let page = english.send("/join", &typed).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("Is it “D” or “Q” on the paper"), "{}", page.text);
    let page = easy.send("/join", &typed).await;
    assert!(page.text.contains("<ruby>紙<rp>（</rp><rt>かみ</rt><rp>）</rp></ruby>の"), "{}", page.text);
    assert!(page.text.contains("「D」か「Q」では ありませんか"), "{}", page.text);
    let page = english.send("/join", &[("code", "<"), ("consent", "1")]).await;
    assert!(page.text.contains("“&lt;” is in no code"), "{}", page.text);
    // As a page of its own.
    let page = english.open("/nowhere").await;
    assert!(page.status == 404 && page.text.contains("This could not be found."), "{}", page.text);

    // A program is told in Japanese, whatever it prefers, and without furigana.
    let stranger = app.stranger();
    let request = stranger.request(Method::POST, "/api/v1/join").header(header::ACCEPT_LANGUAGE, "en");
    let told = stranger.send(request.json(&json!({ "code": "0000-0000-0000-0000" }))).await.problem(422, "invalid");
    assert_eq!(told["detail"], "入力に誤りがあります。直してもう一度送ってください。");
    let at_the_field = told["errors"][0]["detail"].as_str().expect("a detail");
    assert!(at_the_field.ends_with("紙の文字は、よく似た「D」か「Q」ではありませんか。"), "{at_the_field}");
}

#[tokio::test(flavor = "multi_thread")]
async fn above_a_form_each_field_that_is_wrong_is_named_once() {
    let app = TestApp::start().await;
    let officer = Browser::new(&app);
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let _ = officer.send("/welcome", &[("code", &code), ("password", "correct horse battery")]).await;
    let _ = officer.send("/language", &[("language", "en")]).await;

    let empty = [("title", ""), ("body", " "), ("importance", "normal"), ("to", "everyone"), ("ends_on", "2026-12-24")];
    let page = officer.send("/notices/new", &empty).await;
    assert_eq!(page.status, 422);
    let mut before = 0;
    for told in [
        "<a href=\"#field-title\">Title: Please fill this in.</a>",
        "<a href=\"#field-body\">Text: Please fill this in.</a>",
        "<a href=\"#field-areas\">Where to: Please choose one or more.</a>",
    ] {
        assert_eq!(page.text.matches(told).count(), 1, "{told} in {}", page.text);
        // In the order of the page.
        let place = page.text.find(told).expect("it is there");
        assert!(place > before, "{told} in {}", page.text);
        before = place;
    }
    assert_eq!(page.text.matches("<a href=\"#field-").count(), 3, "{}", page.text);
    let _ = officer.send("/language", &[("language", "ja")]).await;
    let page = officer.send("/notices/new", &empty).await;
    assert!(page.text.contains(">題：入力してください。</a>"), "{}", page.text);
}
