//! Households: the roster, coming and going, moving, and what becomes of what they have read.

use entity::seat::Role;
use serde_json::{Value, json};
use tests::{Actor, Browser, PushService, TestApp, town};

/// The circulations whose counts are not what a recount finds.
const WRONG: &str = "SELECT count(*) FROM circulation c CROSS JOIN LATERAL (
        SELECT count(*) AS read, count(r.acknowledged_at) AS acknowledged
        FROM receipt r JOIN household h ON h.id = r.reader_id JOIN area a ON a.id = h.area_id
        WHERE r.notice_id = c.notice_id AND a.path @> ARRAY[c.area_id]) AS recount
    WHERE (c.read_count, c.acknowledged_count) IS DISTINCT FROM (recount.read, recount.acknowledged)";

fn home(actor: &Actor<'_>) -> String {
    actor.tokens["household"]["id"].as_str().expect("a household").to_owned()
}

fn person(actor: &Actor<'_>) -> String {
    actor.tokens["person"]["id"].as_str().expect("a person").to_owned()
}

async fn joined<'a>(app: &'a TestApp, code: &str, name: &str) -> Actor<'a> {
    let tokens = app.stranger().post("/api/v1/join", &json!({ "code": code, "name": name })).await.expect(201);
    app.signed_in(tokens)
}

