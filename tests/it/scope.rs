//! One city at a time: what PostgreSQL shows to the roles in which the program works, whatever a query forgets to say.

use api::postgres::{self, cities::Cities, sql};
use entity::ids::CityId;
use sea_orm::{ConnectionTrait, TransactionTrait as _};
use serde_json::json;
use tests::{TestApp, town};

/// Asks for a number without a word of any city.
async fn unscoped(db: &impl ConnectionTrait, query: &str) -> i64 {
    let row = db.query_one_raw(sql(query, [])).await.expect("a query").expect("a row");
    row.try_get_by_index(0).expect("a number")
}

/// The town, and another one of the same size beside it; their ids.
async fn two_cities() -> (TestApp, CityId, CityId) {
    let app = TestApp::start().await;
    let other = |text: &str| text.replace("900001", "900002").replace("あさひ市", "ゆうひ市");
    let slips = app.import(&other(town::AREAS), &other(&town::households())).await;
    app.keep_slips(slips);
    let id = async |code: &str| {
        let row = app.db().query_one_raw(sql("SELECT id FROM city WHERE code = $1", [code.into()])).await;
        CityId(row.expect("a query").expect("a city").try_get("", "id").expect("an id"))
    };
    let (ours, theirs) = (id("900001").await, id("900002").await);
    (app, ours, theirs)
}

#[actix_web::test]
async fn a_query_that_forgot_its_city_finds_its_own_or_nothing() {
    let (app, ours, _) = two_cities().await;
    let cities: &Cities = &app.ground.cities;
    let households = "SELECT count(*) FROM household";
    assert_eq!(unscoped(app.db(), households).await, 48, "its owner sees both");
    let look = cities.look(ours).await.expect("a look");
    assert_eq!(unscoped(&look, households).await, 24);
    assert_eq!(unscoped(&look, "SELECT count(*) FROM city").await, 1);
    let written = look.execute_unprepared("UPDATE household SET label = label || 'x'").await;
    assert!(written.is_err(), "looking does not write");
    drop(look);
    let (nobody, changed) = cities
        .write(None, async |tx| {
            let seen = unscoped(tx, households).await;
            Ok((seen, tx.execute_unprepared("UPDATE household SET delivery = 'paper'").await?.rows_affected()))
        })
        .await
        .expect("a write");
    assert_eq!((nobody, changed), (0, 0), "who has named no city finds nothing");
    let changed = cities.write(Some(ours), async |tx| {
        Ok(tx.execute_unprepared("UPDATE household SET delivery = 'paper'").await?.rows_affected())
    });
    assert_eq!(changed.await.expect("a write"), 24);
    assert_eq!(app.number("SELECT count(*) FROM household WHERE delivery = 'paper'").await, 24 + 4);
}

#[actix_web::test]
async fn nothing_is_written_into_another_city() {
    let (app, ours, theirs) = two_cities().await;
    let smuggled = app.ground.cities.write(Some(ours), async move |tx| {
        let row = sql(
            "INSERT INTO person (city_id, id, created_at) VALUES ($1, gen_random_uuid(), now())",
            [theirs.0.into()],
        );
        Ok(tx.execute_raw(row).await.is_err())
    });
    assert!(smuggled.await.expect("an answer"), "the policy refuses the row");
    assert_eq!(app.number("SELECT count(*) FROM person").await, 0);
}

