//! Sending a batch: each phone gets its message, as many at once as the service bears.
//!
//! It runs on one lane from the first message to the last, knows no database, and gives back what became of each phone. It begins messages
//! for four seconds: what is left then goes on in a batch of its own, for which rights, text and withdrawal are looked at anew.

use std::{
    cell::{Cell, RefCell},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use aws_lc_rs::hmac;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use http::HeaderMap;

use super::{
    answer::{Reply, Service, Sign, Taken, Verdict, judge, taken},
    claim::Claim,
    keyring::Keyring,
    letter::{Addressee, headers, parcel},
    message::{Message, time_to_live},
    outcome::{Outcome, Sent, Tells},
    pace::{OnTheWay, Window},
    vapid::{Signature, Vapid, VapidError},
    wire::transport::Transport,
};
use crate::clock::Clock;

/// How long a batch goes on beginning messages: who signs out is rung no longer than five seconds.
const BUDGET: Duration = Duration::from_secs(4);
/// So many failures in a row within a batch, and the rest of it waits.
const SICK_AFTER: u32 = 50;

/// What all batches are sent with.
#[derive(Debug)]
pub struct Desk {
    /// The time.
    pub clock: Clock,
    /// Who sends.
    pub vapid: Vapid,
    /// What is on its way.
    pub on_the_way: OnTheWay,
    /// The keys made ahead.
    pub keyring: Keyring,
    /// Batches in hand: while there are any, no keys are made ahead.
    pub in_hand: AtomicUsize,
    /// Makes endpoints recognisable in the log without naming them.
    pub log_key: hmac::Key,
    /// Whether the worker is to end: then nothing more is begun.
    pub stopping: AtomicBool,
}

/// What a claim says, being sent: in as many messages as it takes, each phone in its turn whichever of them it gets.
pub struct Mailing {
    desk: Arc<Desk>,
    claim: Claim,
    /// Each with what is the same in all letters that say it.
    messages: Vec<(Message, HeaderMap)>,
    service: Service,
    withdrawn: Arc<AtomicBool>,
    begun: Instant,
    failures_in_row: Cell<u32>,
    complained: Cell<bool>,
    window: RefCell<Window>,
}

/// What became of a claim.
#[derive(Debug)]
pub struct Sendings {
    /// Each phone's place in the batch, and what became of it.
    pub sent: Vec<(usize, Sent)>,
    /// What the service was found to bear.
    pub window: Window,
}

impl Mailing {
    /// The batch of `claim`, which is to say `messages`; `withdrawn` turns true when nothing more of it may leave.
    #[must_use]
    pub fn new(desk: Arc<Desk>, claim: Claim, messages: Vec<Message>, withdrawn: Arc<AtomicBool>) -> Self {
        let host = claim.origin.trim_start_matches("https://");
        let service = Service::of_host(host.split(':').next().unwrap_or(host));
        let written = |message| {
            let headers = headers(&message, service);
            (message, headers)
        };
        Self {
            messages: messages.into_iter().map(written).collect(),
            window: RefCell::new(claim.window()),
            begun: Instant::now(),
            failures_in_row: Cell::new(0),
            complained: Cell::new(false),
            desk,
            claim,
            service,
            withdrawn,
        }
    }

    /// Sends it. A service that was failing gets one message first, and the others only if that one went well.
    pub async fn send(self, transport: &Transport, letters: Vec<Addressee>) -> Sendings {
        let mut sent = Vec::with_capacity(letters.len());
        let mut letters = letters.into_iter();
        if self.claim.probing
            && let Some(to) = letters.next()
        {
            let first = self.send_one(transport, &to).await;
            // Whatever it is left alone for: one message that did not get through is enough.
            if matches!(first.tells, Tells::Sick | Tells::TooFast | Tells::Refused) {
                self.failures_in_row.set(SICK_AFTER);
            }
            sent.push((to.place, first));
        }
        let mut replies = FuturesUnordered::new();
        loop {
            while replies.len() < self.window.borrow().size()
                && let Some(room) = self.desk.on_the_way.enter(self.claim.urgent, replies.is_empty())
                && let Some(to) = letters.next()
            {
                let mailing = &self;
                replies.push(async move {
                    let _room = room;
                    (to.place, mailing.send_one(transport, &to).await)
                });
            }
            let Some(reply) = replies.next().await else { break };
            sent.push(reply);
        }
        drop(replies);
        Sendings { sent, window: self.window.into_inner() }
    }

    /// One phone: a second signature where the first is refused, and the smallest form where the message is too large.
    async fn send_one(&self, transport: &Transport, to: &Addressee) -> Sent {
        let claim = &self.claim;
        if let Some(not) = self.called_off() {
            return not;
        }
        let now = self.desk.clock.now();
        if now >= claim.expires_at {
            return Sent::not(Outcome::Expired);
        }
        let (attempt, left) = ((claim.attempt, claim.urgent), claim.expires_at - now);
        if self.failures_in_row.get() >= SICK_AFTER {
            return Sent { tells: Tells::Nothing, ..Sent::after(SICK, attempt, left) };
        }
        let signature = match self.desk.vapid.signature(&claim.origin, &to.vapid_key, now) {
            Ok(signature) => signature,
            Err(error) => {
                // Another worker may have the key; where none has, only the phone's owner can help.
                let renew = matches!(error, VapidError::UnknownKey(_));
                self.complain(to, &error.to_string());
                let patient = (claim.attempt, false);
                return Sent { renew, tells: Tells::Nothing, ..Sent::after(Verdict::Resign, patient, left) };
            }
        };
        let Some((verdict, taken)) = self.insist(transport, to, signature).await else {
            return self.called_off().unwrap_or_else(Sent::later);
        };
        self.window.borrow_mut().note(verdict);
        if matches!(verdict, Verdict::OurFault | Verdict::TooLarge | Verdict::Renew) {
            self.complain(to, verdict.name());
        }
        let sent = Sent::after(verdict, attempt, left);
        let sick = sent.tells == Tells::Sick;
        self.failures_in_row.set(if sick { self.failures_in_row.get() + 1 } else { 0 });
        let accepted_at = (verdict == Verdict::Accepted).then(|| self.desk.clock.now());
        Sent { accepted_at, taken, ..sent }
    }

    /// What becomes of a message that has not left, where none is to leave any more.
    fn called_off(&self) -> Option<Sent> {
        if self.withdrawn.load(Relaxed) {
            return Some(Sent::not(Outcome::Withdrawn));
        }
        (self.desk.stopping.load(Relaxed) || self.begun.elapsed() > BUDGET).then(Sent::later)
    }

    /// What the service said; none where the message was called off before it left.
    async fn insist(
        &self,
        transport: &Transport,
        to: &Addressee,
        signature: Arc<Signature>,
    ) -> Option<(Verdict, Taken)> {
        let (origin, (message, headers)) = (&self.claim.origin, self.messages.get(to.says)?);
        let ttl = time_to_live(self.claim.expires_at, message.urgency, self.desk.clock.now());
        let mut signature = signature;
        let mut said = self.attempt(transport, to, (headers, ttl, &signature), &message.body).await?;
        if said.0 == Verdict::Resign
            && let Ok(fresh) = self.desk.vapid.afresh(origin, &to.vapid_key, &signature, self.desk.clock.now())
        {
            signature = fresh;
            said = self.attempt(transport, to, (headers, ttl, &signature), &message.body).await?;
        }
        if said.0 == Verdict::TooLarge {
            tracing::error!(%origin, bytes = message.body.len(), "a push service finds a message too large");
            said = self.attempt(transport, to, (headers, ttl, &signature), &message.smallest).await?;
        }
        Some(said)
    }

    async fn attempt(
        &self,
        transport: &Transport,
        to: &Addressee,
        (headers, ttl, signature): (&HeaderMap, u32, &Signature),
        body: &[u8],
    ) -> Option<(Verdict, Taken)> {
        let ahead = self.desk.keyring.take(to.id, &to.p256dh, &to.auth);
        let parcel = match parcel(to, (headers, ttl, signature), (body, ahead)) {
            Ok(parcel) => parcel,
            Err(error) => {
                tracing::error!(%error, to = self.log_name(to), "a message can't be sealed");
                return Some((Verdict::OurFault, Taken::default()));
            }
        };
        let wanted = || self.called_off().is_none();
        let reply: Reply = transport.send(&self.claim.origin, &parcel, wanted).await?;
        let verdict = judge(self.service, &reply, self.desk.clock.now());
        let taken = if verdict == Verdict::Accepted { taken(&reply, ttl) } else { Taken::default() };
        Some((verdict, taken))
    }

    /// What is our own fault is said loudly; the subscription is kept.
    fn complain(&self, to: &Addressee, what: &str) {
        // One of a batch stands for all: a fault of ours has them all refused.
        if !self.complained.replace(true) {
            tracing::error!(about = %self.claim.about, to = self.log_name(to), what, "a message can't be sent");
        }
    }

    /// An endpoint is a secret: the log knows it by its origin and eight digits.
    fn log_name(&self, to: &Addressee) -> String {
        let tag = hmac::sign(&self.desk.log_key, to.endpoint.as_bytes());
        let digits: String = tag.as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("{}#{digits}", self.claim.origin)
    }
}

/// What is assumed of a service that has just failed fifty times.
const SICK: Verdict = Verdict::Retry { after: None, sign: Sign::Sick };
