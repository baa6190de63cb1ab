//! Finding a notice again: what waits is on top, the rest by month, and all of it by words, sender and subject.

use entity::seat::Role;
use serde_json::{Value, json};
use tests::{Actor, Answer, Browser, TestApp, actor::notice, town};
use time::{OffsetDateTime, macros::datetime};

/// A notice that says what it is about.
fn about(title: &str, area: &str, category: &str) -> Value {
    let mut notice = notice(title, area);
    notice["category"] = category.into();
    notice
}

async fn send(by: &Actor<'_>, notice: &Value) -> String {
    let id = by.draft(notice).await;
    let _ = by.publish(&id).await.expect(200);
    id
}

/// Words as a form sends them.
fn typed(words: &str) -> String {
    url::form_urlencoded::byte_serialize(words.as_bytes()).collect()
}

/// The titles that a call finds.
async fn found(who: &Actor<'_>, query: &str) -> Vec<String> {
    let items = who.get(&format!("/api/v1/notices?{query}")).await.expect(200)["items"].clone();
    let titles = items.as_array().expect("items").iter().map(|item| item["title"].as_str().expect("a title"));
    titles.map(str::to_owned).collect()
}

/// The titles on a page, from above.
fn titles(page: &Answer) -> Vec<&str> {
    let lines = page.text.split("<h3").skip(1);
    lines.filter_map(|rest| rest.split_once("\">")?.1.split_once("</a></h3>")).map(|(title, _)| title).collect()
}

/// The headings of the second rank on a page, from its title on: what waits for the net is above that, and hidden.
fn headings(page: &Answer) -> Vec<&str> {
    let lines = page.text.split_once("<h1").map_or("", |(_, below)| below).split("<h2").skip(1);
    lines.filter_map(|rest| rest.split_once('>')?.1.split_once("</h2>")).map(|(title, _)| title).collect()
}

