//! Starting an account anew: whoever could sign in to it can't any more, and a fresh link opens it.
//!
//! For somebody who has lost password and authenticator app, and for an account of which nobody knows whose hands it is in.

use entity::{
    account,
    ids::{CityId, PersonId},
    recovery_code,
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
};
use time::OffsetDateTime;

use super::{IdentityError, invite::Invitation, passkeys, renew_invitation, second_factor, session};
use crate::audit::{self, By};

/// Forgets password, second factor, recovery codes and passkeys of an account, ends all its sign-ins and links, and gives a fresh link. Who did so is
/// in the audit log.
///
/// # Errors
/// The database's, also where the person has no account.
pub async fn start_anew(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    by: impl Into<By>,
    now: OffsetDateTime,
) -> Result<Invitation, IdentityError> {
    let account = account::ActiveModel {
        city_id: Set(city),
        person_id: Set(person),
        password_hash: Set(None),
        opened_at: Set(None),
        totp_secret: Set(Some(second_factor::draw_secret())),
        totp_enrolled: Set(false),
        totp_step: Set(None),
        wrong_digits: Set(0),
        digits_from: Set(None),
        ..Default::default()
    };
    account.update(db).await?;
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::CityId.eq(city))
        .filter(recovery_code::Column::PersonId.eq(person))
        .exec(db)
        .await?;
    // Sign-ins last: who was about to sign in by one of these has done so before it was forgotten, or can't.
    passkeys::remove_all(db, (city, person)).await?;
    session::end_all(db, (city, person), now).await?;
    let invitation = renew_invitation(db, (city, person), now).await?;
    audit::record(db, by, "start account anew", (person.to_string(), String::new()), now).await?;
    Ok(invitation)
}
