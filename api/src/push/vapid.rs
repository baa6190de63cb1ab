//! VAPID (RFC 8292): by what a push service knows whose messages these are.
//!
//! A signature is good for one origin and 12 hours, and making one costs as much as three messages: it is kept for 6 hours.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use secrecy::ExposeSecret as _;
use time::{Duration, OffsetDateTime};
use web_push::{PartialVapidSignatureBuilder, SubscriptionInfo, VapidSignature, VapidSignatureBuilder, WebPushError};

use crate::keys::Keys;

/// How long a signature is good for: services refuse more than 24 h.
const GOOD_FOR: Duration = Duration::hours(12);
/// How long it is used.
const KEPT_FOR: Duration = Duration::hours(6);

/// A signature for one origin.
pub type Signature = VapidSignature;

/// Signs for every push service.
pub struct Vapid {
    key: PartialVapidSignatureBuilder,
    subject: String,
    kept: Mutex<HashMap<String, Kept>>,
}

struct Kept {
    signature: Signature,
    made_at: OffsetDateTime,
}

impl Vapid {
    /// Signs with the installation's key, naming `subject` as who can be written to.
    ///
    /// # Errors
    /// When the key is none.
    pub fn new(keys: &Keys, subject: &str) -> Result<Self, WebPushError> {
        let key = VapidSignatureBuilder::from_pem_no_sub(keys.vapid.expose_secret().as_bytes())?;
        Ok(Self { key, subject: subject.to_owned(), kept: Mutex::default() })
    }

    /// The signature for `origin`: the one kept, or a new one.
    ///
    /// # Errors
    /// When it can't be signed.
    pub fn signature(&self, origin: &str, now: OffsetDateTime) -> Result<Signature, WebPushError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept.get(origin).filter(|k| (k.made_at..k.made_at + KEPT_FOR).contains(&now)) {
            return Ok(found.signature.clone());
        }
        kept.retain(|_, k| now < k.made_at + KEPT_FOR);
        let signature = self.sign(origin, now)?;
        kept.insert(origin.to_owned(), Kept { signature: signature.clone(), made_at: now });
        Ok(signature)
    }

    /// A signature other than `refused`. Of many messages that were refused together, the first signs for all.
    ///
    /// # Errors
    /// When it can't be signed.
    pub fn afresh(&self, origin: &str, refused: &Signature, now: OffsetDateTime) -> Result<Signature, WebPushError> {
        let forget = |kept: &mut HashMap<String, Kept>| {
            if kept.get(origin).is_some_and(|k| k.signature == *refused) {
                kept.remove(origin);
            }
        };
        forget(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        self.signature(origin, now)
    }

    fn sign(&self, origin: &str, now: OffsetDateTime) -> Result<Signature, WebPushError> {
        // The crate would drop the port from `aud` and sign in the name of example.com: both are said here.
        let somewhere = SubscriptionInfo::new(origin, "", "");
        let mut builder = self.key.clone().add_sub_info(&somewhere);
        builder.add_claim("aud", origin);
        builder.add_claim("exp", (now + GOOD_FOR).unix_timestamp());
        builder.add_claim("sub", self.subject.as_str());
        builder.build()
    }
}

impl std::fmt::Debug for Vapid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vapid").field("subject", &self.subject).finish_non_exhaustive()
    }
}
