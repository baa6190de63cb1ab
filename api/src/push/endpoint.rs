//! A browser's push subscription, parsed: an endpoint that may be called, a key that is a point of the curve, a secret.

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    digest::{SHA256, digest},
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use url::Url;

use super::PushError;
use crate::config::PushHosts;

/// The longest endpoint that is taken.
const LONGEST: usize = 2_000;
/// base64url with or without padding: browsers leave it out, some libraries add it.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Where and with which keys a browser can be reached.
#[derive(Clone)]
pub struct Endpoint {
    /// The address: a secret.
    pub address: String,
    /// Its scheme, host and port.
    pub origin: String,
    /// The browser's public key, 65 bytes.
    pub p256dh: Vec<u8>,
    /// Its authentication secret, 16 bytes.
    pub auth: Vec<u8>,
}

impl Endpoint {
    /// Reads what a browser says of its subscription.
    ///
    /// # Errors
    /// [`PushError::Endpoint`], [`PushError::PublicKey`], [`PushError::Secret`].
    pub fn parse(endpoint: &str, (p256dh, auth): (&str, &str), allowed: &PushHosts) -> Result<Self, PushError> {
        let url = address(endpoint).ok_or(PushError::Endpoint)?;
        let origin = allowed.allowed(&url).ok_or(PushError::Endpoint)?.to_string();
        let p256dh = BASE64URL.decode(p256dh).ok().filter(|key| is_point(key)).ok_or(PushError::PublicKey)?;
        let auth = BASE64URL.decode(auth).ok().filter(|secret| secret.len() == 16).ok_or(PushError::Secret)?;
        Ok(Self { address: url.to_string(), origin, p256dh, auth })
    }

    /// By what it is found again.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        hash_of(&self.address)
    }
}

/// By what a browser is found again that was registered at an address. None where that is no address.
#[must_use]
pub fn hash_at(endpoint: &str) -> Option<Vec<u8>> {
    address(endpoint).map(|url| hash_of(url.as_str()))
}

fn address(text: &str) -> Option<Url> {
    Some(text).filter(|text| text.len() <= LONGEST).and_then(|text| Url::parse(text).ok())
}

fn hash_of(address: &str) -> Vec<u8> {
    digest(&SHA256, address.as_bytes()).as_ref().to_vec()
}

/// Whether these are the 65 bytes of a point on P-256: the library refuses to agree with any other.
fn is_point(key: &[u8]) -> bool {
    let peer = UnparsedPublicKey::new(&ECDH_P256, key);
    key.len() == 65 && PrivateKey::generate(&ECDH_P256).is_ok_and(|own| agree(&own, peer, (), |_| Ok(())).is_ok())
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("origin", &self.origin).finish_non_exhaustive()
    }
}
