//! Whom a notice reaches: the circulations that publishing makes, and the numbers that are shown before.

use entity::{area, channel, ids::CityId, notice};
use sea_orm::{
    ActiveEnum as _, ColumnTrait as _, ConnectionTrait, DbErr, FromQueryResult, QueryFilter as _, QueryOrder as _,
    Value,
};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::postgres::sql;

/// The channels that an audience of areas (`$2`) of a city (`$1`) reaches by a kind of channel (`$3`), each with the association or
/// the one group of it that is meant. A group within an association that is reached whole is not counted again.
const REACHED: &str = "
    SELECT ch.id AS channel_id, association.id AS area_id
    FROM area association
    JOIN channel ch ON ch.city_id = association.city_id AND ch.area_id = association.id AND ch.kind = $3
    WHERE association.city_id = $1 AND association.kind = 'association' AND association.path && $2
    UNION ALL
    SELECT ch.id, part.id
    FROM area part
    JOIN channel ch ON ch.city_id = part.city_id AND ch.area_id = ANY(part.path) AND ch.kind = $3
    WHERE part.city_id = $1 AND part.kind = 'group' AND part.id = ANY($2) AND NOT trim_array(part.path, 1) && $2";

/// How many an audience is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Reach {
    /// Associations.
    pub associations: i64,
    /// Households in them that are meant; none where only officers are.
    pub households: i64,
    /// Phones that would ring.
    pub phones: i64,
}

/// Counts an audience as it is on a day.
///
/// # Errors
/// The database's.
pub async fn reach(
    db: &impl ConnectionTrait,
    city: CityId,
    (areas, addressees): (&[Uuid], channel::Kind),
    today: Date,
) -> Result<Reach, DbErr> {
    let text = format!(
        "SELECT (SELECT count(DISTINCT channel_id) FROM ({REACHED}) AS reached) AS associations,
                (SELECT count(*) FROM area below JOIN household h ON h.city_id = below.city_id AND h.area_id = below.id
                 WHERE below.city_id = $1 AND below.path && $2 AND $3 = 'everyone') AS households,
                (SELECT count(DISTINCT s.id) FROM subscription s
                 JOIN session ON session.city_id = s.city_id AND session.id = s.session_id AND session.ended_at IS NULL
                 JOIN person p ON p.city_id = s.city_id AND p.id = s.person_id
                 LEFT JOIN household h ON h.city_id = p.city_id AND h.id = p.household_id AND $3 = 'everyone'
                 LEFT JOIN seat ON seat.city_id = p.city_id AND seat.person_id = p.id
                      AND seat.starts_on <= $4 AND (seat.ends_on IS NULL OR seat.ends_on >= $4)
                 JOIN area a ON a.city_id = s.city_id AND a.id IN (h.area_id, seat.area_id) AND a.path && $2
                 WHERE s.city_id = $1 AND s.gone_at IS NULL) AS phones"
    );
    let mut numbers = values(city, areas, addressees);
    numbers.push(today.into());
    let found = Reach::find_by_statement(sql(&text, numbers)).one(db).await?;
    Ok(found.unwrap_or(Reach { associations: 0, households: 0, phones: 0 }))
}

/// Makes the circulations of a notice; gives how many.
///
/// # Errors
/// The database's.
pub(super) async fn circulate(
    db: &impl ConnectionTrait,
    notice: &notice::Model,
    published_at: OffsetDateTime,
) -> Result<u64, DbErr> {
    let text = format!(
        "INSERT INTO circulation (city_id, notice_id, channel_id, area_id, published_at)
         SELECT $1, $4, channel_id, area_id, $5 FROM ({REACHED}) AS reached"
    );
    let mut values = values(notice.city_id, &notice.area_ids, notice.addressees);
    values.extend([notice.id.0.into(), published_at.into()]);
    Ok(db.execute_raw(sql(&text, values)).await?.rows_affected())
}

fn values(city: CityId, areas: &[Uuid], addressees: channel::Kind) -> Vec<Value> {
    vec![city.0.into(), areas.to_vec().into(), addressees.to_value().into()]
}

/// The areas of a notice's audience, by code.
///
/// # Errors
/// The database's.
pub async fn audience_areas(db: &impl ConnectionTrait, notice: &notice::Model) -> Result<Vec<area::Model>, DbErr> {
    area::Entity::of(notice.city_id)
        .filter(area::Column::Id.is_in(notice.area_ids.clone()))
        .order_by_asc(area::Column::Code)
        .all(db)
        .await
}
