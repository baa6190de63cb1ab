//! The surge that follows a push: many open and stamp at the same moment, and each is answered as if they were alone.

use std::time::Duration;

use api::{
    receipts::{self, Stamp},
    server,
};
use entity::ids::NoticeId;
use futures_util::future::join_all;
use reqwest::StatusCode;
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use serde_json::{Value, json};
use tests::{Actor, TestApp, actor::notice, link::breakable_link, server::lease, town};
use tokio::{net::TcpListener, time::sleep};
use uuid::Uuid;

/// Circulations to everyone whose counts are not what a recount finds.
const MISCOUNTED: &str = "SELECT count(*) FROM circulation c CROSS JOIN LATERAL (
        SELECT count(*) AS read, count(r.acknowledged_at) AS acknowledged
        FROM receipt r JOIN household h ON h.id = r.reader_id JOIN area a ON a.id = h.area_id
        WHERE r.notice_id = c.notice_id AND a.path @> ARRAY[c.area_id]) AS recount
    WHERE (c.read_count, c.acknowledged_count) IS DISTINCT FROM (recount.read, recount.acknowledged)";

const HOMES: [&str; 4] = [town::YAMA_1, town::YAMA_2, town::OKA, town::KAWA];

/// Somebody of each of the 24 homes of the town, twice: two phones to a home.
async fn everybody(app: &TestApp) -> Vec<Actor<'_>> {
    let slips: Vec<String> = HOMES.iter().flat_map(|home| (0..6).map(|_| app.slip(home))).collect();
    join_all(slips.iter().chain(&slips).map(|slip| app.join(slip))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn many_readers_at_once_are_each_answered_counted_and_written_together() {
    let app = TestApp::start().await;
    let city = app.staff(town::CITY).await;
    let ids = [city.announce("一つめ", town::CITY).await, city.announce("二つめ", town::CITY).await];
    app.work().await;
    let people = everybody(&app).await;

    // The first groups are held up until the others have come, so that it is not the speed of the machine that says how many there are.
    let hold = app.db().begin().await.expect("a transaction");
    hold.execute_unprepared("LOCK TABLE receipt IN EXCLUSIVE MODE").await.expect("a lock");
    let stamps = people.iter().enumerate().flat_map(|(n, one)| ids.iter().map(move |id| one.receipt(id, n % 3 == 0)));
    let release = async {
        sleep(Duration::from_millis(500)).await;
        hold.rollback().await.expect("a release");
    };
    let (answers, ()) = tokio::join!(join_all(stamps), release);
    assert_eq!(answers.len(), 96);
    for answer in answers {
        let receipt = answer.expect(200);
        assert!(receipt["read_at"].is_string() && receipt["source"] == "digital", "{receipt}");
    }
    assert_eq!(app.number("SELECT count(*) FROM receipt").await, 48);
    assert_eq!(app.number(MISCOUNTED).await, 0);
    assert_eq!(app.number("SELECT sum(read_count) FROM circulation").await, 48);
    let commits = app.number("SELECT count(DISTINCT xmin::text) FROM receipt").await;
    assert!(commits <= 12, "48 receipts took {commits} commits");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_with_two_phones_has_one_stamp() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("町内会から", town::YAMA).await;
    app.work().await;
    let slip = app.slip(town::YAMA_1);
    let family = join_all((0..8).map(|_| app.join(&slip))).await;
    let answers = join_all(family.iter().enumerate().map(|(n, one)| one.receipt(&id, n % 2 == 1))).await;
    let receipts: Vec<Value> = answers.into_iter().map(|answer| answer.expect(200)).collect();
    let stands = family[0].receipt(&id, false).await.expect(200);
    for (n, receipt) in receipts.iter().enumerate() {
        assert_eq!(receipt["read_at"], stands["read_at"]);
        // Who stamped sees the stamp, and never another than the one that stays.
        assert!(
            receipt["acknowledged_at"] == stands["acknowledged_at"]
                || n % 2 == 0 && receipt["acknowledged_at"].is_null()
        );
    }
    assert_eq!(app.number("SELECT (read_count * 10 + acknowledged_count)::bigint FROM circulation").await, 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_one_group_each_gets_their_own_answer() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("町内会から", town::YAMA).await;
    let draft = officer.draft(&notice("下書き", town::YAMA)).await;
    app.work().await;
    let slip = app.slip(town::YAMA_1);
    let people = [
        app.join(&slip).await,
        app.join(&slip).await,
        app.resident(town::YAMA_2).await,
        app.resident(town::KAWA).await,
    ];
    let gone = app.resident(town::YAMA_2).await;
    let gone_is = sign_in(&app, &gone).await;
    assert_eq!(gone.send(gone.request(reqwest::Method::DELETE, "/api/v1/session")).await.status, 204);
    gone.receipt(&id, true).await.problem(401, "unauthenticated");

    let notice = NoticeId(id.parse().expect("an id"));
    let stamp = |who: &api::identity::SignIn, notice, acknowledged| Stamp::of(who.clone(), notice, acknowledged);
    let [mother, father, neighbour, stranger] = [
        sign_in(&app, &people[0]).await,
        sign_in(&app, &people[1]).await,
        sign_in(&app, &people[2]).await,
        sign_in(&app, &people[3]).await,
    ];
    let author = sign_in(&app, &officer).await;
    let stamps = [
        stamp(&mother, notice, false),
        stamp(&gone_is, notice, true),
        stamp(&father, notice, true),
        stamp(&stranger, notice, true),
        stamp(&mother, notice, false),
        stamp(&mother, NoticeId(Uuid::now_v7()), true),
        stamp(&neighbour, notice, false),
        stamp(&author, NoticeId(draft.parse().expect("an id")), true),
        stamp(&author, notice, false),
    ];
    let tx = app.db().begin().await.expect("a transaction");
    let now = app.ground.clock.now();
    let written = receipts::record(&tx, &stamps, now).await.expect("a group");
    tx.commit().await.expect("a commit");
    let short = |one: &Result<entity::receipt::Model, receipts::ReceiptError>| match one {
        Ok(receipt) if receipt.acknowledged_at.is_some() => "stamped".to_owned(),
        Ok(_) => "opened".to_owned(),
        Err(error) => error.to_string(),
    };
    let (nobody, nothing) = ("nobody is signed in", "there is no such notice for the caller");
    let expected =
        ["stamped", nobody, "stamped", nothing, "stamped", nothing, "opened", "the notice is not published", "opened"];
    assert_eq!(written.iter().map(short).collect::<Vec<_>>(), expected);
    // The officer belongs to no household: theirs is a receipt, and in no count of homes.
    assert_eq!(app.number("SELECT count(*) FROM receipt").await, 3);
    assert_eq!(app.number(MISCOUNTED).await, 0);
}

/// By what an actor is signed in.
async fn sign_in(app: &TestApp, actor: &Actor<'_>) -> api::identity::SignIn {
    use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
    let person: Uuid = actor.tokens["person"]["id"].as_str().expect("a person").parse().expect("an id");
    let session = entity::session::Entity::find().filter(entity::session::Column::PersonId.eq(person));
    let session = session.one(app.db()).await.expect("a query").expect("a session");
    api::identity::SignIn::Session(session.city_id, session.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_can_read_a_notice_can_stamp_it_and_nobody_else() {
    let app = TestApp::start().await;
    let (city, ward) = (app.staff(town::CITY).await, app.staff(town::WEST).await);
    let (yama, kawa) = (app.officer(town::YAMA).await, app.officer(town::KAWA).await);
    let leader = app.leader(town::YAMA_1).await;
    let mut for_officers = notice("役員へ", town::EAST);
    for_officers["audience"]["to"] = json!("officers");
    let mut alone = notice("津波", town::WEST);
    alone["importance"] = json!("emergency");
    let (for_officers, alone) = (city.draft(&for_officers).await, city.draft(&alone).await);
    let _ = city.publish(&for_officers).await.expect(200);
    let by_oneself = json!({ "alone": true, "reason": "ほかにだれもいないため" });
    let _ = city.post(&format!("/api/v1/notices/{alone}/publish"), &by_oneself).await.expect(200);
    let ids = [
        city.announce("市から", town::CITY).await,
        ward.announce("西区から", town::WEST).await,
        yama.announce("山町内会から", town::YAMA).await,
        leader.announce("一班から", town::YAMA_1).await,
        for_officers,
        alone,
        Uuid::now_v7().to_string(),
    ];
    app.work().await;
    let mut people = vec![city, ward, app.staff(town::EAST).await, app.staff(town::CENTRE).await, yama, kawa, leader];
    for home in HOMES {
        people.push(app.resident(home).await);
    }
    let both = |(one, id)| async move {
        (Actor::receipt(one, id, true).await, one.get(&format!("/api/v1/notices/{id}")).await)
    };
    let pairs = people.iter().flat_map(|one| ids.iter().map(move |id| (one, id.as_str())));
    let answers = join_all(pairs.map(both)).await;
    let (may, may_not): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(receipt, _)| receipt.status == 200);
    assert!(may.len() > 30 && may_not.len() > 25, "{} may, {} may not", may.len(), may_not.len());
    assert!(may.iter().all(|(_, shown)| shown.status == 200));
    for (receipt, shown) in may_not {
        assert_eq!((receipt.status, &receipt.text), (StatusCode::NOT_FOUND, &shown.text));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cant_be_written_takes_none_with_it() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("町内会から", town::YAMA).await;
    app.work().await;
    let people = join_all((0..6).map(|_| app.resident(town::YAMA_1))).await;
    let unlucky = people[2].tokens["household"]["id"].as_str().expect("a household");
    app.tamper(&format!("ALTER TABLE receipt ADD CHECK (reader_id <> '{unlucky}')")).await;
    let answers = join_all(people.iter().map(|one| one.receipt(&id, true))).await;
    for (n, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer.status.as_u16(), if n == 2 { 500 } else { 200 });
    }
    assert_eq!(app.number("SELECT sum(acknowledged_count) FROM circulation").await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_nobody_is_told_that_it_worked() {
    let (near, switch) = breakable_link(([127, 0, 0, 1], lease().port()).into()).await;
    let app = TestApp::behind(|url| url.replace(&format!(":{}/", lease().port()), &format!(":{near}/"))).await;
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("町内会から", town::YAMA).await;
    app.work().await;
    let people = join_all((0..12).map(|n| app.resident(HOMES[n / 6]))).await;
    let _ = people[0].receipt(&id, true).await.expect(200);

    switch.cut();
    for answer in join_all(people.iter().map(|one| one.receipt(&id, true))).await {
        assert!(answer.headers.contains_key("retry-after"));
        answer.problem(503, "unavailable");
    }
    people[0].get("/api/v1/notices").await.problem(503, "unavailable");
    switch.mend();
    let answers = join_all(people.iter().map(|one| one.receipt(&id, true))).await;
    answers.into_iter().for_each(|answer| drop(answer.expect(200)));
    assert_eq!(
        app.number("SELECT (sum(read_count) * 100 + sum(acknowledged_count))::bigint FROM circulation").await,
        1212
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_write_side_by_side() {
    let app = TestApp::start().await;
    let city = app.staff(town::CITY).await;
    let ids = [city.announce("一つめ", town::CITY).await, city.announce("二つめ", town::CITY).await];
    app.work().await;
    let people = everybody(&app).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port").into_std().expect("a socket");
    let other = format!("http://{}", listener.local_addr().expect("an address"));
    let second = server::serve(listener, &app.ground).expect("a second server");
    let handle = second.handle();
    let second = tokio::spawn(second.end());

    // Every home comes to both servers at once, to the second in the opposite order.
    let at_first = people.iter().flat_map(|one| ids.iter().map(move |id| one.receipt(id, true)));
    let at_second = people.iter().rev().flat_map(|one| ids.iter().rev().map(move |id| (one, id))).map(|(one, id)| {
        let request = app.http().put(format!("{other}/api/v1/notices/{id}/receipt"));
        let token = one.tokens["access_token"].as_str().expect("a token");
        one.send(request.bearer_auth(token).json(&json!({ "acknowledged": true })))
    });
    let (first, at_second) = tokio::join!(join_all(at_first), join_all(at_second));
    first.into_iter().chain(at_second).for_each(|answer| drop(answer.expect(200)));
    handle.stop(true).await;
    second.await.expect("an end").expect("a good end");
    assert_eq!(app.number("SELECT count(*) FROM receipt WHERE acknowledged_at IS NOT NULL").await, 48);
    assert_eq!(app.number(MISCOUNTED).await, 0);
}
