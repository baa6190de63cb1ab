//! Registering a passkey: the device makes a pair of keys and hands us the public one.

use entity::{account, ids::PasskeyId, passkey};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait as _, QuerySelect as _, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;
use webauthn_rs::prelude::{CredentialID, PasskeyRegistration, RegisterPublicKeyCredential};

use super::{Challenge, PasskeyError, Passkeys, list};
use crate::identity::{Agent, Caller, IdentityError, session::Device};

/// How many an account may have.
const MOST: usize = 10;
/// So many bytes of names are told to the device, so that it does not make a second one: what is sealed must fit into a form.
const KNOWN: usize = 4_096;

/// What we have to know when the device has answered: whom we asked.
#[derive(Debug, Serialize, Deserialize)]
pub struct Asking {
    session: Uuid,
    state: PasskeyRegistration,
}

/// A challenge for the caller's device.
///
/// # Errors
/// [`PasskeyError::TooMany`]; [`IdentityError::NoAccount`].
pub async fn ask_to_register(
    db: &impl ConnectionTrait,
    passkeys: &Passkeys,
    caller: &Caller,
) -> Result<Challenge<Asking>, PasskeyError> {
    let who = (caller.city, caller.person);
    let account = account::Entity::find_by_id(who).one(db).await?.ok_or(IdentityError::NoAccount)?;
    let have = list(db, who).await?;
    if have.len() >= MOST {
        return Err(PasskeyError::TooMany);
    }
    let mut room = KNOWN;
    let known = have.into_iter().map(|one| CredentialID::from(one.credential_id)).take_while(|id| {
        let fits = id.len() <= room;
        room = room.saturating_sub(id.len());
        fits
    });
    let name = caller.name.as_deref().unwrap_or(&account.email);
    let asked = passkeys.0.start_passkey_registration(caller.person.0, &account.email, name, Some(known.collect()));
    let (options, state) = asked.map_err(|e| PasskeyError::crypto(&e))?;
    let mut options = serde_json::to_value(options).map_err(|e| PasskeyError::Crypto(e.to_string()))?;
    // The device must be able to name whom it signs in, or a mail address would have to be typed.
    let selection = &mut options["publicKey"]["authenticatorSelection"];
    selection["residentKey"] = json!("required");
    selection["requireResidentKey"] = json!(true);
    Ok(Challenge { options: options.to_string(), state: Asking { session: caller.session.0, state } })
}

/// Takes the device's answer; gives what the passkey is called.
///
/// # Errors
/// [`PasskeyError::NotRegistered`], [`PasskeyError::TooMany`]; [`PasskeyError::Interrupted`] where somebody else was asked.
pub async fn register(
    db: &impl ConnectionTrait,
    passkeys: &Passkeys,
    (caller, agent): (&Caller, Agent),
    (asked, answer): (Asking, RegisterPublicKeyCredential),
    now: OffsetDateTime,
) -> Result<(PasskeyId, String), PasskeyError> {
    if asked.session != caller.session.0 {
        return Err(PasskeyError::Interrupted);
    }
    let who = (caller.city, caller.person);
    // Two that come at once are counted one after the other.
    account::Entity::find_by_id(who).lock_exclusive().one(db).await?.ok_or(IdentityError::NoAccount)?;
    if list(db, who).await?.len() >= MOST {
        return Err(PasskeyError::TooMany);
    }
    let made = passkeys.0.finish_passkey_registration(&answer, &asked.state).map_err(|error| {
        tracing::info!(%error, "a passkey could not be registered");
        PasskeyError::NotRegistered
    })?;
    let (id, name) = (PasskeyId::new(), Device::Browser(agent).kept());
    let row = passkey::ActiveModel {
        city_id: Set(caller.city),
        id: Set(id),
        person_id: Set(caller.person),
        credential_id: Set(made.cred_id().to_vec()),
        public_key: Set(serde_json::to_string(&made).map_err(|e| PasskeyError::Crypto(e.to_string()))?),
        name: Set(name.clone()),
        created_at: Set(now),
        used_at: Set(None),
    };
    let unknown = OnConflict::column(passkey::Column::CredentialId).do_nothing().to_owned();
    match passkey::Entity::insert(row).on_conflict(unknown).exec_without_returning(db).await? {
        1 => Ok((id, name)),
        _ => Err(PasskeyError::NotRegistered),
    }
}
