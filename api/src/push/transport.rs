//! The way to the push services: the only file that knows how a message is built and sent.
//!
//! An endpoint is a URL that a stranger gave us, so what it may make us do is bounded: https alone, no redirects, no proxy, no
//! address but a public one however the name resolves, fifteen seconds and 64 KiB.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use reqwest::{
    Certificate, Client, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use web_push::{ContentEncoding, SubscriptionInfo, WebPushError, WebPushMessageBuilder};

use super::{
    address,
    answer::{Reply, Service},
    message,
    vapid::Signature,
};
use crate::config::{PushHosts, Settings};

const CONNECT: Duration = Duration::from_secs(5);
const EXCHANGE: Duration = Duration::from_secs(15);
/// How much of an answer's body is read.
const BODY: usize = 64 * 1024;

/// What stops the transport from being made.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The file of the further authority can't be read.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// It holds no certificate, or TLS can't be set up.
    #[error("{0}")]
    Client(#[from] reqwest::Error),
}

/// One message for one phone.
#[derive(Debug)]
pub struct Letter<'a> {
    /// Where to.
    pub endpoint: &'a str,
    /// The browser's public key and its authentication secret.
    pub keys: (&'a [u8], &'a [u8]),
    /// What it says.
    pub body: &'a [u8],
    /// Seconds to be kept for a phone that is off.
    pub ttl: u32,
    /// How the phone is woken.
    pub urgency: message::Urgency,
    /// What it replaces.
    pub topic: &'a str,
    /// Who sends it.
    pub signature: Signature,
}

/// Sends letters.
#[derive(Clone, Debug)]
pub struct Transport {
    client: Client,
}

impl Transport {
    /// A transport as the settings allow it.
    ///
    /// # Errors
    /// When the further authority can't be read or TLS can't be set up.
    pub fn new(settings: &Settings) -> Result<Self, TransportError> {
        let mut builder = Client::builder()
            .https_only(true)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT)
            .timeout(EXCHANGE)
            .http2_keep_alive_interval(Duration::from_secs(30))
            .http2_keep_alive_timeout(CONNECT)
            .dns_resolver(Arc::new(PublicNames { push: settings.push.clone() }));
        if let Some(path) = &settings.push_ca_file {
            builder = builder.tls_certs_merge(authorities(path)?);
        }
        Ok(Self { client: builder.build()? })
    }

    /// Sends one letter and gives what came back. Whatever fails on the way is no answer.
    ///
    /// # Errors
    /// When the letter can't be sealed: then nothing was sent.
    pub async fn send(&self, letter: Letter<'_>) -> Result<Reply, WebPushError> {
        let (p256dh, auth) = letter.keys;
        let to = SubscriptionInfo::new(letter.endpoint.to_owned(), BASE64URL.encode(p256dh), BASE64URL.encode(auth));
        let mut message = WebPushMessageBuilder::new(&to);
        message.set_ttl(letter.ttl);
        message.set_topic(letter.topic.to_owned());
        message.set_payload(ContentEncoding::Aes128Gcm, letter.body);
        message.set_vapid_signature(letter.signature);
        message.set_urgency(match letter.urgency {
            message::Urgency::High => web_push::Urgency::High,
            message::Urgency::Normal => web_push::Urgency::Normal,
            message::Urgency::Low => web_push::Urgency::Low,
        });
        let message = message.build()?;
        let host = message.endpoint.host().unwrap_or_default();

        let mut request = self.client.post(letter.endpoint).header("TTL", message.ttl);
        if let Some(urgency) = message.urgency {
            request = request.header("Urgency", urgency.to_string());
        }
        if let Some(topic) = message.topic {
            request = request.header("Topic", topic);
        }
        if Service::of_host(host) == Service::Microsoft {
            // Without it WNS judges the TTL by a policy of its own and answers 400.
            request = request.header("X-WNS-Cache-Policy", "cache");
        }
        if let Some(payload) = message.payload {
            for (name, value) in payload.crypto_headers {
                request = request.header(name, value);
            }
            request = request
                .header("Content-Encoding", payload.content_encoding.to_str())
                .header("Content-Type", "application/octet-stream")
                .body(payload.content);
        }
        Ok(match request.send().await {
            Ok(response) => read(response).await,
            Err(_) => Reply::NoAnswer,
        })
    }
}

/// The status holds even where the body breaks off.
async fn read(mut response: Response) -> Reply {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk[..chunk.len().min(BODY - body.len())]);
        if body.len() >= BODY {
            break;
        }
    }
    Reply::Answer { status, headers, body }
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, TransportError> {
    let text = std::fs::read(path).map_err(|e| TransportError::File(path.display().to_string(), e))?;
    Ok(Certificate::from_pem_bundle(&text)?)
}

/// Names lead to public addresses only, judged at every connection; those of test origins to loopback as well.
#[derive(Debug)]
struct PublicNames {
    push: PushHosts,
}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let loopback = self.push.is_test_host(&host);
        Box::pin(async move {
            let admitted: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0))
                .await?
                .filter(|a| address::is_public(a.ip()) || loopback && a.ip().is_loopback())
                .collect();
            if admitted.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}
