//! The command line: one program, a command for each thing that an operator does.
//!
//! Whatever goes wrong ends in one line on standard error that says what and why, and a status other than 0.

mod operator;

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use api::{
    bench::{self, Bench},
    clock::Clock,
    config::{BadSetting, LogFormat, Origin, Settings},
    files::{Files, Place},
    keys::{Keys, TokenKeys},
    postgres::{self, cities::Cities},
    server::{self, Ground},
    up::{self, Up},
    worker::Worker,
    workshop::{self, Workshop},
};
use clap::{Args, Parser, Subcommand};
use operator::{Audit, Import, Notice, PushCommand, Staff};
use sea_orm::DatabaseConnection;
use secrecy::SecretString;
use tokio::sync::watch;

/// Sending a message takes some fifty small allocations, on one thread and back on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Where files are kept unless a setting says otherwise: where `up` keeps them unless it is told of another data directory.
const FILES: &str = ".kairan/files";

/// What ends a command.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// 回覧板 on the phone: the city's notices reach its neighbourhoods, and reading leaves a receipt.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Kairan {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    up: UpArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Run everything on this machine: database, server and worker
    Up(UpArgs),
    /// Serve HTTP only
    Serve {
        /// Where to listen, such as 127.0.0.1:8080
        #[arg(long)]
        listen: Option<String>,
    },
    /// Send pushes only; run as many as you like
    Work,
    /// Bring the schema up to date
    Migrate,
    /// Write a VAPID key pair and a token-signing key into a directory; never overwrites
    Keys {
        /// The directory
        dir: PathBuf,
        /// Add a token-signing key that follows the present one an hour from now
        #[arg(long)]
        rotate: bool,
    },
    /// Import areas or households from CSV
    #[command(subcommand)]
    Import(Import),
    /// Give people seats
    #[command(subcommand)]
    Staff(Staff),
    /// Draft a notice
    #[command(subcommand)]
    Notice(Notice),
    /// How sending stands
    #[command(subcommand)]
    Push(PushCommand),
    /// Look into the audit log
    #[command(subcommand)]
    Audit(Audit),
    /// Print the OpenAPI document
    Openapi,
    /// Look at the one file on standard input; the server starts this for itself
    #[command(hide = true)]
    Preview,
    /// Measure
    #[command(subcommand)]
    Bench(Bench),
}

#[derive(Args)]
struct UpArgs {
    /// Where data and keys are kept
    #[arg(long, default_value = "./.kairan")]
    data_dir: PathBuf,
    /// Where to listen, such as 127.0.0.1:8080
    #[arg(long)]
    listen: Option<String>,
    /// Leave an empty database empty
    #[arg(long)]
    no_demo: bool,
}

