//! What a measurement of sending found, as a person reads it and as a line of JSON.

use serde::Serialize;

use super::sink::Arrivals;

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Whether keys were made ahead.
    pub warm: bool,
    /// Phones.
    pub phones: usize,
    /// Messages that were taken, by the ledger.
    pub accepted: i64,
    /// From publishing until everything was recorded.
    pub wall_s: f64,
    /// Messages in a second of that.
    pub rate: f64,
    /// Processor seconds of the sender for 10,000 messages.
    pub sender_per_10k: f64,
    /// Of the push service.
    pub sink_per_10k: f64,
    /// Of PostgreSQL, in all; none where it runs elsewhere.
    pub postgres_s: Option<f64>,
    /// From publishing to the first arrival, in milliseconds.
    pub first_ms: f64,
    /// To the last.
    pub last_ms: f64,
    /// What the keys cost that were made ahead, for 10,000: processor seconds.
    pub ahead_per_10k: Option<f64>,
    /// What sealing alone costs here, on one core, for 10,000.
    pub crypto_per_10k: f64,
    /// Of the same with keys made ahead.
    pub crypto_warm_per_10k: f64,
    /// The sender's processor time by what the cryptography alone needs.
    pub ratio_to_crypto: f64,
    /// The most memory that the sender had, in megabytes.
    pub memory_mb: f64,
    /// From publishing an emergency to 2,000 phones until all were taken, while the others waited, in seconds.
    pub emergency_s: Option<f64>,
    /// What arrived.
    pub arrivals: Arrivals,
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Arrivals { received, distinct, repeated, opened, unreadable, faults, .. } = &self.arrivals;
        let keys = if self.warm { "keys made ahead" } else { "keys made meanwhile" };
        writeln!(f, "{} phones, {keys}", self.phones)?;
        writeln!(f, "  {:>10.0} messages a second: {} in {:.2} s", self.rate, self.accepted, self.wall_s)?;
        writeln!(f, "  {:>10.1} ms to the first arrival, {:.1} ms to the last", self.first_ms, self.last_ms)?;
        writeln!(f, "  {:>10.3} CPU s for 10,000: sender", self.sender_per_10k)?;
        writeln!(f, "  {:>10.3} CPU s for 10,000: push service", self.sink_per_10k)?;
        if let Some(postgres) = self.postgres_s {
            writeln!(f, "  {postgres:>10.3} CPU s in all: PostgreSQL")?;
        }
        if let Some(ahead) = self.ahead_per_10k {
            writeln!(f, "  {ahead:>10.3} CPU s for 10,000: keys, before it was published")?;
        }
        writeln!(
            f,
            "  {:>10.3} CPU s for 10,000: the cryptography alone, {:.3} with keys made ahead",
            self.crypto_per_10k, self.crypto_warm_per_10k
        )?;
        writeln!(f, "  {:>10.2} times what the cryptography alone costs: sender", self.ratio_to_crypto)?;
        if let Some(emergency) = self.emergency_s {
            writeln!(
                f,
                "  {emergency:>10.2} s until an emergency to 2,000 phones was taken by all, while the others waited"
            )?;
        }
        writeln!(f, "  {:>10.0} MB at most: sender", self.memory_mb)?;
        write!(
            f,
            "  arrived: {received}, at {distinct} phones, {repeated} of them more than once; opened {opened} of a sample, {unreadable} could not be; {faults} answers were faults"
        )
    }
}
