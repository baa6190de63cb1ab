//! Accounting for what was done, and for every look at a list of people.

use api::audit::{self, Broken, Period, Seen, Whole};
use entity::ids::{CityId, PersonId};
use sea_orm::ConnectionTrait as _;
use serde_json::json;
use tests::{Actor, TestApp, actor::notice, town};
use time::Duration;

async fn city(app: &TestApp) -> CityId {
    let row = app.db().query_one_raw(api::postgres::sql("SELECT id FROM city", [])).await.expect("a query");
    CityId(row.expect("a city").try_get("", "id").expect("an id"))
}

async fn id_of(actor: &Actor<'_>) -> PersonId {
    let me = actor.get("/api/v1/me").await.expect(200);
    PersonId(me["person"]["id"].as_str().expect("an id").parse().expect("a uuid"))
}

async fn verified(app: &TestApp, kept: Option<&Whole>) -> Result<Whole, Broken> {
    audit::verify(app.db(), city(app).await, kept).await.expect("the log")
}

fn the_last_hour(app: &TestApp) -> Period {
    let now = app.ground.clock.now();
    Period { from: now - Duration::HOUR, until: now + Duration::MINUTE }
}

/// Three notices published, corrected and withdrawn by one officer: five entries.
async fn a_busy_morning(app: &TestApp) -> (Actor<'_>, String) {
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("溝掃除", town::YAMA).await;
    officer.announce("夏祭り", town::YAMA).await;
    officer.announce("訃報", town::YAMA).await;
    app.work().await;
    let _ = officer
        .post(&format!("/api/v1/notices/{id}/correct"), &json!({ "title": "溝掃除（延期）", "reason": "雨" }))
        .await
        .expect(200);
    let _ = officer.post(&format!("/api/v1/notices/{id}/withdraw"), &json!({})).await.expect(200);
    app.work().await;
    (officer, id)
}

#[tokio::test]
async fn who_did_what_by_which_seat_from_where_is_written_down() {
    let app = TestApp::start().await;
    let (officer, id) = a_busy_morning(&app).await;
    let found = audit::search(app.db(), (city(&app).await, Some(id_of(&officer).await)), the_last_hour(&app)).await;
    let found = found.expect("entries");
    let acts: Vec<&str> = found.iter().map(|entry| &*entry.act).collect();
    assert_eq!(acts, ["set first password", "publish", "publish", "publish", "correct", "withdraw"]);
    let last = found.last().expect("an entry");
    assert_eq!((&*last.object, &*last.detail, &*last.outcome), (&*id, "溝掃除（延期）", "done"));
    assert_eq!((last.seat.as_deref(), last.address.as_deref()), (Some("山町内会"), Some("127.0.0.1")));
    assert_eq!(last.who.as_deref(), Some("山田 花子"));
    let nobody = audit::search(app.db(), (city(&app).await, Some(PersonId::new())), the_last_hour(&app)).await;
    assert!(nobody.expect("entries").is_empty());
}

