//! How many messages are on their way at once: to each push service as many as it bears, and in all as many as we do.
//!
//! The number for a service goes up by an eighth while all is well and is halved when it says that we are too fast or doesn't
//! answer. An emergency has room that nothing else may take.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::answer::{Sign, Verdict};

const AT_FIRST: usize = 64;
const LEAST: usize = 4;
const MOST: usize = 256;
/// On their way in all, and of these what is no emergency.
const IN_ALL: usize = 256;
const CALM: usize = 192;
/// Services whose pace is remembered; a stranger can name any number of hosts below an allowed one.
const REMEMBERED: usize = 1_000;

/// The paces of all services, in this process.
#[derive(Debug)]
pub struct Paces {
    all: Arc<Semaphore>,
    calm: Arc<Semaphore>,
    by_origin: Mutex<HashMap<String, Arc<Pace>>>,
}

/// The pace of one service.
#[derive(Debug)]
pub struct Pace {
    slots: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: usize,
    /// Slots that were taken away while in use: they end when they come back.
    surplus: usize,
    answers_since_change: usize,
}

/// Room for one message.
#[derive(Debug)]
pub struct Room {
    pace: Arc<Pace>,
    slot: Option<OwnedSemaphorePermit>,
    _calm: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

impl Default for Paces {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(IN_ALL)),
            calm: Arc::new(Semaphore::new(CALM)),
            by_origin: Mutex::default(),
        }
    }
}

impl Paces {
    /// The pace of `origin`.
    #[must_use]
    pub fn of(&self, origin: &str) -> Arc<Pace> {
        let mut paces = self.by_origin.lock().unwrap_or_else(PoisonError::into_inner);
        if paces.len() >= REMEMBERED {
            paces.retain(|_, pace| Arc::strong_count(pace) > 1);
        }
        paces.entry(origin.to_owned()).or_default().clone()
    }

    /// Waits for room: first at the service, so that who waits for a slow one takes no room from the others.
    pub async fn enter(&self, pace: &Arc<Pace>, urgent: bool) -> Room {
        // The semaphores are never closed, so there is always a permit to come.
        let slot = pace.slots.clone().acquire_owned().await.ok();
        let calm = if urgent { None } else { self.calm.clone().acquire_owned().await.ok() };
        let all = self.all.clone().acquire_owned().await.ok();
        Room { pace: pace.clone(), slot, _calm: calm, _all: all }
    }
}

impl Default for Pace {
    fn default() -> Self {
        let state = State { limit: AT_FIRST, surplus: 0, answers_since_change: AT_FIRST };
        Self { slots: Arc::new(Semaphore::new(AT_FIRST)), state: Mutex::new(state) }
    }
}

impl Pace {
    /// Takes note of an answer.
    pub fn note(&self, verdict: Verdict) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.answers_since_change = state.answers_since_change.saturating_add(1);
        let sign = if let Verdict::Retry { sign, .. } = verdict { sign } else { Sign::None };
        // Those on their way together fail together: they are one reason to slow down, not sixty.
        if sign != Sign::None && state.answers_since_change >= state.limit {
            let slower = (state.limit / 2).max(LEAST);
            let less = state.limit - slower;
            state.surplus += less - self.slots.forget_permits(less);
            state.limit = slower;
            state.answers_since_change = 0;
        } else if verdict == Verdict::Accepted && state.answers_since_change >= state.limit * 2 {
            let faster = (state.limit + state.limit.div_ceil(8)).min(MOST);
            let more = faster - state.limit;
            let kept = more.min(state.surplus);
            state.surplus -= kept;
            self.slots.add_permits(more - kept);
            state.limit = faster;
            state.answers_since_change = 0;
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut state = self.pace.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.surplus > 0
            && let Some(slot) = self.slot.take()
        {
            state.surplus -= 1;
            slot.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOO_FAST: Verdict = Verdict::Retry { after: None, sign: Sign::TooFast };

    fn limit(pace: &Pace) -> usize {
        pace.state.lock().expect("state").limit
    }

    #[tokio::test]
    async fn a_service_that_is_too_slow_is_spared_and_tried_again() {
        let paces = Paces::default();
        let pace = paces.of("https://slow.example");
        let mut rooms = Vec::new();
        for _ in 0..AT_FIRST {
            rooms.push(paces.enter(&pace, false).await);
        }
        pace.note(TOO_FAST);
        pace.note(TOO_FAST);
        assert_eq!(limit(&pace), 32, "one wave halves it once");
        drop(rooms);
        assert_eq!(pace.slots.available_permits(), 32, "slots in use end when they come back");
        for _ in 0..10_000 {
            pace.note(TOO_FAST);
        }
        assert_eq!((limit(&pace), pace.slots.available_permits()), (LEAST, LEAST));
        for _ in 0..100_000 {
            pace.note(Verdict::Accepted);
        }
        assert_eq!((limit(&pace), pace.slots.available_permits()), (MOST, MOST));
    }

    #[tokio::test]
    async fn an_emergency_has_room_that_nothing_else_takes() {
        let paces = Paces::default();
        let mut rooms = Vec::new();
        for n in 0..CALM {
            rooms.push(paces.enter(&paces.of(&format!("https://{}.example", n % 4)), false).await);
        }
        let other = paces.of("https://other.example");
        let late = tokio::time::timeout(std::time::Duration::from_millis(20), paces.enter(&other, false));
        assert!(late.await.is_err());
        rooms.push(paces.enter(&other, true).await);
    }
}
