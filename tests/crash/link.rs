//! The link of one process to PostgreSQL, with a hand on it: it can hold back what is said, break at the moment at which a COMMIT
//! has been obeyed and before anybody hears of it, and swallow the connection that listens.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
};

use tests::wire::{Messages, Statement};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream, UnixStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
        unix,
    },
    sync::{Notify, watch},
    task::AbortHandle,
};

/// What is done at a COMMIT that has been obeyed.
pub type AtCommit = Box<dyn FnOnce() + Send>;

/// The link.
pub struct Link {
    /// Where its near end is.
    pub port: u16,
    hand: Arc<Hand>,
    task: AbortHandle,
}

/// What becomes of what the process says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Free,
    Held,
    Lost,
}

struct Hand {
    socket: PathBuf,
    flow: watch::Sender<Flow>,
    at_commit: Mutex<Option<(usize, AtCommit)>>,
    listeners: Mutex<Vec<Arc<Connection>>>,
    swallow: AtomicBool,
    carried: AtomicU64,
}

/// One connection of the process.
#[derive(Default)]
struct Connection {
    /// Whatever either side says is lost, and neither is told.
    silent: AtomicBool,
    /// The answer to the COMMIT just carried is kept back; then the connection breaks.
    last: AtomicBool,
    answered: Notify,
}

impl Link {
    /// Opens a link to the database behind `socket`.
    pub async fn open(socket: &Path) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let hand = Arc::new(Hand {
            socket: socket.to_owned(),
            flow: watch::Sender::new(Flow::Free),
            at_commit: Mutex::default(),
            listeners: Mutex::default(),
            swallow: AtomicBool::new(false),
            carried: AtomicU64::new(0),
        });
        let port = listener.local_addr()?.port();
        let of_task = hand.clone();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, of_task.clone()));
            }
        });
        Ok(Self { port, hand, task: task.abort_handle() })
    }

    /// Holds back whatever the process says from now on, or lets it go.
    pub fn hold(&self, held: bool) {
        let next = if held { Flow::Held } else { Flow::Free };
        self.hand.flow.send_if_modified(|flow| *flow != Flow::Lost && std::mem::replace(flow, next) != next);
    }

    /// Loses what is held back and whatever would follow: the process is dead, and what it wanted to say dies with it.
    pub fn cut(&self) {
        self.hand.flow.send_replace(Flow::Lost);
    }

    /// At the next COMMIT but so many: the database obeys it, then `act` is done and the connection breaks, and its answer never
    /// arrives.
    pub fn at_commit(&self, but: usize, act: AtCommit) {
        *self.hand.at_commit.lock().expect("an order") = Some((but, act));
    }

    /// Takes that back. False when it has happened.
    pub fn forget_commit(&self) -> bool {
        self.hand.at_commit.lock().expect("an order").take().is_some()
    }

    /// Loses, without a word to either side, the connections that have said LISTEN, and with `next` the one that says so next, from
    /// that very word on. Gives how many are lost already.
    pub fn silence_listeners(&self, next: bool) -> usize {
        self.hand.swallow.store(next, SeqCst);
        let listeners: Vec<_> = self.hand.listeners.lock().expect("listeners").drain(..).collect();
        listeners.iter().for_each(|one| one.silent.store(true, SeqCst));
        listeners.len()
    }

    /// How many messages of the process went over it.
    pub fn carried(&self) -> u64 {
        self.hand.carried.load(SeqCst)
    }
}

impl Hand {
    /// What is to be done at this COMMIT.
    fn due(&self) -> Option<AtCommit> {
        let mut order = self.at_commit.lock().expect("an order");
        match order.take() {
            Some((0, act)) => Some(act),
            waiting => {
                *order = waiting.map(|(but, act)| (but - 1, act));
                None
            }
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

async fn carry(near: TcpStream, hand: Arc<Hand>) {
    // The database is down: the near end breaks too.
    let Ok(far) = UnixStream::connect(&hand.socket).await else { return };
    near.set_nodelay(true).ok();
    let connection = Arc::new(Connection::default());
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::select! {
        () = there(near_in, far_out, (&hand, &connection)) => {}
        () = back(far_in, near_out, &connection) => {}
    }
    hand.listeners.lock().expect("listeners").retain(|one| !Arc::ptr_eq(one, &connection));
}

async fn there(mut from: OwnedReadHalf, mut to: unix::OwnedWriteHalf, (hand, connection): (&Hand, &Arc<Connection>)) {
    let (mut messages, mut piece) = (Messages::default(), vec![0; 64 * 1024]);
    let mut flow = hand.flow.subscribe();
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        for message in messages.take(&piece[..length]) {
            if !flow.wait_for(|flow| *flow != Flow::Held).await.is_ok_and(|flow| *flow == Flow::Free) {
                return;
            }
            if message.statement == Some(Statement::Listen) {
                hand.listeners.lock().expect("listeners").push(connection.clone());
                if hand.swallow.swap(false, SeqCst) {
                    connection.silent.store(true, SeqCst);
                }
            }
            if connection.silent.load(SeqCst) {
                continue;
            }
            let commit = message.statement == Some(Statement::Commit);
            let act = if commit { hand.due() } else { None };
            connection.last.store(act.is_some(), SeqCst);
            hand.carried.fetch_add(1, SeqCst);
            if to.write_all(&message.bytes).await.is_err() {
                return;
            }
            if let Some(act) = act {
                connection.answered.notified().await;
                return act();
            }
        }
    }
    if connection.silent.load(SeqCst) {
        // The far side does not learn that the near one has gone.
        std::future::pending().await
    }
}

async fn back(mut from: unix::OwnedReadHalf, mut to: OwnedWriteHalf, connection: &Connection) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        if connection.last.load(SeqCst) {
            connection.answered.notify_one();
        } else if !connection.silent.load(SeqCst) && to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
    if connection.silent.load(SeqCst) || connection.last.load(SeqCst) {
        // Killed before it answered, or lost: the near side is not told either way.
        connection.answered.notify_one();
        std::future::pending().await
    }
}
