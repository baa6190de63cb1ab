//! Message encryption for web push: `aes128gcm` of RFC 8188 under the key agreement of RFC 8291.
//!
//! The web-push crate builds our messages and asks a crate named `ece` to seal them. The one on crates.io needs OpenSSL;
//! this one takes its place through `[patch.crates-io]` and does the same with aws-lc-rs, so the whole program has a single
//! cryptographic library and needs no system one. Only what is called is offered: sealing one record, at once
//! ([`encrypt`]) or with the costly part made ahead ([`Prekey`]), and opening one ([`open`]). The old `aesgcm` encoding is
//! refused, since every browser that may subscribe here reads `aes128gcm`.
//!
//! A message is made in two steps, and they are two because only the second one knows the payload:
//!
//! 1. *Agree* (RFC 8291, sections 3.1 to 3.4): a fresh key pair, ECDH with the browser's key, and the browser's secret mixed
//!    in. Nearly all of the time goes here. What is left of it is a [`Prekey`].
//! 2. *Seal* (RFC 8188, section 2): a fresh salt, from it the content's key and nonce, and AES-GCM over one record.
//!
//! `docs/decisions/keys-made-ahead.md` says why the first step may be taken long before the second.

mod keys;
mod open;
mod prekey;

pub use crate::{open::open, prekey::Prekey};

/// Length of an uncompressed P-256 point.
const POINT: usize = 65;
/// Length of a browser's authentication secret (RFC 8291, section 3.2).
const AUTH: usize = 16;
/// Length of a message's salt (RFC 8188, section 2.1).
const SALT: usize = 16;
/// Length of all that stands before the record: salt, record size, length of the key id, and the key id, which is the
/// sender's public key (RFC 8188, section 2.1 and RFC 8291, section 4).
const HEADER: usize = SALT + 4 + 1 + POINT;
/// The delimiter that ends the last record's plaintext (RFC 8188, section 2).
const LAST_RECORD: u8 = 2;
/// Length of the AES-GCM tag.
const TAG: usize = 16;
/// The longest message that a push service has to take (RFC 8030, section 7.2), and the record size that we name.
const LONGEST: usize = 4096;

/// Why a message could not be sealed or opened.
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
    /// What should be opened is not one whole record that was sealed for these keys.
    #[error("the message is not one aes128gcm record for these keys")]
    InvalidMessage,
}

/// What sealing and opening give.
pub type Result<T> = std::result::Result<T, Error>;

/// Seals `data` for the browser whose public key is `remote_pub` (65 bytes, uncompressed) and whose authentication secret is
/// `remote_auth` (16 bytes). Gives the body to be sent: header and one record, 103 bytes longer than `data`.
///
/// A fresh key pair and salt are drawn for every call (RFC 8291, section 3.1 and RFC 8188, section 2.1). It is
/// [`Prekey::new`] and [`Prekey::seal`] in one go: there is no second way to make a message.
///
/// # Errors
/// [`Error::InvalidKeys`] when the keys are none, [`Error::CryptoError`] when the library fails.
pub fn encrypt(remote_pub: &[u8], remote_auth: &[u8], data: &[u8]) -> Result<Vec<u8>> {
    Prekey::new(remote_pub, remote_auth)?.seal(data)
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
mod tests;
