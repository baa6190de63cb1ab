//! Inviting a seat holder: an account without password and a link that lets them set one.

use entity::{
    account,
    ids::{CityId, PersonId},
    invitation,
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _,
    QueryFilter as _, SqlErr,
};
use time::{Duration, OffsetDateTime};

use super::{IdentityError, code::Code, second_factor};

/// How long the link is good.
const GOOD_FOR: Duration = Duration::days(14);

/// A link's code and until when it is good.
#[derive(Debug)]
pub struct Invitation {
    /// The code.
    pub code: Code,
    /// When it ends.
    pub expires_at: OffsetDateTime,
}

/// Makes an account for a person and invites them.
///
/// # Errors
/// [`IdentityError::EmailTaken`].
pub async fn invite(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    email: &str,
    now: OffsetDateTime,
) -> Result<Invitation, IdentityError> {
    let account = account::ActiveModel {
        city_id: Set(city),
        person_id: Set(person),
        email: Set(email.trim().to_ascii_lowercase()),
        password_hash: Set(None),
        opened_at: Set(None),
        totp_secret: Set(Some(second_factor::draw_secret())),
        totp_enrolled: Set(false),
        totp_step: Set(None),
        wrong_digits: Set(0),
        digits_from: Set(None),
        created_at: Set(now),
    };
    account.insert(db).await.map_err(|e| match e.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => IdentityError::EmailTaken,
        _ => e.into(),
    })?;
    renew_invitation(db, (city, person), now).await
}

/// Gives an account another link; the links from before die.
///
/// # Errors
/// The database's.
pub async fn renew_invitation(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    now: OffsetDateTime,
) -> Result<Invitation, IdentityError> {
    revoke_invitations(db, (city, person)).await?;
    let invitation = Invitation { code: Code::draw()?, expires_at: now + GOOD_FOR };
    let row = invitation::ActiveModel {
        city_id: Set(city),
        code_hash: Set(invitation.code.hash()),
        person_id: Set(person),
        expires_at: Set(invitation.expires_at),
        used_at: Set(None),
    };
    invitation::Entity::insert(row).exec_without_returning(db).await?;
    Ok(invitation)
}

/// Lets all of an account's links die.
///
/// # Errors
/// The database's.
pub async fn revoke_invitations(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<(), DbErr> {
    invitation::Entity::delete_many()
        .filter(invitation::Column::CityId.eq(city))
        .filter(invitation::Column::PersonId.eq(person))
        .exec(db)
        .await?;
    Ok(())
}
