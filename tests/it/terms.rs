//! Seats: naming who comes next, the day on which powers pass, and a seat that is taken away.

use entity::seat::Role;
use serde_json::{Value, json};
use tests::{Actor, Answer, Browser, PushService, TestApp, actor::notice, town};
use time::{Date, Duration};

const PASSWORD: &str = "ひらけごま ひらけごま";

/// The id of the caller's only seat.
async fn seat(actor: &Actor<'_>) -> String {
    let me = actor.get("/api/v1/me").await.expect(200);
    me["seats"][0]["id"].as_str().expect("a seat").to_owned()
}

/// The code of a link.
fn code(link: &Value) -> String {
    link["link"].as_str().expect("a link").split('#').nth(1).expect("a code").to_owned()
}

fn day(app: &TestApp, ahead: i64) -> Date {
    app.ground.clock.today() + Duration::days(ahead)
}

async fn welcomed<'a>(app: &'a TestApp, code: &str) -> Actor<'a> {
    let body = json!({ "code": code, "password": PASSWORD });
    let tokens = app.stranger().post("/api/v1/welcome", &body).await.expect(201);
    app.signed_in(tokens)
}

async fn name_successor(officer: &Actor<'_>, email: &str, first: Date) -> Answer {
    let path = format!("/api/v1/seats/{}/handover", seat(officer).await);
    officer.post(&path, &json!({ "email": email, "name": "次郎", "starts_on": first.to_string() })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn powers_pass_on_the_day_by_themselves() {
    let app = TestApp::start().await;
    let old = app.officer(town::YAMA).await;
    let named = name_successor(&old, "jiro@asahi.example", day(&app, 1)).await.expect(201);
    let new = welcomed(&app, &code(&named["invitation"])).await;

    assert_eq!(new.get("/api/v1/me").await.expect(200)["seats"], json!([]));
    new.post("/api/v1/notices", &notice("まだ早い", town::YAMA)).await.problem(403, "no_seat");
    let ahead = format!("/api/v1/seats/{}/handover", named["id"].as_str().expect("a seat"));
    assert_eq!(
        new.get(&ahead).await.expect(200)["open"],
        json!(null),
        "the homes are not theirs to see before their day"
    );
    let kept = old.draft(&notice("引き継ぐ下書き", town::YAMA)).await;

    app.ground.clock.advance(Duration::DAY);
    let (old, new) = (old.refreshed().await, new.refreshed().await);
    old.post("/api/v1/notices", &notice("もう遅い", town::YAMA)).await.problem(403, "no_seat");
    old.publish(&kept).await.problem(404, "not_found");
    assert_eq!(old.get("/api/v1/me").await.expect(200)["seats"], json!([]));
    let me = new.get("/api/v1/me").await.expect(200);
    assert_eq!(me["seats"][0]["area"]["code"], town::YAMA);
    let _ = new.publish(&kept).await.expect(200);
    app.work().await;
    // The day has come: nobody takes it back.
    let undo = format!("/api/v1/seats/{}/handover", seat(&new).await);
    new.delete(&undo).await.problem(409, "not_handed_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_successor_can_be_taken_back_until_the_day() {
    let app = TestApp::start().await;
    let old = app.officer(town::YAMA).await;
    let before = old.get("/api/v1/me").await.expect(200)["seats"][0]["ends_on"].clone();
    let named = name_successor(&old, "jiro@asahi.example", day(&app, 3)).await.expect(201);
    name_successor(&old, "saburo@asahi.example", day(&app, 3)).await.problem(409, "handed_over");
    let me = old.get("/api/v1/me").await.expect(200);
    assert_eq!(me["seats"][0]["ends_on"], day(&app, 2).to_string());

    let path = format!("/api/v1/seats/{}/handover", seat(&old).await);
    assert_eq!(old.delete(&path).await.status, 204);
    assert_eq!(old.get("/api/v1/me").await.expect(200)["seats"][0]["ends_on"], before);
    let late = json!({ "code": code(&named["invitation"]), "password": PASSWORD });
    app.stranger().post("/api/v1/welcome", &late).await.problem(422, "invalid_code");
    old.delete(&path).await.problem(409, "not_handed_over");
    let _ = name_successor(&old, "saburo@asahi.example", day(&app, 3)).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_term_grows_or_shrinks_by_a_neighbours_hand() {
    let app = TestApp::start().await;
    let (old, fellow) = (app.officer(town::YAMA).await, app.officer(town::YAMA).await);
    let last: String = old.get("/api/v1/me").await.expect(200)["seats"][0]["ends_on"].as_str().expect("a day").into();
    assert!(last.ends_with("-03-31"), "{last}");
    for bad in [day(&app, 0), day(&app, -1), day(&app, 600)] {
        name_successor(&old, "jiro@asahi.example", bad).await.refused_at("/starts_on");
    }
    // A fellow officer may name somebody for the day after, and for no other.
    let path = format!("/api/v1/seats/{}/handover", seat(&old).await);
    let mut next = json!({ "email": "jiro@asahi.example", "name": "次郎", "starts_on": day(&app, 1).to_string() });
    fellow.post(&path, &next).await.refused_at("/starts_on");
    next.as_object_mut().expect("a body").remove("starts_on");
    let named = fellow.post(&path, &next).await.expect(201);
    assert!(named["starts_on"].as_str().is_some_and(|first| first.ends_with("-04-01")), "{named}");
    assert!(named["ends_on"].as_str().is_some_and(|last| last.ends_with("-03-31")), "{named}");
    // Nor may they take the seat away, or make themselves another officer: an emergency takes two.
    fellow.delete(&format!("/api/v1/seats/{}", seat(&old).await)).await.problem(403, "not_your_seat");
    let second = json!({ "area": town::YAMA, "role": "officer", "email": "me2@asahi.example", "name": "分身" });
    fellow.post("/api/v1/seats", &second).await.refused_at("/area");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_dismissed_can_do_nothing_from_the_next_request_on() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phone = push.phone();
    app.resident(town::YAMA_1).await.turn_on(&phone).await;
    let (officer, fellow, ward) =
        (app.officer(town::YAMA).await, app.officer(town::YAMA).await, app.staff(town::EAST).await);
    let mut later = notice("来週のお知らせ", town::YAMA);
    let at = (app.ground.clock.now() + Duration::hours(2)).replace_nanosecond(0).expect("a time");
    later["publish_at"] = json!(at.format(&time::format_description::well_known::Rfc3339).expect("a time"));
    let scheduled = officer.draft(&later).await;
    assert_eq!(officer.publish(&scheduled).await.expect(200)["state"], "scheduled");
    let sent = officer.announce("きょうのお知らせ", town::YAMA).await;
    app.work().await;

    let ended = ward.delete(&format!("/api/v1/seats/{}", seat(&officer).await)).await.expect(200);
    assert_eq!(ended["drafts"][0]["title"], "来週のお知らせ");
    officer.post("/api/v1/notices", &notice("まだいる", town::YAMA)).await.problem(403, "no_seat");
    for path in [
        format!("/api/v1/notices/{sent}"),
        format!("/api/v1/notices/{sent}/coverage?by=household"),
        format!("/api/v1/notices/{scheduled}"),
        format!("/api/v1/seats?area={}", town::YAMA),
    ] {
        officer.get(&path).await.problem(404, "not_found");
    }
    officer.post(&format!("/api/v1/notices/{sent}/withdraw"), &json!({})).await.problem(404, "not_found");

    // What they had planned does not come out; the other officer finds it among the drafts, and may send it.
    app.ground.clock.advance(Duration::hours(3));
    app.work().await;
    let fellow = fellow.refreshed().await;
    assert_eq!(phone.titles(), ["きょうのお知らせ"]);
    let handover = fellow.get(&format!("/api/v1/seats/{}/handover", seat(&fellow).await)).await.expect(200);
    assert_eq!(handover["open"]["drafts"][0]["title"], "来週のお知らせ");
    let _ = fellow.publish(&scheduled).await.expect(200);
    app.work().await;
    assert_eq!(phone.titles(), ["きょうのお知らせ", "来週のお知らせ"]);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE act = 'dismiss'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_dismissed_does_not_come_back_by_an_undone_handing_over() {
    let app = TestApp::start().await;
    let (officer, ward) = (app.officer(town::YAMA).await, app.staff(town::EAST).await);
    let id = seat(&officer).await;
    let _ = name_successor(&officer, "jiro@asahi.example", day(&app, 9)).await.expect(201);
    let ended = ward.delete(&format!("/api/v1/seats/{id}")).await.expect(200);
    officer.delete(&format!("/api/v1/seats/{id}/handover")).await.problem(404, "not_found");
    ward.delete(&format!("/api/v1/seats/{id}/handover")).await.problem(404, "not_found");
    assert_eq!(officer.get("/api/v1/me").await.expect(200)["seats"], json!([]));
    // The one who was named begins on their day all the same, and whoever takes the seat away is told so.
    assert_eq!(ended["next"], json!({ "name": "次郎", "starts_on": day(&app, 9).to_string() }));
    let seats = ward.get(&format!("/api/v1/seats?area={}", town::YAMA)).await.expect(200);
    assert_eq!(seats["items"][0]["name"], "次郎");
    // The successor is dismissed before they begin: nothing of the first comes back.
    let next = seats["items"][0]["id"].as_str().expect("an id").to_owned();
    let _ = ward.delete(&format!("/api/v1/seats/{next}")).await.expect(200);
    app.ground.clock.advance(Duration::days(10));
    let held = format!("SELECT count(*) FROM seat WHERE role = 'officer' AND ends_on >= '{}'", day(&app, 0));
    assert_eq!(app.number(&held).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_was_taken_away_by_mistake_is_given_again_on_the_same_day() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let leader = json!({ "area": town::YAMA_1, "role": "leader", "email": "han@asahi.example", "name": "班　長子" });
    let first = officer.post("/api/v1/seats", &leader).await.expect(201);
    let leading = welcomed(&app, &code(&first["invitation"])).await;
    let link = format!("/api/v1/seats/{}/link", first["id"].as_str().expect("a seat"));
    officer.post(&link, &json!({})).await.problem(409, "signs_in_already");
    let _ = name_successor(&leading, "tsugi@asahi.example", day(&app, 9)).await.expect(201);
    let _ = officer.delete(&format!("/api/v1/seats/{}", seat(&leading).await)).await.expect(200);
    leading.post("/api/v1/notices", &notice("もう", town::YAMA_1)).await.problem(403, "no_seat");
    let again = officer.post("/api/v1/seats", &leader).await.expect(201);
    assert_eq!(again["id"], first["id"]);
    let _ = officer.post(&link, &json!({})).await.expect(201);
    let again = officer.post(&link, &json!({})).await.expect(201);
    let leading = welcomed(&app, &code(&again)).await;
    let _ = leading.draft(&notice("班から", town::YAMA_1)).await;
    let _ = name_successor(&leading, "sonotsugi@asahi.example", day(&app, 9)).await.expect(201);
    officer.post("/api/v1/seats", &leader).await.problem(409, "holds_it_already");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_city_drew_up_and_a_dismissed_ward_scheduled_does_not_come_out() {
    let app = TestApp::start().await;
    let (city, ward) = (app.staff(town::CITY).await, app.staff(town::EAST).await);
    let mut later = notice("区の講座", town::EAST);
    let at = (app.ground.clock.now() + Duration::hours(2)).replace_nanosecond(0).expect("a time");
    later["publish_at"] = json!(at.format(&time::format_description::well_known::Rfc3339).expect("a time"));
    let drawn_up = city.draft(&later).await;
    assert_eq!(ward.publish(&drawn_up).await.expect(200)["state"], "scheduled");
    let ended = city.delete(&format!("/api/v1/seats/{}", seat(&ward).await)).await.expect(200);
    assert_eq!(ended["drafts"][0]["title"], "区の講座");
    assert_eq!(city.get(&format!("/api/v1/notices/{drawn_up}")).await.expect(200)["state"], "draft");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_that_a_dismissed_officer_drew_for_others_are_good_for_nothing() {
    let app = TestApp::start().await;
    let (officer, ward) = (app.officer(town::YAMA).await, app.staff(town::EAST).await);
    let home = app.resident(town::YAMA_1).await;
    let me = home.get("/api/v1/me").await.expect(200);
    let (person, household) = (me["person"]["id"].as_str(), me["household"]["id"].as_str());
    let lost = format!("/api/v1/people/{}/lost-phone", person.expect("a person"));
    let way_back = officer.post(&lost, &json!({})).await.expect(201);
    let proxy = format!("/api/v1/households/{}/proxy", household.expect("a household"));
    let answering = officer.post(&proxy, &json!({ "consented_on": day(&app, 0).to_string() })).await.expect(201);

    let _ = ward.delete(&format!("/api/v1/seats/{}", seat(&officer).await)).await.expect(200);
    app.stranger().post("/api/v1/join", &json!({ "code": way_back["code"] })).await.problem(422, "invalid_code");
    let neighbour = app.resident(town::YAMA_1).await;
    let answer = neighbour.post("/api/v1/proxies", &json!({ "code": answering["code"] })).await;
    answer.problem(422, "invalid_code");
}

#[tokio::test(flavor = "multi_thread")]
async fn naming_somebody_opens_nobodys_account() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    // A member of staff who has a password, and one whose link is still on its way.
    let first = app.appoint(town::CITY, Role::Staff, "chief@asahi.example").await;
    welcomed(&app, &first).await;
    let pending = app.appoint(town::CITY, Role::Staff, "clerk@asahi.example").await;
    for email in ["chief@asahi.example", "CLERK@asahi.example"] {
        let named = name_successor(&officer, email, day(&app, 2)).await.expect(201);
        assert_eq!(named["invitation"], json!(null), "a link to somebody else's account");
        let id = named["id"].as_str().expect("an id");
        officer.post(&format!("/api/v1/seats/{id}/link"), &json!({})).await.problem(409, "signs_in_already");
        assert_eq!(officer.delete(&format!("/api/v1/seats/{}/handover", seat(&officer).await)).await.status, 204);
    }
    let credentials = json!({ "email": "chief@asahi.example", "password": PASSWORD });
    let _ = app.stranger().post("/api/v1/session", &credentials).await.expect(201);
    let clerk = welcomed(&app, &pending).await;
    assert_eq!(clerk.get("/api/v1/me").await.expect(200)["person"]["name"], "山田 花子", "nobody is renamed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_person_holds_the_same_seat_again() {
    let app = TestApp::start().await;
    let code = app.appoint(town::YAMA, Role::Officer, "hanako@asahi.example").await;
    let officer = welcomed(&app, &code).await;
    let again = name_successor(&officer, "hanako@asahi.example", day(&app, 2)).await.expect(201);
    assert_eq!(again["invitation"], json!(null));
    app.ground.clock.advance(Duration::days(2));
    let officer = officer.refreshed().await;
    let _ = officer.draft(&notice("二年目", town::YAMA)).await;
    // An officer gives a group its leader, and takes the seat away again.
    let leader = json!({ "area": town::YAMA_1, "role": "leader", "email": "han@asahi.example", "name": "班　長子" });
    let appointed = officer.post("/api/v1/seats", &leader).await.expect(201);
    let leading = welcomed(&app, &self::code(&appointed["invitation"])).await;
    officer.post("/api/v1/seats", &leader).await.problem(409, "holds_it_already");
    let _ = leading.draft(&notice("班から", town::YAMA_1)).await;
    let _ = officer.delete(&format!("/api/v1/seats/{}", seat(&leading).await)).await.expect(200);
    leading.post("/api/v1/notices", &notice("班から", town::YAMA_1)).await.problem(403, "no_seat");
    // Who gives up a seat needs nobody's leave.
    let own = seat(&officer).await;
    let _ = officer.delete(&format!("/api/v1/seats/{own}")).await.expect(200);
    officer.post("/api/v1/notices", &notice("もう", town::YAMA)).await.problem(403, "no_seat");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_of_others_looks_like_none() {
    let app = TestApp::start().await;
    let (yama, kawa) = (app.officer(town::YAMA).await, app.officer(town::KAWA).await);
    let (leader, resident, west) =
        (app.leader(town::YAMA_1).await, app.resident(town::YAMA_1).await, app.staff(town::WEST).await);
    let theirs = seat(&yama).await;
    let body = json!({ "email": "x@asahi.example", "name": "だれか" });
    for stranger in [&kawa, &leader, &resident, &west] {
        for id in [theirs.as_str(), "no-id"] {
            let (unknown, path) = (uuid::Uuid::now_v7(), format!("/api/v1/seats/{id}"));
            let nothing = stranger.get(&format!("/api/v1/seats/{unknown}/handover")).await;
            for answer in [
                stranger.get(&format!("{path}/handover")).await,
                stranger.post(&format!("{path}/handover"), &body).await,
                stranger.delete(&format!("{path}/handover")).await,
                stranger.delete(&path).await,
                stranger.post(&format!("{path}/link"), &json!({})).await,
            ] {
                assert_eq!((answer.status.as_u16(), &answer.text), (404, &nothing.text));
            }
        }
        let unknown = stranger
            .post(
                "/api/v1/seats",
                &json!({ "area": "nowhere", "role": "officer", "email": "x@asahi.example", "name": "だれか" }),
            )
            .await;
        for area in [town::YAMA, town::EAST, town::YAMA_2] {
            let role = if area == town::YAMA_2 { "leader" } else { "officer" };
            let seat = json!({ "area": area, "role": role, "email": "x@asahi.example", "name": "だれか" });
            assert_eq!(stranger.post("/api/v1/seats", &seat).await.text, unknown.text);
        }
    }
    let nowhere = kawa.get("/api/v1/seats?area=nowhere").await;
    assert_eq!(kawa.get(&format!("/api/v1/seats?area={}", town::YAMA)).await.text, nowhere.text);
    // What a client may not set.
    let path = format!("/api/v1/seats/{theirs}/handover");
    for (field, value) in [("ends_on", json!("2040-03-31")), ("role", json!("staff")), ("person", json!(theirs))] {
        let mut body = body.clone();
        body[field] = value;
        yama.post(&path, &body).await.refused_at(&format!("/{field}"));
    }
    yama.post(&path, &json!({ "email": "x@asahi.example", "name": "花\u{202e}子" })).await.refused_at("/name");
    yama.post(&path, &json!({ "email": "x", "name": "花子" })).await.refused_at("/email");
    let seen = yama.get(&format!("/api/v1/seats?area={}&limit=1", town::YAMA)).await.expect(200);
    let next = seen["next_cursor"].as_str().expect("the leader");
    let rest = yama.get(&format!("/api/v1/seats?area={}&cursor={next}", town::YAMA)).await.expect(200);
    assert_eq!((rest["items"][0]["role"].clone(), rest["next_cursor"].clone()), (json!("leader"), json!(null)));
    assert!(app.number("SELECT count(*) FROM audit WHERE act = 'look at seats'").await >= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handing_over_walked_through_in_pages() {
    let app = TestApp::start().await;
    let code = app.appoint(town::YAMA, Role::Officer, "taro@asahi.example").await;
    let old = Browser::new(&app);
    let _ = old.send("/welcome", &[("code", &code), ("password", PASSWORD)]).await;
    let list = old.open("/seats").await;
    assert!(list.text.contains("山町内会") && list.text.contains("引き継ぎ"), "{}", list.text);
    let path = list.text.split('"').find(|part| part.ends_with("/handover")).expect("a link").to_owned();
    let page = old.open(&path).await;
    for text in ["次の方を決める", "引き継ぐこと", "紙で回す", "届け方を決めていない", "山町内会 役員"]
    {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let tomorrow = day(&app, 1).to_string();
    let refused = old.send(&path, &[("name", "次郎"), ("email", "jiro"), ("starts_on", &tomorrow)]).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("メールアドレスの形ではありません") && refused.text.contains("次郎"),
        "{}",
        refused.text
    );
    let done = old.send(&path, &[("name", "次郎"), ("email", "jiro@asahi.example"), ("starts_on", &tomorrow)]).await;
    assert!(done.text.contains("class=\"qr\"") && done.text.contains("次郎さん"), "{}", done.text);
    let link = done.text.split("/welcome#").nth(1).and_then(|rest| rest.get(..19)).expect("a code").to_owned();
    assert!(old.open(&path).await.text.contains("次の方を取り消す"));

    let new = Browser::new(&app);
    let _ = new.send("/welcome", &[("code", &link), ("password", PASSWORD)]).await;
    app.ground.clock.advance(Duration::DAY);
    assert!(new.open("/seats").await.text.contains("次郎"));
    for page in [path.as_str(), "/seats", "/seats/new"] {
        assert_eq!(old.open(page).await.status, 404, "{page}");
    }
    let fields = [
        ("title", "もう"),
        ("body", "役員ではない"),
        ("importance", "normal"),
        ("to", "everyone"),
        ("areas", town::YAMA),
    ];
    assert_eq!(old.send("/notices/new", &fields).await.status, 403);
}
