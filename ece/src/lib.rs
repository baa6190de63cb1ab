//! Message encryption for web push: `aes128gcm` of RFC 8188 under the key agreement of RFC 8291.
//!
//! The web-push crate builds our messages and asks a crate named `ece` to seal them. The one on crates.io needs OpenSSL;
//! this one takes its place through `[patch.crates-io]` and does the same with aws-lc-rs, so the whole program has a single
//! cryptographic library and needs no system one. Only what is called is offered: sealing one record. The old `aesgcm`
//! encoding is refused, since every browser that may subscribe here reads `aes128gcm`.

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    rand,
};

/// Length of an uncompressed P-256 point.
const POINT: usize = 65;
/// Length of a browser's authentication secret (RFC 8291, section 3.2).
const AUTH: usize = 16;
/// Salt, record size, length of the key id (RFC 8188, section 2.1).
const HEADER: usize = 16 + 4 + 1;
/// The delimiter that ends the last record's plaintext (RFC 8188, section 2).
const LAST_RECORD: u8 = 2;
/// Length of the AES-GCM tag.
const TAG: usize = 16;

/// Why a message could not be sealed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// The browser's public key is no point of P-256, or its secret has another length than 16 bytes.
    #[error("the subscription's keys are not a P-256 point and a secret of 16 bytes")]
    InvalidKeys,
    /// The cryptographic library refused to work, for example for want of randomness.
    #[error("the cryptographic library failed")]
    CryptoError,
    /// An encoding that is not offered.
    #[error("the aesgcm encoding is not offered")]
    NotOffered,
}

/// What sealing gives.
pub type Result<T> = std::result::Result<T, Error>;

/// How many bytes an HKDF expansion gives.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

/// Seals `data` for the browser whose public key is `remote_pub` (65 bytes, uncompressed) and whose authentication secret is
/// `remote_auth` (16 bytes). Gives the body to be sent: header and one record, 103 bytes longer than `data`.
///
/// A fresh key pair and salt are drawn for every call (RFC 8291, section 3.1 and RFC 8188, section 2.1).
///
/// # Errors
/// [`Error::InvalidKeys`] when the keys are none, [`Error::CryptoError`] when the library fails.
pub fn encrypt(remote_pub: &[u8], remote_auth: &[u8], data: &[u8]) -> Result<Vec<u8>> {
    let mut salt = [0; 16];
    rand::fill(&mut salt).map_err(|_| Error::CryptoError)?;
    let local = PrivateKey::generate(&ECDH_P256).map_err(|_| Error::CryptoError)?;
    seal(&local, &salt, remote_pub, remote_auth, data)
}

/// The message of RFC 8291, section 4, from a key pair and a salt that the caller must use once only.
fn seal(local: &PrivateKey, salt: &[u8; 16], remote_pub: &[u8], remote_auth: &[u8], data: &[u8]) -> Result<Vec<u8>> {
    if remote_pub.len() != POINT || remote_auth.len() != AUTH {
        return Err(Error::InvalidKeys);
    }
    let local_pub = local.compute_public_key().map_err(|_| Error::CryptoError)?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, remote_pub);
    let input_key = agree(local, peer, Error::InvalidKeys, |shared| {
        let prk = Salt::new(HKDF_SHA256, remote_auth).extract(shared);
        expand::<32>(&prk, &[b"WebPush: info\0", remote_pub, local_pub.as_ref()])
    })?;
    let prk = Salt::new(HKDF_SHA256, salt).extract(&input_key);
    let key: [u8; 16] = expand(&prk, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = expand(&prk, &[b"Content-Encoding: nonce\0"])?;

    let mut record = Vec::with_capacity(data.len() + 1 + TAG);
    record.extend_from_slice(data);
    record.push(LAST_RECORD);
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).map_err(|_| Error::CryptoError)?)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)
        .map_err(|_| Error::CryptoError)?;

    let record_size = u32::try_from(record.len().max(4096)).map_err(|_| Error::CryptoError)?;
    let mut message = Vec::with_capacity(HEADER + POINT + record.len());
    message.extend_from_slice(salt);
    message.extend_from_slice(&record_size.to_be_bytes());
    message.push(POINT as u8);
    message.extend_from_slice(local_pub.as_ref());
    message.append(&mut record);
    Ok(message)
}

fn expand<const N: usize>(prk: &Prk, info: &[&[u8]]) -> Result<[u8; N]> {
    let mut out = [0; N];
    prk.expand(info, Bytes(N)).and_then(|okm| okm.fill(&mut out)).map_err(|_| Error::CryptoError)?;
    Ok(out)
}

/// The encoding from before RFC 8188, which web-push names but Kairan never asks for.
pub mod legacy {
    use super::{Error, Result};

    /// A message in the old encoding: there is none.
    #[derive(Debug)]
    pub enum AesGcmEncryptedBlock {}

    impl AesGcmEncryptedBlock {
        /// Headers of the message.
        #[must_use]
        pub fn headers(&self, _vapid_public_key: Option<&[u8]>) -> Vec<(&'static str, String)> {
            match *self {}
        }

        /// The message in base64url.
        #[must_use]
        pub fn body(&self) -> String {
            match *self {}
        }
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always [`Error::NotOffered`].
    pub fn encrypt_aesgcm(_remote_pub: &[u8], _remote_auth: &[u8], _data: &[u8]) -> Result<AesGcmEncryptedBlock> {
        Err(Error::NotOffered)
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::agreement::PrivateKey;
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as B64};

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        B64.decode(text).expect("base64url")
    }

    #[test]
    fn the_message_of_rfc_8291_appendix_a_comes_out_byte_for_byte() {
        let local = PrivateKey::from_private_key(&ECDH_P256, &bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
            .expect("private key");
        let salt: [u8; 16] = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().expect("16 bytes");
        let sealed = seal(
            &local,
            &salt,
            &bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            &bytes("BTBZMqHH6r4Tts7J_aSIgg"),
            b"When I grow up, I want to be a watermelon",
        )
        .expect("sealed");
        assert_eq!(
            B64.encode(sealed),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let auth = [7; AUTH];
        assert_eq!(encrypt(&[4; POINT], &auth, b"x"), Err(Error::InvalidKeys), "a point off the curve");
        assert_eq!(encrypt(&[4; 64], &auth, b"x"), Err(Error::InvalidKeys), "too short");
        let point = PrivateKey::generate(&ECDH_P256).and_then(|k| k.compute_public_key()).expect("a point");
        assert_eq!(encrypt(point.as_ref(), &auth[1..], b"x"), Err(Error::InvalidKeys), "a secret of 15 bytes");
    }
}
