//! VAPID (RFC 8292): by what a push service knows whose messages these are.
//!
//! A signature is good for one origin and 12 hours, and making one costs as much as a message: it is kept for 6 hours. Each
//! subscription is signed for with the key that it was made under, so a key can be replaced while both are in use: the service refuses any
//! other, and a phone that is signed for with the wrong one is silent.
//!
//! It is signed here and not by the web-push crate, which says besides since when a signature holds, by the machine's clock: services refuse
//! what begins in their future, and a machine's clock is not to be trusted with that.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use http::{HeaderValue, header::InvalidHeaderValue};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::keys::Keys;

/// How long a signature is good for: services refuse more than 24 h.
const GOOD_FOR: Duration = Duration::hours(12);
/// How long it is used.
const KEPT_FOR: Duration = Duration::hours(6);

/// A signature for one origin.
#[derive(Debug)]
pub struct Signature {
    /// As it is sent: `Authorization`.
    pub header: HeaderValue,
}

/// What a signature says (RFC 8292, section 2): to whom, until when, and who can be written to.
#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: i64,
    sub: &'a str,
}

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub enum VapidError {
    /// The subscription was made under a key that is no longer there.
    #[error(
        "the VAPID key {0} is not among the keys; put its file back, or its phones stay silent until they subscribe anew"
    )]
    UnknownKey(String),
    /// It can't be signed.
    #[error(transparent)]
    Sign(#[from] jsonwebtoken::errors::Error),
    /// It can't be sent.
    #[error(transparent)]
    Header(#[from] InvalidHeaderValue),
}

/// Signs for every push service.
pub struct Vapid {
    keys: HashMap<String, Signer>,
    subject: String,
    kept: Mutex<HashMap<(String, String), Kept>>,
}

struct Signer {
    key: EncodingKey,
    /// What the service is to check it with.
    public: String,
}

struct Kept {
    signature: Arc<Signature>,
    made_at: OffsetDateTime,
}

impl Vapid {
    /// Signs with the installation's keys, naming `subject` as who can be written to.
    ///
    /// # Errors
    /// When a key is none.
    pub fn new(keys: &Keys, subject: &str) -> Result<Self, VapidError> {
        let mut signers = HashMap::new();
        for key in keys.vapid_keys() {
            let secret = EncodingKey::from_ec_pem(key.pem.expose_secret().as_bytes())?;
            signers.insert(key.id(), Signer { key: secret, public: BASE64URL.encode(&key.public) });
        }
        Ok(Self { keys: signers, subject: subject.to_owned(), kept: Mutex::default() })
    }

    /// The signature for `origin` under the key with the id `key`: the one kept, or a new one.
    ///
    /// # Errors
    /// When the key is not there, or it can't be signed.
    pub fn signature(&self, origin: &str, key: &str, now: OffsetDateTime) -> Result<Arc<Signature>, VapidError> {
        let place = (origin.to_owned(), key.to_owned());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept.get(&place).filter(|k| (k.made_at..k.made_at + KEPT_FOR).contains(&now)) {
            return Ok(found.signature.clone());
        }
        kept.retain(|_, k| now < k.made_at + KEPT_FOR);
        let signature = Arc::new(self.sign(origin, key, now)?);
        kept.insert(place, Kept { signature: signature.clone(), made_at: now });
        Ok(signature)
    }

    /// A signature other than `refused`. Of many messages that were refused together, the first signs for all.
    ///
    /// # Errors
    /// When it can't be signed.
    pub fn afresh(
        &self,
        origin: &str,
        key: &str,
        refused: &Arc<Signature>,
        now: OffsetDateTime,
    ) -> Result<Arc<Signature>, VapidError> {
        let place = (origin.to_owned(), key.to_owned());
        let forget = |kept: &mut HashMap<(String, String), Kept>| {
            if kept.get(&place).is_some_and(|k| Arc::ptr_eq(&k.signature, refused)) {
                kept.remove(&place);
            }
        };
        forget(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        self.signature(origin, key, now)
    }

    fn sign(&self, origin: &str, key: &str, now: OffsetDateTime) -> Result<Signature, VapidError> {
        let signer = self.keys.get(key).ok_or_else(|| VapidError::UnknownKey(key.to_owned()))?;
        let claims = Claims { aud: origin, exp: (now + GOOD_FOR).unix_timestamp(), sub: &self.subject };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &signer.key)?;
        Ok(Signature { header: HeaderValue::from_str(&format!("vapid t={token}, k={}", signer.public))? })
    }
}

impl std::fmt::Debug for Vapid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vapid").field("subject", &self.subject).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-22 09:00 UTC);

    fn signer() -> (Vapid, String) {
        let dir = tempfile::tempdir().expect("a directory");
        Keys::make(dir.path()).expect("keys");
        let keys = Keys::load(dir.path()).expect("keys");
        (Vapid::new(&keys, "mailto:push@asahi.example").expect("a signer"), keys.vapid.id())
    }

    fn claims(signature: &Signature) -> serde_json::Value {
        let header = signature.header.to_str().expect("text");
        let token = header.strip_prefix("vapid t=").expect("a token").split(',').next().expect("a token");
        let part = token.split('.').nth(1).expect("claims");
        serde_json::from_slice(&BASE64URL.decode(part).expect("base64url")).expect("JSON")
    }

    #[test]
    fn row_vapid_names_the_origin_with_its_port_twelve_hours_and_whom_to_write_to() {
        let (vapid, key) = signer();
        for origin in ["https://fcm.googleapis.com", "https://push.example:8443"] {
            let signature = vapid.signature(origin, &key, NOW).expect("a signature");
            let claims = claims(&signature);
            assert_eq!(claims["aud"], origin);
            assert_eq!(claims["exp"], (NOW + Duration::hours(12)).unix_timestamp());
            assert_eq!(claims["sub"], "mailto:push@asahi.example");
            assert_eq!(
                claims.as_object().map(serde_json::Map::len),
                Some(3),
                "nothing by the machine's clock: {claims}"
            );
        }
    }

    #[test]
    fn row_vapid_is_kept_for_six_hours_and_for_one_origin() {
        let (vapid, key) = signer();
        let at = |origin: &str, now| vapid.signature(origin, &key, now).expect("a signature");
        let first = at("https://one.example", NOW);
        let last_moment = NOW + Duration::hours(6) - Duration::SECOND;
        assert!(Arc::ptr_eq(&first, &at("https://one.example", last_moment)));
        assert!(!Arc::ptr_eq(&first, &at("https://two.example", NOW)));
        assert!(!Arc::ptr_eq(&first, &at("https://one.example", NOW + Duration::hours(6))));
        // A clock that was put back: what was signed in the future is not good yet.
        let (vapid, key) = signer();
        let ahead = vapid.signature("https://one.example", &key, NOW + Duration::DAY).expect("a signature");
        assert!(!Arc::ptr_eq(&ahead, &vapid.signature("https://one.example", &key, NOW).expect("a signature")));
    }

    #[test]
    fn row_401_403_of_many_that_are_refused_together_the_first_signs_for_all() {
        let (vapid, key) = signer();
        let origin = "https://one.example";
        let refused = vapid.signature(origin, &key, NOW).expect("a signature");
        let fresh = vapid.afresh(origin, &key, &refused, NOW).expect("a signature");
        assert!(!Arc::ptr_eq(&refused, &fresh));
        assert!(Arc::ptr_eq(&fresh, &vapid.afresh(origin, &key, &refused, NOW).expect("a signature")));
    }

    #[test]
    fn row_keys_one_that_is_gone_signs_nothing() {
        let (vapid, _) = signer();
        let error = vapid.signature("https://one.example", "another", NOW).expect_err("no such key");
        assert!(matches!(error, VapidError::UnknownKey(key) if key == "another"));
    }
}
