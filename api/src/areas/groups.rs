//! Groups (班・組): they come into being when households are said to live in them.

use entity::{area, ids::AreaId};
use sea_orm::{ConnectionTrait, DbErr, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::postgres::sql;

/// Rows written by one statement.
const CHUNK: usize = 20_000;

/// A group that is to be there.
#[derive(Clone, Debug)]
pub struct NewGroup<'a> {
    /// Its association.
    pub association: &'a area::Model,
    /// How the association calls it: a number, or a name.
    pub group: &'a str,
    /// Its code.
    pub code: String,
}

/// Adds the groups that are not there yet. A group that has a number for a name is called by it: 3班.
///
/// # Errors
/// The database's.
pub async fn add_groups(db: &impl ConnectionTrait, groups: &[NewGroup<'_>], now: OffsetDateTime) -> Result<(), DbErr> {
    let name = |group: &str| {
        if group.chars().all(|c| c.is_ascii_digit()) { format!("{group}班") } else { group.to_owned() }
    };
    for chunk in groups.chunks(CHUNK) {
        let values: [Value; 6] = [
            chunk.iter().map(|new| new.association.city_id.0).collect::<Vec<Uuid>>().into(),
            chunk.iter().map(|_| AreaId::new().0).collect::<Vec<Uuid>>().into(),
            chunk.iter().map(|new| new.association.id.0).collect::<Vec<Uuid>>().into(),
            chunk.iter().map(|new| new.code.clone()).collect::<Vec<String>>().into(),
            chunk.iter().map(|new| name(new.group)).collect::<Vec<String>>().into(),
            now.into(),
        ];
        db.execute_raw(sql(
            "INSERT INTO area (city_id, id, parent_id, path, kind, code, name, created_at)
             SELECT f.city_id, f.id, f.parent_id, above.path || f.id, 'group', f.code, f.name, $6
             FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) AS f (city_id, id, parent_id, code, name)
             JOIN area above ON above.city_id = f.city_id AND above.id = f.parent_id
             ON CONFLICT (city_id, code) DO NOTHING",
            values,
        ))
        .await?;
    }
    Ok(())
}
