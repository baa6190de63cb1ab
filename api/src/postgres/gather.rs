//! One statement for many requests.
//!
//! When a city has just been rung, thousands ask the same within a second. Asked one by one, most of the work is the way to the database and back, and
//! each commit waits for the disk. So questions of one kind are put into a queue, one task takes as many as are there, up to a
//! limit, and has them answered all at once; what comes meanwhile is the next group. Nothing is remembered from one group to the next: whoever asks is
//! answered from what the database holds after they asked.
//!
//! The queue is bounded. When it is full, or when no answer comes in time, whoever asks is told so at once, instead of waiting for
//! what will not come.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    time::{Instant, timeout, timeout_at},
};

use crate::problem::Problem;

/// The most questions in one group.
pub const MOST: usize = 200;
/// How many groups may be under way at once: while one waits for the database, the next is made ready.
const LANES: usize = 3;
/// The most questions that wait.
const QUEUE: usize = 8_192;
/// How long a question waits for its answer before it is refused.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the work on one group may take before it is given up.
const LIMIT: Duration = Duration::from_secs(10);

/// A queue of questions `Q`, to be answered in groups by an `A` each.
#[derive(Debug)]
pub struct Gather<Q, A> {
    queue: mpsc::Sender<Item<Q, A>>,
}

#[derive(Debug)]
enum Item<Q, A> {
    Question(Q, oneshot::Sender<A>),
    /// To be told when all that came before is done.
    Mark(oneshot::Sender<()>),
}

impl<Q: Send + 'static, A: Send + 'static> Gather<Q, A> {
    /// Begins to answer with `work`, which gives an answer for each question, in their order. A group that is not full waits `wait`
    /// for more. Must be called within a runtime; ends when this value is dropped and the queue is empty.
    pub fn start<F>(name: &'static str, wait: Duration, work: impl Fn(Vec<Q>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Vec<A>> + Send + 'static,
    {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(answer(name, waiting, wait, work));
        Self { queue }
    }

    /// Asks, and waits for the answer. The work is done even when nobody waits any more.
    ///
    /// # Errors
    /// `unavailable`, when too many wait already or no answer comes in time.
    pub async fn ask(&self, question: Q) -> Result<A, Problem> {
        let (reply, answer) = oneshot::channel();
        let asked = self.queue.try_send(Item::Question(question, reply));
        asked.map_err(|_| Problem::unavailable("too many requests wait for the database"))?;
        match timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(Problem::unavailable("the work on a group was given up")),
            Err(_) => Err(Problem::unavailable("the database did not answer in time")),
        }
    }

    /// Waits until all that has been asked so far is done.
    pub async fn drain(&self) {
        let (reply, done) = oneshot::channel();
        if self.queue.send(Item::Mark(reply)).await.is_ok() {
            // An error means that the task has ended, and then nothing waits.
            done.await.ok();
        }
    }
}

async fn answer<Q: Send + 'static, A: Send + 'static, F: Future<Output = Vec<A>> + Send + 'static>(
    name: &'static str,
    mut waiting: mpsc::Receiver<Item<Q, A>>,
    wait: Duration,
    work: impl Fn(Vec<Q>) -> F,
) {
    let lanes = Arc::new(Semaphore::new(LANES));
    let mut items = Vec::with_capacity(MOST);
    // Only who can leave at once looks who is there: meanwhile more come.
    while let Ok(lane) = lanes.clone().acquire_owned().await {
        if waiting.recv_many(&mut items, MOST).await == 0 {
            break;
        }
        let departure = Instant::now() + wait;
        while items.len() < MOST && !wait.is_zero() {
            let room = MOST - items.len();
            if !matches!(timeout_at(departure, waiting.recv_many(&mut items, room)).await, Ok(1..)) {
                break;
            }
        }
        let (mut questions, mut replies, mut marks) = (Vec::new(), Vec::new(), Vec::new());
        for item in items.drain(..) {
            match item {
                Item::Question(question, reply) => {
                    questions.push(question);
                    replies.push(reply);
                }
                Item::Mark(mark) => marks.push(mark),
            }
        }
        if questions.is_empty() {
            drop(lane);
        } else {
            metrics::histogram!("group_size", "of" => name).record(questions.len() as f64);
            let work = timeout(LIMIT, work(questions));
            // In a task of its own, so that a panic ends this group and not all that follow.
            tokio::spawn(async move {
                match work.await {
                    // Whoever has gone is not told.
                    Ok(answers) => {
                        replies.into_iter().zip(answers).for_each(|(reply, answer)| drop(reply.send(answer)))
                    }
                    Err(_) => tracing::error!(of = name, "a group took too long and was given up"),
                }
                drop(lane);
            });
        }
        if !marks.is_empty() {
            // When all lanes are free, nothing is under way.
            let _all = lanes.acquire_many(LANES as u32).await;
            for mark in marks {
                mark.send(()).ok();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubling(wait: Duration) -> Gather<u32, (u32, usize)> {
        Gather::start("numbers", wait, |numbers: Vec<u32>| async move {
            let size = numbers.len();
            assert!(!numbers.contains(&13), "no group with 13 in it");
            numbers.into_iter().map(|number| (number * 2, size)).collect()
        })
    }

    #[tokio::test]
    async fn each_gets_their_own_answer_and_no_group_is_too_large() {
        let gather = doubling(Duration::from_millis(50));
        let answers = futures_util::future::join_all((0..500).map(|number| gather.ask(number + 100))).await;
        for (number, answer) in (0_u32..).zip(answers) {
            let (double, size) = answer.expect("an answer");
            assert_eq!(double, (number + 100) * 2);
            assert!(size > 50 && size <= MOST, "a group of {size}");
        }
    }

    #[tokio::test]
    async fn a_group_that_fails_harms_no_other() {
        let gather = doubling(Duration::ZERO);
        assert_eq!(gather.ask(13).await.expect_err("no answer").code(), "unavailable");
        assert_eq!(gather.ask(4).await.expect("an answer").0, 8);
    }

    #[tokio::test]
    async fn who_comes_when_the_queue_is_full_is_refused_and_what_waits_is_done() {
        let gate = Arc::new(Semaphore::new(0));
        let open = gate.clone();
        let gather = Gather::start("gated", Duration::ZERO, move |numbers: Vec<usize>| {
            let gate = gate.clone();
            async move {
                gate.acquire().await.expect("a gate").forget();
                numbers
            }
        });
        let flood = futures_util::future::join_all((0..QUEUE + 1_000).map(|number| gather.ask(number)));
        let answers = async {
            let answers = flood.await;
            answers.into_iter().filter(Result::is_ok).count()
        };
        let opening = async {
            tokio::task::yield_now().await;
            open.add_permits(1_000);
        };
        let (answered, ()) = tokio::join!(answers, opening);
        assert!((QUEUE..QUEUE + 1_000).contains(&answered), "{answered} answers");
        gather.drain().await;
    }
}
