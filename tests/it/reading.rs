//! Reading one notice: its facts first, in one's own language, aloud, large, in a calendar and on paper.

use entity::seat::Role;
use serde_json::{Value, json};
use tests::{Answer, Browser, Chromium, TestApp, actor::notice, town};
use time::{Date, Duration};

/// A Sunday's cleaning, some days from today, with everything that can be told of it.
fn cleaning(day: Date) -> Value {
    let mut cleaning = notice("公園の清掃", town::YAMA);
    cleaning["body"] = json!("軍手を持って来てください。雨の日は中止します。");
    cleaning["facts"] = json!({
        "starts": format!("{day}T09:00:00+09:00"),
        "ends": format!("{day}T11:30:00+09:00"),
        "place": "桜公園 & 池",
        "for_whom": "どなたでも",
        "fee": "無料",
        "answer_by": (day - Duration::DAY).to_string(),
        "contact": { "name": "山町内会 会長", "phone": "093-123-4567", "mail": "kaicho@asahi.example" },
    });
    cleaning["versions"] = json!({
        "easy": { "title": "｜公園《こうえん》を そうじします", "body": "てぶくろを もってきて ください。" },
        "english": { "title": "Cleaning the park", "body": "Please bring gloves." },
    });
    cleaning
}

fn soon(app: &TestApp) -> Date {
    app.ground.clock.today() + Duration::days(10)
}

/// The browser of somebody who joined in the first group.
async fn resident(app: &TestApp) -> Browser<'_> {
    let browser = Browser::new(app);
    let joined = browser.send("/join", &[("code", &app.slip(town::YAMA_1)), ("name", ""), ("consent", "1")]).await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    browser
}

/// The browser of an officer.
async fn officer(app: &TestApp) -> Browser<'_> {
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    let browser = Browser::new(app);
    browser.send("/welcome", &[("code", &code), ("password", "ひらけごま ひらけごま")]).await;
    browser
}

#[track_caller]
fn shows(page: &Answer, texts: &[&str]) {
    assert_eq!(page.status, 200, "{}", page.text);
    for text in texts {
        assert!(page.text.contains(text), "{text} is missing in {}", page.text);
    }
}

