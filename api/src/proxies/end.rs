//! Ending: at once, by either side, and by itself when one of them goes. What was stamped stays the household's; who stamped it is forgotten.

use entity::{
    area,
    ids::{CityId, HouseholdId, PersonId},
    proxy, proxy_code,
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult as _, QueryFilter as _};

use crate::{postgres::sql, receipts};

/// Ends what answers for a household, and the code with which somebody could begin to.
///
/// # Errors
/// The database's.
pub async fn forget_household(
    db: &impl ConnectionTrait,
    (city, household): (CityId, HouseholdId),
) -> Result<(), DbErr> {
    proxy_code::Entity::delete_by_id((city, household)).exec(db).await?;
    let proxies = proxy::Entity::find_by_id((city, household)).all(db).await?;
    end(db, &proxies).await
}

/// Ends all that a person answers for.
///
/// # Errors
/// The database's.
pub async fn forget_person(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<(), DbErr> {
    let theirs = proxy::Entity::find()
        .filter(proxy::Column::CityId.eq(city))
        .filter(proxy::Column::PersonId.eq(person))
        .all(db)
        .await?;
    end(db, &theirs).await
}

/// Ends what answers for a household from within: who has become one of its people reads for it anyway.
///
/// # Errors
/// The database's.
pub async fn end_at_home(db: &impl ConnectionTrait, (city, household): (CityId, HouseholdId)) -> Result<(), DbErr> {
    let statement = sql(
        "SELECT x.* FROM proxy x JOIN person p ON p.city_id = x.city_id AND p.id = x.person_id
         WHERE x.city_id = $1 AND x.household_id = $2 AND p.household_id = x.household_id",
        [city.0.into(), household.0.into()],
    );
    let within = proxy::Model::find_by_statement(statement).all(db).await?;
    end(db, &within).await
}

async fn end(db: &impl ConnectionTrait, proxies: &[proxy::Model]) -> Result<(), DbErr> {
    for one in proxies {
        proxy::Entity::delete_by_id((one.city_id, one.household_id)).exec(db).await?;
        receipts::forget_person(db, (one.city_id, one.person_id), one.household_id.into()).await?;
    }
    Ok(())
}

/// Lets all codes die that would make somebody answer for a household of an area, or below it.
///
/// # Errors
/// The database's.
pub async fn forget_codes(db: &impl ConnectionTrait, area: &area::Model) -> Result<(), DbErr> {
    let statement = sql(
        "DELETE FROM proxy_code USING household h JOIN area a ON a.city_id = h.city_id AND a.id = h.area_id
         WHERE proxy_code.city_id = $1 AND h.city_id = $1 AND h.id = proxy_code.household_id AND a.path @> ARRAY[$2]",
        [area.city_id.0.into(), area.id.0.into()],
    );
    db.execute_raw(statement).await.map(drop)
}
