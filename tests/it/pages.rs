//! The pages, as they work without JavaScript: joining, reading, sending, and what is told when something is wrong.

use entity::seat::Role;
use serde_json::json;
use tests::{Answer, Browser, TestApp, actor::notice, town};

const PASSWORD: (&str, &str) = ("password", "ひらけごま ひらけごま");

fn shows(page: &Answer, texts: &[&str]) {
    assert_eq!(page.status, 200, "{}", page.text);
    for text in texts {
        assert!(page.text.contains(text), "{text} is missing in {}", page.text);
    }
}

/// Where the button of the confirming page leads.
fn button(confirm: &Answer) -> String {
    let mut actions = confirm.text.split("action=\"").filter_map(|part| part.split('"').next());
    actions.find(|path| path.ends_with("/publish")).expect("a button").to_owned()
}

async fn welcomed<'a>(app: &'a TestApp, area: &str, role: Role) -> Browser<'a> {
    let code = app.appoint(area, role, &format!("{}@asahi.example", uuid::Uuid::now_v7())).await;
    let browser = Browser::new(app);
    shows(&browser.send("/welcome", &[("code", &code), PASSWORD]).await, &["通知の設定"]);
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_joins_reads_and_stamps() {
    let app = TestApp::start().await;
    let id = app.officer(town::YAMA).await.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let browser = Browser::new(&app);
    shows(&browser.open("/").await, &["加入票のコードで参加する", "サインイン"]);
    shows(&browser.open(&format!("/n/{id}")).await, &["サインイン"]);
    shows(&browser.open("/join").await, &["加入票のコード"]);

    let slip = app.slip(town::YAMA_1);
    let refused = browser.send("/join", &[("code", &slip), ("name", "花子")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("同意の四角に印") && refused.text.contains(&slip) && refused.text.contains("花子"));
    let joined = browser.send("/join", &[("code", &slip), ("name", "花子"), ("consent", "1")]).await;
    shows(&joined, &["参加できました", "通知を入れる"]);
    shows(&browser.open("/").await, &["まだ読んでいないお知らせ（1件）", "公園の清掃", "山町内会 1班", "未読"]);

    let page = browser.open(&format!("/n/{id}")).await;
    shows(&page, &["公園の清掃", "くわしくは集会所の掲示板をご覧ください。", "班長と役員に伝わります", "確認しました"]);
    assert_eq!(app.number("SELECT count(*) FROM receipt WHERE acknowledged_at IS NULL").await, 1, "opening is reading");
    shows(&browser.open("/").await, &["id=\"month-1\"", "読みました"]);
    shows(&browser.send(&format!("/n/{id}/receipt"), &[]).await, &["<strong>確認しました</strong>"]);
    assert_eq!(app.number("SELECT acknowledged_count::bigint FROM circulation").await, 1);

    shows(&browser.send("/signout", &[]).await, &["加入票のコードで参加する"]);
    shows(&browser.open(&format!("/n/{id}")).await, &["参加している方が読めます", "/signin?next="]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_writes_looks_once_more_and_sends() {
    let app = TestApp::start().await;
    let resident = app.resident(town::YAMA_1).await;
    let browser = welcomed(&app, town::YAMA, Role::Officer).await;
    shows(
        &browser.open("/notices/new").await,
        &["お知らせを作る", "山町内会", "1班", "人の名前や住所は書かないでください"],
    );
    let wrong = [
        ("title", ""),
        ("body", "午前9時"),
        ("importance", "normal"),
        ("to", "everyone"),
        ("publish_at", "2020-01-01T09:00"),
    ];
    let refused = browser.send("/notices/new", &wrong).await;
    assert_eq!(refused.status, 422);
    for text in ["field-title", "午前9時", "field-areas"] {
        assert!(refused.text.contains(text), "{text}: {}", refused.text);
    }
    let fields = [
        ("title", "清掃のお知らせ"),
        ("body", "午前9時に公園へ"),
        ("importance", "must_read"),
        ("areas", town::YAMA_1),
        ("areas", town::YAMA_2),
        ("to", "everyone"),
        ("circulate_until", ""),
        ("publish_at", ""),
    ];
    let confirm = browser.send("/notices/new", &fields).await;
    shows(&confirm, &["送る前にお確かめください", "1班、2班", "清掃のお知らせ", "山町内会からのお知らせ"]);
    shows(&browser.open("/office").await, &["下書き", "清掃のお知らせ"]);
    let publish = button(&confirm);
    let id = publish.trim_start_matches("/notices/").trim_end_matches("/publish");
    shows(&browser.send(&publish, &[]).await, &["清掃のお知らせ", "差出人としての操作", "必ずお読みください"]);
    app.work().await;
    assert_eq!(resident.titles().await, ["清掃のお知らせ"]);
    let _ = resident.receipt(id, true).await.expect(200);

    shows(&browser.open(&format!("/n/{id}/coverage")).await, &["だれが読んだか", "山町内会", "<progress", "12"]);
    shows(&browser.open(&format!("/n/{id}/coverage?by=household")).await, &["確認済み", "未読", "紙"]);
    shows(&browser.open(&format!("/n/{id}/delivery")).await, &["届いた数"]);
    shows(&browser.open(&format!("/notices/{id}/correct")).await, &["清掃のお知らせ", "訂正の理由"]);
    let correction = [("title", "清掃のお知らせ"), ("body", "午前8時に公園へ"), ("reason", "時刻の誤り")];
    let corrected = browser.send(&format!("/notices/{id}/correct"), &correction).await;
    shows(
        &corrected,
        &[
            "訂正がありました",
            "時刻の誤り",
            "<del lang=\"ja\">午前9時に公園へ</del>",
            "<ins lang=\"ja\">午前8時に公園へ</ins>",
        ],
    );
    shows(&browser.open(&format!("/notices/{id}/withdraw")).await, &["取り消す理由", "すでに1世帯"]);
    let withdrawn = browser.send(&format!("/notices/{id}/withdraw"), &[("reason", "雨のため")]).await;
    shows(&withdrawn, &["このお知らせは取り消されました", "雨のため", "時刻の誤り"]);
    assert!(!withdrawn.text.contains("下は訂正したあとの内容です"), "{}", withdrawn.text);
    app.tamper("DELETE FROM batch").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_waits_for_the_second_person() {
    let app = TestApp::start().await;
    let (author, second) =
        (welcomed(&app, town::CITY, Role::Staff).await, welcomed(&app, town::EAST, Role::Staff).await);
    let fields = [
        ("title", "避難指示"),
        ("body", "高台へ"),
        ("importance", "emergency"),
        ("areas", town::DISTRICT),
        ("to", "everyone"),
    ];
    let confirm = author.send("/notices/new", &fields).await;
    shows(&confirm, &["作った方や添付を加えた方だけでは送れません", "一人で発行する", "山校区"]);
    let path = button(&confirm);
    assert_eq!(author.send(&path, &[]).await.status, 409);
    assert_eq!(author.send(&path, &[("alone", "yes"), ("reason", " ")]).await.status, 422);
    let confirm = second.open(&path.replace("publish", "confirm")).await;
    shows(&confirm, &["あなたの目でお確かめください", "緊急で送る"]);
    shows(&second.send(&path, &[]).await, &["緊急のお知らせ", "すぐにお読みください"]);
    app.work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_form_does_nothing() {
    let app = TestApp::start().await;
    let browser = welcomed(&app, town::YAMA, Role::Officer).await;
    let id = app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    for (path, fields) in [
        (format!("/n/{id}/receipt"), &[][..]),
        (format!("/notices/{id}/withdraw"), &[("reason", "x")][..]),
        ("/signout".to_owned(), &[][..]),
        ("/join".to_owned(), &[("code", "x"), ("name", ""), ("consent", "1")][..]),
    ] {
        for origin in ["https://evil.example", "null"] {
            let refused = browser.send_from(origin, &path, fields).await;
            assert_eq!(refused.status, 403, "{path} from {origin}");
            assert!(refused.text.contains("このページからは送れません"), "{}", refused.text);
        }
    }
    assert_eq!(app.number("SELECT count(*) FROM receipt").await, 0);
    // The cookie alone does not let another site's script write through the calls for programs either.
    let me = browser.open("/api/v1/me").await;
    assert_eq!(me.status, 200);
    assert_eq!(
        browser.send_from("https://evil.example", &format!("/api/v1/notices/{id}/publish"), &[]).await.status,
        403
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_pages_that_say_what_to_do_next() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    let officer = app.officer(town::KAWA).await;
    let id = officer.announce("川町内会から", town::KAWA).await;
    app.work().await;
    let _ = browser.send("/join", &[("code", &app.slip(town::YAMA_1)), ("name", ""), ("consent", "1")]).await;
    let nothing = browser.open("/n/0199aaaa-0000-7000-8000-000000000000").await;
    for path in ["/nowhere".to_owned(), "/n/x".to_owned(), format!("/n/{id}")] {
        let page = browser.open(&path).await;
        assert_eq!((page.status, &page.text), (nothing.status, &nothing.text), "{path}");
    }
    assert_eq!(nothing.status, 404);
    assert!(nothing.text.contains("見つかりませんでした") && nothing.text.contains("href=\"/\""));
    let refused = browser.open("/notices/new").await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("役員・班長・職員の方です"), "{}", refused.text);
    let large = "あ".repeat(300_000);
    assert_eq!(browser.send("/join", &[("code", &large)]).await.status, 413);

    let page = browser.open("/").await;
    let policy = page.headers["content-security-policy"].to_str().expect("a policy");
    assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.text.contains("<script>") && !page.text.contains("style="), "{}", page.text);
    for path in
        ["/sw.js", "/manifest.webmanifest", "/healthz", "/readyz", "/metrics", "/api/openapi.json", "/api/docs/"]
    {
        assert_eq!(browser.open(path).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_and_what_is_typed_are_shown_as_they_are() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let mut drill = notice("<b>避難</b>", town::YAMA);
    drill["drill"] = json!(true);
    drill["body"] = json!("一行目\n<script>alert(1)</script>");
    let id = officer.draft(&drill).await;
    let _ = officer.publish(&id).await.expect(200);
    app.work().await;
    let browser = Browser::new(&app);
    let _ = browser.send("/join", &[("code", &app.slip(town::YAMA_1)), ("name", ""), ("consent", "1")]).await;
    let page = browser.open(&format!("/n/{id}")).await;
    shows(&page, &["これは訓練です。実際の災害ではありません。", "【訓練】"]);
    assert!(!page.text.contains("<b>避難") && !page.text.contains("<script>alert"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_size_of_the_type_stays_as_it_was_chosen() {
    let app = TestApp::start().await;
    let reads = Browser::new(&app);
    shows(&reads.open("/").await, &["value=\"medium\" aria-current=\"true\"", "action=\"/text-size\"", "特大"]);
    shows(&reads.send("/text-size", &[("size", "huge")]).await, &["class=\"size-huge\""]);
    shows(&reads.open("/join").await, &["class=\"size-huge\"", "value=\"huge\" aria-current=\"true\""]);
    assert_eq!(reads.send("/text-size", &[("size", "x onload=")]).await.status, 404);
    shows(&reads.open("/join").await, &["class=\"size-huge\""]);
}
