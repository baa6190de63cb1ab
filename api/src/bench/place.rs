//! Where a measurement takes place: a database, keys and a push service of its own, which leave nothing behind.

use std::{path::Path, process::Stdio, sync::Arc};

use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use super::{push::Outcome, sink::Arrivals, usage::Used};
use crate::{
    clock::Clock,
    config::{Origin, Settings},
    files::{self, Files},
    keys::Keys,
    postgres::{self, cities::Cities, private::PrivateCluster, sql},
    server::Ground,
    workshop::Workshop,
};

/// A database and keys of this measurement's own.
pub struct Place {
    /// Where files are.
    pub dir: TempDir,
    cluster: Option<PrivateCluster>,
    url: SecretString,
}

impl Place {
    /// Makes it: a private PostgreSQL unless `DATABASE_URL` names one.
    ///
    /// # Errors
    /// When one can't be had.
    pub fn make() -> Outcome<Self> {
        let dir = tempfile::Builder::new().prefix("kairan-bench-").tempdir()?;
        let given = std::env::var("DATABASE_URL").ok();
        let cluster = if given.is_some() { None } else { Some(PrivateCluster::start(dir.path())?) };
        let url = given.or_else(|| cluster.as_ref().map(PrivateCluster::url)).unwrap_or_default();
        Ok(Self { dir, cluster, url: SecretString::from(url) })
    }

    /// What a program is put together from.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ground(
        &self,
        (origins, ca, subject): (Vec<String>, Option<&Path>, Option<String>),
    ) -> Outcome<Ground> {
        let mut variables = vec![("KAIRAN_PUSH_TEST_ORIGINS".to_owned(), origins.join(","))];
        variables.extend(ca.map(|ca| ("KAIRAN_PUSH_CA_FILE".to_owned(), ca.display().to_string())));
        variables.extend(subject.map(|subject| ("KAIRAN_VAPID_SUBJECT".to_owned(), subject)));
        let settings = Settings::read(variables, [])?;
        postgres::migrate(&self.owner().await?).await?;
        let db = postgres::connect_to_all(&self.url, 12).await?;
        let cities = Cities::connect(&self.url, 4).await?;
        let keys = self.dir.path().join("keys");
        Keys::make(&keys)?;
        let origin = Origin::local(settings.listen);
        let (keys, clock) = (Arc::new(Keys::load(&keys)?), Clock::system());
        let files = Files::open(&files::Place::Directory(self.dir.path().join("files")))?;
        Ok(Ground { db, cities, settings, keys, clock, origin, files, workshop: Workshop::own()? })
    }

    /// The database as its owner: to fill it, and to ask how it is set up.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn owner(&self) -> Outcome<DatabaseConnection> {
        Ok(postgres::connect(&self.url, 2).await?)
    }

    /// What PostgreSQL has used, where it is our own.
    #[must_use]
    pub fn postgres_used(&self, data: &Path) -> Option<Used> {
        self.cluster.as_ref().and_then(|_| Used::of_postgres(data).ok())
    }

    /// Stops what was started.
    ///
    /// # Errors
    /// When PostgreSQL does not stop.
    pub fn clear(self) -> Outcome {
        if let Some(cluster) = self.cluster {
            cluster.stop()?;
        }
        Ok(())
    }
}

/// The push service, in a process of its own.
pub struct SinkProcess {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Where it listens.
    pub origin: String,
}

impl SinkProcess {
    /// Starts it for so many phones.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(phones: usize, dir: &Path, faults: bool) -> Outcome<Self> {
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

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.child.id().and_then(|pid| i32::try_from(pid).ok()).unwrap_or_default()
    }

    /// Stops it; what arrived.
    ///
    /// # Errors
    /// When it says nothing.
    pub async fn stop(mut self) -> Outcome<Arrivals> {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(self.pid()), nix::sys::signal::Signal::SIGTERM)?;
        let line = self.lines.next_line().await?.ok_or("the sink said nothing")?;
        self.child.wait().await?;
        Ok(serde_json::from_str(&line)?)
    }
}

/// One number from the database.
///
/// # Errors
/// The database's.
pub async fn number(db: &DatabaseConnection, query: &str) -> Outcome<i64> {
    let row = db.query_one_raw(sql(query, [])).await?.ok_or("no row")?;
    Ok(row.try_get_by_index(0)?)
}

/// One text from the database.
///
/// # Errors
/// The database's.
pub async fn text(db: &DatabaseConnection, query: &str) -> Outcome<String> {
    let row = db.query_one_raw(sql(query, [])).await?.ok_or("no row")?;
    Ok(row.try_get_by_index(0)?)
}
