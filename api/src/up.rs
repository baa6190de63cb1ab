//! Everything on one machine: a database, the keys, a demo city where there is none, the server and the worker in one process.
//!
//! The database is a private one unless an address was given. It is started before the runtime and stopped after it, so that
//! nothing is under way when it goes.

use std::{
    error::Error,
    io::{self, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    sync::Arc,
};

use secrecy::SecretString;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    clock::Clock,
    config::{Environment, Origin, Settings},
    demo,
    files::{Files, Place},
    keys::Keys,
    postgres::{self, cities::Cities, private::PrivateCluster},
    server::{self, Ground},
    worker::Worker,
    workshop::Workshop,
};

/// What a command ends with.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A machine made ready.
#[derive(Debug)]
pub struct Up {
    settings: Settings,
    keys: Arc<Keys>,
    files: Files,
    database: SecretString,
    cluster: Option<PrivateCluster>,
}

impl Up {
    /// Starts the private database, if one is needed, and makes the keys.
    ///
    /// # Errors
    /// When either can't be had; in one line.
    pub fn prepare(settings: Settings, data_dir: &Path) -> Outcome<Self> {
        std::fs::create_dir_all(data_dir).map_err(|e| format!("{}: {e}", data_dir.display()))?;
        let keys_dir: PathBuf = match &settings.keys_dir {
            Some(dir) => dir.clone(),
            None => {
                let dir = data_dir.join("keys");
                Keys::make(&dir)?;
                dir
            }
        };
        let keys = Arc::new(Keys::load(&keys_dir)?);
        let in_data_dir = Place::Directory(data_dir.join("files"));
        let files =
            Files::open(settings.files.as_ref().unwrap_or(&in_data_dir)).map_err(|e| format!("KAIRAN_FILES: {e}"))?;
        let (database, cluster) = match &settings.database_url {
            Some(url) => (url.clone(), None),
            None => {
                let cluster = PrivateCluster::start(data_dir)?;
                (SecretString::from(cluster.url()), Some(cluster))
            }
        };
        Ok(Self { settings, keys, files, database, cluster })
    }

    /// Runs until told to stop by Ctrl-C or SIGTERM.
    ///
    /// # Errors
    /// When the address is taken or the database fails at the start.
    pub async fn run(&self, with_demo: bool) -> Outcome {
        let told_to_stop = stop_signal()?;
        let (listener, origin) = listen(&self.settings)?;
        let owner = postgres::connect(&self.database, 2).await?;
        postgres::migrate(&owner).await?;
        let db = postgres::connect_to_all(&self.database, 20).await?;
        let cities = Cities::connect(&self.database, 20).await?;
        let (settings, keys) = (self.settings.clone(), self.keys.clone());
        let (files, workshop) = (self.files.clone(), Workshop::own()?);
        let ground = Ground { db, cities, settings, keys, clock: Clock::system(), origin, files, workshop };
        let ground = ground.keeping_time().await;
        // A made-up city and links that let anybody in are for development.
        let with_demo = with_demo && ground.settings.env == Environment::Development;
        let links = if with_demo { demo::prepare(&ground, &owner).await? } else { Vec::new() };

        let (stop, stopped) = watch::channel(false);
        // Connections of its own: those who read what has just rung must not keep the rest from ringing.
        let worker =
            Worker::new(&Ground { db: postgres::connect_to_all(&self.database, 12).await?, ..ground.clone() })?;
        let worker = tokio::spawn(async move { worker.run(stopped).await });
        let server = server::serve(listener, &ground)?;
        let handle = server.handle();
        announce(&ground.origin, &links);
        tokio::spawn(async move {
            told_to_stop.await;
            handle.stop(true).await;
        });
        server.end().await?;
        stop.send_replace(true);
        worker.await?;
        ground.db.close().await?;
        ground.cities.close().await?;
        Ok(())
    }

    /// Stops the private database.
    ///
    /// # Errors
    /// When it does not stop.
    pub fn stop(self) -> Outcome {
        self.cluster.map(PrivateCluster::stop).transpose()?;
        Ok(())
    }
}

fn announce(origin: &Origin, links: &[demo::Link]) {
    let mut text = format!("\nKairan is at {origin}\n\n");
    for link in links {
        text += &format!("  {:<28} {origin}{}\n", link.who, link.path);
    }
    if !links.is_empty() {
        text += "\nEach link signs one kind of user in; they are made anew with every start.\n";
    }
    text += "Ctrl-C stops.\n\n";
    // Nobody may be reading any more: that is no reason to stop serving.
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Takes the address to listen on, and the origin that goes with it.
///
/// # Errors
/// When the address is taken.
pub fn listen(settings: &Settings) -> io::Result<(TcpListener, Origin)> {
    let failed = |e: io::Error| io::Error::new(e.kind(), format!("KAIRAN_LISTEN={}: {e}", settings.listen));
    let listener = TcpListener::bind(settings.listen).map_err(failed)?;
    let origin = match &settings.public_origin {
        Some(origin) => origin.clone(),
        None => Origin::local(listener.local_addr()?),
    };
    Ok((listener, origin))
}

/// Catches Ctrl-C and SIGTERM from this moment on; what it gives waits for one of them.
///
/// # Errors
/// When the system refuses.
pub fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
