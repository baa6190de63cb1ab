//! The ledger without the sending: every batch is claimed and recorded as taken by all.

use time::Duration;

use super::push::Outcome;
use crate::{
    postgres::for_single_statements,
    push::{
        answer::{Taken, Verdict},
        claim::{Room, claim},
        fan_out::BATCH,
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
    let (db, now) = (for_single_statements(&ground.db, 2), ground.clock.now());
    let sent = |place: usize| Sent {
        accepted_at: Some(now),
        // As short as FCM's are.
        taken: Taken { message_id: Some(format!("0:17637{place:08}%e609af1cf9fd7ecd").into()), shortened_to: None },
        ..Sent::after(Verdict::Accepted, (1, false), Duration::DAY)
    };
    let sent: Vec<Sent> = (0..BATCH).map(sent).collect();
    while let Some(claim) = claim(&db, room, now).await? {
        let sent = sent.iter().cycle().take(claim.subscription_ids.len()).cloned().collect();
        let mut window = claim.window();
        claim.subscription_ids.iter().for_each(|_| window.note(Verdict::Accepted));
        let report = Report { revision: 1, sent, window: Some(window) };
        if !record(&db, &claim, &report, now).await? {
            return Err("a batch could not be recorded".into());
        }
    }
    Ok(())
}
