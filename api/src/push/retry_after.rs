//! When to try again: what the service asked for, or our own back-off.

use aws_lc_rs::rand;
use http::HeaderValue;
use time::{Duration, OffsetDateTime};

/// What follows each try, in seconds; the last for ever.
const PATIENT: [u32; 8] = [1, 5, 15, 60, 300, 900, 3600, 3600];
/// The same for an emergency: an evacuation is useless afterwards.
const URGENT: [u32; 7] = [1, 2, 5, 10, 20, 30, 60];

/// How long a service asks us to wait: seconds or an HTTP date (RFC 9110, section 10.2.3). What is past, more than a service can
/// mean, or nonsense is none.
#[must_use]
pub fn parse(value: Option<&HeaderValue>, now: OffsetDateTime) -> Option<Duration> {
    let text = value?.to_str().ok()?.trim();
    let wait = if text.bytes().all(|b| b.is_ascii_digit()) {
        Duration::seconds(i64::from(text.parse::<u32>().ok()?))
    } else {
        OffsetDateTime::from(httpdate::parse_http_date(text).ok()?) - now
    };
    (Duration::ZERO < wait && wait <= LONGEST).then_some(wait)
}

/// No message lives longer, so nobody can mean to wait longer.
const LONGEST: Duration = Duration::days(28);

/// How long to wait after the `attempt`th try (from 1) when the service does not say.
#[must_use]
pub fn back_off(attempt: i16, urgent: bool) -> Duration {
    let table = if urgent { &URGENT[..] } else { &PATIENT[..] };
    let place = usize::try_from(attempt.saturating_sub(1)).unwrap_or(0).min(table.len() - 1);
    Duration::seconds(i64::from(table[place]))
}

/// Whether our own back-off has been gone through once: a fault that time does not heal is given up then.
#[must_use]
pub fn is_exhausted(attempt: i16, urgent: bool) -> bool {
    usize::try_from(attempt).is_ok_and(|n| n >= if urgent { URGENT.len() } else { PATIENT.len() })
}

/// A wait and up to a fifth more, so that those who failed together don't come back together.
#[must_use]
pub fn with_jitter(wait: Duration) -> Duration {
    let mut byte = [0];
    // Without randomness the wait is what it is.
    let _ = rand::fill(&mut byte);
    wait + wait * (f64::from(byte[0]) / 255.0 / 5.0)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-22 09:00 UTC);

    fn parsed(text: &str) -> Option<Duration> {
        parse(Some(&HeaderValue::from_str(text).expect("header")), NOW)
    }

    #[test]
    fn row_retry_after_seconds_and_dates_are_obeyed() {
        assert_eq!(parsed("120"), Some(Duration::minutes(2)));
        assert_eq!(parsed(" 7 "), Some(Duration::seconds(7)));
        assert_eq!(parsed("Sun, 22 Nov 2026 09:00:30 GMT"), Some(Duration::seconds(30)));
    }

    #[test]
    fn row_retry_after_past_negative_huge_or_nonsense_is_not() {
        for text in [
            "0",
            "-5",
            "",
            "soon",
            "1.5",
            "99999999999999999999",
            "4294967295",
            "1000000000000",
            "-1",
            "Sun, 22 Nov 2026 08:59:59 GMT",
        ] {
            assert_eq!(parsed(text), None, "{text:?}");
        }
        assert_eq!(parse(None, NOW), None);
    }

    #[test]
    fn row_back_off_is_the_table() {
        let seconds = |urgent| (1..=9).map(|n| back_off(n, urgent).whole_seconds()).collect::<Vec<_>>();
        assert_eq!(seconds(false), [1, 5, 15, 60, 300, 900, 3600, 3600, 3600]);
        assert_eq!(seconds(true), [1, 2, 5, 10, 20, 30, 60, 60, 60]);
        assert_eq!(back_off(0, true), Duration::SECOND);
        assert_eq!(back_off(i16::MAX, false), Duration::HOUR);
    }

    #[test]
    fn row_retry_after_jitter_adds_at_most_a_fifth() {
        for _ in 0..100 {
            let wait = with_jitter(Duration::seconds(100));
            assert!((Duration::seconds(100)..=Duration::seconds(120)).contains(&wait), "{wait}");
        }
    }
}
