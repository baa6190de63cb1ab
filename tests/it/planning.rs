//! A notice for many associations is planned in parts, and nobody falls between two of them.

use api::push::fan_out::fan_out;
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use serde_json::json;
use tests::{Phone, PushService, Reply, TestApp, actor::notice};
use time::Duration;

const CITY: &str = "900002";
/// More associations than the first part of a plan holds.
const ASSOCIATIONS: usize = 20;

fn association(number: usize) -> String {
    format!("{CITY}-1-{number:02}")
}

/// A city with a ward and twenty associations, each with a group of two homes and a home beside it.
async fn wide_city(push: &PushService) -> (TestApp, Vec<Vec<String>>) {
    let app = TestApp::empty_with_push(push, &[]).await;
    let mut areas =
        format!("code,parent_code,kind,name,latitude,longitude\n{CITY},,city,ひろ市,,\n{CITY}-1,{CITY},ward,中区,,\n");
    let mut households = String::from("area_code,group,household,delivery\n");
    for number in 0..ASSOCIATIONS {
        let code = association(number);
        areas.push_str(&format!("{code},{CITY}-1,association,第{number}町内会,,\n"));
        households.push_str(&format!("{code},1,1号,digital\n{code},1,2号,digital\n{code},,3号,digital\n"));
    }
    let slips = app.import(&areas, &households).await;
    let of = |number: usize| {
        let group = |group: &str| slips.get(&(association(number), group.to_owned())).cloned().unwrap_or_default();
        [group("1"), group("")].concat()
    };
    let codes = (0..ASSOCIATIONS).map(of).collect();
    (app, codes)
}