fn main() -> ExitCode {
    let kairan = Kairan::parse();
    let done = match kairan.command {
        None => run_up(kairan.up),
        Some(Command::Up(args)) => run_up(args),
        Some(Command::Keys { dir, rotate }) => keys(&dir, rotate),
        Some(Command::Openapi) => openapi(),
        Some(Command::Preview) => workshop::child::look().map_err(Into::into),
        Some(Command::Bench(what)) => measure(what),
        Some(command) => with_database(command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kairan: {}", error.to_string().replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

fn settings(listen: Option<String>) -> Outcome<Settings> {
    let flags = listen.map(|address| ("listen", address));
    let mut variables = Vec::new();
    for (name, value) in std::env::vars_os() {
        // What others keep in the environment need not be text.
        let Some(name) = name.to_str().filter(|name| *name == "DATABASE_URL" || name.starts_with("KAIRAN_")) else {
            continue;
        };
        let text = value.into_string().map_err(|_| BadSetting::new(name, "…", "is not UTF-8"))?;
        variables.push((name.to_owned(), text));
    }
    Ok(Settings::read(variables, flags)?)
}

fn start_log(settings: &Settings) -> Outcome {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log)
        .map_err(|e| BadSetting::new("KAIRAN_LOG", &settings.log, e.to_string()))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

fn runtime() -> Outcome<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn run_up(args: UpArgs) -> Outcome {
    let settings = settings(args.listen)?;
    start_log(&settings)?;
    let up = Up::prepare(settings, &args.data_dir)?;
    let done = runtime()?.block_on(up.run(!args.no_demo));
    up.stop()?;
    done
}

fn keys(dir: &Path, rotate: bool) -> Outcome {
    let said = match rotate {
        true => TokenKeys::rotate(dir, Clock::system().now())?.to_string(),
        false => Keys::make(dir)?.iter().map(|path| format!("Wrote {}\n", path.display())).collect(),
    };
    match said.trim_end() {
        "" => println!("The keys in {} are there already and stay as they are.", dir.display()),
        said => println!("{said}"),
    }
    Ok(())
}

fn openapi() -> Outcome {
    println!("{}", server::openapi().to_pretty_json()?);
    Ok(())
}

fn measure(what: Bench) -> Outcome {
    let mut settings = settings(None)?;
    if std::env::var_os("KAIRAN_LOG").is_none() {
        // A line for each batch is what would be measured otherwise, and what fills a city is slow by its size.
        settings.log = "warn,sqlx::query=error".into();
    }
    start_log(&settings)?;
    bench::run(what, &settings)
}

/// The commands that need a database which is there already.
fn with_database(command: Command) -> Outcome {
    let listen = if let Command::Serve { listen } = &command { listen.clone() } else { None };
    let settings = settings(listen)?;
    start_log(&settings)?;
    let unset =
        || "DATABASE_URL is not set: this command needs a database that is there already (`kairan up` starts its own)";
    let url = settings.database_url.clone().ok_or_else(unset)?;
    runtime()?.block_on(async {
        match command {
            Command::Migrate => Ok(postgres::migrate(&connect(&url, 2).await?).await?),
            Command::Serve { .. } => serve(settings, &url).await,
            Command::Work => work(settings, &url).await,
            Command::Import(import) => operator::import(&current(&url, 2).await?, import).await,
            Command::Staff(staff) => operator::staff(&current(&url, 2).await?, staff, &settings).await,
            Command::Notice(notice) => operator::notice(&current(&url, 2).await?, notice).await,
            Command::Push(PushCommand::Status) => operator::push_status(&current(&url, 2).await?).await,
            Command::Audit(what) => operator::audit(&current(&url, 2).await?, what).await,
            Command::Up(_) | Command::Keys { .. } | Command::Openapi | Command::Preview | Command::Bench(_) => Ok(()),
        }
    })
}

async fn connect(url: &SecretString, connections: u32) -> Outcome<DatabaseConnection> {
    Ok(postgres::connect(url, connections).await.map_err(|e| format!("DATABASE_URL can't be used: {e}"))?)
}

/// A database whose schema is ours.
async fn current(url: &SecretString, connections: u32) -> Outcome<DatabaseConnection> {
    let db = connect(url, connections).await?;
    match postgres::missing_migrations(&db).await? {
        missing if missing.is_empty() => Ok(db),
        missing => Err(format!("the database lacks {}; run `kairan migrate` first", missing.join(", ")).into()),
    }
}

async fn ground(settings: Settings, url: &SecretString, origin: Origin) -> Outcome<Ground> {
    let unset = || "KAIRAN_KEYS_DIR is not set: `kairan keys DIR` makes keys, and this setting says where they are";
    current(url, 1).await?.close().await?;
    let db = postgres::connect_to_all(url, 20).await?;
    let cities = Cities::connect(url, 20).await?;
    let keys = Arc::new(Keys::load(settings.keys_dir.as_deref().ok_or_else(unset)?)?);
    let here = Place::Directory(FILES.into());
    let files = Files::open(settings.files.as_ref().unwrap_or(&here)).map_err(|e| format!("KAIRAN_FILES: {e}"))?;
    let workshop = Workshop::own()?;
    Ok(Ground { db, cities, settings, keys, clock: Clock::system(), origin, files, workshop }.keeping_time().await)
}

async fn serve(settings: Settings, url: &SecretString) -> Outcome {
    let told_to_stop = up::stop_signal()?;
    let (listener, origin) = up::listen(&settings)?;
    let ground = ground(settings, url, origin).await?;
    let server = server::serve(listener, &ground)?;
    tracing::info!(origin = %ground.origin, "serving");
    let handle = server.handle();
    tokio::spawn(async move {
        told_to_stop.await;
        handle.stop(true).await;
    });
    Ok(server.end().await?)
}

async fn work(settings: Settings, url: &SecretString) -> Outcome {
    let told_to_stop = up::stop_signal()?;
    let origin = match &settings.public_origin {
        Some(origin) => origin.clone(),
        None => Origin::local(settings.listen),
    };
    let ground = ground(settings, url, origin).await?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        told_to_stop.await;
        stop.send_replace(true);
    });
    tracing::info!("working");
    Worker::new(&ground)?.run(stopped).await;
    Ok(())
}