#[tokio::test]
async fn a_missing_or_changed_entry_shows() {
    let app = TestApp::start().await;
    assert_eq!(verified(&app, None).await, Ok(Whole { seq: 0, hash: Vec::new() }), "nothing has happened yet");
    a_busy_morning(&app).await;
    let kept = verified(&app, None).await.expect("a whole log");
    assert_eq!(kept.seq, 6);

    for (change, back) in [
        ("detail = 'x'", "detail = '夏祭り'"),
        ("outcome = 'refused'", "outcome = 'done'"),
        ("at = at + interval '1 microsecond'", "at = at - interval '1 microsecond'"),
        ("address = '192.0.2.1'", "address = '127.0.0.1'"),
        ("persons = ARRAY[id]", "persons = '{}'"),
    ] {
        app.tamper(&format!("UPDATE audit SET {change} WHERE seq = 3")).await;
        assert_eq!(verified(&app, None).await, Err(Broken::Changed(3)), "{change}");
        app.tamper(&format!("UPDATE audit SET {back} WHERE seq = 3")).await;
        assert!(verified(&app, None).await.is_ok(), "{back}");
    }
    app.tamper("CREATE TABLE taken AS SELECT * FROM audit WHERE seq = 4").await;
    app.tamper("DELETE FROM audit WHERE seq = 4").await;
    assert_eq!(verified(&app, None).await, Err(Broken::Missing(4)));
    // Whoever forges all that follows has to forge the end as well, which was kept elsewhere.
    app.tamper("UPDATE audit SET seq = seq - 1 WHERE seq > 4").await;
    app.tamper(
        "UPDATE audit a SET previous = coalesce((SELECT hash FROM audit b WHERE b.seq = a.seq - 1), '') WHERE seq = 4",
    )
    .await;
    app.tamper("UPDATE audit a SET hash = audit_hash(a) WHERE seq = 4").await;
    app.tamper("UPDATE audit a SET previous = (SELECT hash FROM audit b WHERE b.seq = 4) WHERE seq = 5").await;
    app.tamper("UPDATE audit a SET hash = audit_hash(a) WHERE seq = 5").await;
    assert_eq!(verified(&app, None).await, Err(Broken::CutOff(6)), "the head still knows of six");
    app.tamper("UPDATE audit_head SET seq = 5, hash = (SELECT hash FROM audit WHERE seq = 5)").await;
    assert!(verified(&app, None).await.is_ok(), "who owns the database can forge it all");
    assert_eq!(verified(&app, Some(&kept)).await, Err(Broken::CutOff(6)), "but not what was kept elsewhere");
}

#[tokio::test]
async fn the_program_itself_can_neither_forge_nor_forget() {
    let app = TestApp::start().await;
    a_busy_morning(&app).await;
    for forged in [
        "UPDATE audit SET act = 'look'",
        "DELETE FROM audit WHERE seq = 5",
        "UPDATE audit_head SET seq = 0",
        "DELETE FROM audit_head",
        "SELECT seq FROM audit_head",
        "ALTER TABLE audit DISABLE TRIGGER audit_links",
    ] {
        let tried = app.ground.db.execute_unprepared(forged).await;
        assert!(tried.is_err(), "{forged}");
    }
    // A number and a hash of its own are not taken.
    let own = "INSERT INTO audit (city_id, id, at, act, object, seq, previous, hash)
               SELECT id, gen_random_uuid(), now(), 'x', 'y', 99, '', '' FROM city";
    app.ground.db.execute_unprepared(own).await.expect("an entry");
    assert_eq!(verified(&app, None).await.expect("a whole log").seq, 7);
}

#[tokio::test]
async fn what_cannot_be_accounted_for_does_not_happen() {
    let app = TestApp::start().await;
    let officer = app.officer(town::YAMA).await;
    let draft = officer.post("/api/v1/notices", &notice("溝掃除", town::YAMA)).await.expect(201);
    let id = draft["id"].as_str().expect("an id");
    app.tamper("REVOKE INSERT ON audit FROM kairan_city").await;
    officer.publish(id).await.problem(500, "internal");
    assert_eq!(app.number("SELECT count(*) FROM notice WHERE published_at IS NOT NULL").await, 0);
    app.tamper("GRANT INSERT ON audit TO kairan_city").await;
    let _ = officer.publish(id).await.expect(200);
    app.work().await;
}

#[tokio::test]
async fn what_was_refused_is_written_down_too() {
    let app = TestApp::start().await;
    let id = app.staff(town::CITY).await.announce("市から", town::CITY).await;
    app.work().await;
    let officer = app.officer(town::YAMA).await;
    officer.post(&format!("/api/v1/notices/{id}/withdraw"), &json!({})).await.problem(403, "not_your_notice");
    let found = audit::search(app.db(), (city(&app).await, Some(id_of(&officer).await)), the_last_hour(&app)).await;
    let found = found.expect("entries");
    assert_eq!(found.len(), 2);
    assert_eq!((&*found[1].act, &*found[1].outcome), ("POST /api/v1/notices/{id}/withdraw", "refused"));
    assert_eq!((&*found[1].detail, found[1].object.contains(&id)), ("not_your_notice", true));
}

