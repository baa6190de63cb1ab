//! The ledger without the sending: every batch is claimed and recorded as taken by all.

use super::push::Outcome;
use crate::{
    push::{
        answer::{Taken, Verdict},
        claim::{Room, claim},
        outcome::Sent,
        record::{Report, record},
    },
    server::Ground,
};

/// Claims and records until nothing is due.
///
/// # Errors
/// The database's.
pub async fn claim_and_record(ground: &Ground, room: &Room) -> Outcome {
    let now = ground.clock.now();
    while let Some(claim) = claim(&ground.db, room, now).await? {
        let left = claim.expires_at - now;
        let sent = |place: usize| Sent {
            accepted_at: Some(now),
            // As short as FCM's are.
            taken: Taken { message_id: Some(format!("0:17637{place:08}%e609af1cf9fd7ecd").into()), shortened_to: None },
            ..Sent::after(Verdict::Accepted, (claim.attempt, claim.urgent), left)
        };
        let sent = (0..claim.subscription_ids.len()).map(sent).collect();
        let report = Report { revision: 1, sent, window: Some(claim.window()) };
        if !record(&ground.db, &claim, &report, now).await? {
            return Err("a batch could not be recorded".into());
        }
    }
    Ok(())
}
