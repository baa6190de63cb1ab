//! Forgetting who a person is.

use entity::{
    ids::{CityId, PersonId},
    person, way_back,
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, Value, sea_query::Expr};
use uuid::Uuid;

use crate::proxies;

/// Takes a person's name and household away, the code with which they could come back, and what they answer for. The number stays, since receipts and what was done in office name it.
///
/// # Errors
/// The database's.
pub async fn forget_person(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<(), DbErr> {
    way_back::Entity::delete_by_id((city, person)).exec(db).await?;
    proxies::forget_person(db, (city, person)).await?;
    person::Entity::update_many()
        .col_expr(person::Column::Name, Expr::value(None::<String>))
        .col_expr(person::Column::HouseholdId, Expr::value(Value::Uuid(None::<Uuid>)))
        .filter(person::Column::CityId.eq(city))
        .filter(person::Column::Id.eq(person))
        .exec(db)
        .await
        .map(drop)
}
