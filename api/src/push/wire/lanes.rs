//! A thread for each core, with connections and work of its own.
//!
//! Sealing a message costs a hundred times what sending it costs, so a worker is as fast as it keeps its cores busy without letting them wait
//! for each other: a batch stays on the lane that it was given to, and what happens there locks nothing.

use std::{
    io,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

use futures_util::{FutureExt as _, future::LocalBoxFuture};
use tokio::{
    sync::{mpsc, oneshot},
    task::{LocalSet, spawn_local},
};

use super::{dial::Dial, transport::Transport};

type Job = Box<dyn FnOnce(Rc<Transport>) -> LocalBoxFuture<'static, ()> + Send>;

/// The lanes of a worker. They end with it.
#[derive(Debug)]
pub struct Lanes {
    lanes: Vec<Lane>,
}

#[derive(Debug)]
struct Lane {
    jobs: mpsc::UnboundedSender<Job>,
    in_hand: Arc<AtomicUsize>,
}

impl Lanes {
    /// Starts one for each core that this process may use.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(dial: &Dial) -> io::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let lanes: io::Result<_> = (0..cores).map(|number| Lane::start(number, dial.clone())).collect();
        Ok(Self { lanes: lanes? })
    }

    /// Does `work` on the lane that has least to do. Dropping this future ends the work. None when the lane is gone.
    pub async fn run<T: Send + 'static, F: Future<Output = T> + 'static>(
        &self,
        work: impl FnOnce(Rc<Transport>) -> F + Send + 'static,
    ) -> Option<T> {
        let lane = self.lanes.iter().min_by_key(|lane| lane.in_hand.load(Relaxed))?;
        let (mut tell, told) = oneshot::channel();
        let in_hand = lane.in_hand.clone();
        in_hand.fetch_add(1, Relaxed);
        let job: Job = Box::new(move |transport| {
            async move {
                tokio::select! {
                    done = work(transport) => drop(tell.send(done)),
                    () = tell.closed() => {}
                }
                in_hand.fetch_sub(1, Relaxed);
            }
            .boxed_local()
        });
        lane.jobs.send(job).ok()?;
        told.await.ok()
    }
}

impl Lane {
    fn start(number: usize, dial: Dial) -> io::Result<Self> {
        let (jobs, mut waiting) = mpsc::unbounded_channel::<Job>();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name(format!("lane {number}")).spawn(move || {
            LocalSet::new().block_on(&runtime, async move {
                let transport = Rc::new(Transport::new(dial));
                while let Some(job) = waiting.recv().await {
                    spawn_local(job(transport.clone()));
                }
            });
        })?;
        Ok(Self { jobs, in_hand: Arc::default() })
    }
}
