//! Delivering one batch: what it says is read after the claim, so that a batch which waited sends the newest text; then each phone
//! gets its message outside of any transaction, while the lease is renewed; then the outcomes are recorded under the token.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::{Duration as StdDuration, Instant},
};

use aws_lc_rs::hmac;
use entity::{area, notice, subscription};
use futures_util::{StreamExt as _, stream};
use sea_orm::{DatabaseConnection, DbErr, EntityTrait as _, FromQueryResult as _};
use uuid::Uuid;

use super::{
    answer::{Reply, Service, Verdict, judge},
    audience::audience,
    claim::{Claim, renew},
    message::{Message, time_to_live},
    outcome::{Outcome, Sent, Tells},
    pace::{Pace, Paces},
    record::{Report, record},
    transport::{Letter, Transport},
    vapid::{Signature, Vapid},
};
use crate::{clock::Clock, config::Origin, postgres::sql};

/// How often a lease is renewed: three times within the shortest.
const HEARTBEAT: StdDuration = StdDuration::from_secs(3);
/// Messages of one batch that are on their way, or waiting for room, at once.
const AT_ONCE: usize = 256;

/// How long a batch goes on beginning messages. What is left then leaves as a batch of its own, for which rights, text and withdrawal
/// are looked at anew.
const BUDGET: StdDuration = StdDuration::from_secs(5);
/// So many failures in a row within a batch, and the rest of it waits.
const SICK_AFTER: u32 = 50;
/// How often the recording of a batch is tried; what is not recorded would be sent again.
const RECORDINGS: u32 = 5;

/// What it takes to deliver.
#[derive(Debug)]
pub struct Post {
    /// The database.
    pub db: DatabaseConnection,
    /// The time.
    pub clock: Clock,
    /// Where links lead.
    pub origin: Origin,
    /// The way to the push services.
    pub transport: Transport,
    /// Who sends.
    pub vapid: Vapid,
    /// How many messages each service bears at once.
    pub paces: Paces,
    /// Makes endpoints recognisable in the log without naming them.
    pub log_key: hmac::Key,
    /// Whether the worker is to end: then nothing more is begun.
    pub stopping: AtomicBool,
}

/// What all messages of a batch have in common.
struct Mailing<'a> {
    claim: &'a Claim,
    message: Message,
    service: Service,
    pace: Arc<Pace>,
    begun: Instant,
    failures_in_row: AtomicU32,
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
}

