//! Access tokens: JWT (RFC 7519) of type `at+jwt` (RFC 9068), good for a quarter of an hour.
//!
//! A token says who signed in where, and nothing of what they may do; the sign-in is looked up each time by whoever loads the caller. Nobody but our
//! own servers checks one, so they are signed with HMAC (HS256, RFC 7518) under a secret that all of them derive from the token key: when a city
//! has just been rung, most requests bring a token that no server has seen before, and checking a public-key signature would cost more than all the
//! rest of a small request.

use entity::ids::{CityId, PersonId, SessionId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::IdentityError;
use crate::{config::Origin, keys::Keys};

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
    validation: Validation,
    kid: String,
    origin: String,
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
        let secret = keys.secret_bytes_for("access tokens");
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[origin]);
        validation.set_issuer(&[origin]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // The library would ask the system's clock; the time is checked by `verify`.
        validation.validate_exp = false;
        Self {
            encoding: EncodingKey::from_secret(secret.expose_secret()),
            decoding: DecodingKey::from_secret(secret.expose_secret()),
            validation,
            kid: keys.token_id(),
            origin: origin.to_string(),
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
        let header = Header { typ: Some(TYPE.into()), kid: Some(self.kid.clone()), ..Header::new(Algorithm::HS256) };
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
        let read = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).ok()?;
        let ours = read.header.typ.as_deref() == Some(TYPE) && read.header.kid.as_deref() == Some(&*self.kid);
        let Claims { city, sid, iat, exp, .. } = read.claims;
        let now = now.unix_timestamp();
        let current = iat <= now + LEEWAY && now < exp + LEEWAY;
        (ours && current).then_some((CityId(city), SessionId(sid)))
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("kid", &self.kid).finish_non_exhaustive()
    }
}
