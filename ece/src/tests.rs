//! What holds of messages, however they were made.

use std::collections::HashSet;

use aws_lc_rs::agreement::{ECDH_P256, ECDH_P384, PrivateKey};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use zeroize::ZeroizeOnDrop;

use crate::{AUTH, Error, HEADER, LONGEST, POINT, Prekey, SALT, TAG, encrypt, legacy, open};

const PAYLOAD: &[u8] = b"When I grow up, I want to be a watermelon";
/// The message of RFC 8291, appendix A.
const MESSAGE: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    B64.decode(text).expect("base64url").try_into().expect("its length")
}

fn private(text: &str) -> PrivateKey {
    PrivateKey::from_private_key(&ECDH_P256, &bytes::<32>(text)).expect("a private key")
}

/// A browser: its private key, its public key and its secret.
struct Browser(PrivateKey, [u8; POINT], [u8; AUTH]);

impl Browser {
    fn new() -> Self {
        let private = PrivateKey::generate(&ECDH_P256).expect("a key");
        let public = private.compute_public_key().expect("a point").as_ref().try_into().expect("65 bytes");
        let mut auth = [0; AUTH];
        aws_lc_rs::rand::fill(&mut auth).expect("a secret");
        Self(private, public, auth)
    }

    /// That of RFC 8291, appendix A.
    fn of_the_rfc() -> Self {
        Self(
            private("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"),
            bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        )
    }

    fn prekey(&self) -> Prekey {
        Prekey::new(&self.1, &self.2).expect("a prekey")
    }

    fn encrypt(&self, data: &[u8]) -> Vec<u8> {
        encrypt(&self.1, &self.2, data).expect("a message")
    }

    fn open(&self, message: &[u8]) -> crate::Result<Vec<u8>> {
        open(&self.0, &self.2, message)
    }
}

#[test]
fn the_message_of_rfc_8291_appendix_a_comes_out_byte_for_byte() {
    let Browser(_, public, auth) = Browser::of_the_rfc();
    let sender = private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
    let prekey = Prekey::with(&sender, &public, &auth).expect("a prekey");
    assert!(prekey.is_for(&public, &auth));
    let sealed = prekey.seal_with(&bytes("DGv6ra1nlYgDCS1FRnbzlw"), PAYLOAD).expect("sealed");
    assert_eq!(B64.encode(sealed), MESSAGE);
}

#[test]
fn the_message_of_rfc_8291_appendix_a_opens() {
    let message = B64.decode(MESSAGE).expect("base64url");
    assert_eq!(Browser::of_the_rfc().open(&message).as_deref(), Ok(PAYLOAD));
}

#[test]
fn what_is_sealed_opens_at_every_length_that_a_service_takes() {
    let browser = Browser::new();
    let most = LONGEST - HEADER - 1 - TAG;
    for length in [0, 1, 2, 15, 16, 17, 300, 2048, 3052, most] {
        // Zeros at the end are data, and not taken for padding.
        for data in [vec![0; length], vec![2; length], vec![b'x'; length]] {
            for message in [browser.encrypt(&data), browser.prekey().seal(&data).expect("a message")] {
                assert_eq!(message.len(), length + 103);
                assert_eq!(message.capacity(), message.len(), "room was taken once, and no more than needed");
                assert_eq!(browser.open(&message).as_ref(), Ok(&data), "{length} bytes");
            }
        }
    }
    assert_eq!(
        browser.open(&browser.encrypt(&vec![b'x'; most + 1])),
        Err(Error::InvalidMessage),
        "too long to be sent"
    );
}

#[test]
fn the_record_size_is_larger_than_the_record() {
    let browser = Browser::new();
    for length in [0, 4078, 4079, 4080, 10_000] {
        let message = browser.encrypt(&vec![1; length]);
        let named = u32::from_be_bytes(message[SALT..SALT + 4].try_into().expect("4 bytes")) as usize;
        assert!(named >= LONGEST && named > message.len() - HEADER, "{named} for {length} bytes");
    }
}

#[test]
fn keys_that_are_none_are_refused() {
    let Browser(_, public, auth) = Browser::new();
    let short = [&public[..], &[0]].concat();
    let mut compressed = [2; 33];
    compressed[1..].copy_from_slice(&public[1..33]);
    for (public, auth, why) in [
        (&[4; POINT][..], &auth[..], "a point off the curve"),
        (&[0; POINT], &auth, "no point at all"),
        (&[4; 64], &auth, "too short"),
        (&short, &auth, "too long"),
        (&compressed, &auth, "not uncompressed"),
        (&[], &auth, "none"),
        (&public, &auth[1..], "a secret of 15 bytes"),
        (&public, &[0; 17], "a secret of 17 bytes"),
        (&public, &[], "no secret"),
    ] {
        assert_eq!(encrypt(public, auth, b"x"), Err(Error::InvalidKeys), "{why}");
        assert_eq!(Prekey::new(public, auth).err(), Some(Error::InvalidKeys), "{why}");
    }
}

