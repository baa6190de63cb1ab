//! The chore of forgetting files: what no row names goes, a day after it was written. May be done by several workers at once, and broken off at any point.

use std::{collections::HashSet, pin::pin};

use entity::ids::CityId;
use futures_util::StreamExt as _;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    files::{Files, FilesError, Key, Sum},
    postgres::sql,
};

/// How long a file may be without a row: far longer than anybody hands in files.
const MARGIN: Duration = Duration::DAY;
/// How many files are asked for at once.
const AT_ONCE: usize = 500;

/// What keeps files from being forgotten.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    /// Their place.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
    /// It is the place of another database, such as the one of which this is a copy: that this one does not name a file says nothing.
    #[error("the files belong to another database: nothing is forgotten until their `owner` is deleted")]
    NotOurs,
}

/// Deletes the files that no attachment names and that are older than a day; gives how many. A key is written once, so what has no row by then never gets one.
///
/// # Errors
/// The first of the place or the database: what is left goes with the next time. [`ForgetError::NotOurs`].
pub async fn forget_files(db: &DatabaseConnection, files: &Files, now: OffsetDateTime) -> Result<u64, ForgetError> {
    if !files.belongs_to(&identity(db).await?).await? {
        return Err(ForgetError::NotOurs);
    }
    let mut forgotten = 0;
    let mut some = pin!(files.written_before(now - MARGIN).chunks(AT_ONCE));
    while let Some(keys) = some.next().await {
        let keys = keys.into_iter().collect::<Result<Vec<Key>, FilesError>>()?;
        let named = named(db, &keys).await?;
        for key in keys.iter().filter(|key| !named.contains(&(key.city, key.of, key.sum))) {
            files.delete(key).await?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}

/// What tells this database from all others, and from its own copies that were read back elsewhere from a dump; a copy of its data directory is the same.
async fn identity(db: &DatabaseConnection) -> Result<String, DbErr> {
    let statement = sql(
        "SELECT system_identifier || '/' || oid AS identity
         FROM pg_control_system(), pg_database WHERE datname = current_database()",
        [],
    );
    let row = db.query_one_raw(statement).await?;
    row.map(|row| row.try_get("", "identity")).transpose().map(Option::unwrap_or_default)
}

/// Those of the keys that rows name.
async fn named(db: &DatabaseConnection, keys: &[Key]) -> Result<HashSet<(CityId, Uuid, Sum)>, DbErr> {
    let (cities, ids): (Vec<Uuid>, Vec<Uuid>) = keys.iter().map(|key| (key.city.0, key.of)).unzip();
    let statement = sql(
        "SELECT a.city_id, a.id, unnest(ARRAY[a.sum, a.preview_sum]) AS sum
         FROM attachment a JOIN unnest($1::uuid[], $2::uuid[]) AS asked (city_id, id)
           ON a.city_id = asked.city_id AND a.id = asked.id",
        [cities.into(), ids.into()],
    );
    let mut named = HashSet::new();
    for row in db.query_all_raw(statement).await? {
        let sum: Option<Vec<u8>> = row.try_get("", "sum")?;
        if let Some(sum) = sum.and_then(|sum| Sum::try_from(sum).ok()) {
            named.insert((CityId(row.try_get("", "city_id")?), row.try_get("", "id")?, sum));
        }
    }
    Ok(named)
}