#[tokio::test]
async fn every_table_of_a_city_is_scoped_and_the_roles_own_nothing() {
    let app = TestApp::empty(&[]).await;
    let open = "SELECT count(*) FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'city_id' AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
          AND (NOT c.relrowsecurity OR 2 <> (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid))";
    assert_eq!(app.number(open).await, 0, "a table without its policies");
    let keyed = "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'city_id' AND NOT a.attisdropped
        WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace AND i.indkey[0] <> a.attnum";
    assert_eq!(app.number(keyed).await, 0, "a key that does not begin with its city");
    let strong = "SELECT count(*) FROM pg_roles r WHERE rolname IN ('kairan_city', 'kairan_all')
        AND (rolsuper OR rolbypassrls OR rolcanlogin OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid))";
    assert_eq!(app.number(strong).await, 0);
    for role in ["kairan_city", "kairan_all"] {
        for statement in ["UPDATE audit SET act = 'x'", "DELETE FROM audit", "TRUNCATE audit", "DROP TABLE audit"] {
            let tx = app.db().begin().await.expect("a transaction");
            tx.execute_unprepared(&format!("SET LOCAL ROLE {role}")).await.expect("the role");
            assert!(tx.execute_unprepared(statement).await.is_err(), "{role}: {statement}");
        }
    }
}

/// Callers, lists and receipts are asked for many at once, of whatever cities, and so in the role that sees all of them. What stands in for the policies
/// there is that every key and every join begins with the city.
#[tokio::test]
async fn what_is_asked_together_is_answered_apart() {
    let (app, ours, theirs) = two_cities().await;
    let here = app.staff(town::CITY).await.announce("あさひ市から", town::CITY).await;
    let there = app.staff("900002").await.announce("ゆうひ市から", "900002").await;
    app.work().await;
    let (mut at_home, mut next_door) = (Vec::new(), Vec::new());
    for _ in 0..6 {
        at_home.push(app.resident(town::YAMA).await);
        next_door.push(app.resident(&town::YAMA.replace("900001", "900002")).await);
    }
    // All at once: they come into the same groups.
    let lists = async |actors: &[tests::Actor<'_>]| {
        futures_util::future::join_all(actors.iter().map(tests::Actor::titles)).await
    };
    let (mine, yours) = tokio::join!(lists(&at_home), lists(&next_door));
    assert!(mine.iter().all(|titles| titles == &["あさひ市から"]), "{mine:?}");
    assert!(yours.iter().all(|titles| titles == &["ゆうひ市から"]), "{yours:?}");
    let stamp = async |actor: &tests::Actor<'_>, id: &str| {
        actor.put(&format!("/api/v1/notices/{id}/receipt"), &json!({ "acknowledged": true })).await.status
    };
    let stamps = at_home.iter().map(|one| (one, &here, &there)).chain(next_door.iter().map(|one| (one, &there, &here)));
    let answers = futures_util::future::join_all(
        stamps.map(async |(one, own, other)| (stamp(one, own).await.as_u16(), stamp(one, other).await.as_u16())),
    );
    assert!(answers.await.iter().all(|answer| *answer == (200, 404)));
    for (city, notice) in [(ours, &here), (theirs, &there)] {
        let right = format!("SELECT count(*) FROM receipt WHERE city_id = '{}' AND notice_id = '{notice}'", city.0);
        assert_eq!(app.number(&right).await, 6);
    }
    assert_eq!(app.number("SELECT count(*) FROM receipt").await, 12);
}

#[tokio::test]
async fn an_owner_who_may_not_make_roles_is_told_what_to_have_done() {
    let app = TestApp::empty(&[]).await;
    let name = format!("plain_{}", uuid::Uuid::now_v7().simple());
    app.tamper(&format!("CREATE ROLE {name} LOGIN")).await;
    app.tamper(&format!("CREATE DATABASE {name} OWNER {name}")).await;
    let url = tests::server::lease().url(&name).replace("kairan@", &format!("{name}@"));
    let db = postgres::connect(&url.into(), 2).await.expect("the database");
    let refused = postgres::migrate(&db).await.expect_err("no roles").to_string();
    assert!(refused.contains(&format!("GRANT kairan_city, kairan_all TO {name};")), "{refused}");
    app.tamper(&format!("GRANT kairan_city, kairan_all TO {name}")).await;
    postgres::migrate(&db).await.expect("a schema");
    db.close().await.expect("a closed connection");
    app.tamper(&format!("DROP DATABASE {name}")).await;
    app.tamper(&format!("DROP ROLE {name}")).await;
}
