//! Whether the log is whole. The hashes are computed here once more, and not by the functions of the database that is being judged.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use entity::{audit, ids::CityId};
use sea_orm::{
    AccessMode, ColumnTrait as _, ConnectionTrait as _, DatabaseConnection, DbErr, EntityTrait as _, IsolationLevel,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, TransactionTrait as _,
};
use uuid::Uuid;

use crate::postgres::sql;

/// Entries read at a time.
const PAGE: u64 = 1_000;

/// The end of a log that is whole: to be kept elsewhere, so that its end can't be cut off unseen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The number of the last entry; 0: there is none.
    pub seq: i64,
    /// Its hash, SHA-256.
    pub hash: Vec<u8>,
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.seq)?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The first thing that is wrong with a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The entry with this number is missing.
    Missing(i64),
    /// The entry with this number is not what was written.
    Changed(i64),
    /// The last entries are missing, from this number on.
    CutOff(i64),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(seq) => write!(f, "entry {seq} is missing"),
            Self::Changed(seq) => write!(f, "entry {seq} is not what was written"),
            Self::CutOff(seq) => write!(f, "the entries from {seq} on are missing"),
        }
    }
}

/// Looks through the log of a city; `kept` is what was kept of it elsewhere.
///
/// # Errors
/// The database's.
pub async fn verify(
    db: &DatabaseConnection,
    city: CityId,
    kept: Option<&Whole>,
) -> Result<Result<Whole, Broken>, DbErr> {
    // As of one moment: entries that are added meanwhile would be missed before the end is asked for.
    let db = db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?;
    let mut end = Whole { seq: 0, hash: Vec::new() };
    loop {
        let page = audit::Entity::find()
            .filter(audit::Column::CityId.eq(city))
            .filter(audit::Column::Seq.gt(end.seq))
            .order_by_asc(audit::Column::Seq)
            .limit(PAGE)
            .all(&db)
            .await?;
        if page.is_empty() {
            break;
        }
        for entry in page {
            if entry.seq != end.seq + 1 {
                return Ok(Err(Broken::Missing(end.seq + 1)));
            }
            if entry.previous != end.hash || hash(&entry) != entry.hash {
                return Ok(Err(Broken::Changed(entry.seq)));
            }
            if kept.is_some_and(|kept| kept.seq == entry.seq && kept.hash != entry.hash) {
                return Ok(Err(Broken::Changed(entry.seq)));
            }
            end = Whole { seq: entry.seq, hash: entry.hash };
        }
    }
    let head = db.query_one_raw(sql("SELECT seq FROM audit_head WHERE city_id = $1", [city.0.into()])).await?;
    let head: i64 = head.map(|row| row.try_get("", "seq")).transpose()?.unwrap_or_default();
    let promised = kept.map_or(head, |kept| kept.seq.max(head));
    Ok(if end.seq < promised { Err(Broken::CutOff(end.seq + 1)) } else { Ok(end) })
}

/// SHA-256 of the hash before and the fields, each with its length in characters before it; `-` for what is not there.
fn hash(entry: &audit::Model) -> Vec<u8> {
    let ids = |ids: &[Uuid]| ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(" ");
    let micros = entry.at.unix_timestamp_nanos() / 1_000;
    let fields = [
        Some(entry.city_id.0.to_string()),
        Some(entry.seq.to_string()),
        Some(entry.id.0.to_string()),
        Some(micros.to_string()),
        entry.person_id.map(|id| id.0.to_string()),
        entry.seat_id.map(|id| id.0.to_string()),
        entry.address.clone(),
        Some(entry.act.clone()),
        Some(entry.object.clone()),
        Some(entry.outcome.clone()),
        Some(entry.detail.clone()),
        Some(ids(&entry.households)),
        Some(ids(&entry.persons)),
    ];
    let mut text = entry.previous.clone();
    for field in fields {
        let written = field.map_or_else(|| "-,".to_owned(), |field| format!("{}:{field},", field.chars().count()));
        text.extend_from_slice(written.as_bytes());
    }
    digest(&SHA256, &text).as_ref().to_vec()
}
