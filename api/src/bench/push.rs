//! `kairan bench push`: one notice to every phone of a city, through the real sending path: planned, claimed, sealed, sent, answered, recorded.
//!
//! Sender, push service and PostgreSQL share the machine, and the processor time of each is told apart. In the same run it measures what the cryptography
//! alone costs here, so that the ratio holds on another machine too.

use std::{
    error::Error,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use entity::notice::{Addressees, Category, Importance};
use sea_orm::TransactionTrait as _;
use tokio::sync::watch;

use super::{
    city,
    figures::Figures,
    given::{self, Given},
    ledger,
    place::{Place, SinkProcess, number, text},
    usage::{Used, most_memory},
};
use crate::{
    identity::Caller,
    notices::{self, Audience, Draft, Facts, Publishing, Versions},
    push::{claim::Room, fan_out::fan_out},
    server::Ground,
    worker::{Manner, Worker},
};

/// What a measurement ends with.
pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// What is measured.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// Phones.
    pub phones: usize,
    /// Whether their keys are made before the notice is published.
    pub warm: bool,
    /// Whether the push service has a bad day.
    pub faults: bool,
    /// Whether an emergency to 2,000 phones is published while the others wait.
    pub emergency: bool,
}

/// Files of a push service that is there already.
#[derive(Clone, Debug)]
pub struct Outside {
    /// A line of `PushSubscription.toJSON()` for each subscription.
    pub endpoints: PathBuf,
    /// The VAPID key.
    pub vapid: PathBuf,
    /// The authority to trust.
    pub ca: Option<PathBuf>,
    /// What each message says.
    pub payload: PathBuf,
    /// How many messages.
    pub messages: usize,
}

/// Measures with a push service of its own.
///
/// # Errors
/// When something of it can't be had.
pub async fn measure(what: &Measurement) -> Outcome<Figures> {
    let place = Place::make()?;
    let dir = place.dir.path().join("sink");
    eprintln!("making {} phones …", what.phones);
    let sink = SinkProcess::start(what.phones, &dir, what.faults).await?;
    let ground = place.ground((vec![sink.origin.clone()], Some(&dir.join("ca.pem")), None)).await?;
    let (crypto_per_10k, crypto_warm_per_10k) = crypto_alone()?;
    let sent = {
        let phones = given::subscriptions(&dir.join("endpoints.jsonl"))?;
        eprintln!("filling a city …");
        let author = city::fill(&place.owner().await?, &ground, (&phones, what.phones)).await?;
        drop(phones);
        send(&place, &ground, (&author, None), (what, Some(sink.pid()))).await?
    };
    let arrivals = sink.stop().await?;
    place.clear()?;
    let per_10k = |used: Used, of: i64| used.seconds() / of.max(1) as f64 * 10_000.0;
    let since = |at: i64| (at - sent.published_at) as f64 / 1_000.0;
    let sender_per_10k = per_10k(sent.sender, sent.accepted);
    let floor = if what.warm { crypto_warm_per_10k } else { crypto_per_10k };
    Ok(Figures {
        warm: what.warm,
        phones: what.phones,
        accepted: sent.accepted,
        wall_s: sent.wall.as_secs_f64(),
        rate: sent.accepted as f64 / sent.wall.as_secs_f64(),
        sender_per_10k,
        sink_per_10k: per_10k(sent.sink.unwrap_or_default(), sent.accepted),
        postgres_s: sent.postgres.map(Used::seconds),
        first_ms: since(arrivals.first_at),
        last_ms: since(arrivals.last_at),
        ahead_per_10k: sent.ahead.map(|used| per_10k(used, i64::try_from(what.phones).unwrap_or(i64::MAX))),
        crypto_per_10k,
        crypto_warm_per_10k,
        ratio_to_crypto: sender_per_10k / floor,
        emergency_s: sent.emergency.map(|time| time.as_secs_f64()),
        memory_mb: most_memory()? as f64 / 1_048_576.0,
        arrivals,
    })
}

