//! The seats of an area and below it, with who holds them, as long as they have not ended.

use std::sync::LazyLock;

use entity::{
    area,
    ids::{CityId, SeatId},
    seat,
};
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult, Iden as _, Iterable as _, QueryResult, Value,
};
use time::Date;
use uuid::Uuid;

use crate::postgres::sql;

/// A seat, who holds it, and who comes next.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The seat.
    pub seat: seat::Model,
    /// Where.
    pub area: area::Model,
    /// What its holder is called.
    pub name: String,
    /// Whether its holder has signed in to their account.
    pub signs_in: bool,
    /// Who is named to come next, and from when on.
    pub next: Option<(String, Date)>,
}

impl FromQueryResult for Holder {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        let name: Option<String> = row.try_get("", "next_name")?;
        let from: Option<Date> = row.try_get("", "next_from")?;
        Ok(Self {
            seat: seat::Model::from_query_result(row, "")?,
            area: area::Model::from_query_result(row, "place_")?,
            name: row.try_get("", "holder")?,
            signs_in: row.try_get("", "signs_in")?,
            next: from.map(|from| (name.unwrap_or_default(), from)),
        })
    }
}

/// The beginning of a query for holders: `s` is the seat, `a` its area.
static HOLDERS: LazyLock<String> = LazyLock::new(|| {
    let names = area::Column::iter().map(|column| column.unquoted().to_owned());
    let columns = names.map(|name| format!("a.{name} AS place_{name}")).collect::<Vec<_>>().join(", ");
    format!(
        "SELECT s.*, {columns}, coalesce(p.name, '') AS holder,
                EXISTS (SELECT FROM account t WHERE t.city_id = s.city_id AND t.person_id = s.person_id
                        AND (t.opened_at IS NOT NULL OR t.password_hash IS NOT NULL)) AS signs_in,
                heir.name AS next_name, next.starts_on AS next_from
         FROM seat s
         JOIN area a ON a.city_id = s.city_id AND a.id = s.area_id
         JOIN person p ON p.city_id = s.city_id AND p.id = s.person_id
         LEFT JOIN seat next ON next.city_id = s.city_id AND next.follows = s.id
         LEFT JOIN person heir ON heir.city_id = next.city_id AND heir.id = next.person_id"
    )
});

/// The seats in and below `area` of some roles that have not ended on a day, by area and then by age; after `after`, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn holders(
    db: &impl ConnectionTrait,
    (area, roles): (&area::Model, &[&str]),
    (after, limit): (Option<(String, Uuid)>, u64),
    today: Date,
) -> Result<Vec<Holder>, DbErr> {
    let text = format!(
        "{} WHERE s.city_id = $1 AND a.path @> ARRAY[$2] AND s.role = ANY($3)
           AND (s.ends_on IS NULL OR s.ends_on >= $4) AND (a.code, s.id) > ($5, $6)
         ORDER BY a.code, s.id LIMIT $7",
        *HOLDERS
    );
    let (code, id) = after.unwrap_or_default();
    let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    let values: [Value; 7] =
        [area.city_id.0.into(), area.id.0.into(), roles.into(), today.into(), code.into(), id.into(), limit.into()];
    Holder::find_by_statement(sql(&text, values)).all(db).await
}

/// One seat that has not ended on a day.
///
/// # Errors
/// The database's.
pub async fn named(
    db: &impl ConnectionTrait,
    (city, id): (CityId, SeatId),
    today: Date,
) -> Result<Option<Holder>, DbErr> {
    let text = format!("{} WHERE s.city_id = $1 AND s.id = $2 AND (s.ends_on IS NULL OR s.ends_on >= $3)", *HOLDERS);
    Holder::find_by_statement(sql(&text, [city.0.into(), id.0.into(), today.into()])).one(db).await
}

/// The row of a seat.
///
/// # Errors
/// The database's.
pub async fn find(db: &impl ConnectionTrait, city: CityId, id: Option<SeatId>) -> Result<Option<seat::Model>, DbErr> {
    match id {
        Some(id) => seat::Entity::find_by_id((city, id)).one(db).await,
        None => Ok(None),
    }
}
