//! The counts of circulations, raised by the receipts that are new.
//!
//! A receipt counts in the circulations that have its reader among theirs: to everyone, where the household lives; to officers, where
//! one of the household (or the seat holder without one) holds a seat. Who got the seat between reading and
//! acknowledging is in neither count.

use entity::notice::Addressees;
use sea_orm::{ConnectionTrait, DbErr, Value};
use time::Date;
use uuid::Uuid;

use super::record::Key;
use crate::{areas::rounds_of, identity::Caller, notices::array, postgres::sql};

/// What happened to a receipt for the first time.
#[derive(Clone, Copy)]
pub(super) struct First {
    pub opened: bool,
    pub stamped: bool,
}

/// The new receipts of notices with the same addressees, in columns.
#[derive(Default)]
struct Columns {
    cities: Vec<Uuid>,
    notices: Vec<Uuid>,
    homes: Vec<String>,
    households: Vec<Uuid>,
    people: Vec<Uuid>,
    opened: Vec<i32>,
    stamped: Vec<i32>,
}

/// Raises the counts by what happened for the first time. The counts of a notice are raised by one transaction at a time, in whatever order the
/// database goes through its circulations; notices are taken in one order.
pub(super) async fn raise<'a>(
    db: &impl ConnectionTrait,
    firsts: impl Iterator<Item = (Key, &'a Caller, Addressees, First)>,
    today: Date,
) -> Result<(), DbErr> {
    let (mut everyone, mut officers) = (Columns::default(), Columns::default());
    for ((city, _, notice), caller, addressees, First { opened, stamped }) in firsts {
        let columns = match addressees {
            Addressees::Everyone => &mut everyone,
            Addressees::Officers => &mut officers,
        };
        let home = caller.home.as_ref();
        columns.cities.push(city.0);
        columns.notices.push(notice.0);
        columns.homes.push(array(&home.map_or_else(Vec::new, |home| rounds_of(&home.area))));
        columns.households.push(home.map_or(Uuid::nil(), |home| home.household.0));
        columns.people.push(caller.person.0);
        columns.opened.push(opened.into());
        columns.stamped.push(stamped.into());
    }
    let lives_there = "c.area_id = ANY(m.home)";
    let has_a_seat_there = "EXISTS (
        SELECT FROM person p JOIN seat s ON s.city_id = p.city_id AND s.person_id = p.id
        JOIN area sa ON sa.city_id = s.city_id AND sa.id = s.area_id
        WHERE p.city_id = m.city_id AND (p.id = m.person_id OR p.household_id = m.household_id)
          AND sa.path @> ARRAY[c.area_id] AND s.starts_on <= $8 AND (s.ends_on IS NULL OR s.ends_on >= $8))";
    let notices: Vec<Uuid> = everyone.notices.iter().chain(&officers.notices).copied().collect();
    hold(db, notices).await?;
    for (columns, belongs) in [(everyone, lives_there), (officers, has_a_seat_there)] {
        if !columns.cities.is_empty() {
            raise_where(db, columns, belongs, today).await?;
        }
    }
    Ok(())
}

/// Waits until nobody else changes the counts of these notices, and lets nobody until the transaction ends.
pub(super) async fn hold(db: &impl ConnectionTrait, notices: Vec<Uuid>) -> Result<(), DbErr> {
    let mine = "SELECT count(pg_advisory_xact_lock(notice)) FROM (
            SELECT DISTINCT hashtextextended('counts ' || id, 0) AS notice FROM unnest($1::uuid[]) AS given (id) ORDER BY notice OFFSET 0) AS notices";
    if !notices.is_empty() {
        db.execute_raw(sql(mine, [notices.into()])).await?;
    }
    Ok(())
}

/// `OFFSET 0` makes it one look into the key for each receipt: of a notice just published the statistics know nothing, and joined the other
/// way round every circulation there is would be read.
async fn raise_where(db: &impl ConnectionTrait, columns: Columns, belongs: &str, today: Date) -> Result<(), DbErr> {
    let text = format!(
        "WITH m AS MATERIALIZED (
            SELECT city_id, notice_id, home::uuid[], household_id, person_id, opened, stamped
            FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::integer[], $7::integer[])
                 AS given (city_id, notice_id, home, household_id, person_id, opened, stamped)
            WHERE $8::date IS NOT NULL),
         raised AS MATERIALIZED (
            SELECT c.city_id, c.notice_id, c.area_id, c.channel_id, sum(m.opened) AS opened, sum(m.stamped) AS stamped
            FROM m CROSS JOIN LATERAL (
                SELECT * FROM circulation c
                WHERE c.city_id = m.city_id AND c.notice_id = m.notice_id AND {belongs} OFFSET 0) AS c
            GROUP BY c.city_id, c.notice_id, c.area_id, c.channel_id)
         UPDATE circulation c
         SET read_count = c.read_count + raised.opened,
             acknowledged_count = least(c.acknowledged_count + raised.stamped, c.read_count + raised.opened)
         FROM raised
         WHERE c.city_id = raised.city_id AND c.notice_id = raised.notice_id AND c.area_id = raised.area_id
           AND c.channel_id = raised.channel_id"
    );
    let values: [Value; 8] = [
        columns.cities.into(),
        columns.notices.into(),
        columns.homes.into(),
        columns.households.into(),
        columns.people.into(),
        columns.opened.into(),
        columns.stamped.into(),
        today.into(),
    ];
    db.execute_raw(sql(&text, values)).await?;
    Ok(())
}
