//! One's passkeys: which there are, and removing them.

use entity::{
    ids::{CityId, PasskeyId, PersonId},
    passkey,
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};

/// A person's passkeys, oldest first.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<Vec<passkey::Model>, DbErr> {
    passkey::Entity::find()
        .filter(passkey::Column::CityId.eq(city))
        .filter(passkey::Column::PersonId.eq(person))
        .order_by_asc(passkey::Column::Id)
        .all(db)
        .await
}

/// Removes one of a person's passkeys: nobody signs in with it any more. False where they have none with this id.
///
/// # Errors
/// The database's.
pub async fn remove(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    id: PasskeyId,
) -> Result<bool, DbErr> {
    let one = passkey::Entity::delete_by_id((city, id)).filter(passkey::Column::PersonId.eq(person));
    Ok(one.exec(db).await?.rows_affected == 1)
}

/// Removes all passkeys of a person.
///
/// # Errors
/// The database's.
pub async fn remove_all(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<(), DbErr> {
    passkey::Entity::delete_many()
        .filter(passkey::Column::CityId.eq(city))
        .filter(passkey::Column::PersonId.eq(person))
        .exec(db)
        .await
        .map(drop)
}
