//! Coverage within an association, for its own people: by group, and household by household.
//!
//! A leader sees their group, read or not and without times; an officer the whole association. Here every household's receipt
//! is looked up: an association is small.

use entity::notice;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult as _, Value};
use time::Date;
use uuid::Uuid;

use super::readers::{By, Numbers, Row, readers};
use crate::postgres::sql;

/// By group or by household, within `scopes`: areas of the caller's own seats.
pub(super) async fn coverage(
    db: &impl ConnectionTrait,
    (notice, by): (&notice::Model, By),
    scopes: Vec<Uuid>,
    today: Date,
) -> Result<Vec<Row>, DbErr> {
    // A household that lives straight in the association stands under the association's own name.
    let (key, name, order) = match by {
        By::Household => ("reader.reader_id::text", "reader.label", "max(a.code), reader.label"),
        _ => ("a.code", "a.name", "a.code"),
    };
    let text = format!(
        "{}
         SELECT {key} AS code, {name} AS name, count(*) AS households, count(r.read_at) AS read,
                count(r.acknowledged_at) AS acknowledged, count(*) FILTER (WHERE paper) AS paper,
                count(*) FILTER (WHERE NOT paper AND NOT rings AND r.read_at IS NULL) AS unreached
         FROM reader JOIN area a ON a.city_id = $1 AND a.id = reader.area_id AND a.path && $4
         LEFT JOIN receipt r ON r.city_id = $1 AND r.reader_id = reader.reader_id AND r.notice_id = $2
         GROUP BY {key}, {name} ORDER BY {order}",
        readers(notice.addressees)
    );
    let values: [Value; 4] = [notice.city_id.0.into(), notice.id.0.into(), today.into(), scopes.into()];
    let found = Numbers::find_by_statement(sql(&text, values)).all(db).await?;
    Ok(found.into_iter().map(|numbers| numbers.shown(true)).collect())
}
