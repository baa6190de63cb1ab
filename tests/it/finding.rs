//! Finding a notice again: what it is about.

use entity::seat::Role;
use serde_json::{Value, json};
use tests::{Browser, TestApp, actor::notice, town};

/// A notice that says what it is about.
fn about(title: &str, area: &str, category: &str) -> Value {
    let mut notice = notice(title, area);
    notice["category"] = category.into();
    notice
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_says_what_it_is_about_and_a_correction_may_put_it_right() {
    let app = TestApp::start().await;
    let (officer, resident) = (app.officer(town::YAMA).await, app.resident(town::YAMA_1).await);
    officer.post("/api/v1/notices", &about("溝掃除", town::YAMA, "gossip")).await.refused_at("/category");
    let other = officer.announce("ことづて", town::YAMA).await;
    let id = officer.draft(&about("溝掃除", town::YAMA, "event")).await;
    let _ = officer.publish(&id).await.expect(200);
    app.work().await;
    assert_eq!(resident.get(&format!("/api/v1/notices/{other}")).await.expect(200)["category"], "other");
    assert_eq!(resident.get("/api/v1/notices").await.expect(200)["items"][0]["category"], "event");

    let correction = json!({ "category": "garbage", "reason": "行事ではありません" });
    let corrected = officer.post(&format!("/api/v1/notices/{id}/correct"), &correction).await.expect(200);
    assert_eq!((&corrected["category"], &corrected["revision"]), (&json!("garbage"), &json!(2)));
    app.work().await;
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
