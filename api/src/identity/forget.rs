//! Forgetting how somebody signed in: what ended long ago, and all of a person who goes.

use entity::{
    account,
    ids::{CityId, PersonId},
    invitation,
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, Value};
use time::OffsetDateTime;

use crate::postgres::sql;

/// Forgets the sign-ins of a city that ended before a moment and that no browser's notifications hang on; gives how many.
///
/// # Errors
/// The database's.
pub async fn forget_ended(db: &impl ConnectionTrait, city: CityId, before: OffsetDateTime) -> Result<u64, DbErr> {
    let ended = "city_id = $1 AND ended_at < $2 AND NOT EXISTS (
        SELECT FROM subscription WHERE subscription.city_id = session.city_id AND subscription.session_id = session.id)";
    forget_sessions(db, ended, [city.0.into(), before.into()]).await
}

/// Forgets a person's account, invitation and sign-ins; their browsers' notifications must be forgotten already.
///
/// # Errors
/// The database's.
pub async fn forget_person(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<(), DbErr> {
    forget_sessions(db, "city_id = $1 AND person_id = $2", [city.0.into(), person.0.into()]).await?;
    invitation::Entity::delete_many()
        .filter(invitation::Column::CityId.eq(city))
        .filter(invitation::Column::PersonId.eq(person))
        .exec(db)
        .await?;
    account::Entity::delete_by_id((city, person)).exec(db).await.map(drop)
}

/// With their refresh tokens, which hang on them.
async fn forget_sessions(db: &impl ConnectionTrait, which: &str, values: [Value; 2]) -> Result<u64, DbErr> {
    let tokens = format!(
        "DELETE FROM refresh_token USING (SELECT id FROM session WHERE {which}) AS going
         WHERE refresh_token.city_id = $1 AND refresh_token.session_id = going.id"
    );
    db.execute_raw(sql(&tokens, values.clone())).await?;
    Ok(db.execute_raw(sql(&format!("DELETE FROM session WHERE {which}"), values)).await?.rows_affected())
}
