//! What can be seen of sending: one line in the log for a batch, none for a message, and no address in either.

use super::{
    claim::Claim,
    outcome::{Outcome, Sent},
    record::Report,
};

/// Says what became of a batch.
pub fn batch(claim: &Claim, report: &Report, recorded: bool) {
    let count = |outcome| report.sent.iter().filter(|sent: &&Sent| sent.outcome == outcome).count();
    tracing::info!(
        batch = %claim.id,
        notice = %claim.notice_id,
        origin = claim.origin,
        attempt = claim.attempt,
        subscriptions = report.sent.len(),
        accepted = count(Outcome::Accepted),
        gone = count(Outcome::Gone),
        retried = count(Outcome::Retried),
        given_up = count(Outcome::GivenUp),
        at_once = report.window.as_ref().map(super::pace::Window::size),
        shortened_to = report.shortened_to(),
        recorded,
        "sent a batch"
    );
}
