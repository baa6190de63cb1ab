//! What a browser takes along to the provider and brings back, sealed: nobody else can read it, make it, or use it in another browser.

use actix_web::cookie::{Cookie, SameSite, time::Duration as CookieDuration};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    config::Origin,
    identity::sealed::{self, GOOD_FOR},
    keys::TokenKeys,
};

/// What it is sealed for.
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
}

impl Journey {
    /// The cookie that carries it; none when the system has no randomness.
    #[must_use]
    pub fn cookie(&self, (keys, origin): (&TokenKeys, &Origin), now: OffsetDateTime) -> Option<Cookie<'static>> {
        let cookie = Cookie::build(name(origin), sealed::seal(keys, PURPOSE, self, now)?)
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
        sealed::open(keys, PURPOSE, value, now).map(|(journey, _)| journey)
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
