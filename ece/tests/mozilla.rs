//! Ours against Mozilla's `ece`, the crate that ours stands in for: what one seals the other opens.
//!
//! Mozilla's brings the formats and is told here how to compute; its usual way is OpenSSL, which nothing of ours may need. The
//! primitives are therefore the same library's on both sides, and what is compared is all that is made of them: headers, key
//! schedule, padding, which bytes go where. The primitives have their own judge in the example of RFC 8291.

use std::{any::Any, sync::Once};

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    encoding::{AsBigEndian as _, EcPrivateKeyBin},
    hkdf::{HKDF_SHA256, KeyType, Salt},
    rand,
};
use mozilla_ece::{
    Cryptographer, EcKeyComponents, Error, LocalKeyPair, RemotePublicKey, Result,
    crypto::{set_cryptographer, test_cryptographer},
};

/// Anything that the library refuses.
fn refused<E>(_: E) -> Error {
    Error::CryptoError
}

struct Pair(PrivateKey);

impl LocalKeyPair for Pair {
    fn pub_as_raw(&self) -> Result<Vec<u8>> {
        Ok(self.0.compute_public_key().map_err(refused)?.as_ref().to_vec())
    }

    fn raw_components(&self) -> Result<EcKeyComponents> {
        let private: EcPrivateKeyBin<'_> = self.0.as_be_bytes().map_err(refused)?;
        Ok(EcKeyComponents::new(private.as_ref().to_vec(), self.pub_as_raw()?))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Point(Vec<u8>);

impl RemotePublicKey for Point {
    fn as_raw(&self) -> Result<Vec<u8>> {
        Ok(self.0.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

struct AwsLc;

impl AwsLc {
    fn aes(key: &[u8], iv: &[u8]) -> Result<(LessSafeKey, Nonce)> {
        let key = UnboundKey::new(&AES_128_GCM, key).map_err(refused)?;
        Ok((LessSafeKey::new(key), Nonce::try_assume_unique_for_key(iv).map_err(refused)?))
    }
}

impl Cryptographer for AwsLc {
    fn generate_ephemeral_keypair(&self) -> Result<Box<dyn LocalKeyPair>> {
        Ok(Box::new(Pair(PrivateKey::generate(&ECDH_P256).map_err(refused)?)))
    }

    fn import_key_pair(&self, components: &EcKeyComponents) -> Result<Box<dyn LocalKeyPair>> {
        let key = PrivateKey::from_private_key(&ECDH_P256, components.private_key()).map_err(refused)?;
        Ok(Box::new(Pair(key)))
    }

    fn import_public_key(&self, raw: &[u8]) -> Result<Box<dyn RemotePublicKey>> {
        Ok(Box::new(Point(raw.to_vec())))
    }

    fn compute_ecdh_secret(&self, remote: &dyn RemotePublicKey, local: &dyn LocalKeyPair) -> Result<Vec<u8>> {
        let Pair(local) = local.as_any().downcast_ref().ok_or(Error::CryptoError)?;
        let remote = UnparsedPublicKey::new(&ECDH_P256, remote.as_raw()?);
        agree(local, remote, Error::CryptoError, |secret| Ok(secret.to_vec()))
    }

    fn hkdf_sha256(&self, salt: &[u8], secret: &[u8], info: &[u8], len: usize) -> Result<Vec<u8>> {
        let mut out = vec![0; len];
        let prk = Salt::new(HKDF_SHA256, salt).extract(secret);
        prk.expand(&[info], Length(len)).and_then(|okm| okm.fill(&mut out)).map_err(refused)?;
        Ok(out)
    }

    fn aes_gcm_128_encrypt(&self, key: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>> {
        let (key, nonce) = Self::aes(key, iv)?;
        let mut sealed = data.to_vec();
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut sealed).map_err(refused)?;
        Ok(sealed)
    }

    fn aes_gcm_128_decrypt(&self, key: &[u8], iv: &[u8], ciphertext_and_tag: &[u8]) -> Result<Vec<u8>> {
        let (key, nonce) = Self::aes(key, iv)?;
        let mut opened = ciphertext_and_tag.to_vec();
        let length = key.open_in_place(nonce, Aad::empty(), &mut opened).map_err(refused)?.len();
        opened.truncate(length);
        Ok(opened)
    }

    fn random_bytes(&self, dest: &mut [u8]) -> Result<()> {
        rand::fill(dest).map_err(refused)
    }
}

/// A browser with fresh keys: its private key, as both crates want it, its public key and its secret.
struct Browser {
    private: PrivateKey,
    components: EcKeyComponents,
    public: Vec<u8>,
    auth: [u8; 16],
}

impl Browser {
    fn new() -> Self {
        static CRYPTOGRAPHER: Once = Once::new();
        CRYPTOGRAPHER.call_once(|| set_cryptographer(&AwsLc).expect("no other one"));
        let (pair, auth) = mozilla_ece::generate_keypair_and_auth_secret().expect("keys");
        let components = pair.raw_components().expect("its parts");
        Self {
            private: PrivateKey::from_private_key(&ECDH_P256, components.private_key()).expect("the same key"),
            public: components.public_key().to_vec(),
            components,
            auth,
        }
    }
}

/// Payloads of all lengths that matter: short, at the edges of AES blocks and of Mozilla's padding, Kairan's longest, nearly
/// the longest that a message holds. An empty one Mozilla's refuses to seal.
fn payloads() -> impl Iterator<Item = Vec<u8>> {
    [1, 2, 15, 16, 17, 126, 127, 128, 129, 300, 2048, 3052, 3800].into_iter().flat_map(|length| {
        let text = "回覧板 ".bytes().cycle().take(length).collect();
        // Zeros and delimiters at the end must come through as data.
        [text, vec![0; length], vec![1; length], vec![2; length]]
    })
}

#[test]
fn mozillas_crate_works_on_our_library() {
    Browser::new();
    test_cryptographer(AwsLc);
}

#[test]
fn what_we_seal_mozillas_opens() {
    let browser = Browser::new();
    for data in payloads().chain([Vec::new()]) {
        let at_once = ece::encrypt(&browser.public, &browser.auth, &data).expect("a message");
        let prekey = ece::Prekey::new(&browser.public, &browser.auth).expect("a prekey");
        let made_ahead = prekey.seal(&data).expect("a message");
        for message in [at_once, made_ahead] {
            let opened = mozilla_ece::decrypt(&browser.components, &browser.auth, &message).expect("opened");
            assert_eq!(opened, data, "{} bytes", data.len());
        }
    }
}

#[test]
fn what_mozillas_seals_we_open() {
    let browser = Browser::new();
    for data in payloads() {
        let message = mozilla_ece::encrypt(&browser.public, &browser.auth, &data).expect("a message");
        assert_eq!(ece::open(&browser.private, &browser.auth, &message), Ok(data));
    }
}

#[test]
fn both_refuse_the_same_changes() {
    let (browser, other) = (Browser::new(), Browser::new());
    let message = ece::encrypt(&browser.public, &browser.auth, b"one").expect("a message");
    let refused_by_both = |browser: &Browser, message: &[u8], why: &str| {
        assert!(ece::open(&browser.private, &browser.auth, message).is_err(), "ours: {why}");
        assert!(mozilla_ece::decrypt(&browser.components, &browser.auth, message).is_err(), "Mozilla's: {why}");
    };
    refused_by_both(&other, &message, "for somebody else");
    for end in 0..message.len() {
        refused_by_both(&browser, &message[..end], &format!("cut to {end} bytes"));
    }
    // All but the record size, which is not sealed in.
    for at in (0..16).chain(20..message.len()) {
        let mut flipped = message.clone();
        flipped[at] ^= 1;
        refused_by_both(&browser, &flipped, &format!("byte {at} changed"));
    }
}