/// Measures with a push service that is there already; gives one line of JSON.
///
/// # Errors
/// When a file is none of its kind, or something else can't be had.
pub async fn measure_outside(what: &Outside) -> Outcome<String> {
    let phones = given::subscriptions(&what.endpoints)?;
    let payload = std::fs::read(&what.payload).map_err(|e| format!("{}: {e}", what.payload.display()))?;
    let (key, subject) = given::vapid(&what.vapid)?;
    let place = Place::make()?;
    let keys = place.dir.path().join("keys");
    std::fs::create_dir_all(&keys)?;
    std::fs::write(keys.join("vapid.pem"), key)?;
    let mut origins: Vec<String> = phones.iter().map(|phone: &Given| phone.origin.clone()).collect();
    origins.sort();
    origins.dedup();
    let ground = place.ground((origins, what.ca.as_deref(), subject)).await?;
    let author = city::fill(&place.owner().await?, &ground, (&phones, what.messages)).await?;
    let plain = Measurement { phones: what.messages, warm: false, faults: false, emergency: false };
    let sent = send(&place, &ground, (&author, Some(payload)), (&plain, None)).await?;
    place.clear()?;
    let err = i64::try_from(what.messages).unwrap_or(i64::MAX) - sent.accepted;
    let (wall, sender) = (sent.wall.as_secs_f64(), sent.sender);
    Ok(serde_json::json!({
        "peer": "kairan",
        "ok": sent.accepted,
        "err": err,
        "wall_s": round(wall),
        "rate": round(sent.accepted as f64 / wall),
        "user_s": round(sender.user.as_secs_f64()),
        "sys_s": round(sender.system.as_secs_f64()),
        "cpu_per_10k": round(sender.seconds() / sent.accepted.max(1) as f64 * 10_000.0),
    })
    .to_string())
}

fn round(figure: f64) -> f64 {
    (figure * 1_000.0).round() / 1_000.0
}

/// What sending cost.
struct Sent {
    accepted: i64,
    wall: Duration,
    published_at: i64,
    sender: Used,
    sink: Option<Used>,
    postgres: Option<Used>,
    ahead: Option<Used>,
    emergency: Option<Duration>,
}

/// Drafts a notice to the whole city, makes keys if they are wanted, publishes, and waits until the last phone has its final state.
async fn send(
    place: &Place,
    ground: &Ground,
    (author, payload): (&Caller, Option<Vec<u8>>),
    (what, sink): (&Measurement, Option<i32>),
) -> Outcome<Sent> {
    let data = PathBuf::from(text(&place.owner().await?, "SHOW data_directory").await?);
    let worker = Worker::in_manner(ground, Manner { payload, keys_ahead: what.warm })?;
    let now = ground.clock.now();
    let draft = notices::draft(&ground.db, author, cleaning(vec![city::CITY.into()], Importance::Normal), now).await?;
    let (stop, stopped) = watch::channel(false);
    let worker = Arc::new(worker);
    let working = tokio::spawn({
        let worker = worker.clone();
        async move { worker.run(stopped).await }
    });
    let ahead = if what.warm { Some(made_ahead(&worker, ground).await?) } else { None };
    // A worker that has just started would be measured opening its connections.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = (Used::here()?, sink.map(Used::of).transpose()?, place.postgres_used(&data));
    let (begun, published_at) = (Instant::now(), ground.clock.now());
    let tx = ground.db.begin().await?;
    notices::publish(&tx, draft, (author.person, Publishing::default()), published_at).await?;
    tx.commit().await?;
    let emergency = if what.emergency { Some(emergency(ground, author).await?) } else { None };
    while number(&ground.db, UNFINISHED).await? > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let wall = begun.elapsed();
    let sender = Used::here()?.since(before.0);
    let sink = sink.map(Used::of).transpose()?.zip(before.1).map(|(after, before)| after.since(before));
    let postgres = place.postgres_used(&data).zip(before.2).map(|(after, before)| after.since(before));
    stop.send_replace(true);
    working.await?;
    let accepted = number(&ground.db, "SELECT coalesce(sum(accepted), 0)::bigint FROM push_origin").await?;
    let published_at = i64::try_from(published_at.unix_timestamp_nanos() / 1_000)?;
    Ok(Sent { accepted, wall, published_at, sender, sink, postgres, ahead, emergency })
}

