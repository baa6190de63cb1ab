//! The sender's half of a message, made before there is a message.
//!
//! Making one takes a key generation and an ECDH; sealing with it takes a few hashes and AES. So who has to ring a city at
//! once makes [`Prekey`]s while nothing happens and is left with the cheap part when something does. No work is saved by it,
//! and every message still has a key pair and a salt of its own.
//!
//! # What the types keep
//!
//! A prekey serves once: [`Prekey::seal`] takes it away.
//!
//! ```compile_fail,E0382
//! # fn main() -> ece::Result<()> {
//! let prekey = ece::Prekey::new(&[4; 65], &[0; 16])?;
//! prekey.seal(b"one")?;
//! prekey.seal(b"two")?;
//! # Ok(())
//! # }
//! ```
//!
//! There is no second one of it, neither by cloning nor by copying.
//!
//! ```compile_fail,E0277
//! fn doubles<T: Clone>() {}
//! doubles::<ece::Prekey>();
//! ```
//!
//! ```compile_fail,E0277
//! fn doubles<T: Copy>() {}
//! doubles::<ece::Prekey>();
//! ```
//!
//! Its parts can't be looked at or put together from outside.
//!
//! ```compile_fail,E0616
//! fn look(prekey: &ece::Prekey) -> &[u8] {
//!     &prekey.key
//! }
//! ```
//!
//! The same lines do compile where they ask for nothing forbidden:
//!
//! ```
//! # fn main() -> ece::Result<()> {
//! use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
//!
//! fn moves<T: Send + Sync>() {}
//! moves::<ece::Prekey>();
//!
//! let browser = PrivateKey::generate(&ECDH_P256).map_err(|_| ece::Error::CryptoError)?;
//! let public = browser.compute_public_key().map_err(|_| ece::Error::CryptoError)?;
//!
//! let prekey = ece::Prekey::new(public.as_ref(), &[0; 16])?;
//! let message = prekey.seal(b"one")?;
//! assert_eq!(ece::open(&browser, &[0; 16], &message)?, b"one");
//! # Ok(())
//! # }
//! ```

use std::fmt;

use aws_lc_rs::{
    aead::Aad,
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    digest::{Context, SHA256},
    rand,
};
use zeroize::ZeroizeOnDrop;

use crate::{
    AUTH, Error, HEADER, LAST_RECORD, LONGEST, POINT, Result, SALT, TAG,
    keys::{INPUT_KEY, input_key, record_key},
};

/// How much is kept of the hash that says for whom a prekey is.
const MARK: usize = 8;

/// Everything of RFC 8291 that does not need the payload: a fresh key pair, its ECDH with the browser's key, and the first
/// HKDF (sections 3.1 to 3.4). 105 bytes, none of them on the heap.
///
/// It seals one message and is gone with it. It is neither `Clone` nor `Copy`, can't be written down, and shows nothing of
/// itself in `Debug`. The private key of the pair does not outlive [`Prekey::new`]; what is here is wiped when it is dropped.
/// Rust moves values by copying bytes and does not wipe where they were: a store should be given its full size at once, so
/// that it does not leave copies behind as it grows.
///
/// Keep it in memory only, and drop it when the subscription goes or [`Prekey::is_for`] says no.
#[derive(ZeroizeOnDrop)]
pub struct Prekey {
    /// The sender's public key, uncompressed; it goes into the message in the clear.
    public: [u8; POINT],
    /// The input keying material. Whoever has it reads the one message that this prekey seals.
    key: [u8; INPUT_KEY],
    /// For which keys of a browser this was made: see [`mark`].
    mark: [u8; MARK],
}

impl Prekey {
    /// Makes the sender's half of one message for the browser whose public key is `remote_pub` (65 bytes, uncompressed) and
    /// whose authentication secret is `remote_auth` (16 bytes). Costs one key generation and one ECDH.
    ///
    /// # Errors
    /// [`Error::InvalidKeys`] when the keys are none, [`Error::CryptoError`] when the library fails.
    pub fn new(remote_pub: &[u8], remote_auth: &[u8]) -> Result<Self> {
        // Before the costly part: bad keys should not cost anything.
        let (browser, auth) = checked(remote_pub, remote_auth).ok_or(Error::InvalidKeys)?;
        let local = PrivateKey::generate(&ECDH_P256).map_err(|_| Error::CryptoError)?;
        Self::with(&local, browser, auth)
    }

