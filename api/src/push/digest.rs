//! The weekly summary: who wants what is merely good to know once a week is rung at their hour for how many of these they have not read.
//!
//! How far the summaries of a city are planned stands in one row (`digest`), which is moved on in the transaction that makes the batches. So each hour is
//! planned once, whichever worker does it, and what was missed while none worked is made up for, for a day. Whether there is something unread,
//! and how much, is asked when a batch is sent.

use entity::{ids::CityId, push_preference::Fyi};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait as _, Value};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{
    audience::live,
    fan_out::{BATCH, batches},
    preferences::Preferences,
};
use crate::{clock::JAPAN, postgres::sql};

/// How long a summary is kept for a phone that is off: until shortly before the next.
const LIFE: Duration = Duration::days(6);
/// What came out so long before is summed up.
const WEEK: Duration = Duration::days(7);
/// What nobody planned for so long is not made up for.
const MISSED: Duration = Duration::DAY;

/// From when to when the notices came out that a summary tells of, by when its batches expire.
#[must_use]
pub fn week_of(expires_at: OffsetDateTime) -> [OffsetDateTime; 2] {
    let hour = expires_at - LIFE;
    [hour - WEEK, hour]
}

/// The beginning of a query, which gives `live`, the subscriptions whose ids the query `given (id)` gives, and `unread (person_id, notices)`: for how
/// many notices that are merely good to know, came out after `$2` and by `$3`, are for a person of these on the day `$4`, and are not of what
/// they have muted, there is no receipt. `$1` is the city. For who has chosen otherwise since `$2`, it is besides what came out before and nothing told
/// them of (`untold.rs`); for who wants each at once since then, that alone. Who wants none is left out.
#[must_use]
pub fn unread(given: &str) -> String {
    format!(
        "WITH {live}, people AS MATERIALIZED (
             SELECT l.person_id, l.area_id,
                    (SELECT coalesce(p.household_id, p.id) FROM person p WHERE p.city_id = $1 AND p.id = l.person_id) AS reader_id,
                    w.muted,
                    CASE WHEN w.changed_at <= $2 OR w.untold_from IS NULL OR w.changed_at > $3 AND w.fyi = 'at_once' THEN $2
                         WHEN w.fyi = 'at_once' THEN w.untold_from
                         ELSE least(w.untold_from, $2) END AS after,
                    CASE WHEN w.fyi = 'at_once' THEN least(w.untold_until, $3) ELSE $3 END AS until
             FROM (SELECT DISTINCT person_id, area_id FROM live) l
             LEFT JOIN LATERAL (
                 SELECT * FROM push_preference w WHERE w.city_id = $1 AND w.person_id = l.person_id LIMIT 1) w ON true
             -- Who wants each at once since this was planned was to have it.
             WHERE w.fyi IS NULL OR w.fyi = 'weekly'
                OR w.fyi = 'at_once' AND (w.changed_at > $3 OR w.changed_at > $2 AND w.untold_from IS NOT NULL)
         ), fresh AS MATERIALIZED (
             SELECT id, area_ids, addressees = 'everyone' AS everyone, category, published_at FROM notice
             WHERE city_id = $1 AND importance = 'fyi' AND published_at > (SELECT min(after) FROM people) AND published_at <= $3
               AND withdrawn_at IS NULL
         ), reached AS MATERIALIZED (
             SELECT a.id AS area_id, n.id AS notice_id, n.category, n.published_at FROM (SELECT DISTINCT area_id FROM live) d
             CROSS JOIN LATERAL (SELECT a.id, a.path FROM area a WHERE a.city_id = $1 AND a.id = d.area_id LIMIT 1) a
             JOIN fresh n ON n.everyone AND a.path && n.area_ids
         ), held AS MATERIALIZED (
             SELECT l.person_id, n.id AS notice_id, n.category, n.published_at FROM (SELECT DISTINCT person_id FROM live) l
             JOIN seat t ON t.city_id = $1 AND t.person_id = l.person_id
                 AND t.starts_on <= $4 AND (t.ends_on IS NULL OR t.ends_on >= $4)
             JOIN area a ON a.city_id = $1 AND a.id = t.area_id
             JOIN fresh n ON a.path && n.area_ids
         ), meant AS (
             SELECT p.person_id, p.reader_id, p.muted, r.notice_id, r.category
             FROM people p JOIN reached r ON r.area_id = p.area_id AND r.published_at > p.after AND r.published_at <= p.until
             UNION SELECT p.person_id, p.reader_id, p.muted, h.notice_id, h.category
             FROM people p JOIN held h ON h.person_id = p.person_id AND h.published_at > p.after AND h.published_at <= p.until
         ), unread AS MATERIALIZED (
             SELECT m.person_id, count(*) AS notices FROM meant m
             WHERE m.category <> ALL (coalesce(m.muted, '{{}}'))
               AND NOT EXISTS (SELECT FROM receipt r
                       WHERE r.city_id = $1 AND r.reader_id = m.reader_id AND r.notice_id = m.notice_id)
             GROUP BY m.person_id
         )",
        live = live(given),
    )
}