/// Waits until every phone has its key.
async fn made_ahead(worker: &Worker, ground: &Ground) -> Outcome<Used> {
    let phones = number(&ground.db, "SELECT count(*) FROM subscription").await?;
    eprintln!("making {phones} keys ahead …");
    let before = Used::here()?;
    while i64::try_from(worker.keys().0)? < phones {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(Used::here()?.since(before))
}

/// Publishes an emergency to some 2,000 phones as soon as the notice before it is on its way; gives how long it took until all were taken.
async fn emergency(ground: &Ground, author: &Caller) -> Outcome<Duration> {
    while number(&ground.db, "SELECT count(*) FROM batch WHERE done_at IS NOT NULL").await? == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let areas = (0..2_000 / city::OF_AN_ASSOCIATION + 1).map(city::association).collect();
    let begun = Instant::now();
    let tx = ground.db.begin().await?;
    let now = ground.clock.now();
    let draft = notices::draft(&tx, author, cleaning(areas, Importance::Emergency), now).await?;
    notices::publish(&tx, draft, (author.person, Publishing { alone: Some("計測".into()), files: None }), now).await?;
    tx.commit().await?;
    let open = "SELECT CASE WHEN (SELECT count(*) FROM plan WHERE complete) < 2 AND NOT EXISTS (SELECT FROM batch WHERE urgent) THEN 1 ELSE 0 END
                     + (SELECT count(*) FROM batch WHERE urgent AND done_at IS NULL)";
    while number(&ground.db, open).await? > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(begun.elapsed())
}

/// Measures the ledger alone: planning, claiming and recording a notice to a city without sending anything. Gives the processor
/// seconds of this process and of PostgreSQL.
///
/// # Errors
/// When something of it can't be had.
pub async fn measure_ledger(phones: usize) -> Outcome<(f64, f64)> {
    let place = Place::make()?;
    let ground = place.ground((vec!["https://localhost:1".into()], None, None)).await?;
    let phone = Given {
        endpoint: "https://localhost:1/push".into(),
        origin: "https://localhost:1".into(),
        p256dh: vec![4; 65],
        auth: vec![7; 16],
    };
    eprintln!("filling a city …");
    let author = city::fill(&place.owner().await?, &ground, (&[phone], phones)).await?;
    let data = PathBuf::from(text(&place.owner().await?, "SHOW data_directory").await?);
    let draft =
        notices::draft(&ground.db, &author, cleaning(vec![city::CITY.into()], Importance::Normal), ground.clock.now())
            .await?;
    let tx = ground.db.begin().await?;
    notices::publish(&tx, draft, (author.person, Publishing::default()), ground.clock.now()).await?;
    tx.commit().await?;
    let before = (Used::here()?, place.postgres_used(&data).unwrap_or_default());
    while fan_out(&ground.db, ground.clock.now()).await? {}
    ledger::claim_and_record(&ground, &Room::default()).await?;
    let after = (Used::here()?, place.postgres_used(&data).unwrap_or_default());
    let recorded =
        number(&ground.db, "SELECT sum(cardinality(array_positions(outcomes, 1::smallint)))::bigint FROM batch");
    let recorded = recorded.await?;
    if usize::try_from(recorded) != Ok(phones) {
        return Err(format!("{recorded} phones of {phones} are recorded").into());
    }
    place.clear()?;
    Ok((after.0.since(before.0).seconds(), after.1.since(before.1).seconds()))
}

/// Whether there is anything left to plan or to send.
const UNFINISHED: &str = "SELECT (CASE WHEN EXISTS (SELECT FROM plan WHERE complete) THEN 0 ELSE 1 END)
    + (SELECT count(*) FROM (SELECT FROM batch WHERE done_at IS NULL LIMIT 1) AS one)";

fn cleaning(areas: Vec<String>, importance: Importance) -> Draft {
    Draft {
        title: "町内一斉清掃のお知らせ".into(),
        body: "来週の日曜日は午前8時から町内の一斉清掃を行います。軍手とごみ袋をご用意のうえ、集会所の前にお集まりください。雨の日は次の週に延期します。小さなお子さまもどうぞ。".into(),
        importance,
        category: Category::Garbage,
        audience: Audience { areas, to: Addressees::Everyone },
        circulate_until: None,
        publish_at: None,
        drill: false,
        facts: Facts::default(),
        versions: Versions::default(),
    }
}

/// What sealing alone costs on one core for 10,000 messages: from the beginning, and with the keys made ahead.
fn crypto_alone() -> Outcome<(f64, f64)> {
    const MESSAGES: usize = 4_000;
    let failed = |_| "no key could be made";
    let phone = PrivateKey::generate(&ECDH_P256).map_err(failed)?;
    let public = phone.compute_public_key().map_err(failed)?;
    let payload = [7; 503];
    let timed =
        |before: Used| Ok::<_, std::io::Error>(Used::here()?.since(before).seconds() / MESSAGES as f64 * 10_000.0);
    let before = Used::here()?;
    for _ in 0..MESSAGES {
        std::hint::black_box(ece::encrypt(public.as_ref(), &[7; 16], &payload)?);
    }
    let cold = timed(before)?;
    let keys: Result<Vec<_>, _> = (0..MESSAGES).map(|_| ece::Prekey::new(public.as_ref(), &[7; 16])).collect();
    let (keys, before) = (keys?, Used::here()?);
    for key in keys {
        std::hint::black_box(key.seal(&payload)?);
    }
    Ok((cold, timed(before)?))
}
