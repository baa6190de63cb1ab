//! Filling in what notices are searched by, for migrations that change how it is written.
//!
//! Some hundred at a time, each in a transaction of its own, so that nobody who corrects, withdraws or publishes one of them waits for longer than that takes,
//! and none of them and the migration wait for each other.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

/// How many at a time.
const AT_A_TIME: i64 = 500;

/// Writes the search text of every notice anew, by the trigger that keeps it. For a migration without a transaction around it.
pub(crate) async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let mut last: Option<(String, String)> = None;
    loop {
        let (city, id) = last.unwrap_or_else(|| (NONE.to_owned(), NONE.to_owned()));
        let next =
            Statement::from_sql_and_values(DbBackend::Postgres, NEXT, [city.into(), id.into(), AT_A_TIME.into()]);
        let Some(row) = db.query_one_raw(next).await? else { return Ok(()) };
        last = Some((row.try_get("", "city_id")?, row.try_get("", "id")?));
    }
}

/// Before every id.
const NONE: &str = "00000000-0000-0000-0000-000000000000";

const NEXT: &str = r"
WITH next AS (SELECT city_id, id FROM notice WHERE (city_id, id) > ($1::uuid, $2::uuid) ORDER BY city_id, id LIMIT $3),
     done AS (UPDATE notice n SET title = n.title FROM next WHERE n.city_id = next.city_id AND n.id = next.id)
SELECT city_id::text, id::text FROM next ORDER BY next.city_id DESC, next.id DESC LIMIT 1";