/// Plans the summaries of every full hour that has come, city by city. What another worker is at is left to it.
///
/// # Errors
/// The database's.
pub async fn sum_up(db: &DatabaseConnection, now: OffsetDateTime) -> Result<(), DbErr> {
    // Japan is nine hours ahead, in full.
    let seconds = now.unix_timestamp();
    let hour = OffsetDateTime::from_unix_timestamp(seconds - seconds % 3_600).unwrap_or(now);
    let behind = sql(
        "SELECT c.id FROM city c LEFT JOIN digest d ON d.city_id = c.id
         WHERE d.planned_until IS NULL OR d.planned_until < $1",
        [hour.into()],
    );
    for row in db.query_all_raw(behind).await? {
        let city: CityId = row.try_get("", "id")?;
        // One city that can't be planned must not keep the others from ringing.
        if let Err(error) = of_city(db, city, hour).await {
            tracing::error!(%error, %city, "the weekly summaries could not be planned");
        }
    }
    Ok(())
}

async fn of_city(db: &DatabaseConnection, city: CityId, hour: OffsetDateTime) -> Result<(), DbErr> {
    let tx = db.begin().await?;
    // A city that is new has nothing to make up for.
    let first = "INSERT INTO digest (city_id, planned_until) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    if tx.execute_raw(sql(first, [city.0.into(), hour.into()])).await?.rows_affected() == 0 {
        let mine = sql(
            "SELECT planned_until, set_config('work_mem', '64MB', true) FROM digest
             WHERE city_id = $1 AND planned_until < $2 FOR UPDATE SKIP LOCKED",
            [city.0.into(), hour.into()],
        );
        let Some(row) = tx.query_one_raw(mine).await? else { return Ok(()) };
        let until: OffsetDateTime = row.try_get("", "planned_until")?;
        let mut next = (until + Duration::HOUR).max(hour - MISSED);
        while next <= hour {
            of_hour(&tx, city, next).await?;
            next += Duration::HOUR;
        }
        let done = "UPDATE digest SET planned_until = $2 WHERE city_id = $1";
        tx.execute_raw(sql(done, [city.0.into(), hour.into()])).await?;
    }
    tx.commit().await
}

/// Makes the batches of those whose hour it is, where anything came out in the week or is told late. Whether it is for them, and whether they have read it, is asked
/// batch by batch when these are sent: for a whole city at once that question would take minutes.
async fn of_hour(db: &DatabaseTransaction, city: CityId, hour: OffsetDateTime) -> Result<(), DbErr> {
    let here = hour.to_offset(JAPAN);
    let (weekday, usual) = (here.weekday().number_from_monday(), Preferences::default());
    let is_usual = usual.fyi == Fyi::Weekly && (usual.weekday, usual.hour) == (weekday, here.hour());
    // Who has chosen nothing has no row.
    let nothing = if is_usual {
        "NOT EXISTS (SELECT FROM push_preference w WHERE w.city_id = $1 AND w.person_id = s.person_id) OR"
    } else {
        ""
    };
    let text = format!(
        "WITH theirs AS MATERIALIZED (
             SELECT person_id, CASE WHEN changed_at > $2 THEN untold_from END AS untold_from FROM push_preference
             WHERE city_id = $1 AND fyi = 'weekly' AND weekday = $9 AND hour = $10
             UNION ALL
             SELECT person_id, untold_from FROM push_preference
             WHERE city_id = $1 AND fyi = 'at_once' AND untold_from IS NOT NULL AND weekday = $9 AND hour = $10
               AND changed_at > $2 AND changed_at <= $3
         ), audience AS (
             SELECT s.id, s.origin FROM subscription s
             WHERE s.city_id = $1 AND s.gone_at IS NULL
               AND ({nothing} s.person_id IN (SELECT person_id FROM theirs))
               AND EXISTS (SELECT FROM notice n WHERE n.city_id = $1 AND n.importance = 'fyi'
                       AND n.published_at > least($2, (SELECT min(untold_from) FROM theirs)) AND n.published_at <= $3
                       AND n.withdrawn_at IS NULL)
             ORDER BY s.area_id
         ), {batches} SELECT count(*) FROM made",
        batches = batches((4, 5), BATCH),
    );
    let [from, to] = week_of(hour + LIFE);
    let values: [Value; 10] = [
        city.0.into(),
        from.into(),
        to.into(),
        None::<Uuid>.into(),
        1_i32.into(),
        false.into(),
        hour.into(),
        (hour + LIFE).into(),
        i16::from(weekday).into(),
        i16::from(here.hour()).into(),
    ];
    db.query_one_raw(sql(&text, values)).await.map(drop)
}
