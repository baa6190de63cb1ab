//! What a browser takes along to the provider and brings back, sealed: nobody else can read it, make it, or use it in another browser.

use actix_web::cookie::{Cookie, SameSite, time::Duration as CookieDuration};
use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::{
    config::Origin,
    keys::{TokenKey, TokenKeys},
};

/// How long one may be away.
const GOOD_FOR: Duration = Duration::minutes(10);
/// What the secret is for.
const PURPOSE: &str = "journeys to the provider";

/// One journey.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Journey {
    /// What the provider repeats in the address that leads back.
    pub state: String,
    /// What it repeats in the ID token.
    pub nonce: String,
    /// What proves that the code was asked for by us (PKCE).
    pub verifier: String,
    /// Where to go on, a page of ours.
    pub next: Option<String>,
    /// When it ends, in seconds of Unix time.
    until: i64,
}

impl Journey {
    /// One that begins at `now`.
    #[must_use]
    pub fn new((state, nonce, verifier): (String, String, String), next: Option<String>, now: OffsetDateTime) -> Self {
        Self { state, nonce, verifier, next, until: (now + GOOD_FOR).unix_timestamp() }
    }

    /// The cookie that carries it; none when the system has no randomness.
    #[must_use]
    pub fn cookie(&self, (keys, origin): (&TokenKeys, &Origin), now: OffsetDateTime) -> Option<Cookie<'static>> {
        let mut sealed = serde_json::to_vec(self).ok()?;
        let sealer = sealer(keys.signing(now))?;
        let nonce = sealer.seal_in_place_append_tag(Aad::from(PURPOSE), &mut sealed).ok()?;
        let value = BASE64URL.encode([&nonce.as_ref()[..], &sealed].concat());
        let cookie = Cookie::build(name(origin), value)
            .path("/")
            .http_only(true)
            // The way back is a link on the provider's page: a strict cookie would not come along.
            .same_site(SameSite::Lax)
            .secure(origin.is_https())
            .max_age(CookieDuration::seconds(GOOD_FOR.whole_seconds()));
        Some(cookie.finish())
    }

    /// The journey that a cookie carries, if it is not over.
    #[must_use]
    pub fn read(value: &str, keys: &TokenKeys, now: OffsetDateTime) -> Option<Self> {
        let bytes = BASE64URL.decode(value).ok()?;
        let (nonce, rest) = bytes.split_at_checked(12)?;
        let journey: Self = keys.all().find_map(|key| {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut rest = rest.to_vec();
            serde_json::from_slice(sealer(key)?.open_in_place(nonce, Aad::from(PURPOSE), &mut rest).ok()?).ok()
        })?;
        (now.unix_timestamp() < journey.until).then_some(journey)
    }
}

/// The cookie's name.
#[must_use]
pub fn name(origin: &Origin) -> &'static str {
    if origin.is_https() { "__Host-kairan-oidc" } else { "kairan-oidc" }
}

/// The cookie that takes it away again.
#[must_use]
pub fn over(origin: &Origin) -> Cookie<'static> {
    let mut cookie = Cookie::build(name(origin), "").path("/").http_only(true).secure(origin.is_https()).finish();
    cookie.make_removal();
    cookie
}

fn sealer(key: &TokenKey) -> Option<RandomizedNonceKey> {
    RandomizedNonceKey::new(&AES_256_GCM, key.secret_bytes_for(PURPOSE).expose_secret()).ok()
}