/// The lines of a calendar's file, unfolded.
fn lines(file: &Answer) -> Vec<String> {
    assert_eq!(file.status, 200, "{}", file.text);
    assert_eq!(file.headers["content-type"], "text/calendar; charset=utf-8");
    file.text.replace("\r\n ", "").lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_facts_stand_before_the_text_with_what_can_be_done_about_them() {
    let app = TestApp::start().await;
    let writes = app.officer(town::YAMA).await;
    let sent = cleaning(soon(&app));
    let id = writes.draft(&sent).await;
    let _ = writes.publish(&id).await.expect(200);
    app.work().await;
    let read = app.resident(town::YAMA_2).await.get(&format!("/api/v1/notices/{id}")).await.expect(200);
    assert_eq!((&read["facts"], &read["versions"]), (&sent["facts"], &sent["versions"]));

    let reads = resident(&app).await;
    let page = reads.open(&format!("/n/{id}")).await;
    shows(
        &page,
        &[
            "午前9時から午前11時30分まで</dd>",
            "<dd lang=\"ja\">桜公園 &amp; 池</dd>",
            "どなたでも",
            "無料",
            "締め切り",
            "href=\"tel:0931234567\"",
            "href=\"mailto:kaicho@asahi.example\"",
            "href=\"https://www.google.com/maps/search/?api=1&#38;query=%E6%A1%9C%E5%85%AC%E5%9C%92+%26+%E6%B1%A0\" rel=\"noreferrer",
            "かいらんを離れて",
            &format!("href=\"/n/{id}/notice.ics\""),
            "class=\"qr\"",
            &format!("{}/n/{id}", app.ground.origin.as_str()),
        ],
    );
    let place = |text: &str| page.text.find(text).expect(text);
    assert!(place("<dt>いつ</dt>") < place("軍手を持って"), "the facts come first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_without_facts_has_none_to_show() {
    let app = TestApp::start().await;
    let id = app.officer(town::YAMA).await.announce("ことづて", town::YAMA).await;
    app.work().await;
    let reads = resident(&app).await;
    let page = reads.open(&format!("/n/{id}")).await;
    shows(&page, &["ことづて"]);
    for nothing in ["class=\"card what\"", "notice.ics", "class=\"versions\""] {
        assert!(!page.text.contains(nothing), "{nothing} in {}", page.text);
    }
    assert_eq!(reads.open(&format!("/n/{id}/notice.ics")).await.status, 404, "it doesn't say when");
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_that_can_t_be_true_are_refused_with_their_field() {
    let app = TestApp::start().await;
    let writes = app.officer(town::YAMA).await;
    let day = soon(&app);
    let before = day - Duration::DAY;
    for (facts, pointer) in [
        (json!({ "starts": "tomorrow" }), "/facts/starts"),
        (json!({ "ends": day.to_string() }), "/facts/starts"),
        (json!({ "starts": day.to_string(), "ends": before.to_string() }), "/facts/ends"),
        (json!({ "starts": "2999-01-01" }), "/facts/starts"),
        (json!({ "answer_by": "2020-01-01" }), "/facts/answer_by"),
        (json!({ "place": "" }), "/facts/place"),
        (json!({ "place": "桜公園\n南口" }), "/facts/place"),
        (json!({ "fee": "無".repeat(201) }), "/facts/fee"),
        (json!({ "for_whom": "だれ\u{202e}でも" }), "/facts/for_whom"),
        (json!({ "contact": { "phone": "市役所" } }), "/facts/contact/phone"),
        (json!({ "contact": { "mail": "a@b.example?cc=x" } }), "/facts/contact/mail"),
        (json!({ "weather": "fine" }), "/facts/weather"),
    ] {
        let mut bad = notice("公園の清掃", town::YAMA);
        bad["facts"] = facts;
        writes.post("/api/v1/notices", &bad).await.refused_at(pointer);
    }
    for (versions, pointer) in [
        (json!({ "english": { "title": "", "body": "x" } }), "/versions/english/title"),
        (json!({ "easy": { "title": "x" } }), "/versions/easy"),
        (json!({ "french": { "title": "x", "body": "x" } }), "/versions/french"),
    ] {
        let mut bad = notice("公園の清掃", town::YAMA);
        bad["versions"] = versions;
        writes.post("/api/v1/notices", &bad).await.refused_at(pointer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_takes_a_correction_for_one_and_a_withdrawal_too() {
    let app = TestApp::start().await;
    let writes = app.officer(town::YAMA).await;
    let day = soon(&app);
    let id = writes.draft(&cleaning(day)).await;
    let _ = writes.publish(&id).await.expect(200);
    app.work().await;
    let reads = app.resident(town::YAMA_1).await;
    let path = format!("/n/{id}/notice.ics");
    let utc = |hour: &str| format!("{}T{hour}00Z", day.to_string().replace('-', ""));
    let first = lines(&reads.get(&path).await);
    let host = app.ground.origin.as_str().split_once("://").expect("an origin").1;
    for line in [
        format!("UID:{id}@{host}"),
        "SEQUENCE:1".into(),
        "SUMMARY:公園の清掃".into(),
        format!("DTSTART:{}", utc("0000")),
        format!("DTEND:{}", utc("0230")),
        "LOCATION:桜公園 & 池".into(),
        "STATUS:CONFIRMED".into(),
    ] {
        assert!(first.contains(&line), "{line} is missing in {first:#?}");
    }
    let told = first.iter().find(|line| line.starts_with("DESCRIPTION:")).expect("a description");
    assert!(told.contains("費用：無料\\n") && told.contains("雨の日は中止します。"), "{told}");
    assert_eq!(app.number("SELECT count(*) FROM receipt").await, 0, "having it is not reading it");

    let whole_day = json!({ "facts": { "starts": day.to_string() }, "reason": "時刻は未定です" });
    let _ = writes.post(&format!("/api/v1/notices/{id}/correct"), &whole_day).await.expect(200);
    app.work().await;
    let second = lines(&reads.get(&path).await);
    let date = format!("DTSTART;VALUE=DATE:{}", day.to_string().replace('-', ""));
    for line in [&first[first.iter().position(|line| line.starts_with("UID")).expect("a UID")], "SEQUENCE:2", &date] {
        assert!(second.iter().any(|one| one == line), "{line} is missing in {second:#?}");
    }
    let page = reads.get(&format!("/n/{id}")).await.text;
    assert!(page.contains("notice.ics"), "{page}");
    let _ = writes.post(&format!("/api/v1/notices/{id}/withdraw"), &json!({})).await.expect(200);
    assert!(!reads.get(&format!("/n/{id}")).await.text.contains("notice.ics"), "nobody keeps a day for it");
    assert!(lines(&reads.get(&path).await).contains(&"STATUS:CANCELLED".to_owned()));

    let stranger = app.resident(town::KAWA).await;
    let nothing = stranger.get("/n/0199aaaa-0000-7000-8000-000000000000/notice.ics").await;
    let refused = stranger.get(&path).await;
    assert_eq!((refused.status.as_u16(), &refused.text), (404, &nothing.text));
}

/// What an officer types who announces a cleaning.
fn typed<'a>(day: &'a str, ends_time: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("title", "公園の清掃"),
        ("body", "軍手を持って来てください。"),
        ("importance", "normal"),
        ("category", "event"),
        ("areas", town::YAMA_1),
        ("areas", town::YAMA_2),
        ("to", "everyone"),
        ("starts_on", day),
        ("starts_time", "09:00"),
        ("ends_on", ""),
        ("ends_time", ends_time),
        ("place", "桜公園"),
        ("contact_phone", "０９３ー１２３ー４５６７"),
        ("english_title", "Cleaning the park"),
        ("english_body", "Please bring gloves."),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_types_facts_and_versions_and_sees_them_before_they_leave() {
    let app = TestApp::start().await;
    let writes = officer(&app).await;
    let day = soon(&app).to_string();
    shows(&writes.open("/notices/new").await, &["始まる日", "どこで", "英語", "ふりがなが付きます"]);
    let refused = writes.send("/notices/new", &typed(&day, "08:00")).await;
    assert_eq!(refused.status, 422);
    for text in ["href=\"#field-ends_on\"", "始まりよりあとにしてください。", "value=\"09:00\"", "Please bring gloves."]
    {
        assert!(refused.text.contains(text), "{text}: {}", refused.text);
    }
    let confirm = writes.send("/notices/new", &typed(&day, "11:30")).await;
    shows(&confirm, &["午前11時30分まで</dd>", "桜公園", "093-123-4567", "Cleaning the park", "1班、2班"]);
    let publish = confirm.text.split("action=\"").find(|rest| rest.contains("/publish\"")).expect("a button");
    shows(&writes.send(publish.split('"').next().expect("a path"), &[]).await, &["href=\"tel:0931234567\""]);
    app.work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reads_a_notice_in_their_own_language_and_stamps_the_same_one() {
    let app = TestApp::start().await;
    let writes = app.officer(town::YAMA).await;
    let id = writes.draft(&cleaning(soon(&app))).await;
    let _ = writes.publish(&id).await.expect(200);
    let plain = writes.announce("ことづて", town::YAMA).await;
    app.work().await;
    let reads = resident(&app).await;
    let path = format!("/n/{id}");
    shows(&reads.open(&path).await, &["<h1 lang=\"ja\" data-read>公園の清掃</h1>", "?text=en"]);

    reads.keep("kairan-language", Some("ja-yasashii"));
    let easy = reads.open(&path).await;
    shows(&easy, &["<ruby>公園<rp>（</rp><rt>こうえん</rt><rp>）</rp></ruby>を そうじします", "てぶくろを もってきて"]);
    shows(&easy, &["<title>公園を そうじします |"]);

    reads.keep("kairan-language", Some("en"));
    let english = reads.open(&path).await;
    shows(&english, &["<html lang=\"en\"", "<h1 lang=\"en\" data-read>Cleaning the park</h1>", "lang=\"ja\">桜公園"]);
    shows(&english, &["is right", "9:00 a.m. to 11:30 a.m.</dd>", "I have read this", "This can't be undone."]);
    shows(&reads.open(&format!("{path}?text=ja")).await, &["<h1 lang=\"ja\" data-read>公園の清掃</h1>"]);
    shows(&reads.open(&format!("/n/{plain}")).await, &["<h1 lang=\"ja\" data-read>ことづて", "in Japanese only"]);
    shows(&reads.send(&format!("{path}/receipt"), &[]).await, &["You have read this"]);
    assert_eq!(app.number("SELECT count(*) FROM receipt WHERE acknowledged_at IS NOT NULL").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_is_one_in_every_language() {
    let app = TestApp::start().await;
    let writes = app.officer(town::YAMA).await;
    let mut drill = cleaning(soon(&app));
    drill["drill"] = json!(true);
    let id = writes.draft(&drill).await;
    let _ = writes.publish(&id).await.expect(200);
    app.work().await;
    let reads = resident(&app).await;
    for (language, title, says) in [
        ("ja", "【訓練】公園の清掃", "これは訓練です。実際の災害ではありません。"),
        ("ja-yasashii", "【訓練】", "れんしゅう"),
        ("en", "[DRILL] Cleaning the park", "This is a drill."),
    ] {
        reads.keep("kairan-language", Some(language));
        shows(&reads.open(&format!("/n/{id}")).await, &[title, says, "banner drill"]);
    }
    assert!(
        lines(&reads.open(&format!("/n/{id}/notice.ics")).await).contains(&"SUMMARY:[DRILL] Cleaning the park".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_not_corrected_with_the_text_goes() {
    let app = TestApp::start().await;
    let writes = app.officer(town::YAMA).await;
    let id = writes.draft(&cleaning(soon(&app))).await;
    let _ = writes.publish(&id).await.expect(200);
    let path = format!("/api/v1/notices/{id}/correct");
    let facts = json!({ "facts": { "place": "池公園" }, "reason": "場所の誤り" });
    let corrected = writes.post(&path, &facts).await.expect(200);
    assert_eq!(corrected["facts"], json!({ "place": "池公園" }), "the facts as a whole");
    assert_eq!(corrected["correction"]["previous_facts"]["place"], "桜公園 & 池");
    assert_eq!(corrected["versions"]["english"]["title"], "Cleaning the park", "its text is as it was");

    let english = json!({ "title": "Cleaning the pond", "body": "Please bring boots." });
    let text = json!({ "title": "池の清掃", "versions": { "english": english }, "reason": "言い直し" });
    let corrected = writes.post(&path, &text).await.expect(200);
    assert_eq!(corrected["versions"], json!({ "english": english }));
    assert_eq!(corrected["correction"]["dropped_versions"], json!(["easy"]));
    let corrected = writes.post(&path, &json!({ "body": "長靴で。", "reason": "言い直し" })).await.expect(200);
    assert_eq!((&corrected["versions"], &corrected["revision"]), (&json!({}), &json!(4)));
    app.work().await;
    let reads = resident(&app).await;
    reads.keep("kairan-language", Some("en"));
    shows(
        &reads.open(&format!("/n/{id}")).await,
        &[
            "The text in “English” was taken away",
            "<del lang=\"en\">Cleaning the pond\nPlease bring boots.</del>",
            "nothing",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_corrects_is_asked_for_the_versions_too() {
    let app = TestApp::start().await;
    let writes = officer(&app).await;
    let day = soon(&app).to_string();
    let confirm = writes.send("/notices/new", &typed(&day, "11:30")).await;
    let publish = confirm.text.split("action=\"").find(|rest| rest.contains("/publish\"")).expect("a button");
    let publish = publish.split('"').next().expect("a path");
    let _ = writes.send(publish, &[]).await;
    let path = publish.replace("publish", "correct");
    let form = writes.open(&path).await;
    shows(
        &form,
        &["value=\"09:00\"", "value=\"桜公園\"", "Please bring gloves.", "お知らせから外れます", "english_fits"],
    );

    let fields = |changed: &[(&'static str, &'static str)]| {
        let mut fields: Vec<(&str, &str)> = typed(&day, "11:30");
        fields.retain(|(name, _)| !changed.iter().any(|(other, _)| other == name));
        fields.extend(changed.iter().copied().chain([("reason", "言い直し")]));
        fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    let send = async |changed: &[(&'static str, &'static str)]| {
        let fields = fields(changed);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        writes.send(&path, &fields).await
    };
    // What still fits stays, if somebody says so.
    let fits = send(&[("body", "軍手をお持ちください。"), ("english_fits", "yes")]).await;
    shows(&fits, &["訂正がありました", "?text=en", "<ins lang=\"ja\">軍手をお持ちください。</ins>"]);
    let moved = send(&[("body", "軍手をお持ちください。"), ("place", "池公園")]).await;
    shows(&moved, &["<del lang=\"ja\">桜公園</del>", "<ins lang=\"ja\">池公園</ins>", "?text=en"]);
    let gone = send(&[("body", "長靴で来てください。"), ("place", "池公園")]).await;
    shows(&gone, &["「English」の文は、訂正に合わせて直されなかったため、外しました。"]);
    assert!(!gone.text.contains("?text=en"), "{}", gone.text);
    app.work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_read_aloud_in_its_language_without_its_readings() {
    let app = TestApp::start().await;
    let writes = app.officer(town::YAMA).await;
    let id = writes.draft(&cleaning(soon(&app))).await;
    let _ = writes.publish(&id).await.expect(200);
    app.work().await;
    let reads = resident(&app).await;
    let mut chromium = Chromium::start();
    let origin = app.ground.origin.as_str();
    chromium.keep(origin, ("kairan", &reads.cookie("kairan").expect("a sign-in")));
    chromium.keep(origin, ("kairan-language", "ja"));
    let aloud = |chromium: &mut Chromium, path: &str| {
        chromium.open(&format!("{origin}{path}"));
        chromium.until("!document.querySelector('[data-aloud]').hidden");
        // A voice that is heard here, and has said a piece when it is told so.
        chromium.run("self.said = []; speechSynthesis.speak = (one) => { said.push(`${one.lang} ${one.text}`); self.last = one; }; 0");
        chromium.click("[data-aloud]");
        let (_, page) = chromium.page();
        assert!(page.contains("止める"), "the button stops it now: {page}");
        // One piece after the other, until nothing is left.
        chromium.run("for (let n = 0; n < said.length; n++) last.onend(); 0");
        assert!(chromium.page().1.contains("読み上げる"), "and starts it again");
        chromium.run("said.join('|')").as_str().expect("a text").to_owned()
    };
    let heard = aloud(&mut chromium, &format!("/n/{id}"));
    let in_order = [
        "ja-JP 公園の清掃",
        "ja-JP いつ",
        "ja-JP 桜公園 & 池",
        "ja-JP 軍手を持って来てください。",
        "ja-JP 雨の日は中止します。",
    ];
    let places: Vec<_> = in_order.iter().map(|text| heard.find(text)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{heard}");
    let heard = aloud(&mut chromium, &format!("/n/{id}?text=ja-yasashii"));
    assert!(heard.contains("公園を そうじします") && !heard.contains("こうえん"), "{heard}");
    let heard = aloud(&mut chromium, &format!("/n/{id}?text=en"));
    assert!(heard.contains("en Cleaning the park|") && heard.contains("en Please bring gloves."), "{heard}");

    chromium.click("[data-aloud]");
    chromium.click("[data-aloud]");
    assert!(chromium.page().1.contains("読み上げる"), "who has heard enough stops it");
}
