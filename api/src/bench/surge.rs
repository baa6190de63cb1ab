//! `kairan bench surge`: what happens when a city has just been rung.
//!
//! A city is filled, a notice to all of it published, and every household opens and acknowledges it over HTTP, as people do after a
//! push: log-normal, most after two minutes, compressed. Then the same as fast as it goes, and the lists of notices as well. The server is
//! a process of its own on one core; PostgreSQL and the load use the others and what the server leaves. In the end every
//! answer is held against the database: what was answered and is not there is lost.

mod arrivals;
mod city;
mod load;
mod machine;
mod report;

use std::{
    error::Error,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Args;
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use secrecy::{ExposeSecret as _, SecretString};

use self::{
    arrivals::arrivals,
    city::City,
    load::{Act, Answered, Shot, Target, fire},
    report::{Kept, Phase, Report},
};
use crate::{
    clock::Clock,
    config::{Origin, Settings},
    identity::Tokens,
    keys::Keys,
    postgres::{self, private::PrivateCluster},
};

/// What the measurement ends with.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// How the surge is measured.
#[derive(Args, Debug)]
pub struct Surge {
    /// Households that open and acknowledge
    #[arg(long, default_value_t = 155_800)]
    households: usize,
    /// Seconds into which the surge is compressed; 0 leaves it out
    #[arg(long, default_value_t = 120)]
    seconds: u64,
    /// Seconds for each of the phases that go as fast as they can; 0 leaves them out
    #[arg(long, default_value_t = 10)]
    flat_out: u64,
    /// Connections that are kept open
    #[arg(long, default_value_t = 512)]
    connections: usize,
    /// One line of JSON in place of the table
    #[arg(long)]
    json: bool,
}

/// Runs the measurement: on the empty database of the settings or, where they name none, on a private one that is removed afterwards.
///
/// # Errors
/// When anything fails, and when a receipt was lost.
pub fn surge(args: &Surge, settings: &Settings) -> Outcome {
    let place = std::env::temp_dir().join(format!("kairan-bench-{}", std::process::id()));
    fs::create_dir_all(&place)?;
    let done = measured_in(&place, args, settings);
    // A private cluster that root starts may live behind a link.
    let behind = fs::read_link(place.join("postgres"));
    fs::remove_dir_all(&place)?;
    behind.map(fs::remove_dir_all).unwrap_or(Ok(()))?;
    let report = done?;
    println!("{}", if args.json { report.to_json() } else { report.to_table() });
    if report.lost() == 0 { Ok(()) } else { Err(format!("{} receipts or counts were lost", report.lost()).into()) }
}

fn measured_in(place: &Path, args: &Surge, settings: &Settings) -> Outcome<Report> {
    let (url, cluster) = match &settings.database_url {
        Some(url) => (url.clone(), None),
        None => {
            let cluster = PrivateCluster::start(place)?;
            (SecretString::from(cluster.url()), Some(cluster))
        }
    };
    // One thread: what the load uses is taken from the database.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(Bench::prepared(place, &url, args)).and_then(|bench| {
        let done = runtime.block_on(bench.run(args));
        bench.end()?;
        done
    });
    cluster.map(PrivateCluster::stop).transpose()?;
    done
}

/// Everything that is running.
struct Bench {
    db: DatabaseConnection,
    clock: Clock,
    city: City,
    target: Arc<Target>,
    server: Child,
    /// The parent of all processes of the database, if it is on this machine.
    postmaster: Option<u32>,
}

