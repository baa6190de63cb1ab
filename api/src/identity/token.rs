//! Access tokens: JWT (RFC 7519) of type `at+jwt` (RFC 9068), good for a quarter of an hour.
//!
//! A token says who signed in where, and nothing of what they may do; the sign-in is looked up each time by whoever loads the caller. Nobody but our
//! own servers checks one, so they are signed with HMAC (HS256, RFC 7518) under a secret that all of them derive from the token key: when a city
//! has just been rung, most requests bring a token that no server has seen before, and checking a public-key signature would cost more than all the
//! rest of a small request.
//!
//! `kid` names the key, out of our own set and never by an address: what follows another one is known before it signs (`keys/token_keys.rs`), and tokens
//! under the one before stay good until they end.

use entity::ids::{CityId, PersonId, SessionId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::IdentityError;
use crate::{
    config::Origin,
    keys::{Keys, TokenKey},
};

/// How long an access token is good.
pub const ACCESS: Duration = Duration::minutes(15);
/// How far two clocks may be apart, in seconds.
const LEEWAY: i64 = 5;
/// What `typ` must be.
const TYPE: &str = "at+jwt";

/// Makes and checks access tokens.
pub struct Tokens {
    /// Newest first; never empty.
    keys: Vec<Key>,
    validation: Validation,
    origin: String,
}

/// One key of ours.
struct Key {
    kid: String,
    signs_from: OffsetDateTime,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl From<&TokenKey> for Key {
    fn from(key: &TokenKey) -> Self {
        let secret = key.secret_bytes_for("access tokens");
        Self {
            kid: key.id().to_owned(),
            signs_from: key.from(),
            encoding: EncodingKey::from_secret(secret.expose_secret()),
            decoding: DecodingKey::from_secret(secret.expose_secret()),
        }
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
    /// Tokens of the server at `origin`, signed with its keys.
    #[must_use]
    pub fn new(keys: &Keys, origin: &Origin) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[origin]);
        validation.set_issuer(&[origin]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // The library would ask the system's clock; the time is checked by `verify`.
        validation.validate_exp = false;
        Self { keys: keys.tokens.all().map(Key::from).collect(), validation, origin: origin.to_string() }
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
        let key = self.keys.iter().find(|key| key.signs_from <= now).or(self.keys.last());
        let key = key.ok_or_else(|| IdentityError::Crypto("there is no token key".into()))?;
        let header = Header { typ: Some(TYPE.into()), kid: Some(key.kid.clone()), ..Header::new(Algorithm::HS256) };
        let claims = Claims {
            iss: self.origin.clone(),
            aud: self.origin.clone(),
            sub: person.0,
            city: city.0,
            sid: session.0,
            iat: now.unix_timestamp(),
            exp: (now + ACCESS).unix_timestamp(),
        };
        jsonwebtoken::encode(&header, &claims, &key.encoding).map_err(|e| IdentityError::Crypto(e.to_string()))
    }

    /// The city and sign-in of a good token: ours by key, type, issuer and audience, and not expired.
    #[must_use]
    pub fn verify(&self, token: &str, now: OffsetDateTime) -> Option<(CityId, SessionId)> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        let key = self.keys.iter().find(|key| header.kid.as_deref() == Some(&*key.kid))?;
        let read = jsonwebtoken::decode::<Claims>(token, &key.decoding, &self.validation).ok()?;
        let ours = read.header.typ.as_deref() == Some(TYPE);
        let Claims { city, sid, iat, exp, .. } = read.claims;
        let now = now.unix_timestamp();
        let current = iat <= now + LEEWAY && now < exp + LEEWAY;
        (ours && current).then_some((CityId(city), SessionId(sid)))
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kids: Vec<&str> = self.keys.iter().map(|key| &*key.kid).collect();
        f.debug_struct("Tokens").field("kids", &kids).finish_non_exhaustive()
    }
}