/// A resident's browser.
async fn joined<'a>(app: &'a TestApp, home: &str) -> Browser<'a> {
    let browser = Browser::new(app);
    let _ = browser.send("/join", &[("code", &app.slip(home)), ("name", ""), ("consent", "1")]).await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_says_what_it_is_about_and_a_correction_may_put_it_right() {
    let app = TestApp::start().await;
    let (officer, resident) = (app.officer(town::YAMA).await, app.resident(town::YAMA_1).await);
    officer.post("/api/v1/notices", &about("溝掃除", town::YAMA, "gossip")).await.refused_at("/category");
    let other = officer.announce("ことづて", town::YAMA).await;
    let id = send(&officer, &about("溝掃除", town::YAMA, "event")).await;
    app.work().await;
    assert_eq!(resident.get(&format!("/api/v1/notices/{other}")).await.expect(200)["category"], "other");
    assert_eq!(resident.get("/api/v1/notices").await.expect(200)["items"][0]["category"], "event");

    let correction = json!({ "category": "garbage", "reason": "行事ではありません" });
    let corrected = officer.post(&format!("/api/v1/notices/{id}/correct"), &correction).await.expect(200);
    assert_eq!((&corrected["category"], &corrected["revision"]), (&json!("garbage"), &json!(2)));
    app.work().await;
    assert_eq!(found(&resident, "category=garbage").await, ["溝掃除"]);
    assert!(found(&resident, "category=event").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_chooses_what_it_is_about_and_who_reads_sees_it() {
    let app = TestApp::start().await;
    let writes = Browser::new(&app);
    let code = app.appoint(town::YAMA, Role::Officer, "kaicho@asahi.example").await;
    writes.send("/welcome", &[("code", &code), ("password", "ひらけごま ひらけごま")]).await;
    let form = writes.open("/notices/new").await.text;
    assert!(form.contains("ごみ・環境") && form.contains("<option value=\"other\" selected>"), "{form}");
    let fields = [
        ("title", "びんの日が変わります"),
        ("body", "来月から第2水曜日です。"),
        ("importance", "normal"),
        ("category", "garbage"),
        ("areas", town::YAMA),
        ("to", "everyone"),
    ];
    let confirm = writes.send("/notices/new", &fields).await.text;
    let publish = confirm.split("action=\"").find(|rest| rest.contains("/publish\"")).expect("a button");
    let page = writes.send(publish.split('"').next().expect("a path"), &[]).await.text;
    assert!(page.contains("<dd>ごみ・環境</dd>"), "{page}");
    app.work().await;
    let list = writes.open("/").await.text;
    assert!(list.contains("<span class=\"tag\">ごみ・環境</span>"), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_first_and_the_rest_stands_by_month() {
    let app = TestApp::start().await;
    let on = |day: OffsetDateTime| app.ground.clock.set(day);
    on(datetime!(2026-09-30 20:00 +9));
    let reads = joined(&app, town::YAMA_1).await;
    let read = async |id: &str| drop(reads.open(&format!("/n/{id}")).await);
    read(&app.officer(town::YAMA).await.announce("九月の終わり", town::YAMA).await).await;
    on(datetime!(2026-10-01 08:00 +9));
    read(&app.officer(town::YAMA).await.announce("十月の初め", town::YAMA).await).await;
    let officer = app.officer(town::YAMA).await;
    let mut must = notice("必ず読む", town::YAMA);
    must["importance"] = "must_read".into();
    send(&officer, &must).await;
    let mut alarm = notice("避難指示", town::YAMA);
    alarm["importance"] = "emergency".into();
    let alarm = officer.draft(&alarm).await;
    let _ = app.officer(town::YAMA).await.publish(&alarm).await.expect(200);
    on(datetime!(2026-10-01 08:10 +9));
    officer.announce("いちばん新しい", town::YAMA).await;
    app.work().await;

    read(&alarm).await;
    let page = reads.open("/").await;
    assert_eq!(titles(&page), ["避難指示", "必ず読む", "いちばん新しい", "十月の初め", "九月の終わり"]);
    let expected = ["緊急のお知らせ", "まだ読んでいないお知らせ（2件）", "令和8年10月", "令和8年9月"];
    assert_eq!(headings(&page), expected);
    let _ = reads.send(&format!("/n/{alarm}/receipt"), &[]).await;
    let page = reads.open("/").await;
    assert_eq!(titles(&page), ["必ず読む", "いちばん新しい", "避難指示", "十月の初め", "九月の終わり"]);
    assert_eq!(headings(&page), expected[1..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notice_from_last_month_is_found_with_one_word_or_two_taps() {
    let app = TestApp::start().await;
    app.ground.clock.set(datetime!(2026-10-05 09:00 +9));
    let reads = joined(&app, town::YAMA_1).await;
    let officer = app.officer(town::YAMA).await;
    let mut patrol = about("年末の夜警の当番について", town::YAMA, "safety");
    patrol["body"] = "当番の方は、拍子木を持って集会所へ。".into();
    let id = send(&officer, &patrol).await;
    reads.open(&format!("/n/{id}")).await;
    app.work().await;
    app.ground.clock.set(datetime!(2026-11-20 09:00 +9));
    let officer = app.officer(town::YAMA).await;
    for number in 1..=60 {
        officer.announce(&format!("そのあとのお知らせ {number}"), town::YAMA).await;
    }
    app.work().await;

    let first = reads.open("/").await;
    assert!(!titles(&first).contains(&"年末の夜警の当番について"), "it is far down");
    assert!(first.text.contains("<form method=\"get\" action=\"/\" role=\"search\""), "{}", first.text);
    for words in ["夜警", "拍子木　夜警", "山町内会 夜警", "防犯"] {
        let page = reads.open(&format!("/?q={}", typed(words))).await;
        assert_eq!(titles(&page), ["年末の夜警の当番について"], "{words}");
    }
    // Without typing: the subject, which is a link on the first page.
    let link = first.text.split("href=\"").filter_map(|rest| rest.split_once('"')).map(|(href, _)| href);
    let link = link.into_iter().find(|href| href.contains("category=safety")).expect("a link");
    let page = reads.open(link).await;
    assert_eq!(titles(&page), ["年末の夜警の当番について"]);
    assert_eq!(headings(&page), ["1件見つかりました", "令和8年10月"]);
    assert!(page.text.contains("<a class=\"button small\" href=\"/\">すべてのお知らせに戻る</a>"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_is_found_however_it_is_written() {
    let app = TestApp::start().await;
    let (officer, resident) = (app.officer(town::YAMA).await, app.resident(town::YAMA_1).await);
    let mut notices =
        [notice("ゴミの日", town::YAMA), notice("夏　祭り", town::YAMA), notice("市民センターの休み", town::YAMA)];
    notices[1]["body"] = "ＰＴＡの出店は\n13時まで。テニスコートは使えません。".into();
    let mut ids = Vec::new();
    for one in &notices {
        ids.push(send(&officer, one).await);
    }
    app.work().await;
    for (words, title) in [
        ("ごみ", Some("ゴミの日")),
        ("ゴミ", Some("ゴミの日")),
        ("ｺﾞﾐ", Some("ゴミの日")),
        ("こ\u{3099}み", Some("ゴミの日")),
        ("夏祭り", Some("夏　祭り")),
        ("祭", Some("夏　祭り")),
        ("pta", Some("夏　祭り")),
        ("１３時", Some("夏　祭り")),
        ("コート", Some("夏　祭り")),
        ("センタ", Some("市民センターの休み")),
        ("せんたー", Some("市民センターの休み")),
        ("ｾﾝﾀｰ", Some("市民センターの休み")),
        ("%", None),
        ("'", None),
        ("盆踊り", None),
    ] {
        let query = format!("q={}", typed(words));
        assert_eq!(found(&resident, &query).await, title.into_iter().collect::<Vec<_>>(), "{words}");
    }
    // What a correction took out is found no more, and what it put in is.
    let correction = json!({ "title": "資源の日", "reason": "誤り" });
    let _ = officer.post(&format!("/api/v1/notices/{}/correct", ids[0]), &correction).await.expect(200);
    app.work().await;
    assert_eq!(found(&resident, "q=%E8%B3%87%E6%BA%90").await, ["資源の日"]);
    assert!(found(&resident, "q=%E3%82%B4%E3%83%9F").await.is_empty());
    // An association that is renamed is found by the name it has.
    app.tamper("UPDATE area SET name = 'ヤマビコ町内会' WHERE code = '900001-1-01-001'").await;
    assert_eq!(found(&resident, "q=%E3%82%84%E3%81%BE%E3%81%B3%E3%81%93").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_its_fields_and_in_its_versions_finds_a_notice_too() {
    let app = TestApp::start().await;
    let (officer, resident) = (app.officer(town::YAMA).await, app.resident(town::YAMA_1).await);
    let mut more = notice("清掃", town::YAMA);
    more["facts"] = json!({ "place": "桜公園", "for_whom": "どなたでも", "contact": { "name": "環境係" } });
    more["versions"] = json!({ "easy": { "title": "｜公園《こうえん》を そうじします", "body": "｜手袋《てぶくろ》を" },
        "english": { "title": "Cleaning the park", "body": "Please bring gloves." } });
    send(&officer, &more).await;
    app.work().await;
    for words in ["桜公園", "どなた", "環境係", "手袋を", "公園をそうじ", "GLOVES", "cleaning the"] {
        assert_eq!(found(&resident, &format!("q={}", typed(words))).await, ["清掃"], "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sender_subject_and_words_narrow_the_list_together_page_by_page() {
    let app = TestApp::start().await;
    let (city, officer) = (app.staff(town::CITY).await, app.officer(town::YAMA).await);
    send(&city, &about("市のごみ袋", town::CITY, "garbage")).await;
    send(&city, &about("市の健診", town::CITY, "health")).await;
    send(&app.leader(town::YAMA_1).await, &about("班のごみ当番", town::YAMA_1, "garbage")).await;
    for number in 1..=52 {
        send(&officer, &about(&format!("町内のごみ {number}"), town::YAMA, "garbage")).await;
    }
    app.work().await;
    let resident = app.resident(town::YAMA_1).await;
    assert_eq!(found(&resident, "from=city").await, ["市の健診", "市のごみ袋"]);
    assert_eq!(found(&resident, "from=city&category=garbage").await, ["市のごみ袋"]);
    assert_eq!(found(&resident, "from=association&q=%E7%8F%AD").await, ["班のごみ当番"]);
    assert!(found(&resident, "from=association&category=health").await.is_empty());
    // A subject is a word too: 環境 stands in no notice.
    assert_eq!(found(&resident, "q=%E7%92%B0%E5%A2%83&from=city").await, ["市のごみ袋"]);

    let (mut seen, mut next): (Vec<String>, _) = (Vec::new(), Some(String::new()));
    while let Some(cursor) = next {
        let page =
            resident.get(&format!("/api/v1/notices?category=garbage&limit=20&cursor={cursor}")).await.expect(200);
        let titles =
            page["items"].as_array().expect("items").iter().map(|item| item["title"].as_str().expect("a title"));
        seen.extend(titles.map(str::to_owned));
        next = page["next_cursor"].as_str().map(str::to_owned);
    }
    assert_eq!(seen.len(), 54);
    assert_eq!((&*seen[0], &*seen[53]), ("町内のごみ 52", "市のごみ袋"));

    let reads = joined(&app, town::YAMA_1).await;
    let page = reads.open("/?category=garbage").await;
    assert_eq!((headings(&page)[0], titles(&page).len()), ("54件見つかりました", 50));
    let more =
        page.text.split("secondary huge\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("more");
    let page = reads.open(&more.replace("&amp;", "&").replace("&#38;", "&")).await;
    assert_eq!(headings(&page)[0], "54件見つかりました");
    assert_eq!(titles(&page), ["町内のごみ 2", "町内のごみ 1", "班のごみ当番", "市のごみ袋"]);

    let nothing = reads.open("/?q=%E5%A4%9C%E8%AD%A6&from=city").await;
    assert!(titles(&nothing).is_empty());
    for text in
        ["見つかりませんでした", "ことばを短くするか", "href=\"/?q=%E5%A4%9C%E8%AD%A6\"", "すべてのお知らせに戻る"]
    {
        assert!(nothing.text.contains(text), "{text}: {}", nothing.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_looked_for_is_refused_at_its_field() {
    let app = TestApp::start().await;
    let resident = app.resident(town::YAMA_1).await;
    let long = "あ".repeat(101);
    for (query, field) in [
        ("from=mayor", "from"),
        ("from=", "from"),
        ("category=gossip", "category"),
        ("q=%00", "q"),
        (&*format!("q={long}"), "q"),
        ("cursor=x", "cursor"),
        ("limit=0", "limit"),
    ] {
        resident.get(&format!("/api/v1/notices?{query}")).await.refused_at(field);
    }
    resident.get("/api/v1/notices?sort=title").await.problem(422, "invalid");
    assert!(found(&resident, &format!("q={}", &long[3..])).await.is_empty(), "a hundred characters may be looked for");
    let reads = joined(&app, town::YAMA_1).await;
    assert_eq!(reads.open("/?q=%00").await.status, 422);
    assert_eq!(reads.open("/?from=mayor&category=gossip&utm_source=x").await.status, 200, "old links still lead home");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_find_nothing_that_one_may_not_read() {
    let app = TestApp::start().await;
    let (officer, ward) = (app.officer(town::KAWA).await, app.staff(town::WEST).await);
    officer.announce("川の夜警", town::KAWA).await;
    let mut closed = notice("役員の夜警", town::KAWA);
    closed["audience"]["to"] = "officers".into();
    send(&officer, &closed).await;
    officer.draft(&notice("下書きの夜警", town::KAWA)).await;
    let withdrawn = officer.announce("取り消した夜警", town::KAWA).await;
    let _ = officer.post(&format!("/api/v1/notices/{withdrawn}/withdraw"), &json!({})).await.expect(200);
    app.work().await;
    let all = "q=%E5%A4%9C%E8%AD%A6";
    assert!(found(&app.resident(town::YAMA_1).await, all).await.is_empty());
    assert_eq!(found(&app.resident(town::KAWA).await, all).await, ["取り消した夜警", "川の夜警"]);
    assert_eq!(found(&officer, all).await, ["取り消した夜警", "役員の夜警", "川の夜警"]);
    assert_eq!(found(&ward, all).await, ["取り消した夜警", "役員の夜警", "川の夜警"]);
    assert!(found(&app.staff(town::EAST).await, all).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_for_a_household_finds_its_notices_and_not_their_own() {
    let app = TestApp::start().await;
    app.officer(town::YAMA).await.announce("山の夜警", town::YAMA).await;
    app.officer(town::KAWA).await.announce("川の夜警", town::KAWA).await;
    app.work().await;
    let (mother, daughter) = (joined(&app, town::YAMA_1).await, joined(&app, town::KAWA).await);
    let me = mother.open("/api/v1/me").await.expect(200);
    let house = me["household"]["id"].as_str().expect("a household");
    let page = mother.send(&format!("/households/{house}/proxy"), &[]).await;
    let code = page.text.split("class=\"secret\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a code");
    let _ = daughter.send("/proxies", &[("code", code)]).await;
    let page = daughter.open(&format!("/proxies/{house}?q=%E5%A4%9C%E8%AD%A6")).await;
    assert_eq!((headings(&page)[0], titles(&page)), ("1件見つかりました", vec!["山の夜警"]));
    assert!(page.text.contains(&format!("action=\"/proxies/{house}\" role=\"search\"")), "{}", page.text);
    let call = daughter.open(&format!("/api/v1/proxies/{house}/notices?category=health")).await.expect(200);
    assert_eq!(call["items"], json!([]));
}
