//! From an ECDH secret to the key that a record is sealed with: the derivations of RFC 8291, section 3.4 and RFC 8188,
//! sections 2.2 and 2.3. Sender and receiver walk the same way, so it is written once.
//!
//! The library wipes the copies it makes of keying material; what comes out of it is wiped here.

use aws_lc_rs::{
    aead::{AES_128_GCM, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
};
use zeroize::Zeroizing;

use crate::{AUTH, Error, POINT, Result, SALT};

/// Length of the input keying material (RFC 8291, section 3.4).
pub(crate) const INPUT_KEY: usize = 32;

/// The input keying material (RFC 8291, section 3.4): binds the ECDH secret `shared` to the browser's secret `auth` and to
/// both public keys, the browser's and the sender's. It is the last of the way that does not depend on the message.
///
/// # Errors
/// [`Error::CryptoError`] when the library fails.
pub(crate) fn input_key(
    auth: &[u8; AUTH],
    shared: &[u8],
    browser: &[u8; POINT],
    sender: &[u8; POINT],
) -> Result<Zeroizing<[u8; INPUT_KEY]>> {
    let prk = Salt::new(HKDF_SHA256, auth).extract(shared);
    expand(&prk, &[b"WebPush: info\0", browser, sender]).map_err(|_| Error::CryptoError)
}

/// The key and the nonce of a message's only record (RFC 8188, sections 2.2 and 2.3; its sequence number is 0, which leaves
/// the nonce as it is). They serve once, because no two messages have the same input keying material and salt.
///
/// # Errors
/// [`Error::CryptoError`] when the library fails.
pub(crate) fn record_key(input_key: &[u8; INPUT_KEY], salt: &[u8; SALT]) -> Result<(LessSafeKey, Nonce)> {
    let prk = Salt::new(HKDF_SHA256, salt).extract(input_key);
    let derive = || {
        // Not `UnboundKey::from`, which leaves the bytes of the key on the stack.
        let key: Zeroizing<[u8; 16]> = expand(&prk, &[b"Content-Encoding: aes128gcm\0"])?;
        let nonce: Zeroizing<[u8; NONCE_LEN]> = expand(&prk, &[b"Content-Encoding: nonce\0"])?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key.as_ref())?);
        Ok((key, Nonce::assume_unique_for_key(*nonce)))
    };
    derive().map_err(|_: Unspecified| Error::CryptoError)
}

/// How many bytes an expansion gives.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(prk: &Prk, info: &[&[u8]]) -> std::result::Result<Zeroizing<[u8; N]>, Unspecified> {
    let mut out = Zeroizing::new([0; N]);
    prk.expand(info, Bytes(N))?.fill(out.as_mut())?;
    Ok(out)
}
