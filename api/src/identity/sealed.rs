//! What a browser takes along for us and brings back, sealed: nobody else can read it or make it, and after ten minutes it is void.
//!
//! So nothing has to be kept for those who never come back. What must serve only once needs something besides: the seal does not know that it was
//! opened before.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use time::{Duration, OffsetDateTime};

use crate::keys::{TokenKey, TokenKeys};

/// How long it may be away.
pub(super) const GOOD_FOR: Duration = Duration::minutes(10);

/// What is in the envelope.
#[derive(Serialize, Deserialize)]
struct Content<T> {
    value: T,
    /// When it was sealed, in microseconds of Unix time.
    at: i64,
}

/// Seals `value` for a purpose: what was sealed for another one does not open. None when the system has no randomness.
#[must_use]
pub(super) fn seal<T: Serialize>(
    keys: &TokenKeys,
    purpose: &'static str,
    value: &T,
    now: OffsetDateTime,
) -> Option<String> {
    let at = i64::try_from(now.unix_timestamp_nanos() / 1_000).ok()?;
    let mut sealed = serde_json::to_vec(&Content { value, at }).ok()?;
    let nonce = sealer(keys.signing(now), purpose)?.seal_in_place_append_tag(Aad::from(purpose), &mut sealed).ok()?;
    Some(BASE64URL.encode([&nonce.as_ref()[..], &sealed].concat()))
}

/// What was sealed, and when, if that is ours, for this purpose and not over.
#[must_use]
pub(super) fn open<T: DeserializeOwned>(
    keys: &TokenKeys,
    purpose: &'static str,
    text: &str,
    now: OffsetDateTime,
) -> Option<(T, OffsetDateTime)> {
    let bytes = BASE64URL.decode(text).ok()?;
    let (nonce, rest) = bytes.split_at_checked(12)?;
    let content: Content<T> = keys.all().find_map(|key| {
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let opened = sealer(key, purpose)?.open_in_place(nonce, Aad::from(purpose), &mut rest).ok()?;
        serde_json::from_slice(opened).ok()
    })?;
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(content.at) * 1_000).ok()?;
    (now < at + GOOD_FOR).then_some((content.value, at))
}

fn sealer(key: &TokenKey, purpose: &str) -> Option<RandomizedNonceKey> {
    RandomizedNonceKey::new(&AES_256_GCM, key.secret_bytes_for(purpose).expose_secret()).ok()
}
