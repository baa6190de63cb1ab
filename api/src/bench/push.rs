//! `kairan bench push`: one notice to every phone of a city, through the real sending path: planned, claimed, sealed, sent, answered, recorded.
//!
//! Sender, push service and PostgreSQL share the machine, and the processor time of each is told apart. In the same run it measures what the cryptography
//! alone costs here, so that the ratio holds on another machine too.

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use entity::notice::{Addressees, Importance};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, TransactionTrait as _};
use secrecy::SecretString;
use serde::Serialize;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    sync::watch,
};

use super::{
    city,
    given::{self, Given},
    sink::Arrivals,
    usage::{Used, most_memory},
};
use crate::{
    clock::Clock,
    config::{Origin, Settings},
    keys::Keys,
    notices::{self, Audience, Draft, Publishing},
    postgres::{self, private::PrivateCluster, sql},
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

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Whether keys were made ahead.
    pub warm: bool,
    /// Phones.
    pub phones: usize,
    /// Messages that were taken, by the ledger.
    pub accepted: i64,
    /// From publishing until everything was recorded.
    pub wall_s: f64,
    /// Messages in a second of that.
    pub rate: f64,
    /// Processor seconds of the sender for 10,000 messages.
    pub sender_per_10k: f64,
    /// Of the push service.
    pub sink_per_10k: f64,
    /// Of PostgreSQL, in all; none where it runs elsewhere.
    pub postgres_s: Option<f64>,
    /// From publishing to the first arrival, in milliseconds.
    pub first_ms: f64,
    /// To the last.
    pub last_ms: f64,
    /// What the keys cost that were made ahead, for 10,000: processor seconds.
    pub ahead_per_10k: Option<f64>,
    /// What sealing alone costs here, on one core, for 10,000.
    pub crypto_per_10k: f64,
    /// Of the same with keys made ahead.
    pub crypto_warm_per_10k: f64,
    /// The sender's processor time by what the cryptography alone needs.
    pub ratio_to_crypto: f64,
    /// The most memory that the sender had, in megabytes.
    pub memory_mb: f64,
    /// What arrived.
    pub arrivals: Arrivals,
}

/// A database and keys of this measurement's own.
struct Place {
    dir: TempDir,
    cluster: Option<PrivateCluster>,
    url: SecretString,
}

impl Place {
    fn make() -> Outcome<Self> {
        let dir = tempfile::Builder::new().prefix("kairan-bench-").tempdir()?;
        let given = std::env::var("DATABASE_URL").ok();
        let cluster = if given.is_some() { None } else { Some(PrivateCluster::start(dir.path())?) };
        let url = given.or_else(|| cluster.as_ref().map(PrivateCluster::url)).unwrap_or_default();
        Ok(Self { dir, cluster, url: SecretString::from(url) })
    }

    async fn ground(&self, (origins, ca, subject): (Vec<String>, Option<&Path>, Option<String>)) -> Outcome<Ground> {
        let mut variables = vec![("KAIRAN_PUSH_TEST_ORIGINS".to_owned(), origins.join(","))];
        variables.extend(ca.map(|ca| ("KAIRAN_PUSH_CA_FILE".to_owned(), ca.display().to_string())));
        variables.extend(subject.map(|subject| ("KAIRAN_VAPID_SUBJECT".to_owned(), subject)));
        let settings = Settings::read(variables, [])?;
        let db = postgres::connect(&self.url, 12).await?;
        postgres::migrate(&db).await?;
        let keys = self.dir.path().join("keys");
        Keys::make(&keys)?;
        let origin = Origin::local(settings.listen);
        Ok(Ground { db, settings, keys: Arc::new(Keys::load(&keys)?), clock: Clock::system(), origin })
    }

    fn postgres_used(&self, data: &Path) -> Option<Used> {
        self.cluster.as_ref().and_then(|_| Used::of_postgres(data).ok())
    }

    fn clear(self) -> Outcome {
        if let Some(cluster) = self.cluster {
            cluster.stop()?;
        }
        Ok(())
    }
}

/// The push service, in a process of its own.
struct SinkProcess {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    origin: String,
}

impl SinkProcess {
    async fn start(phones: usize, dir: &Path, faults: bool) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "sink", "--subscriptions", &phones.to_string(), "--dir"]).arg(dir);
        if faults {
            command.arg("--faults");
        }
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let origin = lines.next_line().await?.ok_or("the sink did not start")?;
        Ok(Self { child, lines, origin })
    }

    fn pid(&self) -> i32 {
        self.child.id().and_then(|pid| i32::try_from(pid).ok()).unwrap_or_default()
    }

    async fn stop(mut self) -> Outcome<Arrivals> {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(self.pid()), nix::sys::signal::Signal::SIGTERM)?;
        let line = self.lines.next_line().await?.ok_or("the sink said nothing")?;
        self.child.wait().await?;
        Ok(serde_json::from_str(&line)?)
    }
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
        let author = city::fill(&ground, &phones, what.phones).await?;
        drop(phones);
        send(&place, &ground, (&author, None), (what.warm, Some(sink.pid()))).await?
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
    let author = city::fill(&ground, &phones, what.messages).await?;
    let sent = send(&place, &ground, (&author, Some(payload)), (false, None)).await?;
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
}

