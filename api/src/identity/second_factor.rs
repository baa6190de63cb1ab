//! The second factor: TOTP (RFC 6238), six digits of an authenticator app.
//!
//! It is enrolled at the first sign-in: the secret is shown as an `otpauth:` address and proven with a code. Production insists on it;
//! elsewhere it is asked for only where it is enrolled. As long as it is not proven, each question shows a fresh secret, and only the
//! last one serves: who has looked before knows nothing. A code serves once. Where the app is lost, a recovery code serves in its place.
//!
//! Who knows the password and guesses at the digits has five tries in a quarter of an hour, whatever else is tried elsewhere; and the first series of
//! them is in the audit log. The owner loses nothing by that: known browsers, recovery codes and passkeys are never refused for it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use entity::account;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait};
use time::{Duration, OffsetDateTime};
use totp_rs::{Builder, Secret, Totp};

use super::{IdentityError, code::Code, recovery, sign_in::Visit};
use crate::audit;

/// With so many wrong digits in a row an account takes none from unknown browsers for a while.
const TRIES: i16 = 5;
/// How long.
const CLOSED: Duration = Duration::minutes(15);

/// How it was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It is not there, and not insisted on.
    None,
    /// By digits, for the first time: it is enrolled from here on.
    First,
    /// By digits.
    Digits,
    /// By a recovery code.
    Recovery,
}

/// What somebody gives.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The six digits, or a recovery code.
    pub code: Option<&'a str>,
    /// The secret that they were shown last, base32: by that they see it once more.
    pub shown: Option<&'a str>,
}

/// Checks what is given for an account, and remembers it. The account must be locked.
///
/// # Errors
/// [`IdentityError::SecondFactorNeeded`] with the address to scan where nothing was proven yet; [`IdentityError::WrongSecondFactor`]: what is written
/// before either must be committed. [`IdentityError::DigitsClosed`].
pub async fn check(
    db: &impl ConnectionTrait,
    account: &account::Model,
    (given, visit): (Given<'_>, &Visit),
    now: OffsetDateTime,
) -> Result<Proof, IdentityError> {
    let who = (account.city_id, account.person_id);
    match given.code {
        None if account.totp_enrolled => Err(IdentityError::SecondFactorNeeded(None)),
        None if !visit.insist => Ok(Proof::None),
        None => Err(IdentityError::SecondFactorNeeded(Some(ask(db, account, given.shown).await?))),
        Some(code) if account.totp_enrolled => match Code::parse(code) {
            Ok(recovery) if recovery::spend(db, who, &recovery, now).await? => {
                let object = (account.person_id.to_string(), String::new());
                audit::record(db, visit.by(who), "spend recovery code", object, now).await?;
                Ok(Proof::Recovery)
            }
            // A recovery code that is none, or mistyped: nobody guesses one.
            Err(_) if code.trim().bytes().all(|byte| byte.is_ascii_digit()) => {
                digits(db, account, (code, visit), now).await
            }
            _ => Err(IdentityError::WrongSecondFactor),
        },
        Some(code) => digits(db, account, (code, visit), now).await,
    }
}

/// The address to scan: of a fresh secret, unless the last one was shown to whoever asks.
async fn ask(
    db: &impl ConnectionTrait,
    account: &account::Model,
    shown: Option<&str>,
) -> Result<String, IdentityError> {
    let last = account.totp_secret.as_deref().unwrap_or_default();
    if shown.is_some_and(|shown| verify_slices_are_equal(shown.as_bytes(), last.as_bytes()).is_ok()) {
        return totp(account)?.to_url().map_err(failed);
    }
    let mut asked: account::ActiveModel = account.clone().into();
    asked.totp_secret = Set(Some(draw_secret()));
    totp(&asked.update(db).await?)?.to_url().map_err(failed)
}

/// Checks six digits, and counts wrong ones.
async fn digits(
    db: &impl ConnectionTrait,
    account: &account::Model,
    (typed, visit): (&str, &Visit),
    now: OffsetDateTime,
) -> Result<Proof, IdentityError> {
    let closed = account.digits_from.filter(|from| account.totp_enrolled && !visit.known && now < *from);
    if let Some(from) = closed {
        return Err(IdentityError::DigitsClosed((from - now).whole_seconds().unsigned_abs() + 1));
    }
    let time = u64::try_from(now.unix_timestamp()).unwrap_or_default();
    let step = totp(account)?.check(typed.trim(), time).and_then(|step| i64::try_from(step).ok());
    let step = step.filter(|step| account.totp_step.is_none_or(|used| used < *step));
    let mut tried: account::ActiveModel = account.clone().into();
    if step.is_some() {
        tried.totp_enrolled = Set(true);
        tried.totp_step = Set(step);
        tried.wrong_digits = Set(0);
        tried.update(db).await?;
        return Ok(if account.totp_enrolled { Proof::Digits } else { Proof::First });
    }
    // Before it is enrolled there is nothing to guess: the secret stands beside the field.
    if account.totp_enrolled {
        let last = account.wrong_digits + 1 >= TRIES;
        tried.wrong_digits = Set(if last { 0 } else { account.wrong_digits + 1 });
        tried.digits_from = Set(if last { Some(now + CLOSED) } else { account.digits_from });
        tried.update(db).await?;
        if last {
            let object = account.person_id.to_string();
            let tried = ("guess second factor", object, "digits_closed");
            audit::refuse(db, visit.by_nobody(account.city_id), tried, now).await?;
        }
    }
    Err(IdentityError::WrongSecondFactor)
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
