//! Letting in whom the provider vouches for.

use std::net::IpAddr;

use entity::{
    account, city,
    ids::CityId,
    seat::{self, Role},
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _,
    QueryFilter as _, QuerySelect as _, sea_query::LockType,
};
use time::OffsetDateTime;

use super::OidcError;
use crate::{
    audit::{self, By},
    clock::JAPAN,
    identity::{
        mail_address, revoke_invitations,
        session::{Device, Opened, open},
    },
    postgres::cities::{Door, enter},
};

/// Signs in the member of staff of `city` (a code; none: the only one that there is) who has this verified mail address, on a device that calls from
/// an address of the network.
///
/// # Errors
/// [`OidcError::NoStaffSeat`], also for an account of another city; [`OidcError::WhichCity`].
pub async fn admit(
    db: &impl ConnectionTrait,
    (city, email, issuer): (Option<&str>, &str, &str),
    (device, address): (Device, IpAddr),
    now: OffsetDateTime,
) -> Result<Opened, OidcError> {
    let city = city_of(db, city).await?;
    let email = mail_address(email).ok_or(OidcError::NoStaffSeat)?;
    let account = account::Entity::find()
        .filter(account::Column::CityId.eq(city))
        .filter(account::Column::Email.eq(email))
        .lock(LockType::NoKeyUpdate)
        .one(db)
        .await?
        .ok_or(OidcError::NoStaffSeat)?;
    let today = now.to_offset(JAPAN).date();
    let lasts = Condition::any().add(seat::Column::EndsOn.is_null()).add(seat::Column::EndsOn.gte(today));
    let seats = seat::Entity::find()
        .filter(seat::Column::CityId.eq(city))
        .filter(seat::Column::PersonId.eq(account.person_id))
        .filter(seat::Column::Role.eq(Role::Staff))
        .filter(seat::Column::StartsOn.lte(today))
        .filter(lasts);
    let seat = seats.one(db).await?.ok_or(OidcError::NoStaffSeat)?;
    let person = account.person_id;
    if account.opened_at.is_none() {
        // From here on nobody gets a link to it, who signs in or not.
        let mut first: account::ActiveModel = account.into();
        first.opened_at = Set(Some(now));
        first.update(db).await?;
        revoke_invitations(db, (city, person)).await?;
    }
    let opened = open(db, (city, person), device, now).await?;
    let by = By { city, person: Some(person), seat: Some(seat.id), address: Some(address) };
    let object = (person.to_string(), issuer.to_owned());
    audit::record(db, by, "sign in by provider", object, now).await?;
    Ok(opened)
}

async fn city_of(db: &impl ConnectionTrait, code: Option<&str>) -> Result<CityId, OidcError> {
    enter(db, Door::City(code.map(str::to_owned))).await?;
    // Of one that was not named nothing can be seen.
    Ok(city::Entity::find().one(db).await?.ok_or(OidcError::WhichCity)?.id)
}
