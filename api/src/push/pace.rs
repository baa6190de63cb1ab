//! How many messages are on their way at once: to each push service as many as it bears, and in all as many as we do.
//!
//! What a service bears is known to all workers through the database (`push_origin.at_once`); a batch gets its share of it when it is
//! claimed, and tells what it has learnt when it is recorded. Meanwhile the number goes up by an eighth while all is well and is halved when
//! the service says that we are too fast or doesn't answer. An emergency has room that nothing else may take.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::answer::{Sign, Verdict};

/// The fewest messages on their way to a service.
pub const LEAST: usize = 4;
/// The most.
pub const MOST: usize = 256;
/// On their way in all, from this process, and of these what is no emergency.
const IN_ALL: usize = 256;
const CALM: usize = 192;

/// How many messages of one claim are on their way at once.
#[derive(Debug)]
pub struct Window {
    size: usize,
    answers_since_change: usize,
    slowed: bool,
}

impl Window {
    /// The share of so many batches (`mine`) of all that share what the service bears (`at_once`).
    #[must_use]
    pub fn share(at_once: usize, (mine, sharers): (usize, usize)) -> Self {
        let size = (at_once * mine / sharers.max(1)).clamp(1, MOST);
        Self { size, answers_since_change: size, slowed: false }
    }

    /// How many may be on their way.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether the service was found too slow for us.
    #[must_use]
    pub fn slowed(&self) -> bool {
        self.slowed
    }

    /// Takes note of an answer.
    pub fn note(&mut self, verdict: Verdict) {
        self.answers_since_change = self.answers_since_change.saturating_add(1);
        let sign = if let Verdict::Retry { sign, .. } = verdict { sign } else { Sign::None };
        // Those on their way together fail together: they are one reason to slow down, not sixty.
        if sign != Sign::None && self.answers_since_change >= self.size {
            self.size = (self.size / 2).max(1);
            self.slowed = true;
            self.answers_since_change = 0;
        } else if verdict == Verdict::Accepted && self.answers_since_change >= self.size * 2 {
            self.size = (self.size + self.size.div_ceil(8)).min(MOST);
            self.answers_since_change = 0;
        }
    }
}

/// What is on its way from this process, over all services.
#[derive(Debug, Default)]
pub struct OnTheWay(AtomicUsize);

impl OnTheWay {
    /// Room for one more message. None when there is none: then what is on its way has to come back first. Who has nothing on the way is never
    /// turned away (`first`), so that many small batches cannot starve each other.
    pub fn enter(&self, urgent: bool, first: bool) -> Option<OneMore<'_>> {
        let most = if urgent { IN_ALL } else { CALM };
        let before = self.0.fetch_add(1, Relaxed);
        let one = OneMore(&self.0);
        // Dropped, it gives its place back.
        (first || before < most).then_some(one)
    }
}

impl OnTheWay {
    /// How many messages are on their way.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.load(Relaxed)
    }
}

/// One message on its way.
#[derive(Debug)]
pub struct OneMore<'a>(&'a AtomicUsize);

impl Drop for OneMore<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOO_FAST: Verdict = Verdict::Retry { after: None, sign: Sign::TooFast };

    #[test]
    fn row_concurrency_64_to_start_up_and_down_256_in_all() {
        let mut window = Window::share(64, (1, 1));
        assert_eq!(window.size(), 64);
        window.note(TOO_FAST);
        window.note(TOO_FAST);
        assert_eq!(window.size(), 32, "one wave halves it once");
        for _ in 0..10_000 {
            window.note(TOO_FAST);
        }
        assert_eq!((window.size(), window.slowed()), (1, true));
        for _ in 0..100_000 {
            window.note(Verdict::Accepted);
        }
        assert_eq!(window.size(), MOST);
        assert_eq!(Window::share(64, (1, 4)).size(), 16, "four batches of one service share what it bears");
        assert_eq!(Window::share(64, (3, 4)).size(), 48);
        assert_eq!(Window::share(4, (1, 9)).size(), 1);
    }

    #[test]
    fn an_emergency_has_room_that_nothing_else_takes() {
        let way = OnTheWay::default();
        let mut calm: Vec<_> = (0..CALM).filter_map(|_| way.enter(false, false)).collect();
        assert_eq!(calm.len(), CALM);
        assert!(way.enter(false, false).is_none());
        assert!(way.enter(false, true).is_some(), "but nobody waits for ever");
        let urgent: Vec<_> = (0..=IN_ALL).filter_map(|_| way.enter(true, false)).collect();
        assert_eq!(urgent.len(), IN_ALL - CALM);
        calm.pop();
        assert!(way.enter(false, false).is_none(), "what an emergency took is given to it first");
        drop(urgent);
        assert!(way.enter(false, false).is_some());
    }
}
