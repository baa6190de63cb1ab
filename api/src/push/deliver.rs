//! Delivering what was claimed: what it says, and to whom, is read after the claim (`contents.rs`); then a lane sends it, outside
//! of any transaction, while the lease is renewed here; then the outcomes are recorded under the token.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration as StdDuration,
};

use sea_orm::{DatabaseConnection, DbErr};

use super::{
    ahead::Ahead,
    claim::{Claim, Held, renew},
    contents::{Contents, contents},
    mailing::{Desk, Mailing},
    outcome::{Outcome, Sent},
    record::{Report, record},
    seen,
    wire::lanes::Lanes,
};
use crate::{config::Origin, postgres::within};

/// How often a lease is renewed, and how soon a batch in hand hears of a withdrawal.
const HEARTBEAT: StdDuration = StdDuration::from_secs(1);
/// How often the recording of a batch is tried; what is not recorded would be sent again.
const RECORDINGS: u32 = 5;
/// How long the database may take to renew a lease, and to record a batch.
const RENEWING: StdDuration = StdDuration::from_secs(2);
const RECORDING: StdDuration = StdDuration::from_secs(2);

/// What it takes to deliver.
#[derive(Debug)]
pub struct Post {
    /// The database.
    pub db: DatabaseConnection,
    /// The same for what each batch costs: to be claimed, addressed, held and recorded, by one statement each.
    pub ledger: DatabaseConnection,
    /// Where links lead.
    pub origin: Origin,
    /// What messages are sent with.
    pub desk: Arc<Desk>,
    /// Where they are sent.
    pub lanes: Lanes,
    /// What is made ahead of the next message.
    pub ahead: Ahead,
    /// What every message says, whatever its notice does: for measurements of a payload that was given.
    pub payload: Option<Vec<u8>>,
}

/// What went wrong with a whole batch; its lease then runs out and it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
    /// The message can't be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The thread that was to send it is gone.
    #[error("the lane that was to send the batch is gone")]
    NoLane,
}

impl Post {
    /// Sends the batches of a claim and records them. False when another worker took them over meanwhile.
    ///
    /// # Errors
    /// When the database fails; then the batch is taken over when its lease is out.
    pub async fn deliver(&self, claim: &Claim) -> Result<bool, DeliverError> {
        let _in_hand = InHand::of(&self.desk);
        let withdrawn = Arc::new(AtomicBool::new(false));
        let sending = self.send(claim, withdrawn.clone());
        tokio::pin!(sending);
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.tick().await;
        let report = loop {
            tokio::select! {
                report = &mut sending => break report?,
                _ = heartbeat.tick() => match within(RENEWING, renew(&self.ledger, claim)).await {
                    Ok(Some(Held { withdrawn: true })) => withdrawn.store(true, Relaxed),
                    Ok(Some(_)) => {}
                    Ok(None) => return Ok(false),
                    // The lease may hold out until the database answers again; recording will tell.
                    Err(error) => tracing::warn!(%error, about = %claim.about, "a lease could not be renewed"),
                },
            }
        };
        let recorded = self.record(claim, &report).await?;
        seen::batches(claim, &report, recorded);
        if recorded {
            let used = |sent: &Sent| sent.outcome == Outcome::Accepted;
            let used = claim.subscription_ids.iter().zip(&report.sent).filter(|(_, sent)| used(sent));
            self.ahead.wants(claim.city_id, used.map(|(id, _)| *id).collect());
        }
        Ok(recorded)
    }

    async fn record(&self, claim: &Claim, report: &Report) -> Result<bool, DbErr> {
        let mut tries = 1;
        loop {
            match within(RECORDING, record(&self.ledger, claim, report, self.desk.clock.now())).await {
                Err(error) if tries < RECORDINGS => {
                    tracing::warn!(%error, about = %claim.about, "a batch could not be recorded yet");
                    tokio::time::sleep(StdDuration::from_millis(200) * tries).await;
                    // Recording tells whether it was in time; this gives it time.
                    let _ = within(RENEWING, renew(&self.ledger, claim)).await;
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    async fn send(&self, claim: &Claim, withdrawn: Arc<AtomicBool>) -> Result<Report, DeliverError> {
        let Contents { revision, otherwise, mut messages, letters, others } = contents(self, claim).await?;
        let mut sent = vec![Sent::not(otherwise); claim.subscription_ids.len()];
        for (place, one) in others {
            sent[place] = one;
        }
        if letters.is_empty() {
            return Ok(Report { revision, sent, window: None });
        }
        if let Some(payload) = &self.payload {
            messages.iter_mut().for_each(|message| message.body.clone_from(payload));
        }
        let mailing = Mailing::new(self.desk.clone(), claim.clone(), messages, withdrawn);
        let sending = self.lanes.run(async move |transport| mailing.send(&transport, letters).await);
        let sendings = sending.await.ok_or(DeliverError::NoLane)?;
        for (place, one) in sendings.sent {
            sent[place] = one;
        }
        Ok(Report { revision, sent, window: Some(sendings.window) })
    }
}

/// One batch in hand, for as long as it is.
struct InHand<'a>(&'a Desk);

impl<'a> InHand<'a> {
    fn of(desk: &'a Desk) -> Self {
        desk.in_hand.fetch_add(1, Relaxed);
        Self(desk)
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.in_hand.fetch_sub(1, Relaxed);
    }
}
