//! When homes change, their receipts and the counts change with them: a household that moves takes its history along, one that is merged into
//! another leaves it there, and one that leaves has none.
//!
//! Whoever changes homes says before and after what the readers concerned count for ([`tally`], [`settle`]), and the circulations are changed by
//! the difference. No receipt is written meanwhile: who records receipts looks where people live in the same transaction, and shares a lock that is
//! taken here alone.

use std::collections::BTreeMap;

use entity::ids::{CityId, HouseholdId};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use time::Date;
use uuid::Uuid;

use super::counts;
use crate::postgres::sql;

/// What some households count for: read and acknowledged, by notice, area and channel of the circulation.
pub type Tally = BTreeMap<(Uuid, Uuid, Uuid), (i64, i64)>;

#[derive(FromQueryResult)]
struct Line {
    notice_id: Uuid,
    area_id: Uuid,
    channel_id: Uuid,
    read: i64,
    acknowledged: i64,
}

/// Shares the homes as they are, until the transaction ends: for who records receipts.
pub(super) async fn share(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    db.execute_unprepared("SELECT pg_advisory_xact_lock_shared(hashtext('kairan homes'))").await?;
    Ok(())
}

/// What households count for as they are now; until the transaction ends, no receipt is recorded.
///
/// # Errors
/// The database's.
pub async fn tally(
    db: &impl ConnectionTrait,
    (city, households): (CityId, &[HouseholdId]),
    today: Date,
) -> Result<Tally, DbErr> {
    db.execute_unprepared("SELECT pg_advisory_xact_lock(hashtext('kairan homes'))").await?;
    let ids: Vec<Uuid> = households.iter().map(|household| household.0).collect();
    let statement = sql(
        "SELECT notice_id, area_id, channel_id, count(*) AS read, count(acknowledged_at) AS acknowledged FROM (
            SELECT c.notice_id, c.area_id, c.channel_id, r.acknowledged_at
            FROM household h JOIN area home ON home.city_id = h.city_id AND home.id = h.area_id
            JOIN receipt r ON r.city_id = h.city_id AND r.reader_id = h.id
            JOIN notice n ON n.city_id = r.city_id AND n.id = r.notice_id AND n.addressees = 'everyone'
            CROSS JOIN LATERAL (
                SELECT * FROM circulation c
                WHERE c.city_id = r.city_id AND c.notice_id = r.notice_id AND c.area_id = ANY(home.path) OFFSET 0) AS c
            WHERE h.city_id = $1 AND h.id = ANY($2)
            UNION ALL
            SELECT c.notice_id, c.area_id, c.channel_id, r.acknowledged_at
            FROM household h JOIN receipt r ON r.city_id = h.city_id AND r.reader_id = h.id
            JOIN notice n ON n.city_id = r.city_id AND n.id = r.notice_id AND n.addressees = 'officers'
            CROSS JOIN LATERAL (
                SELECT * FROM circulation c
                WHERE c.city_id = r.city_id AND c.notice_id = r.notice_id AND EXISTS (
                    SELECT FROM person p JOIN seat s ON s.city_id = p.city_id AND s.person_id = p.id
                    JOIN area sa ON sa.city_id = s.city_id AND sa.id = s.area_id
                    WHERE p.city_id = h.city_id AND p.household_id = h.id AND sa.path @> ARRAY[c.area_id]
                      AND s.starts_on <= $3 AND (s.ends_on IS NULL OR s.ends_on >= $3)) OFFSET 0) AS c
            WHERE h.city_id = $1 AND h.id = ANY($2)) AS counted
         GROUP BY notice_id, area_id, channel_id",
        [city.0.into(), ids.into(), today.into()],
    );
    let lines = Line::find_by_statement(statement).all(db).await?;
    let keyed = |line: Line| ((line.notice_id, line.area_id, line.channel_id), (line.read, line.acknowledged));
    Ok(lines.into_iter().map(keyed).collect())
}

