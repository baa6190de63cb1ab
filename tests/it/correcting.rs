//! Correcting a notice: nobody takes back what somebody else corrected, and readers see every correction.

use entity::seat::Role;
use serde_json::{Value, json};
use tests::{Answer, Browser, Chromium, TestApp, actor::notice, town};
use time::Duration;

/// The browser of an officer with this address.
async fn officer<'a>(app: &'a TestApp, email: &str) -> Browser<'a> {
    let code = app.appoint(town::YAMA, Role::Officer, email).await;
    let browser = Browser::new(app);
    browser.send("/welcome", &[("code", &code), ("password", "ひらけごま ひらけごま")]).await;
    browser
}

/// The browser of somebody who joined.
async fn resident(app: &TestApp) -> Browser<'_> {
    let browser = Browser::new(app);
    let joined = browser.send("/join", &[("code", &app.slip(town::YAMA_1)), ("name", ""), ("consent", "1")]).await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    browser
}

/// The form as a page shows it: its fields, in order.
fn form(page: &Answer) -> Vec<(String, String)> {
    let html = page.text.split_once("name=\"revision\"").expect("a form").1;
    let mut fields = vec![("revision".to_owned(), between(html, "value=\"", "\"").to_owned())];
    for piece in html.split(" name=\"").skip(1) {
        let (name, rest) = piece.split_once('"').expect("a name");
        let tag = rest.split_once('>').expect("a tag").0;
        let value = match tag.split_once("value=\"") {
            Some(_) if name.ends_with("_fits") && !tag.contains("checked") => continue,
            Some((_, value)) => value.split_once('"').expect("a value").0,
            _ if rest.contains("</textarea>") && name.contains("body") => between(rest, ">", "</textarea>"),
            _ => continue,
        };
        fields.push((name.to_owned(), value.to_owned()));
    }
    fields.push(("category".to_owned(), "other".to_owned()));
    fields
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map(|(part, _)| part).expect(from)
}

fn put(fields: &mut [(String, String)], name: &str, value: &str) {
    let field = fields.iter_mut().find(|(one, _)| one == name).expect(name);
    value.clone_into(&mut field.1);
}

async fn send<'a>(browser: &Browser<'a>, id: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    browser.send(&format!("/notices/{id}/correct"), &fields).await
}