impl Post {
    /// Sends a batch and records it. False when another worker took it over meanwhile.
    ///
    /// # Errors
    /// When the database fails; then the batch is taken over when its lease is out.
    pub async fn deliver(&self, claim: &Claim) -> Result<bool, DeliverError> {
        let sending = self.send(claim);
        tokio::pin!(sending);
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.tick().await;
        let report = loop {
            tokio::select! {
                report = &mut sending => break report?,
                _ = heartbeat.tick() => match renew(&self.db, claim).await {
                    Ok(true) => {}
                    Ok(false) => return Ok(false),
                    // The lease may hold out until the database answers again; recording will tell.
                    Err(error) => tracing::warn!(%error, batch = %claim.id, "a lease could not be renewed"),
                },
            }
        };
        let recorded = self.record(claim, &report).await?;
        let count = |outcome| report.sent.iter().filter(|sent| sent.outcome == outcome).count();
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
            recorded,
            "sent a batch"
        );
        Ok(recorded)
    }

    async fn record(&self, claim: &Claim, report: &Report) -> Result<bool, DbErr> {
        let mut tries = 1;
        loop {
            match record(&self.db, claim, report, self.clock.now()).await {
                Err(error) if tries < RECORDINGS => {
                    tracing::warn!(%error, batch = %claim.id, "a batch could not be recorded yet");
                    tokio::time::sleep(StdDuration::from_millis(200) * tries).await;
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    async fn send(&self, claim: &Claim) -> Result<Report, DeliverError> {
        let nobody = |outcome, revision| Report {
            revision,
            sent: vec![Sent::not(outcome); claim.subscription_ids.len()],
            accepted: None,
        };
        let notice = notice::Entity::find_by_id((claim.city_id, claim.notice_id)).one(&self.db).await?;
        let Some(notice) = notice.filter(|notice| notice.withdrawn_at.is_none()) else {
            return Ok(nobody(Outcome::Withdrawn, 1));
        };
        if self.clock.now() >= claim.expires_at {
            return Ok(nobody(Outcome::Expired, notice.revision));
        }
        let sender = area::Entity::find_by_id((claim.city_id, notice.sender_area_id)).one(&self.db).await?;
        let sender = sender.map(|area| area.name).unwrap_or_default();
        let mut addressees = self.addressees(claim).await?;
        let host = claim.origin.trim_start_matches("https://");
        let mailing = Mailing {
            claim,
            message: Message::new(&notice, &sender, &self.origin)?,
            service: Service::of_host(host.split(':').next().unwrap_or(host)),
            pace: self.paces.of(&claim.origin),
            begun: Instant::now(),
            failures_in_row: AtomicU32::new(0),
        };
        let mut sent = vec![Sent::not(Outcome::Left); claim.subscription_ids.len()];
        let present = claim.subscription_ids.iter().enumerate();
        let letters: Vec<(usize, subscription::Model)> =
            present.filter_map(|(place, id)| Some((place, addressees.remove(id)?))).collect();
        let mailing = &mailing;
        let mut letters = letters.into_iter();
        if claim.probing
            && let Some((place, to)) = letters.next()
        {
            sent[place] = self.send_one(mailing, &to).await;
            if sent[place].tells == Tells::Sick {
                mailing.failures_in_row.store(SICK_AFTER, Relaxed);
            }
        }
        let mut replies = stream::iter(letters)
            .map(|(place, to)| async move { (place, self.send_one(mailing, &to).await) })
            .buffer_unordered(AT_ONCE);
        while let Some((place, one)) = replies.next().await {
            sent[place] = one;
        }
        drop(replies);
        let accepted = sent.iter().filter_map(|one| one.accepted_at);
        let accepted = accepted.clone().min().zip(accepted.max());
        Ok(Report { revision: notice.revision, sent, accepted })
    }

    /// The batch's subscriptions that the notice is still for.
    async fn addressees(&self, claim: &Claim) -> Result<HashMap<Uuid, subscription::Model>, DbErr> {
        let text = format!(
            "{} SELECT s.* FROM subscription s JOIN audience ON audience.id = s.id WHERE s.city_id = $1",
            audience("AND s.id = ANY($4)")
        );
        let values = [
            claim.city_id.0.into(),
            claim.notice_id.0.into(),
            self.clock.today().into(),
            claim.subscription_ids.clone().into(),
        ];
        let rows = subscription::Model::find_by_statement(sql(&text, values)).all(&self.db).await?;
        Ok(rows.into_iter().map(|row| (row.id.0, row)).collect())
    }

    /// One phone: a second signature where the first is refused, and the smallest form where the message is too large.
    async fn send_one(&self, mailing: &Mailing<'_>, to: &subscription::Model) -> Sent {
        let Mailing { claim, message, pace, .. } = mailing;
        let _room = self.paces.enter(pace, claim.urgent).await;
        if self.stopping.load(Relaxed) || mailing.begun.elapsed() > BUDGET {
            return Sent::later();
        }
        let (attempt, left) = ((claim.attempt, claim.urgent), claim.expires_at - self.clock.now());
        if mailing.failures_in_row.load(Relaxed) >= SICK_AFTER {
            return Sent { tells: Tells::Nothing, ..Sent::after(SICK, attempt, left) };
        }
        let Ok(mut signature) = self.vapid.signature(&claim.origin, self.clock.now()) else {
            return self.ours(mailing, to, "no signature can be made");
        };
        let mut verdict = self.attempt(mailing, to, (&message.body, &signature)).await;
        if verdict == Verdict::Resign
            && let Ok(fresh) = self.vapid.afresh(&claim.origin, &signature, self.clock.now())
        {
            signature = fresh;
            verdict = self.attempt(mailing, to, (&message.body, &signature)).await;
        }
        if verdict == Verdict::TooLarge {
            tracing::error!(
                origin = claim.origin,
                bytes = message.body.len(),
                "a push service finds a message too large"
            );
            verdict = self.attempt(mailing, to, (&message.smallest, &signature)).await;
        }
        pace.note(verdict);
        if matches!(verdict, Verdict::OurFault | Verdict::TooLarge | Verdict::Renew) {
            return Sent { renew: verdict == Verdict::Renew, ..self.ours(mailing, to, verdict.name()) };
        }
        let sent = Sent::after(verdict, attempt, left);
        if sent.tells == Tells::Sick {
            mailing.failures_in_row.fetch_add(1, Relaxed);
        } else {
            mailing.failures_in_row.store(0, Relaxed);
        }
        Sent { accepted_at: (verdict == Verdict::Accepted).then(|| self.clock.now()), ..sent }
    }

    async fn attempt(
        &self,
        mailing: &Mailing<'_>,
        to: &subscription::Model,
        (body, signature): (&[u8], &Signature),
    ) -> Verdict {
        let Mailing { claim, message, service, .. } = mailing;
        let letter = Letter {
            endpoint: &to.endpoint,
            keys: (&to.p256dh, &to.auth),
            body,
            ttl: time_to_live(claim.expires_at, message.urgency, self.clock.now()),
            urgency: message.urgency,
            topic: &message.topic,
            signature: signature.clone(),
        };
        let reply: Reply = match self.transport.send(letter).await {
            Ok(reply) => reply,
            Err(error) => {
                tracing::error!(%error, to = self.log_name(to), "a message can't be sealed");
                return Verdict::OurFault;
            }
        };
        let verdict = judge(*service, &reply, self.clock.now());
        metrics::counter!("push_answers_total", "service" => service.name(), "answer" => verdict.name()).increment(1);
        verdict
    }

    /// What is our own fault is said loudly and not repeated; the subscription is kept.
    fn ours(&self, mailing: &Mailing<'_>, to: &subscription::Model, what: &str) -> Sent {
        tracing::error!(notice = %mailing.claim.notice_id, to = self.log_name(to), what, "a message was refused for good");
        Sent { tells: Tells::Well, ..Sent::not(Outcome::GivenUp) }
    }

    /// An endpoint is a secret: the log knows it by its origin and eight digits.
    fn log_name(&self, to: &subscription::Model) -> String {
        let tag = hmac::sign(&self.log_key, to.endpoint.as_bytes());
        let digits: String = tag.as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("{}#{digits}", to.origin)
    }
}

/// What is assumed of a service that has just failed fifty times.
const SICK: Verdict = Verdict::Retry { after: None, sign: super::answer::Sign::Sick };
