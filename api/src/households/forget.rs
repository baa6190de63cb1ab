//! Forgetting who a person is.

use entity::{
    area,
    ids::{CityId, PersonId},
    person, way_back,
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, Value, sea_query::Expr};
use uuid::Uuid;

use crate::{postgres::sql, proxies, push};

/// Takes a person's name and household away, the code with which they could come back, what they answer for, and when they wanted to be rung. The number stays, since what was done in office names it.
///
/// # Errors
/// The database's.
pub async fn forget_person(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<(), DbErr> {
    way_back::Entity::delete_by_id((city, person)).exec(db).await?;
    proxies::forget_person(db, (city, person)).await?;
    push::preferences::forget(db, (city, person)).await?;
    person::Entity::update_many()
        .col_expr(person::Column::Name, Expr::value(None::<String>))
        .col_expr(person::Column::HouseholdId, Expr::value(Value::Uuid(None::<Uuid>)))
        .filter(person::Column::CityId.eq(city))
        .filter(person::Column::Id.eq(person))
        .exec(db)
        .await
        .map(drop)
}

/// Lets all codes die with which somebody of an area, or below it, could come back after a lost phone.
///
/// # Errors
/// The database's.
pub async fn forget_ways_back(db: &impl ConnectionTrait, area: &area::Model) -> Result<(), DbErr> {
    let statement = sql(
        "DELETE FROM way_back USING person p
         JOIN household h ON h.city_id = p.city_id AND h.id = p.household_id
         JOIN area a ON a.city_id = h.city_id AND a.id = h.area_id
         WHERE way_back.city_id = $1 AND p.city_id = $1 AND p.id = way_back.person_id AND a.path @> ARRAY[$2]",
        [area.city_id.0.into(), area.id.0.into()],
    );
    db.execute_raw(statement).await.map(drop)
}
