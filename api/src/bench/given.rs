//! What a measurement is given in files: subscriptions, and a VAPID key.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
};

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    encoding::AsBigEndian as _,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use serde::Deserialize;
use url::Url;

use super::push::Outcome;

/// A subscription to be measured with.
#[derive(Clone, Debug)]
pub struct Given {
    /// Where to send.
    pub endpoint: String,
    /// Scheme, host and port of it.
    pub origin: String,
    /// The browser's public key.
    pub p256dh: Vec<u8>,
    /// The browser's secret.
    pub auth: Vec<u8>,
}

/// `PushSubscription.toJSON()`.
#[derive(Deserialize)]
struct SubscriptionIn {
    endpoint: String,
    keys: KeysIn,
}

#[derive(Deserialize)]
struct KeysIn {
    p256dh: String,
    auth: String,
}

/// Reads a file with a line of `PushSubscription.toJSON()` for each subscription.
///
/// # Errors
/// When it can't be read, or a line is none: by number.
pub fn subscriptions(path: &Path) -> Outcome<Vec<Given>> {
    let at = |what: String| format!("{}: {what}", path.display());
    let file = fs::File::open(path).map_err(|e| at(e.to_string()))?;
    let mut found = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|e| at(e.to_string()))?;
        if line.trim().is_empty() {
            continue;
        }
        found.push(subscription(&line).map_err(|what| at(format!("line {}: {what}", number + 1)))?);
    }
    if found.is_empty() { Err(at("holds no subscription".into()).into()) } else { Ok(found) }
}

fn subscription(line: &str) -> Result<Given, String> {
    let SubscriptionIn { endpoint, keys } = serde_json::from_str(line).map_err(|e| e.to_string())?;
    let url = Url::parse(&endpoint).map_err(|e| format!("endpoint: {e}"))?;
    let decode = |name: &str, text: &str, length: usize| {
        let bytes = BASE64URL.decode(text.trim_end_matches('=')).map_err(|e| format!("{name}: {e}"))?;
        if bytes.len() == length { Ok(bytes) } else { Err(format!("{name} has {} bytes, not {length}", bytes.len())) }
    };
    Ok(Given {
        origin: url.origin().ascii_serialization(),
        endpoint,
        p256dh: decode("p256dh", &keys.p256dh, 65)?,
        auth: decode("auth", &keys.auth, 16)?,
    })
}

/// What npm's `web-push generate-vapid-keys --json` writes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VapidIn {
    private_key: String,
    subject: Option<String>,
}

/// Reads a VAPID key: PEM (PKCS#8 or SEC 1), or the JSON of `web-push generate-vapid-keys`. Gives it as PKCS#8 in PEM, and whom it
/// names, where it does.
///
/// # Errors
/// When it is none.
pub fn vapid(path: &Path) -> Outcome<(String, Option<String>)> {
    let none = || format!("{} holds no P-256 key, neither in PEM nor as {{\"privateKey\": …}}", path.display());
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let (pair, subject) = if let Ok(key) = serde_json::from_str::<VapidIn>(&text) {
        let private = BASE64URL.decode(key.private_key.trim_end_matches('=')).map_err(|_| none())?;
        let agreeing = PrivateKey::from_private_key(&ECDH_P256, &private).map_err(|_| none())?;
        let public = agreeing.compute_public_key().map_err(|_| none())?;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, &private, public.as_ref());
        (pair.map_err(|_| none())?, key.subject)
    } else {
        let key = pem::parse(&text).map_err(|_| none())?;
        let pair = if key.tag() == "EC PRIVATE KEY" {
            EcdsaKeyPair::from_private_key_der(algorithm, key.contents())
        } else {
            EcdsaKeyPair::from_pkcs8(algorithm, key.contents())
        };
        (pair.map_err(|_| none())?, None)
    };
    let document = pair.to_pkcs8v1().map_err(|_| none())?;
    Ok((pem::encode(&pem::Pem::new("PRIVATE KEY", document.as_ref())), subject))
}

/// A VAPID key pair as JSON, for whoever else is measured with the same subscriptions.
///
/// # Errors
/// When no key can be made.
pub fn make_vapid(subject: &str) -> Outcome<String> {
    let failed = |_| "no key could be made";
    let private = PrivateKey::generate(&ECDH_P256).map_err(failed)?;
    let bytes: aws_lc_rs::encoding::EcPrivateKeyBin<'_> = private.as_be_bytes().map_err(failed)?;
    let public = private.compute_public_key().map_err(failed)?;
    let json = serde_json::json!({
        "subject": subject,
        "publicKey": BASE64URL.encode(public.as_ref()),
        "privateKey": BASE64URL.encode(bytes.as_ref()),
    });
    Ok(json.to_string())
}
