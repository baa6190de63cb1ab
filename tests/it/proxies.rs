//! A household that reads through somebody else: from opting in to the stamp, and its end.

use serde_json::{Value, json};
use tests::{Actor, Browser, TestApp, town};
use time::Duration;

/// The circulations whose counts are not what a recount finds.
const WRONG: &str = "SELECT count(*) FROM circulation c CROSS JOIN LATERAL (
        SELECT count(*) AS read, count(r.acknowledged_at) AS acknowledged
        FROM receipt r JOIN household h ON h.id = r.reader_id JOIN area a ON a.id = h.area_id
        WHERE r.notice_id = c.notice_id AND a.path @> ARRAY[c.area_id]) AS recount
    WHERE (c.read_count, c.acknowledged_count) IS DISTINCT FROM (recount.read, recount.acknowledged)";

async fn joined<'a>(app: &'a TestApp, code: &str, name: &str) -> Actor<'a> {
    let tokens = app.stranger().post("/api/v1/join", &json!({ "code": code, "name": name })).await.expect(201);
    app.signed_in(tokens)
}

fn home(actor: &Actor<'_>) -> String {
    actor.tokens["household"]["id"].as_str().expect("a household").to_owned()
}

/// A home in the first group of 山町内会 in which nobody has a phone.
async fn grandmother(officer: &Actor<'_>) -> String {
    let home = json!({ "area": town::YAMA_1, "label": "佐藤トメ", "delivery": "paper" });
    let made = officer.post("/api/v1/households", &home).await.expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

/// The code that who looks after a household hands over today.
async fn drawn(app: &TestApp, by: &Actor<'_>, household: &str) -> Value {
    let today = app.ground.clock.today().to_string();
    by.post(&format!("/api/v1/households/{household}/proxy"), &json!({ "consented_on": today })).await.expect(201)
}

/// What a person sees of a household that they answer for.
async fn titles(who: &Actor<'_>, household: &str) -> Vec<String> {
    let feed = who.get(&format!("/api/v1/proxies/{household}/notices")).await.expect(200);
    let items = feed["items"].as_array().expect("items").clone();
    items.iter().map(|item| item["title"].as_str().unwrap_or_default().to_owned()).collect()
}

fn receipt(household: &str, notice: &str) -> String {
    format!("/api/v1/proxies/{household}/notices/{notice}/receipt")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daughter_stamps_for_her_mother_who_has_no_phone_and_the_officer_sees_it() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let tome = grandmother(&officer).await;
    let from_group = officer.announce("1班の集金", town::YAMA_1).await;
    let from_town = officer.announce("公園の清掃", town::YAMA).await;
    let of_others = officer.announce("2班の集金", town::YAMA_2).await;
    app.work().await;

    // The officer asks at the door, and says when.
    let path = format!("/api/v1/households/{tome}/proxy");
    officer.post(&path, &json!({})).await.refused_at("/consented_on");
    for day in ["2020-01-01", "2999-01-01", "昨日"] {
        officer.post(&path, &json!({ "consented_on": day })).await.refused_at("/consented_on");
    }
    let code = drawn(&app, &officer, &tome).await;
    let link = code["link"].as_str().expect("a link");
    assert!(link.ends_with(&format!("/proxies#{}", code["code"].as_str().expect("a code"))), "{code}");
    let daughter = joined(&app, &app.slip(town::KAWA), "花子").await;
    daughter.get(&format!("/api/v1/proxies/{tome}/notices")).await.problem(404, "not_found");
    let begun = daughter.post_once("/api/v1/proxies", "k", &json!({ "code": code["code"] })).await.expect(201);
    assert_eq!(begun["household"], json!(tome));
    assert_eq!(daughter.post_once("/api/v1/proxies", "k", &json!({ "code": code["code"] })).await.expect(201), begun);
    let list = daughter.get("/api/v1/proxies").await.expect(200);
    assert_eq!(list["items"][0]["label"], "佐藤トメ");

    // She sees what reaches her mother, there and nowhere else.
    assert_eq!(titles(&daughter, &tome).await, ["公園の清掃", "1班の集金"]);
    assert_eq!(daughter.titles().await, [""; 0]);
    daughter.get(&format!("/api/v1/notices/{from_town}")).await.problem(404, "not_found");
    daughter.receipt(&from_town, true).await.problem(404, "not_found");
    daughter.put(&receipt(&tome, &of_others), &json!({})).await.problem(404, "not_found");
    assert_eq!(app.number("SELECT count(*) FROM receipt").await, 0, "a look alone is no receipt");

    let stamped = daughter.put(&receipt(&tome, &from_town), &json!({})).await.expect(200);
    assert_eq!(stamped["source"], "proxy");
    assert!(stamped["acknowledged_at"].is_string(), "{stamped}");
    app.ground.clock.advance(Duration::minutes(5));
    assert_eq!(daughter.put(&receipt(&tome, &from_town), &json!({})).await.expect(200), stamped, "first times stay");
    let _ = daughter.put(&receipt(&tome, &from_group), &json!({})).await.expect(200);
    let rows = officer.coverage(&from_town, "household").await.expect(200);
    let row = rows["items"].as_array().expect("rows").iter().find(|row| row["area"]["code"] == json!(tome));
    let row = row.expect("her line");
    assert_eq!((&row["read"], &row["acknowledged"]), (&json!(1), &json!(1)), "{row}");
    assert_eq!(app.number(WRONG).await, 0);
    assert_eq!(app.number("SELECT sum(read_count)::bigint FROM circulation").await, 2);

    // The officer sees who it is, she what is kept of it, and both are written down.
    let seen = officer.get(&format!("/api/v1/households/{tome}")).await.expect(200);
    assert_eq!(seen["proxy"]["name"], "花子");
    let kept = daughter.get("/api/v1/me/data").await.expect(200);
    assert_eq!(kept["answers_for"][0]["household"], "佐藤トメ");
    assert_eq!(kept["receipts"].as_array().map(Vec::len), Some(2));
    assert_eq!(kept["looks"][0]["act"], "look at household", "{kept}");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act IN ('allow proxy', 'answer for household')").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_not_asked_answers_for_nobody() {
    let app = TestApp::start().await;
    let beside = |text: &str| text.replace("900001", "900002").replace("あさひ市", "ゆうひ市");
    app.keep_slips(app.import(&beside(town::AREAS), &beside(&town::households())).await);
    let officer = app.officer(town::YAMA).await;
    let tome = grandmother(&officer).await;
    let id = officer.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let slip = app.slip(town::KAWA);
    let (daughter, son_in_law) = (joined(&app, &slip, "花子").await, joined(&app, &slip, "次郎").await);
    let stranger_of_the_town = app.resident(town::YAMA_2).await;
    let other_officer = app.officer(town::KAWA).await;
    let other_city = app.resident("900002-1-01-001.1").await;
    let code = drawn(&app, &officer, &tome).await;
    let body = json!({ "code": code["code"] });
    other_city.post("/api/v1/proxies", &body).await.problem(422, "invalid_code");
    other_officer.post("/api/v1/proxies", &body).await.problem(409, "no_home");
    let own = joined(&app, &app.slip(town::YAMA_1), "一郎").await;
    let own_code = own.post(&format!("/api/v1/households/{}/proxy", home(&own)), &json!({})).await.expect(201);
    own.post("/api/v1/proxies", &json!({ "code": own_code["code"] })).await.problem(409, "own_household");
    let _ = daughter.post("/api/v1/proxies", &body).await.expect(201);

    let unknown = daughter.get("/api/v1/proxies/0199aaaa-0000-7000-8000-000000000000/notices").await;
    for nobody in [&son_in_law, &stranger_of_the_town, &other_officer, &other_city, &officer] {
        let answer = nobody.get(&format!("/api/v1/proxies/{tome}/notices")).await;
        assert_eq!((answer.status, &answer.text), (unknown.status, &unknown.text));
        nobody.put(&receipt(&tome, &id), &json!({})).await.problem(404, "not_found");
        nobody.delete(&format!("/api/v1/proxies/{tome}")).await.problem(404, "not_found");
    }
    let path = format!("/api/v1/households/{tome}/proxy");
    for nobody in [&son_in_law, &stranger_of_the_town, &other_officer, &other_city, &daughter] {
        nobody.post(&path, &json!({})).await.problem(404, "not_found");
        nobody.delete(&path).await.problem(404, "not_found");
    }
    app.stranger().put(&receipt(&tome, &id), &json!({})).await.problem(401, "unauthenticated");
    assert_eq!(app.number("SELECT count(*) FROM receipt").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_serves_once_for_seven_days_and_dies_with_the_next_one() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let tome = grandmother(&officer).await;
    let (daughter, neighbour) = (app.resident(town::KAWA).await, app.resident(town::YAMA_1).await);
    let begin =
        async |who: &Actor<'_>, code: &Value| who.post("/api/v1/proxies", &json!({ "code": code["code"] })).await;
    let (first, second) = (drawn(&app, &officer, &tome).await, drawn(&app, &officer, &tome).await);
    begin(&daughter, &first).await.problem(422, "invalid_code");
    app.stranger().post("/api/v1/join", &json!({ "code": second["code"] })).await.problem(422, "invalid_code");
    app.ground.clock.advance(Duration::days(7) + Duration::SECOND);
    let (daughter, neighbour, officer) =
        (daughter.refreshed().await, neighbour.refreshed().await, officer.refreshed().await);
    begin(&daughter, &second).await.problem(422, "invalid_code");
    let third = drawn(&app, &officer, &tome).await;
    assert_eq!(begin(&daughter, &third).await.status, 201);
    begin(&neighbour, &third).await.problem(422, "invalid_code");
    // One at a time; the code that is out when it ends dies as well.
    let path = format!("/api/v1/households/{tome}/proxy");
    let today = app.ground.clock.today().to_string();
    officer.post(&path, &json!({ "consented_on": today })).await.problem(409, "has_a_proxy");
    assert_eq!(officer.delete(&path).await.status, 204);
    let fourth = drawn(&app, &officer, &tome).await;
    assert_eq!(officer.delete(&path).await.status, 204);
    begin(&neighbour, &fourth).await.problem(422, "invalid_code");
    assert_eq!(app.number("SELECT count(*) FROM proxy").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn either_side_ends_it_at_once_and_what_was_read_stays() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let read_first = officer.announce("公園の清掃", town::YAMA).await;
    let stamped = officer.announce("溝掃除", town::YAMA).await;
    app.work().await;
    let mother = app.resident(town::YAMA_1).await;
    let (house, daughter) = (home(&mother), app.resident(town::KAWA).await);
    let own = mother.receipt(&read_first, false).await.expect(200);
    let path = format!("/api/v1/households/{house}/proxy");
    for end in 0..3 {
        let code = mother.post(&path, &json!({})).await.expect(201);
        let _ = daughter.post("/api/v1/proxies", &json!({ "code": code["code"] })).await.expect(201);
        let _ = daughter.put(&receipt(&house, &stamped), &json!({})).await.expect(200);
        let also = daughter.put(&receipt(&house, &read_first), &json!({})).await.expect(200);
        assert_eq!((&also["source"], &also["read_at"]), (&json!("digital"), &own["read_at"]), "it read by itself");
        let ended = match end {
            0 => mother.delete(&path).await,
            1 => daughter.delete(&format!("/api/v1/proxies/{house}")).await,
            _ => officer.delete(&path).await,
        };
        assert_eq!(ended.status, 204);
        daughter.get(&format!("/api/v1/proxies/{house}/notices")).await.problem(404, "not_found");
        daughter.put(&receipt(&house, &stamped), &json!({})).await.problem(404, "not_found");
    }
    let hers = mother.get(&format!("/api/v1/notices/{stamped}")).await.expect(200);
    assert_eq!(hers["receipt"]["source"], "proxy");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'end proxy'").await, 3);
    assert_eq!(app.number(WRONG).await, 0);
    let nobody =
        "SELECT count(*) FROM receipt WHERE source = 'proxy' AND person_id = '00000000-0000-0000-0000-000000000000'";
    assert_eq!(app.number(nobody).await, 1, "that somebody stamped stays, who it was does not");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_by_itself_when_one_of_them_goes() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let proxies = "SELECT count(*) FROM proxy";
    let begin = async |daughter: &Actor<'_>, house: &str| {
        let code = drawn(&app, &officer, house).await;
        let _ = daughter.post("/api/v1/proxies", &json!({ "code": code["code"] })).await.expect(201);
    };
    let tome = grandmother(&officer).await;
    let id = officer.announce("公園の清掃", town::YAMA).await;
    app.work().await;

    // The daughter leaves her household, or altogether.
    for altogether in [false, true] {
        let daughter = app.resident(town::KAWA).await;
        begin(&daughter, &tome).await;
        let _ = daughter.put(&receipt(&tome, &id), &json!({})).await.expect(200);
        let me = daughter.tokens["person"]["id"].as_str().expect("a person").to_owned();
        let path = if altogether { "/api/v1/me".to_owned() } else { format!("/api/v1/people/{me}") };
        assert_eq!(daughter.delete(&path).await.status, 204);
        assert_eq!(app.number(proxies).await, 0);
        assert_eq!(app.number(&format!("SELECT count(*) FROM receipt WHERE person_id = '{me}'")).await, 0);
    }
    // She moves in with her mother: she is one of the household.
    let daughter = app.resident(town::KAWA).await;
    begin(&daughter, &tome).await;
    let slip = officer.post(&format!("/api/v1/households/{tome}/slip"), &json!({})).await.expect(201);
    let _ = daughter.post("/api/v1/move", &json!({ "code": slip["code"] })).await.expect(200);
    assert_eq!(app.number(proxies).await, 0);
    // The household becomes part of another one, or leaves.
    let (son, other) = (app.resident(town::KAWA).await, app.resident(town::YAMA_1).await);
    begin(&son, &tome).await;
    let merge = format!("/api/v1/households/{}/merge", home(&other));
    let _ = officer.post(&merge, &json!({ "household": tome })).await.expect(200);
    assert_eq!(app.number(proxies).await, 0);
    son.get(&format!("/api/v1/proxies/{tome}/notices")).await.problem(404, "not_found");
    begin(&son, &home(&other)).await;
    assert_eq!(officer.delete(&format!("/api/v1/households/{}", home(&other))).await.status, 204);
    assert_eq!(app.number(proxies).await, 0);
    assert_eq!(app.number(WRONG).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_lead_from_the_code_at_home_to_the_stamp() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    let (mother, daughter) = (Browser::new(&app), Browser::new(&app));
    for (browser, slip, name) in [(&mother, app.slip(town::YAMA_1), "トメ"), (&daughter, app.slip(town::KAWA), "花子")]
    {
        let _ = browser.send("/join", &[("code", &slip), ("name", name), ("consent", "1")]).await;
    }
    let me = mother.open("/api/v1/me").await.expect(200);
    let house = me["household"]["id"].as_str().expect("a household");
    let page = mother.open("/home").await;
    assert!(page.text.contains("代わりに確認する方") && page.text.contains("わたすコードを作る"), "{}", page.text);
    let page = mother.send(&format!("/households/{house}/proxy"), &[]).await;
    let code = page.text.split("class=\"secret\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a code");
    assert!(page.text.contains("一度だけ") && page.text.contains("<svg"), "{}", page.text);

    assert!(daughter.open("/proxies").await.text.contains("いま、代わりに確認している世帯はありません"));
    let wrong = daughter.send("/proxies", &[("code", "AAAA")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("コードを入れて始める"), "{}", wrong.text);
    let list = daughter.send("/proxies", &[("code", code)]).await;
    assert!(list.text.contains("まだ確認していないお知らせ（1件）"), "{}", list.text);
    assert!(daughter.open("/").await.text.contains("href=\"/proxies\""));
    let notice = format!("/proxies/{house}/n/{id}");
    assert!(list.text.contains(&notice), "{}", list.text);
    let page = daughter.open(&notice).await;
    assert!(page.text.contains("1号の代わりに確認</button>"), "{}", page.text);
    assert_eq!(app.number("SELECT count(*) FROM receipt").await, 0);
    let page = daughter.send(&format!("{notice}/receipt"), &[]).await;
    assert!(page.text.contains("代わりの方が確認しました。"), "{}", page.text);
    assert!(mother.open(&format!("/n/{id}")).await.text.contains("代わりの方が確認しました。"));
    assert_eq!(daughter.open(&format!("/n/{id}")).await.status, 404);

    assert!(mother.open("/home").await.text.contains("<strong>花子</strong>さんが"));
    let sure = daughter.open(&format!("/proxies/{house}/end")).await;
    assert!(sure.text.contains("すぐにやめます"), "{}", sure.text);
    let over = daughter.send(&format!("/proxies/{house}/end"), &[]).await;
    assert!(over.text.contains("いま、代わりに確認している世帯はありません"), "{}", over.text);
    assert_eq!(daughter.open(&notice).await.status, 404);
    // At home it is ended as well, with the code that is out.
    let _ = mother.send(&format!("/households/{house}/proxy"), &[]).await;
    assert!(mother.open(&format!("/households/{house}/proxy/end")).await.text.contains("代わりの確認をやめる"));
    let page = mother.send(&format!("/households/{house}/proxy/end"), &[]).await;
    assert!(page.text.contains("わたすコードを作る"), "{}", page.text);
    assert_eq!(app.number("SELECT count(*) FROM proxy_code").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_officer_writes_the_consent_down_on_the_page_and_prints_the_code() {
    let app = TestApp::start().await;
    let leader = Browser::new(&app);
    let email = "leader@asahi.example";
    let code = app.appoint(town::YAMA_1, entity::seat::Role::Leader, email).await;
    let _ = leader.send("/welcome", &[("code", &code), ("password", "ひらけごま ひらけごま")]).await;
    let officer = app.officer(town::YAMA).await;
    let tome = grandmother(&officer).await;
    let page = leader.open(&format!("/households/{tome}")).await;
    assert!(page.text.contains("世帯の方が同意した日"), "{}", page.text);
    let path = format!("/households/{tome}/proxy");
    let again = leader.send(&path, &[("consented_on", "")]).await;
    assert!(again.status == 422 && again.text.contains("同意した日を入れてください"), "{}", again.text);
    let today = app.ground.clock.today().to_string();
    let page = leader.send(&path, &[("consented_on", &today)]).await;
    assert!(page.text.contains("1班 佐藤トメ") && page.text.contains("印刷"), "{}", page.text);
    let written =
        format!("SELECT count(*) FROM audit WHERE act = 'allow proxy' AND detail = '{today}' AND seat_id IS NOT NULL");
    assert_eq!(app.number(&written).await, 1);
}
