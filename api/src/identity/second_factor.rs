//! The second factor: TOTP (RFC 6238), six digits of an authenticator app.
//!
//! It is enrolled at the first sign-in: the secret is shown once as an `otpauth:` address and proven with a code. Production
//! insists on it; elsewhere it is asked for only where it is enrolled. A code serves once. Where the app is lost, a recovery code serves in its place.

use entity::account;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait};
use time::OffsetDateTime;
use totp_rs::{Builder, Secret, Totp};

use super::{IdentityError, code::Code, recovery};

/// Checks `code` for an account and remembers that it was used. `insist`: an account without second factor has to enrol one.
///
/// # Errors
/// [`IdentityError::SecondFactorNeeded`] with the address to scan where nothing was proven yet; the secret that it names must then
/// be kept by the caller's commit. [`IdentityError::WrongSecondFactor`].
pub async fn check(
    db: &impl ConnectionTrait,
    account: &account::Model,
    code: Option<&str>,
    insist: bool,
    now: OffsetDateTime,
) -> Result<(), IdentityError> {
    if !account.totp_enrolled && !insist && code.is_none() {
        return Ok(());
    }
    let Some(code) = code else {
        let url = if account.totp_enrolled { None } else { Some(totp(account)?.to_url().map_err(failed)?) };
        return Err(IdentityError::SecondFactorNeeded(url));
    };
    if account.totp_enrolled
        && let Ok(recovery) = Code::parse(code)
    {
        let spent = recovery::spend(db, (account.city_id, account.person_id), &recovery, now).await?;
        return if spent { Ok(()) } else { Err(IdentityError::WrongSecondFactor) };
    }
    let time = u64::try_from(now.unix_timestamp()).unwrap_or_default();
    let step = totp(account)?.check(code.trim(), time).and_then(|step| i64::try_from(step).ok());
    let step = step
        .filter(|step| account.totp_step.is_none_or(|used| used < *step))
        .ok_or(IdentityError::WrongSecondFactor)?;
    let mut proven: account::ActiveModel = account.clone().into();
    proven.totp_enrolled = Set(true);
    proven.totp_step = Set(Some(step));
    proven.update(db).await?;
    Ok(())
}

/// A fresh secret, base32.
pub fn draw_secret() -> String {
    Secret::generate().to_base32()
}

fn totp(account: &account::Model) -> Result<Totp, IdentityError> {
    let secret = account.totp_secret.as_deref().ok_or_else(|| failed("an account has no secret"))?;
    Builder::new()
        .with_secret(Secret::try_from_base32(secret).map_err(failed)?)
        .with_account_name(account.email.clone())
        .with_issuer(Some("Kairan"))
        .build()
        .map_err(failed)
}

fn failed(cause: impl std::fmt::Display) -> IdentityError {
    IdentityError::Crypto(cause.to_string())
}