fn labels(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("items");
    let one = |item: &Value| format!("{} {}", item["area"]["name"], item["label"]).replace('"', "");
    items.iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roster_is_searched_by_home_and_by_name() {
    let app = TestApp::start().await;
    let (officer, leader) = (app.officer(town::YAMA).await, app.leader(town::YAMA_2).await);
    joined(&app, &app.slip(town::YAMA_1), "か\u{3099}く 花子").await;
    let all = officer.get("/api/v1/households?limit=5").await.expect(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(5));
    let next = all["next_cursor"].as_str().expect("more");
    let rest = officer.get(&format!("/api/v1/households?cursor={next}")).await.expect(200);
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(7));
    let found = officer.get("/api/v1/households?q=がく").await.expect(200);
    assert_eq!(found["items"][0]["people"], json!(["がく 花子"]), "composed, however it was typed");
    assert_eq!((labels(&found), found["items"][0]["phones"].clone()), (vec!["1班 1号".to_owned()], json!(1)));
    assert_eq!(labels(&officer.get("/api/v1/households?q=2号").await.expect(200)), ["1班 2号", "2班 2号"]);
    assert_eq!(labels(&officer.get("/api/v1/households?q=%25").await.expect(200)), [""; 0], "no wildcard");
    // A leader has their group; a resident and the city's staff have none.
    assert_eq!(labels(&leader.get("/api/v1/households?q=2号").await.expect(200)), ["2班 2号"]);
    let (resident, staff) = (app.resident(town::YAMA_1).await, app.staff(town::CITY).await);
    for nobody in [&resident, &staff] {
        nobody.get("/api/v1/households").await.problem(403, "no_roster");
        nobody.get("/api/v1/roster").await.problem(403, "no_roster");
    }
    officer.get("/api/v1/households?q=%E2%80%AE").await.refused_at("q");
    officer.get("/api/v1/households?cursor=x").await.refused_at("cursor");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'look at roster'").await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_slip_lets_the_old_code_die() {
    let app = TestApp::start().await;
    let (officer, slip) = (app.officer(town::YAMA).await, app.slip(town::YAMA_1));
    let mother = joined(&app, &slip, "花子").await;
    let path = format!("/api/v1/households/{}/slip", home(&mother));
    let fresh = officer.post_once(&path, "k", &json!({})).await.expect(201);
    assert_eq!(officer.post_once(&path, "k", &json!({})).await.expect(201), fresh);
    app.stranger().post("/api/v1/join", &json!({ "code": slip })).await.problem(422, "invalid_code");
    let code = fresh["code"].as_str().expect("a code");
    assert!(fresh["link"].as_str().is_some_and(|link| link.ends_with(&format!("/join#{code}"))), "{fresh}");
    assert_eq!(home(&joined(&app, code, "太郎").await), home(&mother));
    mother.post(&path, &json!({})).await.problem(403, "not_your_household");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_join_as_eight() {
    let app = TestApp::start().await;
    let (slip, stranger) = (app.slip(town::OKA), app.stranger());
    let body = json!({ "code": slip });
    let answers = futures_util::future::join_all((0..200).map(|_| stranger.post("/api/v1/join", &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 8);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert!(
            ["slip_is_full", "unavailable"].contains(&answer.json()["code"].as_str().expect("a code")),
            "{answer:?}"
        );
    }
    assert_eq!(app.number("SELECT count(*) FROM person").await, 8);
    assert_eq!(app.number("SELECT count(*) FROM session").await, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_a_phone_comes_back_as_the_same_person() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (leader, officer) = (app.leader(town::YAMA_1).await, app.officer(town::YAMA).await);
    let (lost, kept) = (push.phone(), push.phone());
    let slip = app.slip(town::YAMA_1);
    let (mother, father) = (joined(&app, &slip, "花子").await, joined(&app, &slip, "太郎").await);
    mother.turn_on(&lost).await;
    father.turn_on(&kept).await;
    let path = format!("/api/v1/people/{}/lost-phone", person(&mother));
    father.post(&path, &json!({})).await.problem(403, "not_your_household");
    let way_back = leader.post(&path, &json!({})).await.expect(201);
    mother.get("/api/v1/me").await.problem(401, "unauthenticated");
    officer.announce("公園の清掃", town::YAMA).await;
    app.work().await;
    assert_eq!([&lost, &kept].map(tests::Phone::tries), [0, 1]);

    let code = way_back["code"].as_str().expect("a code");
    let again = joined(&app, code, "だれか").await;
    assert_eq!((person(&again), home(&again)), (person(&mother), home(&mother)));
    assert_eq!(again.tokens["person"]["name"], "花子");
    app.stranger().post("/api/v1/join", &json!({ "code": code })).await.problem(422, "invalid_code");
    assert_eq!(app.number("SELECT count(*) FROM person WHERE household_id IS NOT NULL").await, 2);
    // A code that is not used dies with a newer one, or after a fortnight.
    let first = leader.post(&path, &json!({})).await.expect(201);
    let second = leader.post(&path, &json!({})).await.expect(201);
    app.stranger().post("/api/v1/join", &json!({ "code": first["code"] })).await.problem(422, "invalid_code");
    app.ground.clock.advance(time::Duration::days(15));
    app.stranger().post("/api/v1/join", &json!({ "code": second["code"] })).await.problem(422, "invalid_code");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_goes_where_the_household_goes_and_the_counts_follow() {
    let app = TestApp::start().await;
    let (city, officer) = (app.staff(town::CITY).await, app.officer(town::YAMA).await);
    let from_city = city.announce("市から", town::CITY).await;
    let to_group = officer.announce("1班へ", town::YAMA_1).await;
    app.work().await;
    let slip = app.slip(town::YAMA_1);
    let (mother, son) = (joined(&app, &slip, "花子").await, joined(&app, &slip, "一郎").await);
    let neighbour = app.resident(town::YAMA_1).await;
    for id in [&from_city, &to_group] {
        let _ = mother.receipt(id, true).await.expect(200);
        let _ = neighbour.receipt(id, false).await.expect(200);
    }
    let group_counts = format!(
        "SELECT (read_count * 10 + acknowledged_count)::bigint FROM circulation WHERE notice_id = '{to_group}'"
    );
    assert_eq!(app.number(&group_counts).await, 21);

    // To the other group: what went to the first group alone is not theirs any more, the city's is.
    let base = format!("/api/v1/households/{}", home(&mother));
    officer.post(&format!("{base}/move"), &json!({ "area": town::YAMA_2 })).await.problem(409, "label_taken");
    let named = officer.put(&base, &json!({ "label": "1号 山田" })).await.expect(200);
    assert_eq!(named["label"], "1号 山田");
    let _ = officer.post(&format!("{base}/move"), &json!({ "area": town::YAMA_2 })).await.expect(200);
    assert_eq!((app.number(&group_counts).await, app.number(WRONG).await), (10, 0));
    let read = mother.get(&format!("/api/v1/notices/{from_city}")).await.expect(200);
    assert!(read["receipt"]["acknowledged_at"].is_string(), "{read}");
    let _ = officer.post(&format!("{base}/move"), &json!({ "area": town::YAMA_1 })).await.expect(200);
    assert_eq!((app.number(&group_counts).await, app.number(WRONG).await), (21, 0));

    // The son gets a household of his own, which has read what the family had; then they are one again.
    let split = json!({ "label": "1号 離れ", "people": [person(&son)] });
    let fresh = officer.post(&format!("{base}/split"), &split).await.expect(201);
    assert_eq!(son.get("/api/v1/me").await.expect(200)["household"]["id"], fresh["id"]);
    assert_eq!((app.number(&group_counts).await, app.number(WRONG).await), (32, 0));
    let named = |who: &str| format!("SELECT count(*) FROM receipt WHERE person_id = '{who}'");
    assert_eq!(app.number(&named(&person(&mother))).await, 2, "of the mother her own home alone knows what she opened");
    officer.post(&format!("{base}/split"), &split).await.problem(409, "label_taken");
    let stranger = json!({ "label": "2号 離れ", "people": [person(&neighbour)] });
    officer.post(&format!("{base}/split"), &stranger).await.refused_at("/people/0");
    let _ = officer.post(&format!("{base}/merge"), &json!({ "household": fresh["id"] })).await.expect(200);
    assert_eq!((app.number(&group_counts).await, app.number(WRONG).await), (21, 0));
    let _ = officer.post(&format!("{base}/merge"), &json!({ "household": home(&neighbour) })).await.expect(200);
    assert_eq!((app.number(&group_counts).await, app.number(WRONG).await), (11, 0));
    officer.post(&format!("{base}/merge"), &json!({ "household": home(&mother) })).await.refused_at("/household");

    // Who leaves takes nothing along, and is not known to have opened anything; when the household leaves, nothing is left of it.
    let late = officer.announce("もう一つ", town::YAMA_1).await;
    app.work().await;
    let _ = son.receipt(&late, true).await.expect(200);
    assert_eq!(app.number(&named(&person(&son))).await, 1);
    assert_eq!(son.delete(&format!("/api/v1/people/{}", person(&son))).await.status, 204);
    assert_eq!(app.number(&named(&person(&son))).await, 0);
    son.get("/api/v1/me").await.problem(401, "unauthenticated");
    assert_eq!((app.number(&group_counts).await, app.number(WRONG).await), (11, 0));
    assert_eq!(officer.delete(&base).await.status, 204);
    mother.get("/api/v1/me").await.problem(401, "unauthenticated");
    assert_eq!((app.number(&group_counts).await, app.number(WRONG).await), (0, 0));
    assert_eq!(app.number("SELECT count(*) FROM receipt").await, 0);
    assert_eq!(
        app.number("SELECT count(*) FROM person WHERE name IN ('花子', '一郎')").await,
        0,
        "names are forgotten"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_that_come_while_homes_change_are_counted_right() {
    let app = TestApp::start().await;
    let (city, officer) = (app.staff(town::CITY).await, app.officer(town::YAMA).await);
    let ids = [city.announce("市から", town::CITY).await, officer.announce("1班へ", town::YAMA_1).await];
    app.work().await;
    let mut homes = Vec::new();
    for _ in 0..5 {
        homes.push(app.resident(town::YAMA_1).await);
    }
    for home in &homes {
        let label = json!({ "label": format!("移る {}", self::home(home)) });
        let _ = officer.put(&format!("/api/v1/households/{}", self::home(home)), &label).await.expect(200);
    }
    let reading = homes.iter().flat_map(|home| ids.iter().map(move |id| home.receipt(id, true)));
    let moving = homes.iter().enumerate().flat_map(|(place, home)| {
        let path = format!("/api/v1/households/{}/move", self::home(home));
        let to = [town::YAMA_2, town::YAMA_1][place % 2];
        let officer = &officer;
        (0..2).map(move |_| {
            let path = path.clone();
            async move { officer.post(&path, &json!({ "area": to })).await }
        })
    });
    let (read, moved) = tokio::join!(futures_util::future::join_all(reading), futures_util::future::join_all(moving));
    assert!(moved.iter().all(|answer| answer.status == 200), "{moved:?}");
    // Who had moved already may not read what is for the first group.
    assert!(read.iter().all(|answer| [200, 404].contains(&answer.status.as_u16())), "{read:?}");
    assert_eq!(app.number(WRONG).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moves_to_another_association_takes_its_slip() {
    let app = TestApp::start().await;
    let (yama, kawa) = (app.officer(town::YAMA).await, app.officer(town::KAWA).await);
    let sent = yama.announce("山のお知らせ", town::YAMA).await;
    kawa.announce("川のお知らせ", town::KAWA).await;
    app.work().await;
    let slip = app.slip(town::YAMA_1);
    let (mother, daughter) = (joined(&app, &slip, "花子").await, joined(&app, &slip, "桜").await);
    let _ = daughter.receipt(&sent, true).await.expect(200);
    let moved = daughter.post("/api/v1/move", &json!({ "code": app.slip(town::KAWA) })).await.expect(200);
    assert_eq!(moved["id"], json!(person(&daughter)));
    assert_eq!(daughter.titles().await, ["川のお知らせ"]);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'move with slip'").await, 1);
    let named = format!("SELECT count(*) FROM receipt WHERE person_id = '{}'", person(&daughter));
    assert_eq!(app.number(&named).await, 0, "who had opened it is known of the household alone");
    assert!(mother.get(&format!("/api/v1/notices/{sent}")).await.expect(200)["receipt"]["read_at"].is_string());
    assert_eq!(app.number(WRONG).await, 0);
    daughter.post("/api/v1/move", &json!({ "code": "AAAA-AAAA-AAAA-AAAA" })).await.problem(422, "invalid_code");
    yama.post("/api/v1/move", &json!({ "code": slip })).await.problem(409, "no_home");
    // An officer sends nobody to an association that is not theirs.
    let base = format!("/api/v1/households/{}", home(&mother));
    for area in [town::KAWA, town::EAST, "nowhere"] {
        yama.post(&format!("{base}/move"), &json!({ "area": area })).await.refused_at("/area");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_of_others_looks_like_none() {
    let app = TestApp::start().await;
    let theirs = joined(&app, &app.slip(town::YAMA_1), "花子").await;
    let strangers = [
        app.officer(town::KAWA).await,
        app.leader(town::YAMA_2).await,
        app.resident(town::YAMA_1).await,
        app.staff(town::CITY).await,
    ];
    for stranger in &strangers {
        let mut texts = Vec::new();
        for (household, person) in [
            (uuid::Uuid::now_v7().to_string(), uuid::Uuid::now_v7().to_string()),
            (home(&theirs), self::person(&theirs)),
            ("x".to_owned(), "x".to_owned()),
        ] {
            let (base, who) = (format!("/api/v1/households/{household}"), format!("/api/v1/people/{person}"));
            for answer in [
                stranger.get(&base).await,
                stranger.put(&base, &json!({ "delivery": "paper" })).await,
                stranger.delete(&base).await,
                stranger.post(&format!("{base}/slip"), &json!({})).await,
                stranger.post(&format!("{base}/people"), &json!({ "name": "x" })).await,
                stranger.post(&format!("{base}/move"), &json!({ "area": town::KAWA })).await,
                stranger
                    .post(&format!("{base}/split"), &json!({ "label": "x", "people": [self::person(&theirs)] }))
                    .await,
                stranger.post(&format!("{base}/merge"), &json!({ "household": home(&theirs) })).await,
                stranger.put(&who, &json!({ "name": "x" })).await,
                stranger.delete(&who).await,
                stranger.post(&format!("{who}/lost-phone"), &json!({})).await,
            ] {
                assert_eq!(answer.status, 404, "{answer:?}");
                texts.push(answer.text);
            }
        }
        texts.dedup();
        assert_eq!(texts.len(), 1, "{texts:?}");
    }
    // A household of others in a body, and what a client may not set.
    let kawa = &strangers[0];
    let own = app.resident(town::KAWA).await;
    let base = format!("/api/v1/households/{}", home(&own));
    let unknown = kawa.post(&format!("{base}/merge"), &json!({ "household": uuid::Uuid::now_v7() })).await;
    let foreign = kawa.post(&format!("{base}/merge"), &json!({ "household": home(&theirs) })).await;
    assert_eq!((unknown.status, &unknown.text), (foreign.status, &foreign.text));
    kawa.put(&base, &json!({ "area": town::YAMA })).await.refused_at("/area");
    kawa.put(&base, &json!({ "label": "\u{202e}号" })).await.refused_at("/label");
    kawa.put(&base, &json!({ "label": "1\n号" })).await.refused_at("/label");
    kawa.post(&format!("{base}/people"), &json!({ "name": "祖母", "id": home(&theirs) })).await.refused_at("/id");
    // Its own people choose how they get notices, and nothing else.
    let chosen = own.put(&base, &json!({ "delivery": "both" })).await.expect(200);
    assert_eq!(chosen["delivery"], "both");
    own.put(&base, &json!({ "label": "社長" })).await.problem(403, "not_your_household");
    let _ = kawa.post(&format!("{base}/people"), &json!({ "name": "祖母" })).await.expect(201);
    let full = own.get(&base).await.expect(200);
    assert_eq!((full["people"][1]["name"].clone(), full["people"][1]["phone"].clone()), (json!("祖母"), json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_keeps_the_roster_in_pages() {
    let app = TestApp::start().await;
    let mother = joined(&app, &app.slip(town::YAMA_1), "花子").await;
    let code = app.appoint(town::YAMA, Role::Officer, "taro@asahi.example").await;
    let officer = Browser::new(&app);
    let _ = officer.send("/welcome", &[("code", &code), ("password", "ひらけごま ひらけごま")]).await;
    let found = officer.open("/roster?q=%E8%8A%B1%E5%AD%90").await;
    assert!(
        found.text.contains("1班 1号") && found.text.contains("花子") && !found.text.contains("2号"),
        "{}",
        found.text
    );
    let page = format!("/households/{}", home(&mother));
    for text in ["加入票を新しくする", "端末のない方を加える", "世帯の名前を変える", "端末で受け取っています"]
    {
        assert!(officer.open(&page).await.text.contains(text), "{text}");
    }
    let slip = officer.send(&format!("{page}/slip"), &[]).await;
    assert!(slip.text.contains("class=\"qr\"") && slip.text.contains("1班 1号"), "{}", slip.text);
    let with = officer.send(&format!("{page}/people"), &[("name", "祖母")]).await;
    assert!(with.text.contains("祖母") && with.text.contains("端末はありません"), "{}", with.text);
    let wrong = officer.send(&format!("{page}/edit"), &[("what", "label"), ("label", " ")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("入力してください"), "{}", wrong.text);
    let moved = officer.send(&format!("{page}/edit"), &[("what", "label"), ("label", "1号 山田")]).await;
    assert!(moved.text.contains("1号 山田"), "{}", moved.text);
    let moved = officer.send(&format!("{page}/edit"), &[("what", "move"), ("area", town::YAMA_2)]).await;
    assert!(moved.text.contains("2班 1号 山田"), "{}", moved.text);
    let added = officer.send("/households/new", &[("area", town::YAMA_1), ("label", "9号")]).await;
    assert!(added.text.contains("9号") && added.text.contains("まだだれも参加していません"), "{}", added.text);
    let _ = officer.send("/households/new", &[("area", town::YAMA_1), ("label", "10号")]).await;
    let roster = officer.open("/roster").await.text;
    let places: Vec<_> = ["2号", "9号", "10号"].iter().map(|label| roster.find(&format!("1班 {label}"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "as people count: {places:?}");
    let lost = format!("/people/{}/lost-phone", person(&mother));
    assert!(officer.open(&lost).await.text.contains("使えなくして"));
    assert!(officer.send(&lost, &[]).await.text.contains("花子さん"));

    let (resident, slip) = (Browser::new(&app), app.slip(town::YAMA_1));
    let _ = resident.send("/join", &[("code", &slip), ("name", "次郎"), ("consent", "1")]).await;
    let own = resident.open("/home").await;
    assert!(own.text.contains("次郎（あなた）") && !own.text.contains("加入票を新しくする"), "{}", own.text);
    assert_eq!(resident.open("/roster").await.status, 403);
    assert_eq!(resident.open(&page).await.status, 404);
    let moved = resident.send("/home/move", &[("code", &app.slip(town::KAWA))]).await;
    assert!(moved.text.contains("1班 1号") && moved.text.contains("次郎（あなた）"), "{}", moved.text);
    let wrong = resident.send("/home/move", &[("code", "AAAA")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("打ち間違い"), "{}", wrong.text);
}