/// Drafts a notice to the whole city, makes keys if they are wanted, publishes, and waits until the last phone has its final state.
async fn send(
    place: &Place,
    ground: &Ground,
    (author, payload): (&crate::identity::Caller, Option<Vec<u8>>),
    (warm, sink): (bool, Option<i32>),
) -> Outcome<Sent> {
    let data: String = text(&ground.db, "SHOW data_directory").await?;
    let data = PathBuf::from(data);
    let worker = Worker::in_manner(ground, Manner { payload, keys_ahead: warm })?;
    let now = ground.clock.now();
    let draft = notices::draft(&ground.db, author, cleaning(), now).await?;
    let (stop, stopped) = watch::channel(false);
    let worker = Arc::new(worker);
    let working = tokio::spawn({
        let worker = worker.clone();
        async move { worker.run(stopped).await }
    });
    let ahead = if warm { Some(made_ahead(&worker, ground).await?) } else { None };
    let before = (Used::here()?, sink.map(Used::of).transpose()?, place.postgres_used(&data));
    let (begun, published_at) = (Instant::now(), ground.clock.now());
    let tx = ground.db.begin().await?;
    notices::publish(&tx, draft, (author.person, Publishing::default()), published_at).await?;
    tx.commit().await?;
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
    Ok(Sent { accepted, wall, published_at, sender, sink, postgres, ahead })
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

/// Whether there is anything left to plan or to send.
const UNFINISHED: &str = "SELECT (CASE WHEN EXISTS (SELECT FROM plan WHERE complete) THEN 0 ELSE 1 END)
    + (SELECT count(*) FROM (SELECT FROM batch WHERE done_at IS NULL LIMIT 1) AS one)";

fn cleaning() -> Draft {
    Draft {
        title: "町内一斉清掃のお知らせ".into(),
        body: "来週の日曜日は午前8時から町内の一斉清掃を行います。軍手とごみ袋をご用意のうえ、集会所の前にお集まりください。雨の日は次の週に延期します。小さなお子さまもどうぞ。".into(),
        importance: Importance::Normal,
        audience: Audience { areas: vec![city::CITY.into()], to: Addressees::Everyone },
        circulate_until: None,
        publish_at: None,
        drill: false,
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

async fn number(db: &DatabaseConnection, query: &str) -> Outcome<i64> {
    let row = db.query_one_raw(sql(query, [])).await?.ok_or("no row")?;
    Ok(row.try_get_by_index(0)?)
}

async fn text(db: &DatabaseConnection, query: &str) -> Outcome<String> {
    let row = db.query_one_raw(sql(query, [])).await?.ok_or("no row")?;
    Ok(row.try_get_by_index(0)?)
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Arrivals { received, distinct, repeated, opened, unreadable, faults, .. } = &self.arrivals;
        let keys = if self.warm { "keys made ahead" } else { "keys made meanwhile" };
        writeln!(f, "{} phones, {keys}", self.phones)?;
        writeln!(f, "  {:>10.0} messages a second: {} in {:.2} s", self.rate, self.accepted, self.wall_s)?;
        writeln!(f, "  {:>10.1} ms to the first arrival, {:.1} ms to the last", self.first_ms, self.last_ms)?;
        writeln!(f, "  {:>10.3} CPU s for 10,000: sender", self.sender_per_10k)?;
        writeln!(f, "  {:>10.3} CPU s for 10,000: push service", self.sink_per_10k)?;
        if let Some(postgres) = self.postgres_s {
            writeln!(f, "  {postgres:>10.3} CPU s in all: PostgreSQL")?;
        }
        if let Some(ahead) = self.ahead_per_10k {
            writeln!(f, "  {ahead:>10.3} CPU s for 10,000: keys, before it was published")?;
        }
        writeln!(
            f,
            "  {:>10.3} CPU s for 10,000: the cryptography alone, {:.3} with keys made ahead",
            self.crypto_per_10k, self.crypto_warm_per_10k
        )?;
        writeln!(f, "  {:>10.2} times what the cryptography alone costs: sender", self.ratio_to_crypto)?;
        writeln!(f, "  {:>10.0} MB at most: sender", self.memory_mb)?;
        write!(
            f,
            "  arrived: {received}, at {distinct} phones, {repeated} of them more than once; opened {opened} of a sample, {unreadable} could not be; {faults} answers were faults"
        )
    }
}