fn rings(phones: &[Phone]) -> Vec<usize> {
    phones.iter().map(|phone| phone.arrived().len()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wide_notice_is_planned_in_parts_and_everybody_is_in_one() {
    let push = PushService::start().await;
    let (app, codes) = wide_city(&push).await;
    let mut phones = Vec::new();
    for codes in &codes {
        for code in codes {
            let phone = push.phone();
            app.join(code).await.turn_on(&phone).await;
            phones.push(phone);
        }
    }
    // Somebody who lives in the last association holds a seat in the first: by both they are meant once.
    let person = "SELECT p.id FROM person p JOIN household h ON h.id = p.household_id JOIN area a ON a.id = h.area_id";
    let holder = format!("{person} WHERE a.code LIKE '{}%' LIMIT 1", association(ASSOCIATIONS - 1));
    app.tamper(&format!(
        "INSERT INTO seat (city_id, id, person_id, area_id, role, starts_on)
         SELECT city_id, gen_random_uuid(), ({holder}), id, 'officer', '2020-01-01' FROM area WHERE code = '{}'",
        association(0)
    ))
    .await;
    let staff = app.staff(CITY).await;
    // A group is named besides its association: its homes are still in one part.
    let mut wide = notice("市から", CITY);
    wide["audience"]["areas"] = json!([CITY, format!("{}.1", association(3))]);
    let id = staff.draft(&wide).await;
    let _ = staff.publish(&id).await.expect(200);

    let planned = async || app.number("SELECT subscriptions::bigint FROM plan").await;
    assert!(fan_out(app.db(), app.ground.clock.now()).await.expect("a part"));
    let first = planned().await;
    assert!((1..60).contains(&first), "a part of them: {first}");
    assert_eq!(app.number("SELECT count(*) FROM plan WHERE complete").await, 0);
    app.work().await;
    assert_eq!(planned().await, 60);
    assert_eq!(rings(&phones), vec![1; 60]);
    app.work().await;
    assert_eq!(rings(&phones), vec![1; 60]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_waits_until_the_rest_is_planned() {
    let push = PushService::start().await;
    let (app, codes) = wide_city(&push).await;
    let mut phones = Vec::new();
    for codes in &codes {
        let phone = push.phone();
        app.join(&codes[0]).await.turn_on(&phone).await;
        phones.push(phone);
    }
    let staff = app.staff(CITY).await;
    let id = staff.announce("清掃は9時", CITY).await;
    fan_out(app.db(), app.ground.clock.now()).await.expect("the first part");
    let correction = json!({ "title": "清掃は8時", "reason": "時刻の誤り" });
    let _ = staff.post(&format!("/api/v1/notices/{id}/correct"), &correction).await.expect(200);
    app.work().await;
    for phone in &phones {
        assert_eq!(phone.titles(), ["【訂正】清掃は8時"], "nobody was reached before, and everybody is");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_stands_still_while_it_plans_holds_up_no_other_notice() {
    let push = PushService::start().await;
    let (app, codes) = wide_city(&push).await;
    let phone = push.phone();
    app.join(&codes[0][0]).await.turn_on(&phone).await;
    let (staff, second) = (app.staff(CITY).await, app.staff(CITY).await);
    let id = staff.announce("市から", CITY).await;
    // As it is after the first statements of `fan_out`.
    let still = app.db().begin().await.expect("a transaction");
    let begun = format!(
        "SELECT pg_advisory_xact_lock(hashtextextended('plan {id}', 0));
         INSERT INTO plan (city_id, notice_id, revision, planned_at, subscriptions, complete)
         SELECT city_id, id, 1, now(), 0, false FROM notice WHERE id = '{id}'"
    );
    still.execute_unprepared(&begun).await.expect("a plan that has begun");
    staff.alert(&second, "避難指示", CITY).await;
    app.work().await;
    assert_eq!(phone.titles().len(), 1, "the emergency alone");
    still.rollback().await.expect("it is dead");
    app.work().await;
    assert_eq!(phone.titles().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_sent_until_the_day_that_a_correction_names() {
    let push = PushService::start().await;
    let (app, codes) = wide_city(&push).await;
    let phone = push.phone();
    app.join(&codes[0][0]).await.turn_on(&phone).await;
    phone.answer([Reply::Status(503, vec![("retry-after", "86400")], "")]);
    let staff = app.staff(CITY).await;
    let (today, later) = (app.ground.clock.today(), app.ground.clock.today() + Duration::days(5));
    let mut short = notice("明日まで", CITY);
    short["circulate_until"] = json!((today + Duration::DAY).to_string());
    let id = staff.draft(&short).await;
    let _ = staff.publish(&id).await.expect(200);
    app.work().await;
    let correction = json!({ "title": "5日後まで", "reason": "延長", "circulate_until": later.to_string() });
    let _ = staff.post(&format!("/api/v1/notices/{id}/correct"), &correction).await.expect(200);
    app.work().await;
    push.clock.advance(Duration::days(3));
    app.work().await;
    assert_eq!(phone.titles(), ["【訂正】5日後まで"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moves_or_takes_a_seat_between_two_parts_is_in_one_of_them() {
    let push = PushService::start().await;
    let (app, codes) = wide_city(&push).await;
    let mut phones = Vec::new();
    for codes in &codes {
        let phone = push.phone();
        app.join(&codes[0]).await.turn_on(&phone).await;
        phones.push(phone);
    }
    let staff = app.staff(CITY).await;
    let _ = staff.announce("市から", CITY).await;
    fan_out(app.db(), app.ground.clock.now()).await.expect("the first part");
    // Everybody moves to the next association, and every other one takes a seat there.
    let association = "(SELECT id, row_number() OVER (ORDER BY id) AS number FROM area WHERE kind = 'association')";
    app.tamper(&format!(
        "UPDATE household h SET area_id = next.id, label = 'moved' || h.id
         FROM area lives, {association} AS here, {association} AS next
         WHERE lives.id = h.area_id AND here.id = ANY(lives.path) AND next.number = here.number % {ASSOCIATIONS} + 1"
    ))
    .await;
    app.tamper(&format!(
        "INSERT INTO seat (city_id, id, person_id, area_id, role, starts_on)
         SELECT p.city_id, gen_random_uuid(), p.id, h.area_id, 'officer', '2020-01-01'
         FROM person p JOIN household h ON h.id = p.household_id JOIN {association} AS here ON here.id = h.area_id
         WHERE here.number % 2 = 0"
    ))
    .await;
    app.work().await;
    assert_eq!(rings(&phones), vec![1; phones.len()]);
    assert_eq!(app.number("SELECT subscriptions::bigint FROM plan WHERE complete").await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_planned_where_its_person_lives_today() {
    let push = PushService::start().await;
    let (app, codes) = wide_city(&push).await;
    let (moved, family) = (push.phone(), push.phone());
    app.join(&codes[0][0]).await.turn_on(&moved).await;
    app.join(&codes[1][0]).await.turn_on(&family).await;
    let staff = app.staff(CITY).await;
    // The person moves to a home of the fifth association, the family's household to the sixth.
    let home = |number: usize| {
        format!("SELECT h.id FROM household h JOIN area a ON a.id = h.area_id WHERE a.code = '{}'", association(number))
    };
    app.tamper(&format!(
        "UPDATE person SET household_id = ({}) WHERE household_id IN (
            SELECT h.id FROM household h JOIN area a ON a.id = h.area_id WHERE a.code LIKE '{}%')",
        home(5),
        association(0)
    ))
    .await;
    app.tamper(&format!(
        "UPDATE household SET area_id = (SELECT id FROM area WHERE code = '{}'), label = 'moved' WHERE id IN (
            SELECT p.household_id FROM person p JOIN household h ON h.id = p.household_id JOIN area a ON a.id = h.area_id
            WHERE a.code LIKE '{}%')",
        association(6),
        association(1)
    ))
    .await;
    for (number, expected) in [(0, [0, 0]), (1, [0, 0]), (5, [1, 0]), (6, [1, 1])] {
        staff.announce("町内会へ", &association(number)).await;
        app.work().await;
        assert_eq!([moved.arrived().len(), family.arrived().len()], expected, "to {number}");
    }
}
