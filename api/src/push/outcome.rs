//! What became of one phone of a batch.

use time::{Duration, OffsetDateTime};

use super::{
    answer::{Sign, Taken, Verdict},
    retry_after,
};

/// The final state of a subscription in a batch. The numbers are what the database keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum Outcome {
    /// The service took the message.
    Accepted = 1,
    /// The service said that the subscription is no more.
    Gone = 2,
    /// The message's time was over.
    Expired = 3,
    /// It was refused and would be again.
    GivenUp = 4,
    /// It went into a later batch.
    Retried = 5,
    /// The person signed out, moved away or lost the seat before it was sent.
    Left = 6,
    /// The notice was withdrawn before it was sent.
    Withdrawn = 7,
    /// Their person does not want to be rung for it.
    Muted = 8,
    /// It is told with their person's weekly summary.
    Summed = 9,
}

/// When something is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Again {
    /// At once, as the same try: its batch had taken long enough.
    AtOnce,
    /// So much later, as the next try.
    In(Duration),
    /// From this moment on, as the same try: before, their person wants to be left in peace.
    At(OffsetDateTime),
}

/// One try: what came of it, and what follows.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What became of it.
    pub outcome: Outcome,
    /// When it is tried again.
    pub again: Option<Again>,
    /// Whether the page has to subscribe again.
    pub renew: bool,
    /// What it says of the service.
    pub tells: Tells,
    /// When the service took it.
    pub accepted_at: Option<OffsetDateTime>,
    /// What the service said of the message that it took.
    pub taken: Taken,
}

/// What a try says of its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// Nothing was sent.
    Nothing,
    /// It works.
    Well,
    /// It is in trouble.
    Sick,
    /// We are too fast.
    TooFast,
    /// It refused our signature.
    Refused,
}

impl Sent {
    /// What follows of nothing having been sent.
    #[must_use]
    pub fn not(outcome: Outcome) -> Self {
        Self { outcome, again: None, renew: false, tells: Tells::Nothing, accepted_at: None, taken: Taken::default() }
    }

    /// What was not sent because its batch had taken long enough: it goes on in another one at once.
    #[must_use]
    pub fn later() -> Self {
        Self { again: Some(Again::AtOnce), ..Self::not(Outcome::Retried) }
    }

    /// What is not sent before `at`, since its person wants to be left in peace until then.
    #[must_use]
    pub fn not_before(at: OffsetDateTime) -> Self {
        Self { again: Some(Again::At(at)), ..Self::not(Outcome::Retried) }
    }

    /// What follows of a verdict after the `attempt`th try, `left` before the message's time is over.
    #[must_use]
    pub fn after(verdict: Verdict, (attempt, urgent): (i16, bool), left: Duration) -> Self {
        let end = |outcome, tells| Self { tells, ..Self::not(outcome) };
        let again = |wait: Duration, tells| {
            // At most the time left: the last try falls a moment before the end.
            let last = left - Duration::SECOND;
            if last <= Duration::ZERO {
                end(Outcome::Expired, tells)
            } else {
                Self { again: Some(Again::In(wait.min(last))), ..end(Outcome::Retried, tells) }
            }
        };
        match verdict {
            Verdict::Accepted => end(Outcome::Accepted, Tells::Well),
            Verdict::Gone => end(Outcome::Gone, Tells::Well),
            Verdict::Renew => Self { renew: true, ..end(Outcome::GivenUp, Tells::Well) },
            Verdict::OurFault | Verdict::TooLarge => end(Outcome::GivenUp, Tells::Well),
            // The clock of a machine can be put right: an emergency is tried until its time is over.
            Verdict::Resign if !urgent && retry_after::is_exhausted(attempt, urgent) => {
                end(Outcome::GivenUp, Tells::Refused)
            }
            Verdict::Resign => again(retry_after::back_off(attempt, urgent), Tells::Refused),
            Verdict::Retry { after, sign } => {
                let tells = match sign {
                    Sign::Sick => Tells::Sick,
                    Sign::TooFast => Tells::TooFast,
                    Sign::None => Tells::Well,
                };
                again(after.unwrap_or_else(|| retry_after::back_off(attempt, urgent)), tells)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::DAY;

    #[test]
    fn row_retry_after_as_asked_and_never_beyond_the_time_left() {
        let retry = |after| Verdict::Retry { after, sign: Sign::Sick };
        let wait = |verdict, attempt, urgent, left| match Sent::after(verdict, (attempt, urgent), left).again {
            Some(Again::In(wait)) => Some(wait),
            _ => None,
        };
        assert_eq!(wait(retry(Some(Duration::minutes(2))), 1, false, DAY), Some(Duration::minutes(2)));
        assert_eq!(wait(retry(None), 3, false, DAY), Some(Duration::seconds(15)));
        assert_eq!(wait(retry(None), 3, true, DAY), Some(Duration::seconds(5)));
        assert_eq!(wait(retry(Some(DAY * 2)), 1, false, DAY), Some(DAY - Duration::SECOND));
        assert_eq!(Sent::after(retry(None), (1, false), Duration::ZERO).outcome, Outcome::Expired);
    }

    #[test]
    fn only_what_would_be_refused_again_is_given_up() {
        for verdict in [Verdict::OurFault, Verdict::TooLarge, Verdict::Renew] {
            assert_eq!(Sent::after(verdict, (1, false), DAY).outcome, Outcome::GivenUp, "{verdict:?}");
        }
        assert!(Sent::after(Verdict::Renew, (1, false), DAY).renew);
        assert_eq!(Sent::after(Verdict::Resign, (1, false), DAY).outcome, Outcome::Retried);
        assert_eq!(Sent::after(Verdict::Resign, (100, false), DAY).outcome, Outcome::GivenUp);
        assert_eq!(Sent::after(Verdict::Resign, (100, true), DAY).outcome, Outcome::Retried);
    }
}