/// A cleaning at nine, in some days.
async fn cleaning(app: &TestApp, more: &Value) -> String {
    let writes = app.officer(town::YAMA).await;
    let day = app.ground.clock.today() + Duration::days(10);
    let mut cleaning = notice("公園の清掃", town::YAMA);
    cleaning["facts"] = json!({ "starts": format!("{day}T09:00:00+09:00"), "place": "桜公園" });
    for (field, value) in more.as_object().expect("fields") {
        cleaning[field] = value.clone();
    }
    let id = writes.draft(&cleaning).await;
    let _ = writes.publish(&id).await.expect(200);
    app.work().await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn who_corrects_from_an_old_form_takes_back_nothing_that_was_corrected_meanwhile() {
    let app = TestApp::start().await;
    let id = cleaning(&app, &json!({})).await;
    let (first, second) = (officer(&app, "kaicho@asahi.example").await, officer(&app, "fuku@asahi.example").await);
    let mut typo = form(&first.open(&format!("/notices/{id}/correct")).await);
    let mut hour = form(&second.open(&format!("/notices/{id}/correct")).await);

    put(&mut hour, "starts_time", "10:00");
    put(&mut hour, "reason", "時刻の誤り");
    assert_eq!(send(&second, &id, &hour).await.status, 200);
    put(&mut typo, "title", "公園の清掃です");
    put(&mut typo, "reason", "誤字");
    let told = send(&first, &id, &typo).await;
    assert_eq!(told.status, 409, "{}", told.text);
    assert!(told.text.contains("ほかの方がこのお知らせを訂正しました"), "{}", told.text);

    // The form has both: what the other one corrected, and what was typed.
    let both = form(&told);
    let has = |name: &str, value: &str| both.contains(&(name.to_owned(), value.to_owned()));
    assert!(has("revision", "2") && has("starts_time", "10:00"), "{both:?}");
    assert!(has("title", "公園の清掃です") && has("reason", "誤字"), "{both:?}");
    assert_eq!(send(&first, &id, &both).await.status, 200);
    app.work().await;
    let read = app.resident(town::YAMA_2).await.get(&format!("/api/v1/notices/{id}")).await.expect(200);
    assert_eq!((&read["title"], &read["revision"]), (&json!("公園の清掃です"), &json!(3)));
    assert!(read["facts"]["starts"].as_str().expect("a time").contains("T10:00:00"), "{read}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_two_correct_the_same_each_sees_what_the_other_wrote() {
    let app = TestApp::start().await;
    let english = json!({ "title": "Cleaning the park", "body": "Please bring gloves." });
    let id = cleaning(&app, &json!({ "body": "9時に集合。", "versions": { "english": english } })).await;
    let (first, second) = (officer(&app, "kaicho@asahi.example").await, officer(&app, "fuku@asahi.example").await);
    let mut spelling = form(&first.open(&format!("/notices/{id}/correct")).await);
    let mut hour = form(&second.open(&format!("/notices/{id}/correct")).await);
    put(&mut hour, "body", "10時に集合。");
    put(&mut hour, "reason", "時刻の誤り");
    hour.push(("english_fits".to_owned(), "yes".to_owned()));
    // What was ticked is ticked where the form comes back for want of something else.
    let mut unsaid = hour.clone();
    put(&mut unsaid, "reason", "");
    let back = send(&second, &id, &unsaid).await;
    assert!(back.status == 422 && back.text.contains("name=\"english_fits\" value=\"yes\" checked"), "{}", back.text);
    assert_eq!(send(&second, &id, &hour).await.status, 200);

    put(&mut spelling, "body", "9時に集合です。");
    put(&mut spelling, "reason", "言い直し");
    let told = send(&first, &id, &spelling).await;
    assert_eq!(told.status, 409, "{}", told.text);
    for text in ["「10時に集合。」", "9時に集合です。</textarea>"] {
        assert!(told.text.contains(text), "{text}: {}", told.text);
    }
    app.work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_says_what_it_corrects_is_told_when_that_is_over() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let path = format!("/api/v1/notices/{id}/correct");
    let correction = |title: &str| json!({ "title": title, "reason": "誤り", "revision": 1 });
    let _ = officer.post(&path, &correction("池の清掃")).await.expect(200);
    officer.post(&path, &correction("川の清掃")).await.problem(409, "corrected_meanwhile");
    app.work().await;
    assert_eq!(officer.get(&format!("/api/v1/notices/{id}")).await.expect(200)["title"], "池の清掃");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spelling_that_is_corrected_hides_nothing_of_the_correction_before() {
    let app = TestApp::start().await;
    let english = json!({ "title": "Cleaning the park", "body": "Please bring gloves." });
    let id = cleaning(&app, &json!({ "versions": { "english": english } })).await;
    let writes = app.officer(town::YAMA).await;
    for correction in [
        json!({ "facts": { "place": "池公園" }, "body": "軍手を。", "reason": "場所の誤り" }),
        json!({ "title": "公園の大清掃", "reason": "誤字" }),
    ] {
        let _ = writes.post(&format!("/api/v1/notices/{id}/correct"), &correction).await.expect(200);
    }
    app.work().await;
    let page = resident(&app).await.open(&format!("/n/{id}")).await;
    let place = |text: &str| page.text.find(text).unwrap_or_else(|| panic!("{text} is missing in {}", page.text));
    assert!(place("誤字") < place("場所の誤り"), "the last one first");
    for text in ["桜公園</del>", "池公園</ins>", "公園の清掃</del>", "公園の大清掃</ins>", "English"] {
        place(text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_day_that_was_wrong_can_be_taken_away() {
    let app = TestApp::start().await;
    let last = app.ground.clock.today() + Duration::days(3);
    let id = cleaning(&app, &json!({ "circulate_until": last.to_string() })).await;
    let browser = officer(&app, "kaicho@asahi.example").await;
    let mut fields = form(&browser.open(&format!("/notices/{id}/correct")).await);
    put(&mut fields, "circulate_until", "");
    put(&mut fields, "reason", "期限はありません");
    assert_eq!(send(&browser, &id, &fields).await.status, 200);
    app.work().await;
    let writes = app.officer(town::YAMA).await;
    let path = format!("/api/v1/notices/{id}");
    let read = writes.get(&path).await.expect(200);
    assert!(read["circulate_until"].is_null(), "{read}");

    // A program says so with nothing in it; what it leaves out, or has nothing to say of, stays.
    for (title, said, gone) in
        [("一", json!(last.to_string()), false), ("二", Value::Null, false), ("三", json!(""), true)]
    {
        let correction = json!({ "title": title, "circulate_until": said, "reason": "期限" });
        let read = writes.post(&format!("{path}/correct"), &correction).await.expect(200);
        assert_eq!(read["circulate_until"].is_null(), gone, "{read}");
    }
    app.work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_only_sounds_like_a_drill_makes_none() {
    let app = TestApp::start().await;
    let easy = json!({ "title": "｜職業訓練《しょくぎょうくんれん》センターから にげて ください", "body": "にげて ください。" });
    let english = json!({ "title": "Leave the drilling site", "body": "Leave now." });
    let drill = json!({ "title": "職業訓練センター付近に避難指示", "drill": true, "versions": { "easy": easy, "english": english } });
    let id = cleaning(&app, &drill).await;
    let reads = resident(&app).await;
    for (language, says) in [
        ("ja", "【訓練】職業訓練センター付近に避難指示"),
        ("ja-yasashii", "【訓練】<ruby>職業訓練"),
        ("en", "[DRILL] Leave the drilling site"),
    ] {
        reads.keep("kairan-language", Some(language));
        for path in [format!("/n/{id}"), "/".to_owned()] {
            let page = reads.open(&path).await;
            assert!(page.text.contains(says), "{path} {language}: {}", page.text);
        }
    }
    reads.keep("kairan-language", Some("ja"));
    let file = reads.open(&format!("/n/{id}/notice.ics")).await.text.replace("\r\n ", "");
    assert!(file.contains("DESCRIPTION:これは訓練です。"), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_hears_that_a_notice_was_withdrawn() {
    let app = TestApp::start().await;
    let id = cleaning(&app, &json!({ "drill": true })).await;
    let writes = app.officer(town::YAMA).await;
    let correction = json!({ "title": "公園の大清掃", "reason": "誤字" });
    let _ = writes.post(&format!("/api/v1/notices/{id}/correct"), &correction).await.expect(200);
    let _ = writes.post(&format!("/api/v1/notices/{id}/withdraw"), &json!({ "reason": "雨" })).await.expect(200);
    app.work().await;
    let reads = resident(&app).await;
    let mut chromium = Chromium::start();
    let origin = app.ground.origin.as_str();
    chromium.keep(origin, ("kairan", &reads.cookie("kairan").expect("a sign-in")));
    chromium.open(&format!("{origin}/n/{id}"));
    chromium.until("!document.querySelector('[data-aloud]').hidden");
    chromium.run("self.said = []; speechSynthesis.speak = (one) => { said.push(one.text); self.last = one; }; 0");
    chromium.click("[data-aloud]");
    chromium.run("for (let n = 0; n < said.length; n++) last.onend(); 0");
    let heard = chromium.run("said.join('|')").as_str().expect("a text").to_owned();
    let in_order = ["これは訓練です。", "取り消されました", "訂正がありました", "公園の大清掃"];
    let places: Vec<_> = in_order.iter().map(|text| heard.find(text)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{heard}");
}