/// Changes the counts by what households count for now and did not before, or the other way round.
///
/// # Errors
/// The database's.
pub async fn settle(
    db: &impl ConnectionTrait,
    (city, households): (CityId, &[HouseholdId]),
    before: Tally,
    today: Date,
) -> Result<(), DbErr> {
    let mut change = tally(db, (city, households), today).await?;
    for (key, (read, acknowledged)) in before {
        let one = change.entry(key).or_default();
        *one = (one.0 - read, one.1 - acknowledged);
    }
    change.retain(|_, change| *change != (0, 0));
    counts::hold(db, change.keys().map(|(notice, ..)| *notice).collect()).await?;
    let column = |of: fn(&(Uuid, Uuid, Uuid)) -> Uuid| change.keys().map(of).collect::<Vec<_>>();
    let values: [Value; 6] = [
        city.0.into(),
        column(|key| key.0).into(),
        column(|key| key.1).into(),
        column(|key| key.2).into(),
        change.values().map(|change| change.0).collect::<Vec<i64>>().into(),
        change.values().map(|change| change.1).collect::<Vec<i64>>().into(),
    ];
    // An officer who got the seat after reading was never counted: no count goes below nothing by it.
    let statement = sql(
        "UPDATE circulation c
         SET read_count = greatest(0, c.read_count + m.read),
             acknowledged_count = least(greatest(0, c.acknowledged_count + m.acknowledged), greatest(0, c.read_count + m.read))
         FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[])
              AS m (notice_id, area_id, channel_id, read, acknowledged)
         WHERE c.city_id = $1 AND c.notice_id = m.notice_id AND c.area_id = m.area_id AND c.channel_id = m.channel_id",
        values,
    );
    db.execute_raw(statement).await?;
    Ok(())
}

/// Leaves the receipts of one household to another. Where both have one, the first times of either stand.
///
/// # Errors
/// The database's.
pub async fn leave_to(
    db: &impl ConnectionTrait,
    city: CityId,
    (from, heir): (HouseholdId, HouseholdId),
) -> Result<(), DbErr> {
    let values = || -> [Value; 3] { [city.0.into(), from.0.into(), heir.0.into()] };
    for text in [
        "UPDATE receipt own
         SET read_at = least(own.read_at, other.read_at),
             acknowledged_at = least(own.acknowledged_at, other.acknowledged_at),
             pressed_at = CASE WHEN own.acknowledged_at IS NULL OR other.acknowledged_at < own.acknowledged_at
                               THEN other.pressed_at ELSE own.pressed_at END,
             source = CASE WHEN other.read_at < own.read_at THEN other.source ELSE own.source END,
             person_id = CASE WHEN other.read_at < own.read_at THEN other.person_id ELSE own.person_id END
         FROM receipt other
         WHERE own.city_id = $1 AND own.reader_id = $3
           AND other.city_id = $1 AND other.reader_id = $2 AND other.notice_id = own.notice_id",
        "DELETE FROM receipt other USING receipt own
         WHERE own.city_id = $1 AND own.reader_id = $3
           AND other.city_id = $1 AND other.reader_id = $2 AND other.notice_id = own.notice_id",
        "UPDATE receipt SET reader_id = $3 WHERE city_id = $1 AND reader_id = $2",
    ] {
        db.execute_raw(sql(text, values())).await?;
    }
    Ok(())
}

/// Gives a household that comes from another one the same history, and no word of who of that one had opened what.
///
/// # Errors
/// The database's.
pub async fn share_with(
    db: &impl ConnectionTrait,
    city: CityId,
    (from, heir): (HouseholdId, HouseholdId),
) -> Result<(), DbErr> {
    let statement = sql(
        "INSERT INTO receipt (city_id, reader_id, notice_id, read_at, acknowledged_at, pressed_at, source, person_id)
         SELECT city_id, $3, notice_id, read_at, acknowledged_at, pressed_at, source, $4
         FROM receipt WHERE city_id = $1 AND reader_id = $2",
        [city.0.into(), from.0.into(), heir.0.into(), Uuid::nil().into()],
    );
    db.execute_raw(statement).await?;
    Ok(())
}

/// Forgets what a household has read.
///
/// # Errors
/// The database's.
pub async fn forget(db: &impl ConnectionTrait, city: CityId, household: HouseholdId) -> Result<(), DbErr> {
    let text = "DELETE FROM receipt WHERE city_id = $1 AND reader_id = $2";
    db.execute_raw(sql(text, [city.0.into(), household.0.into()])).await?;
    Ok(())
}