#[test]
fn a_prekey_knows_for_whom_it_is() {
    let (browser, other) = (Browser::new(), Browser::new());
    let prekey = browser.prekey();
    assert!(prekey.is_for(&browser.1, &browser.2));
    assert!(!prekey.is_for(&other.1, &other.2), "another browser's");
    assert!(!prekey.is_for(&browser.1, &other.2), "the secret was renewed");
    assert!(!prekey.is_for(&other.1, &browser.2), "the key was renewed");
    assert!(!prekey.is_for(&browser.1[1..], &browser.2), "no key");
    assert!(!prekey.is_for(&browser.1, &[]), "no secret");
    // The same bytes, cut elsewhere.
    let joined = [&browser.1[..], &browser.2].concat();
    assert!(!prekey.is_for(&joined[..64], &joined[64..]));
}

#[test]
fn a_message_for_other_keys_does_not_open() {
    let (browser, other) = (Browser::new(), Browser::new());
    let message = browser.prekey().seal(PAYLOAD).expect("a message");
    assert_eq!(other.open(&message), Err(Error::InvalidMessage));
    assert_eq!(open(&browser.0, &other.2, &message), Err(Error::InvalidMessage), "another secret");
    assert_eq!(open(&other.0, &browser.2, &message), Err(Error::InvalidMessage), "another key");
    assert_eq!(open(&browser.0, &browser.2[1..], &message), Err(Error::InvalidKeys), "no secret");
    let p384 = PrivateKey::generate(&ECDH_P384).expect("a key");
    assert_eq!(open(&p384, &browser.2, &message), Err(Error::InvalidKeys), "another curve");
}

#[test]
fn a_message_that_was_cut_or_has_more_at_its_end_does_not_open() {
    let browser = Browser::new();
    let message = browser.encrypt(PAYLOAD);
    for end in 0..message.len() {
        assert_eq!(browser.open(&message[..end]), Err(Error::InvalidMessage), "cut to {end} bytes");
    }
    for more in [1, 16, 4096, 100_000] {
        let longer = [&message[..], &vec![0; more]].concat();
        assert_eq!(browser.open(&longer), Err(Error::InvalidMessage), "{more} bytes more");
    }
}

#[test]
fn a_message_with_one_bit_flipped_does_not_open() {
    let browser = Browser::new();
    let message = browser.encrypt(PAYLOAD);
    // The record size is not sealed in: what is larger than the record says the same.
    let record_size = SALT..SALT + 4;
    for at in (0..message.len()).filter(|at| !record_size.contains(at)) {
        for bit in 0..8 {
            let mut flipped = message.clone();
            flipped[at] ^= 1 << bit;
            assert_eq!(browser.open(&flipped), Err(Error::InvalidMessage), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_record_size_that_makes_it_more_than_one_record_is_refused() {
    let browser = Browser::new();
    let message = browser.encrypt(b"");
    let record = (message.len() - HEADER) as u32;
    for (size, opens) in [(0, false), (17, false), (18, true), (record - 1, false), (4096, true), (u32::MAX, true)] {
        let mut named = message.clone();
        named[SALT..SALT + 4].copy_from_slice(&size.to_be_bytes());
        assert_eq!(browser.open(&named).is_ok(), opens, "{size} for a record of {record}");
    }
}

#[test]
fn no_salt_and_no_key_comes_twice() {
    let (browser, messages) = (Browser::new(), 20_000);
    let (mut salts, mut senders) = (HashSet::new(), HashSet::new());
    for number in 0..messages {
        let message =
            if number % 2 == 0 { browser.encrypt(b"") } else { browser.prekey().seal(b"").expect("a message") };
        salts.insert(message[..SALT].to_vec());
        senders.insert(message[HEADER - POINT..HEADER].to_vec());
    }
    assert_eq!((salts.len(), senders.len()), (messages, messages));
}

#[test]
fn the_salt_is_drawn_when_sealing() {
    // Of one and the same prekey, which only this test can have twice.
    let browser = Browser::new();
    let sender = PrivateKey::generate(&ECDH_P256).expect("a key");
    let seal = || Prekey::with(&sender, &browser.1, &browser.2).and_then(|prekey| prekey.seal(b"")).expect("a message");
    let (one, two) = (seal(), seal());
    assert_eq!(one[SALT..HEADER], two[SALT..HEADER], "the sender's key");
    assert_ne!(one[..SALT], two[..SALT], "the salt");
    assert_ne!(one[HEADER..], two[HEADER..], "the record");
}

#[test]
fn a_prekey_is_small_wiped_and_silent() {
    fn is_wiped(_: &impl ZeroizeOnDrop) {}
    let prekey = Browser::new().prekey();
    is_wiped(&prekey);
    assert!(size_of::<Prekey>() <= 113, "{} bytes", size_of::<Prekey>());
    assert_eq!(format!("{prekey:?}"), "Prekey(…)");
    assert!(std::mem::needs_drop::<Prekey>(), "there is something to be done when it is dropped");
}

#[test]
fn the_old_encoding_is_refused() {
    let Browser(_, public, auth) = Browser::new();
    assert_eq!(legacy::encrypt_aesgcm(&public, &auth, b"x").err(), Some(Error::NotOffered));
}
