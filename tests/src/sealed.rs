//! What a push service could only know as the phone itself: who signed a message (RFC 8292), and what it says: its opening with the phone's key (RFC 8188, 8291). From the RFCs, and not from our own sender.

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey as Verifier},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use hyper::header::HeaderMap;
use serde_json::Value;

/// Who signed a message (RFC 8292).
#[derive(Clone, Debug)]
pub struct Signed {
    /// Whom to write to about it.
    pub subject: String,
    /// When the signature ends, in seconds since 1970.
    pub expires: i64,
    /// The key.
    pub key: String,
}

/// The headers that RFC 8030 and our own rules ask for, and the signature of RFC 8292, except for its time.
///
/// # Errors
/// What is wrong with them.
pub fn check(headers: &HeaderMap, origin: &str) -> Result<Signed, String> {
    let text = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().and_then(|v| v.to_str().ok()).ok_or(format!("no {name}"))?;
        if values.next().is_some() { Err(format!("{name} twice")) } else { Ok(value) }
    };
    let ttl: u32 = text("ttl")?.parse().map_err(|_| "TTL is no number")?;
    if !(1..=28 * 86_400).contains(&ttl) {
        return Err(format!("a TTL of {ttl}"));
    }
    if !["high", "normal", "low"].contains(&text("urgency")?) {
        return Err(format!("an urgency of {}", text("urgency")?));
    }
    let topic = text("topic")?;
    if topic.len() > 32 || !topic.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        return Err(format!("a topic of {topic}"));
    }
    if text("content-encoding")? != "aes128gcm" {
        return Err("another content encoding".into());
    }
    let (token, key) = text("authorization")?
        .strip_prefix("vapid t=")
        .and_then(|rest| rest.split_once(", k="))
        .ok_or("another authorization than vapid")?;
    let (signed, signature) = token.rsplit_once('.').ok_or("no token")?;
    let decode = |part: &str| BASE64URL.decode(part).map_err(|e| e.to_string());
    let verifier = Verifier::new(&ECDSA_P256_SHA256_FIXED, decode(key)?);
    verifier.verify(signed.as_bytes(), &decode(signature)?).map_err(|_| "the signature is wrong")?;
    let claims: Value =
        serde_json::from_slice(&decode(signed.split('.').nth(1).unwrap_or_default())?).map_err(|e| e.to_string())?;
    if claims["aud"] != origin {
        return Err(format!("signed for {}", claims["aud"]));
    }
    let subject = claims["sub"].as_str().unwrap_or_default().to_owned();
    if !subject.starts_with("https://") && !subject.starts_with("mailto:") {
        return Err(format!("signed as {subject}"));
    }
    Ok(Signed { subject, expires: claims["exp"].as_i64().unwrap_or_default(), key: key.to_owned() })
}

/// How many bytes an expansion gives.
struct Bits(usize);

impl KeyType for Bits {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(prk: &Prk, info: &[&[u8]]) -> Result<[u8; N], String> {
    let mut out = [0; N];
    prk.expand(info, Bits(N)).and_then(|okm| okm.fill(&mut out)).map_err(|_| "no key")?;
    Ok(out)
}

/// Opens a message with a phone's key and secret: RFC 8188 with the key agreement of RFC 8291.
///
/// # Errors
/// What is wrong with it.
pub fn open((private, auth): (&PrivateKey, &[u8; 16]), body: &[u8]) -> Result<Vec<u8>, String> {
    let (salt, rest) = body.split_at_checked(16).ok_or("no salt")?;
    let (size, rest) = rest.split_first_chunk::<4>().ok_or("no record size")?;
    let (length, rest) = rest.split_first().ok_or("no key id")?;
    let (sender, sealed) = rest.split_at_checked(usize::from(*length)).ok_or("no key")?;
    if sealed.len() > u32::from_be_bytes(*size) as usize {
        return Err("more than one record".into());
    }
    let own = private.compute_public_key().map_err(|_| "no key")?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
    let input = agree(private, peer, "no point".to_owned(), |secret| {
        let prk = Salt::new(HKDF_SHA256, auth).extract(secret);
        expand::<32>(&prk, &[b"WebPush: info\0", own.as_ref(), sender])
    })?;
    let prk = Salt::new(HKDF_SHA256, salt).extract(&input);
    let key = UnboundKey::new(&AES_128_GCM, &expand::<16>(&prk, &[b"Content-Encoding: aes128gcm\0"])?);
    let nonce = Nonce::assume_unique_for_key(expand(&prk, &[b"Content-Encoding: nonce\0"])?);
    let mut message = sealed.to_vec();
    let key = LessSafeKey::new(key.map_err(|_| "no key")?);
    let opened = key.open_in_place(nonce, Aad::empty(), &mut message).map_err(|_| "it can't be opened")?;
    let end = opened
        .iter()
        .rposition(|byte| *byte != 0)
        .filter(|end| opened[*end] == 2)
        .ok_or("no end of the last record")?;
    Ok(opened[..end].to_vec())
}
