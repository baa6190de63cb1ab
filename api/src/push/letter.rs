//! One message for one phone, sealed and ready to be sent: the only file that knows how a message is sealed.
//!
//! Everything but the payload may have been done ahead (see [`keyring`](super::keyring)); where it was not, the web-push crate seals the
//! message from the beginning, which costs forty times as much.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use ece::Prekey;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header, uri::InvalidUri};
use hyper::body::Bytes;
use uuid::Uuid;
use web_push::{ContentEncoding, SubscriptionInfo, WebPushError, WebPushMessageBuilder};

use super::{
    answer::Service,
    message::{Message, Urgency},
    vapid::Signature,
    wire::transport::Parcel,
};

const TTL: HeaderName = HeaderName::from_static("ttl");
const URGENCY: HeaderName = HeaderName::from_static("urgency");
const TOPIC: HeaderName = HeaderName::from_static("topic");
const WNS_CACHE_POLICY: HeaderName = HeaderName::from_static("x-wns-cache-policy");

/// One phone of a batch.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// Its subscription.
    pub id: Uuid,
    /// Its place in the batch.
    pub place: usize,
    /// The address to send to: a secret.
    pub endpoint: String,
    /// The browser's public key, 65 bytes.
    pub p256dh: Vec<u8>,
    /// The browser's authentication secret, 16 bytes.
    pub auth: Vec<u8>,
    /// Id of the VAPID key it was subscribed under.
    pub vapid_key: String,
    /// Which of the claim's messages it gets.
    pub says: usize,
}

/// Why a message can't be written.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// The endpoint is no address.
    #[error("the endpoint is no address")]
    Endpoint(#[from] InvalidUri),
    /// It can't be sealed with keys made ahead.
    #[error(transparent)]
    Ahead(#[from] ece::Error),
    /// It can't be sealed.
    #[error(transparent)]
    Seal(#[from] WebPushError),
}

/// What all messages of a batch say of themselves. One header each: a service may refuse what comes twice.
#[must_use]
pub fn headers(message: &Message, service: Service) -> HeaderMap {
    let urgency = match message.urgency {
        Urgency::High => "high",
        Urgency::Normal => "normal",
        Urgency::Low => "low",
    };
    let mut headers = HeaderMap::with_capacity(9);
    headers.insert(URGENCY, HeaderValue::from_static(urgency));
    if let Ok(topic) = HeaderValue::from_str(&message.topic) {
        headers.insert(TOPIC, topic);
    }
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(ContentEncoding::Aes128Gcm.to_str()));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    if service == Service::Microsoft {
        // Without it WNS judges the TTL by a policy of its own and answers 400.
        headers.insert(WNS_CACHE_POLICY, HeaderValue::from_static("cache"));
    }
    headers
}

/// Seals `body` for a phone. With a key made ahead only the payload is left to be sealed.
///
/// # Errors
/// When the endpoint or the phone's keys are none: then nothing is sent.
pub fn parcel(
    to: &Addressee,
    (headers, ttl, signature): (&HeaderMap, u32, &Signature),
    (body, ahead): (&[u8], Option<Prekey>),
) -> Result<Parcel, LetterError> {
    let sealed = match ahead {
        Some(key) => key.seal(body)?,
        None => seal(to, body)?,
    };
    let mut headers = headers.clone();
    headers.insert(TTL, ttl.into());
    headers.insert(header::CONTENT_LENGTH, sealed.len().into());
    headers.insert(header::AUTHORIZATION, signature.header.clone());
    Ok(Parcel { endpoint: to.endpoint.parse::<Uri>()?, headers, body: Bytes::from(sealed) })
}

/// Seals from the beginning, by the web-push crate.
fn seal(to: &Addressee, body: &[u8]) -> Result<Vec<u8>, LetterError> {
    let keys = (BASE64URL.encode(&to.p256dh), BASE64URL.encode(&to.auth));
    let to = SubscriptionInfo::new(to.endpoint.clone(), keys.0, keys.1);
    let mut message = WebPushMessageBuilder::new(&to);
    message.set_payload(ContentEncoding::Aes128Gcm, body);
    message.build()?.payload.map(|payload| payload.content).ok_or(LetterError::Seal(WebPushError::InvalidCryptoKeys))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(service: Service) -> HeaderMap {
        let message =
            Message { body: Vec::new(), smallest: Vec::new(), urgency: Urgency::High, topic: "a-topic".into() };
        headers(&message, service)
    }

    #[test]
    fn row_x_wns_cache_policy_for_wns_alone() {
        assert_eq!(
            said(Service::of_host("wns2-by3p.notify.windows.com")).get("x-wns-cache-policy").expect("it"),
            "cache"
        );
        for host in ["fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com", "push.example"] {
            assert_eq!(said(Service::of_host(host)).get("x-wns-cache-policy"), None, "{host}");
        }
    }

    #[test]
    fn row_urgency_is_one_header() {
        let headers = said(Service::Google);
        assert_eq!(headers.get_all("urgency").iter().collect::<Vec<_>>(), ["high"]);
        assert_eq!(headers.get_all("topic").iter().collect::<Vec<_>>(), ["a-topic"]);
        assert_eq!(headers.get_all("content-encoding").iter().collect::<Vec<_>>(), ["aes128gcm"]);
    }
}
