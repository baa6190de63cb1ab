//! Leaving: all that is kept of somebody goes, but for the ledger of their household and what they did in office.

use entity::seat;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, PaginatorTrait as _, QueryFilter as _,
};
use time::OffsetDateTime;

use super::PrivacyError;
use crate::{audit, clock::JAPAN, households, identity, identity::Caller, push, receipts};

/// Forgets the caller: name, household, account, sign-ins, browsers. Their household's receipts stay its own.
///
/// # Errors
/// [`PrivacyError::HoldsASeat`], also of one that has not begun.
pub async fn erase(db: &impl ConnectionTrait, caller: &Caller, now: OffsetDateTime) -> Result<(), PrivacyError> {
    let today = now.to_offset(JAPAN).date();
    let holds = seat::Entity::find()
        .filter(seat::Column::CityId.eq(caller.city))
        .filter(seat::Column::PersonId.eq(caller.person))
        .filter(seat::Column::EndsOn.is_null().or(seat::Column::EndsOn.gte(today)));
    if holds.count(db).await? > 0 {
        return Err(PrivacyError::HoldsASeat);
    }
    let whose = (caller.city, caller.person);
    receipts::forget_person(db, whose, caller.reader()).await?;
    push::subscribe::forget_person(db, whose).await?;
    identity::forget_person(db, whose).await?;
    households::forget_person(db, whose).await?;
    audit::record(db, caller, "person.erase", (caller.person.to_string(), String::new()), now).await?;
    Ok(())
}
