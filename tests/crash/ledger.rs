//! What the database says in the end, asked without the program: the plans and batches of a notice, receipts, leases, subscriptions.

use std::collections::HashMap;

use api::postgres::sql;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr, QueryResult};
use uuid::Uuid;

/// What `batch.outcomes` says of a phone whose service took the message, and of one that went into a later batch.
const ACCEPTED: i16 = 1;
const RETRIED: i16 = 5;

/// Whether a notice is planned to its end in its newest revision, and how many batches of it are open.
pub async fn open(db: &DatabaseConnection, notice: Uuid) -> Result<Option<i64>, DbErr> {
    let query = "SELECT (SELECT count(*) FROM batch b WHERE b.notice_id = n.id AND b.done_at IS NULL) AS open
                 FROM notice n JOIN plan p ON p.notice_id = n.id AND p.revision = n.revision AND p.complete WHERE n.id = $1";
    let row = db.query_one_raw(sql(query, [notice.into()])).await?;
    row.map(|row| row.try_get("", "open")).transpose()
}

/// The ends of each subscription: how often it ended, and whether by being accepted.
pub async fn ends(db: &DatabaseConnection, notice: Uuid) -> Result<HashMap<Uuid, Vec<bool>>, DbErr> {
    let query = "SELECT s.id, s.outcome FROM batch b
                 CROSS JOIN LATERAL unnest(b.subscription_ids, b.outcomes) AS s (id, outcome)
                 WHERE b.notice_id = $1 AND s.outcome <> $2";
    let mut ends: HashMap<Uuid, Vec<bool>> = HashMap::new();
    for row in db.query_all_raw(sql(query, [notice.into(), RETRIED.into()])).await? {
        ends.entry(row.try_get("", "id")?).or_default().push(row.try_get::<i16>("", "outcome")? == ACCEPTED);
    }
    Ok(ends)
}

/// The batches of a notice as they were recorded, in one line each: what must not change any more.
pub async fn recorded(db: &DatabaseConnection, notice: Uuid) -> Result<Vec<String>, DbErr> {
    let query =
        "SELECT concat_ws(' ', id, done_at, outcomes, revision) AS line FROM batch WHERE notice_id = $1 ORDER BY id";
    lines(&db.query_all_raw(sql(query, [notice.into()])).await?)
}

fn lines(rows: &[QueryResult]) -> Result<Vec<String>, DbErr> {
    rows.iter().map(|row| row.try_get("", "line")).collect()
}

/// Leases that last longer than five seconds for an emergency, or than ten: nobody could take over in time.
pub async fn long_leases(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let query = "SELECT format('the lease of %s lasts %s', notice_id, leased_until - clock_timestamp()) AS line FROM batch
                 WHERE done_at IS NULL
                   AND leased_until > clock_timestamp() + CASE WHEN urgent THEN interval '5 s' ELSE interval '10 s' END";
    lines(&db.query_all_raw(sql(query, [])).await?)
}

/// The subscriptions that have ended.
pub async fn gone(db: &DatabaseConnection) -> Result<Vec<Uuid>, DbErr> {
    let rows = db.query_all_raw(sql("SELECT id FROM subscription WHERE gone_at IS NOT NULL", [])).await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

/// The receipts: person, notice, acknowledged.
pub async fn receipts(db: &DatabaseConnection) -> Result<HashMap<(Uuid, Uuid), bool>, DbErr> {
    let query = "SELECT person_id, notice_id, acknowledged_at IS NOT NULL AS acknowledged FROM receipt";
    let rows = db.query_all_raw(sql(query, [])).await?;
    let read = |row: &QueryResult| {
        Ok(((row.try_get("", "person_id")?, row.try_get("", "notice_id")?), row.try_get("", "acknowledged")?))
    };
    rows.iter().map(read).collect()
}

/// Circulations whose counts are not what a recount finds.
pub async fn miscounted(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let query = "SELECT format('%s counts %s read and %s stamped, a recount %s and %s', c.notice_id,
                        c.read_count, c.acknowledged_count, recount.read, recount.acknowledged) AS line
                 FROM circulation c CROSS JOIN LATERAL (
                    SELECT count(*) AS read, count(r.acknowledged_at) AS acknowledged FROM receipt r
                    JOIN household h ON h.city_id = r.city_id AND h.id = r.reader_id
                    JOIN area a ON a.city_id = h.city_id AND a.id = h.area_id
                    WHERE r.city_id = c.city_id AND r.notice_id = c.notice_id AND a.path @> ARRAY[c.area_id]) AS recount
                 WHERE (c.read_count, c.acknowledged_count) IS DISTINCT FROM (recount.read, recount.acknowledged)";
    lines(&db.query_all_raw(sql(query, [])).await?)
}

/// Published notices of which nothing is planned, and batches that are open: none may be left in the end.
pub async fn left_over(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let query = "SELECT format('%s is published and not planned', n.id) AS line FROM notice n
                 WHERE n.published_at <= clock_timestamp() AND n.withdrawn_at IS NULL AND NOT EXISTS (
                    SELECT FROM plan p WHERE p.city_id = n.city_id AND p.notice_id = n.id AND p.revision = n.revision AND p.complete)
                 UNION ALL SELECT format('a batch of %s is open, due at %s', notice_id, due_at) FROM batch WHERE done_at IS NULL";
    lines(&db.query_all_raw(sql(query, [])).await?)
}
