//! The time, as a value that is handed in: what a program does at a moment can then be tried at that moment.
//!
//! Machines' clocks go wrong, and one that is ahead would publish too early and give up too soon. So servers and workers set theirs by the database,
//! which all share, and go on counting by what no change of the machine's clock moves.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Instant,
};

use time::{Date, Duration, OffsetDateTime, UtcOffset};

/// Japan has one zone and no summer time.
pub const JAPAN: UtcOffset = match UtcOffset::from_hms(9, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// A clock: it follows the machine's until it is set, and a test may put it forward. Clones show the same time.
#[derive(Clone)]
pub struct Clock(Arc<Works>);

struct Works {
    machine: Box<dyn Fn() -> OffsetDateTime + Send + Sync>,
    ahead_ms: AtomicI64,
    begun: Instant,
    /// What the time was at `begun`, in microseconds of Unix time, as far as it was ever told.
    set_us: AtomicI64,
}

/// Nobody has told the time yet.
const UNSET: i64 = i64::MIN;

impl Clock {
    /// One that follows the system's.
    #[must_use]
    pub fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place where the system is asked")]
        Self::following(OffsetDateTime::now_utc)
    }

    /// One that follows whatever the machine's clock shows, right or wrong.
    pub fn following(machine: impl Fn() -> OffsetDateTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(Works {
            machine: Box::new(machine),
            ahead_ms: AtomicI64::new(0),
            begun: Instant::now(),
            set_us: AtomicI64::new(UNSET),
        }))
    }

    /// Puts this clock and its clones forward.
    pub fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.whole_milliseconds()).unwrap_or(i64::MAX);
        self.0.ahead_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets this clock and its clones: from here on they count by themselves, whatever becomes of the machine's. Gives by how much that one
    /// is ahead.
    pub fn set(&self, now: OffsetDateTime) -> Duration {
        let since = Duration::try_from(self.0.begun.elapsed()).unwrap_or_default();
        let at_begin = (now - since).unix_timestamp_nanos() / 1_000;
        self.0.set_us.store(i64::try_from(at_begin).unwrap_or(UNSET), Ordering::SeqCst);
        (self.0.machine)() - now
    }

    /// Now, to the microsecond, which is what the database keeps.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        let now = match self.0.set_us.load(Ordering::SeqCst) {
            UNSET => (self.0.machine)(),
            at_begin => OffsetDateTime::UNIX_EPOCH + Duration::microseconds(at_begin) + self.0.begun.elapsed(),
        };
        let now = now + Duration::milliseconds(self.0.ahead_ms.load(Ordering::SeqCst));
        now.replace_nanosecond(now.nanosecond() / 1_000 * 1_000).unwrap_or(now)
    }

    /// Today in Japan.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().to_offset(JAPAN).date()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

/// The moment at which a day in Japan is over.
#[must_use]
pub fn end_of(day: Date) -> OffsetDateTime {
    day.next_day().unwrap_or(day).midnight().assume_offset(JAPAN)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_clock_that_was_set_counts_on_whatever_the_machine_shows() {
        let wrong = Arc::new(AtomicI64::new(0));
        let hours = wrong.clone();
        let right = datetime!(2026-11-22 09:00 UTC);
        let clock = Clock::following(move || right + Duration::hours(hours.load(Ordering::SeqCst)));
        assert_eq!(clock.now(), right);
        wrong.store(25, Ordering::SeqCst);
        assert_eq!(clock.now(), right + Duration::hours(25), "nobody has told it better");
        assert_eq!(clock.set(right), Duration::hours(25));
        for hours in [25, 0, -3] {
            wrong.store(hours, Ordering::SeqCst);
            assert!((clock.now() - right) < Duration::MINUTE, "{}", clock.now());
            assert!(clock.now() >= right);
        }
        clock.advance(Duration::DAY);
        assert!(clock.clone().now() >= right + Duration::DAY);
    }
}
