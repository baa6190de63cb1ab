//! The ledger without the sending: every batch is claimed and recorded as taken by all.

use time::Duration;

use super::push::Outcome;
use crate::{
    postgres::for_single_statements,
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
    let (db, now) = (for_single_statements(&ground.db, 2), ground.clock.now());
    let sent = |place: usize| Sent {
        accepted_at: Some(now),
        // As short as FCM's are.
        taken: Taken { message_id: Some(format!("0:17637{place:08}%e609af1cf9fd7ecd").into()), shortened_to: None },
        ..Sent::after(Verdict::Accepted, (1, false), Duration::DAY)
    };
    // What the lanes would have brought back, made once: sending is measured elsewhere.
    let mut report = Report { revision: 1, sent: Vec::new(), window: None };
    while let Some(claim) = claim(&db, room, now).await? {
        let phones = claim.subscription_ids.len();
        report.sent.truncate(phones);
        (report.sent.len()..phones).for_each(|place| report.sent.push(sent(place)));
        let mut window = claim.window();
        claim.subscription_ids.iter().for_each(|_| window.note(Verdict::Accepted));
        report.window = Some(window);
        if !record(&db, &claim, &report, now).await? {
            return Err("a batch could not be recorded".into());
        }
    }
    Ok(())
}
