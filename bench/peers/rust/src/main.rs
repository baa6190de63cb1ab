//! The web-push crate as a peer of `kairan bench push`: reads the same four files, sends as many messages, prints the same line.
//!
//! `--client isahc` and `--client hyper`: the crate's own clients, a signature for each message, the way its documentation shows.
//! `--client reqwest`: the most that can be put together from it: its messages with a signature that is kept, sent by reqwest
//! over HTTP/2.

use std::{
    collections::HashMap,
    env,
    error::Error,
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Instant,
};

use isahc::config::{CaCertificate, Configurable as _};
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeVal,
};
use serde_json::{Value, json};
use web_push::{
    ContentEncoding, HyperWebPushClient, IsahcWebPushClient, PartialVapidSignatureBuilder, SubscriptionInfo, Urgency,
    VapidSignature, VapidSignatureBuilder, WebPushClient as _, WebPushMessage, WebPushMessageBuilder, request_builder,
};

type Failure = Box<dyn Error + Send + Sync>;

const IN_FLIGHT: usize = 100;
const TTL: u32 = 86_400;

enum Client {
    Isahc(IsahcWebPushClient),
    Hyper(HyperWebPushClient),
    Reqwest(reqwest::Client, VapidSignature),
}

struct Peer {
    name: String,
    client: Client,
    key: PartialVapidSignatureBuilder,
    /// Whom the signature names: the crate's own `aud` lacks the port, its own `sub` is an example.
    claims: [(&'static str, String); 2],
    subscriptions: Vec<SubscriptionInfo>,
    payload: Vec<u8>,
    n: usize,
    next: AtomicUsize,
    ok: AtomicUsize,
    err: AtomicUsize,
}

impl Peer {
    fn new(args: &HashMap<String, String>) -> Result<Self, Failure> {
        let subscriptions = fs::read_to_string(&args["endpoints"])?
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<Vec<SubscriptionInfo>, _>>()?;
        let vapid: Value = serde_json::from_slice(&fs::read(&args["vapid"])?)?;
        let text = |name: &str| vapid[name].as_str().map(str::to_owned).ok_or(format!("no {name}"));
        let key = VapidSignatureBuilder::from_base64_no_sub(&text("privateKey")?)?;
        let endpoint = reqwest::Url::parse(&subscriptions[0].endpoint)?;
        let claims = [("aud", endpoint.origin().ascii_serialization()), ("sub", text("subject")?)];
        let ca = fs::read(&args["ca"])?;
        let client = match args["client"].as_str() {
            "isahc" => {
                let authority = CaCertificate::file(&args["ca"]);
                Client::Isahc(isahc::HttpClient::builder().ssl_ca_certificate(authority).build()?.into())
            }
            "hyper" => {
                let authority = native_tls::Certificate::from_pem(&ca)?;
                let tls = native_tls::TlsConnector::builder().add_root_certificate(authority).build()?;
                let mut http = hyper::client::HttpConnector::new();
                http.enforce_http(false);
                let https = hyper_tls::HttpsConnector::from((http, tls.into()));
                Client::Hyper(hyper::Client::builder().build(https).into())
            }
            "reqwest" => {
                let authority = reqwest::Certificate::from_pem(&ca)?;
                let client = reqwest::Client::builder().tls_certs_merge([authority]).build()?;
                Client::Reqwest(client, sign(&key, &claims, &subscriptions[0])?)
            }
            other => return Err(format!("no client called {other}").into()),
        };
        Ok(Self {
            name: args["peer"].clone(),
            client,
            key,
            claims,
            subscriptions,
            payload: fs::read(&args["payload"])?,
            n: args["n"].parse()?,
            next: AtomicUsize::new(0),
            ok: AtomicUsize::new(0),
            err: AtomicUsize::new(0),
        })
    }

    /// Sends as long as there are messages.
    async fn work(&self) {
        loop {
            let index = self.next.fetch_add(1, Relaxed);
            if index >= self.n {
                return;
            }
            match self.send(&self.subscriptions[index % self.subscriptions.len()]).await {
                Ok(()) => {
                    self.ok.fetch_add(1, Relaxed);
                }
                Err(error) => {
                    if self.err.fetch_add(1, Relaxed) == 0 {
                        eprintln!("{}: {error}", self.name);
                    }
                }
            }
        }
    }

    async fn send(&self, to: &SubscriptionInfo) -> Result<(), Failure> {
        match &self.client {
            // These two say no more than whether the answer was 2xx.
            Client::Isahc(client) => client.send(self.message(to, sign(&self.key, &self.claims, to)?)?).await?,
            Client::Hyper(client) => client.send(self.message(to, sign(&self.key, &self.claims, to)?)?).await?,
            Client::Reqwest(client, kept) => {
                let (head, body) =
                    request_builder::build_request::<Vec<u8>>(self.message(to, kept.clone())?).into_parts();
                let mut request = client.post(&to.endpoint).body(body);
                for (name, value) in &head.headers {
                    request = request.header(name.as_str(), value.as_bytes());
                }
                let answer = request.send().await?;
                let status = answer.status().as_u16();
                answer.bytes().await?;
                if status != 201 {
                    return Err(format!("answered {status}").into());
                }
            }
        }
        Ok(())
    }

    fn message(&self, to: &SubscriptionInfo, signature: VapidSignature) -> Result<WebPushMessage, Failure> {
        let mut message = WebPushMessageBuilder::new(to);
        message.set_ttl(TTL);
        message.set_urgency(Urgency::Normal);
        message.set_topic("bench".to_owned());
        message.set_payload(ContentEncoding::Aes128Gcm, &self.payload);
        message.set_vapid_signature(signature);
        Ok(message.build()?)
    }
}

fn sign(
    key: &PartialVapidSignatureBuilder,
    claims: &[(&'static str, String)],
    to: &SubscriptionInfo,
) -> Result<VapidSignature, Failure> {
    let mut builder = key.clone().add_sub_info(to);
    for (name, value) in claims {
        builder.add_claim(name, value.as_str());
    }
    Ok(builder.build()?)
}

/// The processor's time so far, in seconds: the program's own and the kernel's for it.
fn usage() -> Result<[f64; 2], Failure> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok([seconds(usage.user_time()), seconds(usage.system_time())])
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut args = HashMap::new();
    let mut words = env::args().skip(1);
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        args.insert(name.trim_start_matches("--").to_owned(), value);
    }
    let peer = Arc::new(Peer::new(&args)?);

    let (started, before) = (Instant::now(), usage()?);
    let workers = (0..IN_FLIGHT).map(|_| {
        let peer = peer.clone();
        tokio::spawn(async move { peer.work().await })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await?;
    }
    let (wall, after) = (started.elapsed().as_secs_f64(), usage()?);

    let [user, sys] = [after[0] - before[0], after[1] - before[1]];
    let (ok, err) = (peer.ok.load(Relaxed), peer.err.load(Relaxed));
    let line = json!({
        "peer": peer.name, "ok": ok, "err": err, "wall_s": wall, "rate": ok as f64 / wall,
        "user_s": user, "sys_s": sys, "cpu_per_10k": (user + sys) / ok as f64 * 10_000.0,
    });
    println!("{line}");
    Ok(())
}