impl Bench {
    async fn prepared(place: &Path, url: &SecretString, args: &Surge) -> Outcome<Self> {
        let begun = Instant::now();
        let (clock, db) = (Clock::system(), postgres::connect(url, 4).await?);
        postgres::migrate(&db).await?;
        let city = City::build(&db, args.households, &clock).await?;
        city.month(&db, &clock).await?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        drop(listener);
        let keys_dir = place.join("keys");
        Keys::make(&keys_dir)?;
        let tokens = city.tokens(&Tokens::new(&Keys::load(&keys_dir)?, &Origin::local(address)), &clock)?;
        let server = machine::on_one_core(|| spawn_server(&address.to_string(), &keys_dir, url))??;
        let target = Arc::new(Target { address, connections: args.connections, tokens });
        let backend = db.query_one_raw(postgres::sql("SELECT pg_backend_pid() AS pid", [])).await?;
        let backend =
            backend.and_then(|row| row.try_get::<i32>("", "pid").ok()).and_then(|pid| u32::try_from(pid).ok());
        let bench = Self { db, clock, city, target, server, postmaster: backend.and_then(machine::parent) };
        eprintln!("{} households ready after {:.0} s", args.households, begun.elapsed().as_secs_f64());
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if begun.elapsed() > Duration::from_secs(600) {
                return Err("the server does not listen".into());
            }
        }
        Ok(bench)
    }

    async fn run(&self, args: &Surge) -> Outcome<Report> {
        let mut report = Report::new(machine::description(), args.households);
        // Neighbours do not come one after another: a step that is prime goes through all homes and jumps between associations.
        let all = (0..args.households).map(|n| n * 1_000_003 % args.households);
        let at_once = |act| all.clone().map(move |household| Shot { due: Duration::ZERO, household, act }).collect();
        if args.seconds > 0 {
            let length = Duration::from_secs(args.seconds);
            let mut shots = Vec::with_capacity(args.households * 2);
            for (household, (opened, stamped)) in arrivals(args.households, length).into_iter().enumerate() {
                shots.push(Shot { due: opened, household, act: Act::Open });
                shots.push(Shot { due: stamped, household, act: Act::Acknowledge });
            }
            shots.sort_by_key(|shot| shot.due);
            self.phase(&mut report, "the surge", shots, Duration::MAX).await?;
        }
        if args.flat_out > 0 {
            let limit = Duration::from_secs(args.flat_out);
            self.phase(&mut report, "feeds, flat out", at_once(Act::Feed), limit).await?;
            self.phase(&mut report, "opening, flat out", at_once(Act::Open), limit).await?;
            self.phase(&mut report, "stamping, flat out", at_once(Act::Acknowledge), limit).await?;
            self.phase(&mut report, "stamping again", at_once(Act::Acknowledge), limit).await?;
        }
        Ok(report)
    }

    /// Publishes a fresh notice, makes the requests, and holds the answers against the database.
    async fn phase(&self, report: &mut Report, name: &'static str, shots: Vec<Shot>, limit: Duration) -> Outcome {
        eprintln!("{name} …");
        let notice = self.city.publish(&self.db, ("900009", "避難場所が変わりました"), &self.clock).await?;
        let before = self.cpu();
        let answers = fire(&self.target, &notice.to_string(), shots, limit).await;
        let after = self.cpu();
        let kept = Kept::of(&self.db, notice, &self.city.households, &answers).await?;
        let used = std::array::from_fn(|place| after[place] - before[place]);
        report.add(Phase::new(name, &answers, used, kept));
        Ok(())
    }

    /// CPU seconds of the server, of PostgreSQL and of the load so far.
    fn cpu(&self) -> [f64; 3] {
        let database = self.postmaster.map_or(0.0, machine::cpu_seconds_of_all);
        [machine::cpu_seconds(self.server.id()), database, machine::cpu_seconds(std::process::id())]
    }

    /// Stops the server as an operator would, so that it finishes what it has begun.
    fn end(mut self) -> Outcome {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.server.id())?);
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM)?;
        let status = self.server.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) }
    }
}

fn spawn_server(listen: &str, keys_dir: &PathBuf, url: &SecretString) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .args(["serve", "--listen", listen])
        .env("DATABASE_URL", url.expose_secret())
        .env("KAIRAN_KEYS_DIR", keys_dir)
        .env("KAIRAN_FILES", keys_dir.with_file_name("files"))
        .env("KAIRAN_ENV", "development")
        .env("KAIRAN_LIMITS", "off")
        .env("KAIRAN_LOG", "error,tracing_actix_web=off")
        .env_remove("KAIRAN_PUBLIC_ORIGIN")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
}