#[tokio::test]
async fn whose_data_somebody_saw_is_one_question() {
    let app = TestApp::start().await;
    let id = app.staff(town::CITY).await.announce("市から", town::CITY).await;
    app.work().await;
    let slip = app.slip(town::YAMA_1);
    for _ in 0..3 {
        app.join(&slip).await;
    }
    app.resident(town::YAMA_2).await;
    let (leader, officer) = (app.leader(town::YAMA_1).await, app.officer(town::YAMA).await);
    let coverage = format!("/api/v1/notices/{id}/coverage?by=household");
    let seen = async |who: &Actor<'_>| {
        let seen = audit::seen_by(app.db(), (city(&app).await, id_of(who).await), the_last_hour(&app)).await;
        seen.expect("an answer")
    };
    assert_eq!(seen(&leader).await, Seen::default());
    for _ in 0..2 {
        let _ = leader.get(&coverage).await.expect(200);
    }
    let by_leader = seen(&leader).await;
    assert_eq!((by_leader.looks, by_leader.households.len(), by_leader.persons.len()), (2, 6, 3));
    assert!(by_leader.households.iter().all(|(_, place, _)| place == "1班"), "{by_leader:?}");
    let _ = officer.get(&coverage).await.expect(200);
    let by_officer = seen(&officer).await;
    assert_eq!((by_officer.looks, by_officer.households.len(), by_officer.persons.len()), (1, 12, 4));
    // A page with the names of staff is a look like the list of a call.
    let ward = app.staff(town::EAST).await;
    assert_eq!(ward.get("/seats").await.status, 200);
    assert_eq!((seen(&ward).await.looks, seen(&ward).await.persons.len()), (1, 1));
    let before = Period { until: app.ground.clock.now() - Duration::MINUTE, ..the_last_hour(&app) };
    let then = audit::seen_by(app.db(), (city(&app).await, id_of(&officer).await), before).await.expect("an answer");
    assert_eq!(then.looks, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_fills_the_log_with_what_they_are_refused() {
    let app = TestApp::start().await;
    let resident = app.resident(town::YAMA_1).await;
    let asked = json!({ "exact_days": 1, "receipt_months": 12, "sign_in_months": 1 });
    for _ in 0..30 {
        resident.put("/api/v1/retention", &asked).await.problem(403, "not_the_city");
    }
    let refused = "SELECT count(*) FROM audit WHERE outcome = 'refused'";
    assert_eq!(app.number(refused).await, 11);
    assert_eq!(app.number(&format!("{refused} AND detail LIKE '%more of this minute%'")).await, 1);
    app.ground.clock.advance(Duration::minutes(2));
    resident.put("/api/v1/retention", &asked).await.problem(403, "not_the_city");
    assert_eq!(app.number(refused).await, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_adds_meanwhile_the_log_is_whole() {
    let app = TestApp::start().await;
    let officers = [app.officer(town::YAMA).await, app.officer(town::OKA).await];
    let writing = async {
        for number in 0..12 {
            let officer = &officers[number % 2];
            officer.announce("回覧", if number % 2 == 0 { town::YAMA } else { town::OKA }).await;
        }
    };
    let verifying = async {
        for _ in 0..40 {
            verified(&app, None).await.expect("a log that is whole");
        }
    };
    tokio::join!(writing, verifying);
    app.work().await;
}

#[actix_web::test]
async fn a_function_with_its_owners_rights_can_not_be_given_other_tables() {
    let app = TestApp::start().await;
    let (officer, _) = a_busy_morning(&app).await;
    let (city, person) = (city(&app).await, id_of(&officer).await);
    let forged = app.ground.cities.write(Some(city), async move |tx| {
        tx.execute_unprepared("CREATE TEMPORARY TABLE audit_head (city_id uuid PRIMARY KEY, seq bigint, hash bytea)")
            .await?;
        let head = format!("INSERT INTO audit_head VALUES ('{}', 900000, '')", city.0);
        tx.execute_unprepared(&head).await?;
        audit::record(
            tx,
            (city, Some(person)),
            "forged",
            (String::new(), String::new()),
            time::OffsetDateTime::UNIX_EPOCH,
        )
        .await?;
        Ok(())
    });
    let _ = forged.await;
    verified(&app, None).await.expect("a log that is whole");
}
