//! Signing in with a passkey: the device names the person and signs our challenge.

use entity::{account, passkey};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};
use time::OffsetDateTime;
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential};

use super::{Challenge, PasskeyError, Passkeys};
use crate::{
    identity::{
        IdentityError,
        session::{Device, Opened, open},
    },
    postgres::cities::{Door, enter},
};

/// What a device answered, and to what.
#[derive(Debug)]
pub struct Answer {
    /// What we asked.
    pub state: DiscoverableAuthentication,
    /// When.
    pub asked_at: OffsetDateTime,
    /// The answer.
    pub credential: PublicKeyCredential,
}

impl Passkeys {
    /// A challenge for whoever answers it.
    ///
    /// # Errors
    /// The library's.
    pub fn ask(&self) -> Result<Challenge<DiscoverableAuthentication>, PasskeyError> {
        let (options, state) = self.0.start_discoverable_authentication().map_err(|e| PasskeyError::crypto(&e))?;
        let options = serde_json::to_string(&options).map_err(|e| PasskeyError::Crypto(e.to_string()))?;
        Ok(Challenge { options, state })
    }
}

/// Signs in whoever the device has proven to have before it.
///
/// # Errors
/// [`PasskeyError::Refused`]: the passkey is unknown, the signature is wrong, the challenge has been answered, or nobody's finger, face or code was asked.
pub async fn sign_in(
    db: &impl ConnectionTrait,
    passkeys: &Passkeys,
    answer: Answer,
    (device, now): (Device, OffsetDateTime),
) -> Result<Opened, PasskeyError> {
    let refused = |error| {
        tracing::info!(%error, "a passkey was refused");
        PasskeyError::Refused
    };
    let (person, name) = passkeys.0.identify_discoverable_authentication(&answer.credential).map_err(refused)?;
    enter(db, Door::Passkey(name.to_vec())).await?;
    let row = passkey::Entity::find()
        .filter(passkey::Column::CredentialId.eq(name.to_vec()))
        .lock_exclusive()
        .one(db)
        .await?
        .filter(|row| row.person_id.0 == person)
        .ok_or(PasskeyError::Refused)?;
    let mut key: Passkey = serde_json::from_str(&row.public_key).map_err(|e| PasskeyError::Crypto(e.to_string()))?;
    let proven = passkeys.0.finish_discoverable_authentication_v2(&answer.credential, answer.state, &key);
    let proven = proven.map_err(refused)?;
    if !proven.user_verified() || row.used_at.is_some_and(|used| answer.asked_at <= used) {
        return Err(PasskeyError::Refused);
    }
    key.update_credential(&proven);
    let who = (row.city_id, row.person_id);
    let used = passkey::ActiveModel {
        city_id: Set(row.city_id),
        id: Set(row.id),
        public_key: Set(serde_json::to_string(&key).map_err(|e| PasskeyError::Crypto(e.to_string()))?),
        used_at: Set(Some(answer.asked_at)),
        ..Default::default()
    };
    passkey::Entity::update(used).exec(db).await?;
    let account = account::Entity::find_by_id(who).one(db).await?.ok_or(IdentityError::NoAccount)?;
    let opened = open(db, who, device, now).await?;
    Ok(Opened { email: Some(account.email), ..opened })
}
