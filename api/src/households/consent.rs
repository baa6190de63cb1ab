//! Consent: that a person agreed to what their data is for ([`PURPOSES`]), when, and to which version of the words.

use entity::{
    ids::{CityId, PersonId},
    person,
};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::{Set, Unchanged},
    ConnectionTrait,
};
use time::OffsetDateTime;

use super::HouseholdError;
use crate::purposes::PURPOSES;

/// Keeps that a person agreed to a version of the purposes, which must be the one that holds.
///
/// # Errors
/// [`HouseholdError::OtherPurposes`].
pub async fn agree(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    version: i16,
    now: OffsetDateTime,
) -> Result<(), HouseholdError> {
    if version != PURPOSES.version {
        return Err(HouseholdError::OtherPurposes);
    }
    let row = person::ActiveModel {
        city_id: Unchanged(city),
        id: Unchanged(person),
        consent_version: Set(Some(version)),
        consented_at: Set(Some(now)),
        ..Default::default()
    };
    row.update(db).await?;
    Ok(())
}