    /// The prekey of this key pair, which the caller must use for nothing else.
    pub(crate) fn with(local: &PrivateKey, browser: &[u8; POINT], auth: &[u8; AUTH]) -> Result<Self> {
        let public = local.compute_public_key().map_err(|_| Error::CryptoError)?;
        let public = public.as_ref().try_into().map_err(|_| Error::CryptoError)?;
        let peer = UnparsedPublicKey::new(&ECDH_P256, browser);
        // The library checks that the browser's point is on the curve, and wipes the shared secret afterwards.
        let key = agree(local, peer, Error::InvalidKeys, |shared| input_key(auth, shared, browser, &public))?;
        Ok(Self { public, key: *key, mark: mark(browser, auth) })
    }

    /// Whether this was made for exactly these keys of a browser, the lengths and meaning of which are those of
    /// [`Prekey::new`]. A browser that subscribes anew has new keys, and could not open what an older prekey seals.
    #[must_use]
    pub fn is_for(&self, remote_pub: &[u8], remote_auth: &[u8]) -> bool {
        checked(remote_pub, remote_auth).is_some_and(|(browser, auth)| self.mark == mark(browser, auth))
    }

    /// Seals `data` and is used up. Gives the body to be sent: header and one record, 103 bytes longer than `data`.
    ///
    /// The salt is drawn here and not ahead (RFC 8188, section 2.1). Whether a push service takes a message of that length is
    /// for the caller to know; they need not take more than 4,096 bytes (RFC 8030, section 7.2).
    ///
    /// # Errors
    /// [`Error::CryptoError`] when the library fails. The prekey is gone then, too.
    pub fn seal(self, data: &[u8]) -> Result<Vec<u8>> {
        let mut salt = [0; SALT];
        rand::fill(&mut salt).map_err(|_| Error::CryptoError)?;
        self.seal_with(&salt, data)
    }

    /// The message of RFC 8291, section 4, with a salt that was used for nothing else.
    pub(crate) fn seal_with(self, salt: &[u8; SALT], data: &[u8]) -> Result<Vec<u8>> {
        let (key, nonce) = record_key(&self.key, salt)?;
        let sealed = data.len() + 1 + TAG;
        // Larger than the record, as RFC 8291, section 4 demands: whoever reads it then knows that there is one record only.
        let record_size = u32::try_from(LONGEST.max(sealed + 1)).map_err(|_| Error::CryptoError)?;

        let mut message = Vec::with_capacity(HEADER + sealed);
        message.extend_from_slice(salt);
        message.extend_from_slice(&record_size.to_be_bytes());
        message.push(POINT as u8);
        message.extend_from_slice(&self.public);
        message.extend_from_slice(data);
        message.push(LAST_RECORD);
        let tag = key
            .seal_in_place_separate_tag(nonce, Aad::empty(), &mut message[HEADER..])
            .map_err(|_| Error::CryptoError)?;
        message.extend_from_slice(tag.as_ref());
        Ok(message)
    }
}

impl fmt::Debug for Prekey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prekey(…)")
    }
}

/// Keys of a browser, if they have the right lengths.
fn checked<'a>(remote_pub: &'a [u8], remote_auth: &'a [u8]) -> Option<(&'a [u8; POINT], &'a [u8; AUTH])> {
    Some((remote_pub.try_into().ok()?, remote_auth.try_into().ok()?))
}

/// The first 8 bytes of SHA-256 over a browser's public key and secret. Their lengths are fixed, so that no other pair gives
/// the same input.
///
/// It has to tell a subscription's keys of today from those it had before, and nothing else: a prekey lies beside its
/// subscription and is never looked for by its mark. That a change of keys goes unnoticed by chance has odds of one in 2^64.
/// To bring it about, one must choose the later keys to fit the earlier ones, so one has the later ones, and all that comes
/// of it is a message that one's own browser can't open; nobody can aim at keys that somebody else's browser is yet to draw.
/// Hence 8 bytes do, where all 32 would need nearly a quarter more memory, and comparing them need not take constant time:
/// what is compared is all our own.
///
/// The hash tells nothing useful of the secret, which is 16 random bytes. The public key alone would not do: a secret may be
/// renewed under the same key.
fn mark(browser: &[u8; POINT], auth: &[u8; AUTH]) -> [u8; MARK] {
    let mut hash = Context::new(&SHA256);
    hash.update(browser);
    hash.update(auth);
    let mut mark = [0; MARK];
    mark.copy_from_slice(&hash.finish().as_ref()[..MARK]);
    mark
}
