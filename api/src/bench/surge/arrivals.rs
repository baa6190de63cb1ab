//! When people open a notice that has just rung, and when they press the button.
//!
//! Most look within minutes, a few in an hour: log-normal, with the mode at two minutes. A run compresses the first 99 of 100 into its length
//! and lets the last hundredth come among them.

use std::time::Duration;

/// When most people look, in seconds.
const MODE: f64 = 120.0;
/// How wide the times spread: half have looked after five minutes, nine in ten after twenty.
const SIGMA: f64 = 1.0;
/// The time by which 99 of 100 have looked: 2.326 standard deviations above the median.
const LAST: f64 = 2.326;
/// How long reading takes, in seconds, before the button is pressed: from and to.
const READING: (f64, f64) = (15.0, 90.0);

/// For each of `people`, when they open and when they acknowledge, in a surge compressed into `length`.
pub(super) fn arrivals(people: usize, length: Duration) -> Vec<(Duration, Duration)> {
    let mut chance = Chance(0x2545_F491_4F6C_DD1D);
    let mu = MODE.ln() + SIGMA * SIGMA;
    let end = (mu + SIGMA * LAST).exp();
    let pace = length.as_secs_f64() / end;
    let one = |_| {
        let opened = loop {
            let at = (mu + SIGMA * chance.normal()).exp();
            if at < end {
                break at;
            }
        };
        let read = READING.0 + (READING.1 - READING.0) * chance.unit();
        (Duration::from_secs_f64(opened * pace), Duration::from_secs_f64((opened + read) * pace))
    };
    (0..people).map(one).collect()
}

/// The same numbers with every run (splitmix64).
struct Chance(u64);

impl Chance {
    /// Above 0 and at most 1.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((z ^ (z >> 31)) >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// Normally distributed (Box and Muller).
    fn normal(&mut self) -> f64 {
        let (radius, angle) = ((-2.0 * self.unit().ln()).sqrt(), std::f64::consts::TAU * self.unit());
        radius * angle.cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_look_at_two_minutes() {
        let end = (MODE.ln() + 1.0 + LAST).exp();
        let times = arrivals(200_000, Duration::from_secs_f64(end));
        assert!(times.iter().all(|(opened, stamped)| opened < stamped && opened.as_secs_f64() < end));
        let mut minutes = [0; 60];
        for (opened, _) in times {
            minutes[usize::try_from(opened.as_secs() / 60).unwrap_or(59).min(59)] += 1;
        }
        let fullest = (0..60).max_by_key(|minute| minutes[*minute]);
        assert!(matches!(fullest, Some(1 | 2)), "{minutes:?}");
    }
}
