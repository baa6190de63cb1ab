//! A seat holder's first sign-in: the code of the link, and a password of their own.

use entity::{account, invitation};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QuerySelect as _, sea_query::LockType,
};
use time::OffsetDateTime;

use super::{
    IdentityError,
    code::Code,
    passkeys,
    password::Hashed,
    recovery,
    second_factor::{self, Given, Proof},
    session::{self, Opened},
    sign_in::Visit,
};
use crate::{
    audit,
    postgres::cities::{Door, enter},
};

/// What somebody hands in at the door.
#[derive(Debug)]
pub struct Acceptance {
    /// The code as typed.
    pub code: String,
    /// The password that they choose. Hashed before the transaction begins: it takes a processor for a while.
    pub password: Hashed,
    /// The six digits.
    pub totp: Option<String>,
    /// The second factor's secret that they were shown last, to be shown it once more.
    pub shown: Option<String>,
}

/// Takes the code, sets the password, and signs in. Who has just proven a second factor for the first time gets recovery codes with it.
///
/// # Errors
/// Of the code, or of the second factor: then the code is still good.
pub async fn accept(
    db: &impl ConnectionTrait,
    acceptance: Acceptance,
    visit: Visit,
    now: OffsetDateTime,
) -> Result<Opened, IdentityError> {
    let code = Code::parse(&acceptance.code)?;
    enter(db, Door::Invitation(code.hash())).await?;
    let named = || invitation::Entity::find().filter(invitation::Column::CodeHash.eq(code.hash()));
    let invitation = named().one(db).await?.ok_or(IdentityError::InvalidCode)?;
    let who = (invitation.city_id, invitation.person_id);
    // The account first, as all who change it: whether the link is still good is asked when nobody else can let it die.
    let account = account::Entity::find_by_id(who).lock(LockType::NoKeyUpdate).one(db).await?;
    let account = account.ok_or(IdentityError::InvalidCode)?;
    let invitation = named().lock_exclusive().one(db).await?;
    let invitation = invitation.filter(|i| i.used_at.is_none() && now < i.expires_at);
    let invitation = invitation.ok_or(IdentityError::InvalidCode)?;
    let given = Given { code: acceptance.totp.as_deref(), shown: acceptance.shown.as_deref() };
    let proof = second_factor::check(db, &account, (given, &visit), now).await?;

    let mut welcomed: account::ActiveModel =
        account::Entity::find_by_id(who).one(db).await?.ok_or(IdentityError::InvalidCode)?.into();
    welcomed.password_hash = Set(acceptance.password.0);
    welcomed.opened_at = Set(Some(now));
    welcomed.update(db).await?;
    let mut used: invitation::ActiveModel = invitation.into();
    used.used_at = Set(Some(now));
    used.update(db).await?;
    // Whoever else was signed in may be why the password is set anew.
    session::end_all(db, who, now).await?;
    passkeys::remove_all(db, who).await?;
    let recovery_codes = if proof == Proof::First { recovery::draw(db, who).await? } else { Vec::new() };
    let opened = session::open(db, who, visit.device, now).await?;
    audit::record(db, visit.by(who), "set first password", (account.person_id.to_string(), String::new()), now).await?;
    Ok(Opened { email: Some(account.email), recovery_codes, ..opened })
}
