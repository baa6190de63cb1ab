//! What a process of a run is: the server or the worker as `kairan serve` and `kairan work` run them, in a process of its own
//! that can be killed. The one thing besides is a clock that can be put wrong: a line `ahead SECONDS` on standard input does it.

use std::{
    error::Error,
    io::BufRead as _,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
};

use api::{
    clock::Clock,
    config::{Origin, Settings},
    files::Files,
    keys::Keys,
    postgres::{self, cities::Cities},
    server::{self, Ground},
    up,
    worker::Worker,
    workshop::Workshop,
};
use nix::sys::{prctl, signal::Signal};
use time::Duration;
use tokio::sync::watch;

/// What a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `kairan serve`
    Server,
    /// `kairan work`
    Worker,
}

impl Role {
    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Server => "serve",
            Self::Worker => "work",
        }
    }

    /// The role of a word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Server, Self::Worker].into_iter().find(|role| role.word() == word)
    }
}

/// Is that process until it is killed. What is wrong is said in one line.
pub fn be(role: Role) -> ExitCode {
    match run(role) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kairan {}: {error}", role.word());
            ExitCode::FAILURE
        }
    }
}

fn run(role: Role) -> Result<(), Box<dyn Error>> {
    // Nobody is left behind when the run itself is killed, not even one that is stopped.
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    let of_ours = |name: &str| name == "DATABASE_URL" || name.starts_with("KAIRAN_");
    let settings = Settings::read(std::env::vars().filter(|(name, _)| of_ours(name)), [])?;
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log)?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
    let clock = wrong_when_told();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let url = settings.database_url.clone().ok_or("DATABASE_URL is not set")?;
        let (db, cities) = (postgres::connect_to_all(&url, 20).await?, Cities::connect(&url, 20).await?);
        let keys = Arc::new(Keys::load(settings.keys_dir.as_deref().ok_or("KAIRAN_KEYS_DIR is not set")?)?);
        let origin = settings.public_origin.clone().unwrap_or_else(|| Origin::local(settings.listen));
        let files = Files::open(settings.files.as_ref().ok_or("KAIRAN_FILES is not set")?)?;
        let workshop = Workshop::own()?;
        let ground = Ground { db, cities, settings, keys, clock, origin, files, workshop }.keeping_time().await;
        match role {
            Role::Server => {
                let (listener, _) = up::listen(&ground.settings)?;
                Ok(server::serve(listener, &ground)?.end().await?)
            }
            Role::Worker => {
                let (_never, stopped) = watch::channel(false);
                Worker::new(&ground)?.run(stopped).await;
                Ok(())
            }
        }
    })
}

/// A machine's clock that goes ahead as the run says it should.
fn wrong_when_told() -> Clock {
    let ahead = Arc::new(AtomicI64::new(0));
    let told = ahead.clone();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if let Some(seconds) = line.strip_prefix("ahead ").and_then(|text| text.parse().ok()) {
                told.store(seconds, SeqCst);
            }
        }
    });
    let right = Clock::system();
    Clock::following(move || right.now() + Duration::seconds(ahead.load(SeqCst)))
}
