//! What can be seen of sending: one line in the log for a batch, none for a message, and no address in either.

use super::{
    claim::Claim,
    outcome::{Outcome, Sent},
    record::{Report, shortened_to},
};

/// Says what became of each batch.
pub fn batches(claim: &Claim, report: &Report, recorded: bool) {
    for (part, sent) in claim.parts.iter().zip(report.parts(claim)) {
        let count = |outcome| sent.iter().filter(|sent: &&Sent| sent.outcome == outcome).count();
        tracing::info!(
            batch = %part.id,
            about = %claim.about,
            origin = claim.origin,
            attempt = claim.attempt,
            subscriptions = sent.len(),
            accepted = count(Outcome::Accepted),
            gone = count(Outcome::Gone),
            retried = count(Outcome::Retried),
            in_peace = count(Outcome::Muted) + count(Outcome::Summed),
            given_up = count(Outcome::GivenUp),
            at_once = report.window.as_ref().map(super::pace::Window::size),
            shortened_to = shortened_to(sent),
            recorded,
            "sent a batch"
        );
    }
}
