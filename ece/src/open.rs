//! The receiving side: what a browser does with a message.
//!
//! Kairan sends and never receives; this is here to look at what was sealed, in tests and where sending is measured. It is as
//! strict as RFC 8291 allows a receiver to be, so that what it opens every browser opens.

use aws_lc_rs::{
    aead::Aad,
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
};

use crate::{
    AUTH, Error, HEADER, LAST_RECORD, LONGEST, POINT, Result, SALT, TAG,
    keys::{input_key, record_key},
};

/// Opens `message`, one `aes128gcm` record (RFC 8188) that was sealed for the browser with this `private` key (P-256) and
/// authentication secret `auth` (16 bytes), by anybody: padding is taken off. Gives the payload.
///
/// # Errors
/// [`Error::InvalidKeys`] when the browser's own keys are none; [`Error::InvalidMessage`] when the message is shorter than an
/// empty one or longer than 4,096 bytes, has more than one record, a sender's key that is no point of P-256, was sealed for
/// other keys or changed since; [`Error::CryptoError`] when the library fails.
pub fn open(private: &PrivateKey, auth: &[u8], message: &[u8]) -> Result<Vec<u8>> {
    let auth: &[u8; AUTH] = auth.try_into().map_err(|_| Error::InvalidKeys)?;
    let own = private.compute_public_key().map_err(|_| Error::CryptoError)?;
    // A key of another curve has a public key of another length.
    let own: &[u8; POINT] = own.as_ref().try_into().map_err(|_| Error::InvalidKeys)?;

    let (salt, sender, record) = parts(message).ok_or(Error::InvalidMessage)?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
    let shared = agree(private, peer, Error::InvalidMessage, |shared| input_key(auth, shared, own, sender))?;
    let (key, nonce) = record_key(&shared, salt)?;

    let mut data = record.to_vec();
    let padded = key.open_in_place(nonce, Aad::empty(), &mut data).map_err(|_| Error::InvalidMessage)?;
    // The delimiter is the last byte that is not 0 (RFC 8188, section 2).
    let end = padded.iter().rposition(|byte| *byte != 0).filter(|end| padded[*end] == LAST_RECORD);
    data.truncate(end.ok_or(Error::InvalidMessage)?);
    Ok(data)
}

/// Salt, sender's key and record of a message, if it can be one (RFC 8188, section 2.1 and RFC 8291, section 4).
fn parts(message: &[u8]) -> Option<(&[u8; SALT], &[u8; POINT], &[u8])> {
    if !(HEADER + 1 + TAG..=LONGEST).contains(&message.len()) {
        return None;
    }
    let (salt, rest) = message.split_first_chunk()?;
    let (record_size, rest) = rest.split_first_chunk()?;
    let (key_length, rest) = rest.split_first()?;
    let (sender, record) = rest.split_first_chunk()?;
    // RFC 8188 forbids record sizes below 18, which could hold no data.
    let record_size = usize::try_from(u32::from_be_bytes(*record_size)).ok()?;
    let one_record = record_size >= TAG + 2 && record.len() <= record_size;
    (one_record && usize::from(*key_length) == POINT).then_some((salt, sender, record))
}
