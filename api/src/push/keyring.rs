//! Keys made ahead: what RFC 8291 asks for each message that does not need the message.
//!
//! Nearly all of what a message costs is a fresh key pair and its agreement with the phone's key, and neither depends on what the message says.
//! So they are made while nothing is to be sent, and used once. They live in the memory of this process and nowhere else; the
//! argument is in `docs/decisions/keys-made-ahead.md`.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ece::Prekey;
use uuid::Uuid;

/// At most so many are held: about 130 bytes each.
const MOST: usize = 1_000_000;

/// The keys made ahead, by subscription.
#[derive(Debug, Default)]
pub struct Keyring(Mutex<HashMap<Uuid, Prekey>>);

impl Keyring {
    fn keys(&self) -> MutexGuard<'_, HashMap<Uuid, Prekey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the key made for a subscription, if it was made for the keys that the subscription has now.
    #[must_use]
    pub fn take(&self, id: Uuid, p256dh: &[u8], auth: &[u8]) -> Option<Prekey> {
        let key = self.keys().remove(&id)?;
        key.is_for(p256dh, auth).then_some(key)
    }

    /// Whether there is one for a subscription.
    #[must_use]
    pub fn has(&self, id: Uuid) -> bool {
        self.keys().contains_key(&id)
    }

    /// Whether there is one for a subscription, made for these keys.
    #[must_use]
    pub fn is_for(&self, id: Uuid, p256dh: &[u8], auth: &[u8]) -> bool {
        self.keys().get(&id).is_some_and(|key| key.is_for(p256dh, auth))
    }

    /// Keeps a key for a subscription. One that is there already goes.
    pub fn put(&self, id: Uuid, key: Prekey) {
        let mut keys = self.keys();
        if keys.len() < MOST || keys.contains_key(&id) {
            keys.insert(id, key);
        }
    }

    /// How many are ready.
    #[must_use]
    pub fn ready(&self) -> usize {
        self.keys().len()
    }

    /// The subscriptions for which there are keys.
    #[must_use]
    pub fn ids(&self) -> Vec<Uuid> {
        self.keys().keys().copied().collect()
    }

    /// Drops the keys of these subscriptions: they ended, or have other keys by now.
    pub fn drop_keys(&self, ids: &[Uuid]) {
        let mut keys = self.keys();
        for id in ids {
            keys.remove(id);
        }
    }
}
