//! Recovery codes: what lets somebody in whose authenticator app is lost.
//!
//! Ten of them, shown once and then written down or printed. Each serves once in place of the six digits, never in place of the password. They are as long
//! as a slip's code, so a plain hash is kept of them and there is nothing to guess. Whoever draws them anew gives the password once more: an
//! unlocked screen is not enough.

use entity::{
    account,
    ids::{CityId, PersonId},
    recovery_code,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, sea_query::Expr,
};
use secrecy::SecretString;
use time::OffsetDateTime;

use super::{Caller, IdentityError, code::Code, password::Passwords};

pub mod api;
pub mod pages;

/// How many are drawn.
const NUMBER: usize = 10;

/// Draws ten codes for the caller's account; those of before are over.
///
/// # Errors
/// [`IdentityError::NoSecondFactor`] where there is none to stand in for.
pub async fn draw(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<Vec<Code>, IdentityError> {
    let account = account::Entity::find_by_id((city, person)).one(db).await?;
    account.filter(|account| account.totp_enrolled).ok_or(IdentityError::NoSecondFactor)?;
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::CityId.eq(city))
        .filter(recovery_code::Column::PersonId.eq(person))
        .exec(db)
        .await?;
    let codes = (0..NUMBER).map(|_| Code::draw()).collect::<Result<Vec<_>, _>>()?;
    let rows = codes.iter().map(|code| recovery_code::ActiveModel {
        city_id: Set(city),
        code_hash: Set(code.hash()),
        person_id: Set(person),
        used_at: Set(None),
    });
    recovery_code::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(codes)
}

/// How many are left; none where the caller has no second factor for them to stand in for.
///
/// # Errors
/// The database's.
pub async fn remaining(db: &impl ConnectionTrait, caller: &Caller) -> Result<Option<u64>, DbErr> {
    if !account(db, caller).await?.is_some_and(|account| account.totp_enrolled) {
        return Ok(None);
    }
    let left = recovery_code::Entity::find()
        .filter(recovery_code::Column::CityId.eq(caller.city))
        .filter(recovery_code::Column::PersonId.eq(caller.person))
        .filter(recovery_code::Column::UsedAt.is_null());
    Ok(Some(left.count(db).await?))
}

/// Uses a code up. False where it is none of this person's, or was used before.
///
/// # Errors
/// The database's.
pub(super) async fn spend(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    code: &Code,
    now: OffsetDateTime,
) -> Result<bool, DbErr> {
    let spent = recovery_code::Entity::update_many()
        .col_expr(recovery_code::Column::UsedAt, Expr::value(now))
        .filter(recovery_code::Column::CityId.eq(city))
        .filter(recovery_code::Column::PersonId.eq(person))
        .filter(recovery_code::Column::CodeHash.eq(code.hash()))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(spent.rows_affected == 1)
}

/// The caller's account.
///
/// # Errors
/// The database's.
pub async fn account(db: &impl ConnectionTrait, caller: &Caller) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find_by_id((caller.city, caller.person)).one(db).await
}

/// Proves the caller's own password once more.
///
/// # Errors
/// [`IdentityError::WrongCredentials`]; [`IdentityError::Busy`].
pub async fn prove_again(
    passwords: &Passwords,
    account: Option<account::Model>,
    password: SecretString,
) -> Result<(), IdentityError> {
    let right = passwords.verify(password, account.and_then(|account| account.password_hash)).await?;
    if right { Ok(()) } else { Err(IdentityError::WrongCredentials) }
}
