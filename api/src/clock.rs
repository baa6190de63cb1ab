//! The time, as a value that is handed in: what a program does at a moment can then be tried at that moment.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use time::{Date, Duration, OffsetDateTime, UtcOffset};

/// Japan has one zone and no summer time.
pub const JAPAN: UtcOffset = match UtcOffset::from_hms(9, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// The system's clock, which a test may put forward. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The system's time.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// Puts this clock and its clones forward.
    pub fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.whole_milliseconds()).unwrap_or(i64::MAX);
        self.ahead_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Now, to the microsecond, which is what the database keeps.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        #[expect(clippy::disallowed_methods, reason = "the one place where the system is asked")]
        let system = OffsetDateTime::now_utc();
        let now = system + Duration::milliseconds(self.ahead_ms.load(Ordering::SeqCst));
        now.replace_nanosecond(now.nanosecond() / 1_000 * 1_000).unwrap_or(now)
    }

    /// Today in Japan.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().to_offset(JAPAN).date()
    }
}

/// The moment at which a day in Japan is over.
#[must_use]
pub fn end_of(day: Date) -> OffsetDateTime {
    day.next_day().unwrap_or(day).midnight().assume_offset(JAPAN)
}
