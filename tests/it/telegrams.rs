//! A warning of the Meteorological Agency becomes a draft, and a member of staff sends it to a ward.

use api::{areas, notices::draft_from_telegram};
use sea_orm::ActiveEnum as _;
use tests::{PushService, TestApp, town};

/// A telegram in the Agency's form, of our own words.
fn telegram(status: &str, kind: &str, municipality: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/">
<Control><Title>土砂災害警戒情報</Title><DateTime>2026-08-31T02:05:17Z</DateTime><Status>{status}</Status>
<EditorialOffice>朝日地方気象台</EditorialOffice><PublishingOffice>朝日地方気象台</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>朝日県土砂災害警戒情報</Title>
<ReportDateTime>2026-08-31T11:05:00+09:00</ReportDateTime><TargetDateTime>2026-08-31T11:05:00+09:00</TargetDateTime>
<EventID>1</EventID><InfoType>{kind}</InfoType><Serial>1</Serial><InfoKind>土砂災害警戒情報</InfoKind>
<InfoKindVersion>1.0_0</InfoKindVersion><Headline><Text>崖の近くの方は、すぐに避難してください。</Text>
<Information type="土砂災害警戒情報"><Item><Kind><Name>警戒</Name><Code>3</Code></Kind>
<Areas codeType="気象・地震・火山情報／市町村等"><Area><Name>あさひ市</Name><Code>{municipality}</Code></Area></Areas></Item></Information>
</Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/"/></Report>"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_goes_out_to_a_ward_when_a_person_says_so() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (inside, outside) = (push.phone(), push.phone());
    app.resident(town::YAMA_1).await.turn_on(&inside).await;
    app.resident(town::KAWA).await.turn_on(&outside).await;
    let ward = areas::find(app.db(), None, town::EAST).await.expect("a ward");
    let now = app.ground.clock.now();
    let draft = draft_from_telegram(app.db(), &telegram("通常", "発表", "9000000"), &ward, now).await.expect("a draft");
    assert_eq!((draft.importance.to_value().as_str(), draft.drill), ("emergency", false));
    app.work().await;
    assert_eq!(inside.tries(), 0, "a draft rings nobody");

    let _ = app.staff(town::CITY).await.publish(&draft.id.to_string()).await.expect(200);
    app.work().await;
    assert_eq!(inside.titles(), ["朝日県土砂災害警戒情報"]);
    assert_eq!(outside.tries(), 0);
    let message = &inside.arrived()[0];
    assert_eq!(message.headers["urgency"], "high");
    assert!(message.body["notification"]["body"].as_str().is_some_and(|text| text.contains("すぐに避難してください")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_warning_for_this_city_becomes_no_draft() {
    let app = TestApp::start().await;
    let ward = areas::find(app.db(), None, town::EAST).await.expect("a ward");
    let now = app.ground.clock.now();
    for (text, says) in [
        (telegram("試験", "発表", "9000000"), "is a test of the lines"),
        (telegram("通常", "取消", "9000000"), "cancels an earlier telegram"),
        (telegram("通常", "発表", "4010000"), "does not name あさひ市"),
        ("<Report/>".to_owned(), "is no telegram"),
    ] {
        let error = draft_from_telegram(app.db(), &text, &ward, now).await.expect_err(says).to_string();
        assert!(error.contains(says), "{error}");
    }
    let drill = draft_from_telegram(app.db(), &telegram("訓練", "発表", "9000000"), &ward, now).await.expect("a drill");
    assert!(drill.drill && drill.title.starts_with("【訓練】"));
    assert_eq!(app.number("SELECT count(*) FROM notice").await, 1);
}
