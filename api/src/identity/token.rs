//! Access tokens: JWT (RFC 7519) of type `at+jwt` (RFC 9068), signed with Ed25519 and good for a quarter of an hour.
//!
//! A token says who signed in where, and nothing of what they may do. Checking a signature costs more than all the rest of a small request, and a phone
//! shows the same token again and again: so tokens that were found genuine are remembered for a while, by their hash. Their time is checked
//! each time, and so is the sign-in, by whoever loads the caller.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use aws_lc_rs::digest::{SHA256, digest};
use entity::ids::{CityId, PersonId, SessionId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::IdentityError;
use crate::{config::Origin, keys::Keys};

/// Genuine tokens that are remembered before the older half is forgotten.
const REMEMBERED: usize = 200_000;

/// How long an access token is good.
pub const ACCESS: Duration = Duration::minutes(15);
/// How far two clocks may be apart, in seconds.
const LEEWAY: i64 = 5;
/// What `typ` must be.
const TYPE: &str = "at+jwt";

/// Makes and checks access tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    kid: String,
    origin: String,
    genuine: Mutex<Genuine>,
}

/// What a genuine token says.
#[derive(Clone, Copy)]
struct Said {
    city: CityId,
    session: SessionId,
    issued: i64,
    expires: i64,
}

/// Tokens that were found genuine, by SHA-256: the newer and the older half.
#[derive(Default)]
struct Genuine {
    newer: HashMap<[u8; 32], Said>,
    older: HashMap<[u8; 32], Said>,
}

impl Genuine {
    fn find(&self, hash: &[u8; 32]) -> Option<Said> {
        self.newer.get(hash).or_else(|| self.older.get(hash)).copied()
    }

    fn remember(&mut self, hash: [u8; 32], said: Said) {
        if self.newer.len() >= REMEMBERED / 2 {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(hash, said);
    }
}

/// The claims, all of which must be there.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    city: Uuid,
    sid: Uuid,
    iat: i64,
    exp: i64,
}

impl Tokens {
    /// Tokens of the server at `origin`, signed with its key.
    #[must_use]
    pub fn new(keys: &Keys, origin: &Origin) -> Self {
        Self {
            encoding: EncodingKey::from_ed_der(keys.token.expose_secret()),
            decoding: DecodingKey::from_ed_der(&keys.token_public),
            kid: keys.token_id(),
            origin: origin.to_string(),
            genuine: Mutex::default(),
        }
    }

    /// A token for a sign-in.
    ///
    /// # Errors
    /// When the library can't sign.
    pub fn issue(
        &self,
        city: CityId,
        person: PersonId,
        session: SessionId,
        now: OffsetDateTime,
    ) -> Result<String, IdentityError> {
        let header = Header { typ: Some(TYPE.into()), kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        let claims = Claims {
            iss: self.origin.clone(),
            aud: self.origin.clone(),
            sub: person.0,
            city: city.0,
            sid: session.0,
            iat: now.unix_timestamp(),
            exp: (now + ACCESS).unix_timestamp(),
        };
        jsonwebtoken::encode(&header, &claims, &self.encoding).map_err(|e| IdentityError::Crypto(e.to_string()))
    }

    /// The city and sign-in of a good token: ours by key, type, issuer and audience, and not expired.
    #[must_use]
    pub fn verify(&self, token: &str, now: OffsetDateTime) -> Option<(CityId, SessionId)> {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        let genuine = || self.genuine.lock().unwrap_or_else(PoisonError::into_inner);
        let known = genuine().find(&hash);
        let said = match known {
            Some(said) => said,
            None => {
                let said = self.read(token)?;
                genuine().remember(hash, said);
                said
            }
        };
        let now = now.unix_timestamp();
        let current = said.issued <= now + LEEWAY && now < said.expires + LEEWAY;
        current.then_some((said.city, said.session))
    }

    /// What a token of ours says, whatever its time.
    fn read(&self, token: &str) -> Option<Said> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some(TYPE) || header.kid.as_deref() != Some(&*self.kid) {
            return None;
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[&self.origin]);
        validation.set_issuer(&[&self.origin]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // The library would ask the system's clock; the time is checked by `verify` against the one that was handed in.
        validation.validate_exp = false;
        let Claims { city, sid, iat, exp, .. } =
            jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation).ok()?.claims;
        Some(Said { city: CityId(city), session: SessionId(sid), issued: iat, expires: exp })
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("kid", &self.kid).finish_non_exhaustive()
    }
}
