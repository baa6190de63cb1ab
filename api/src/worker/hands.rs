//! What a worker has claimed and has in hand: how much of what, and the next that is done.

use std::{collections::HashMap, sync::Arc};

use tokio::task::{Id, JoinSet};

use super::{CALM, OF_ONE_SERVICE, WEEKLY, WEEKLY_OF_ONE_SERVICE};
use crate::push::{
    claim::{About, Claim, Room},
    deliver::{DeliverError, Post},
};

/// What is counted of a claim in hand.
struct Held {
    service: String,
    urgent: bool,
    weekly: bool,
}

/// The claims in hand.
#[derive(Default)]
pub(super) struct Hands {
    tasks: JoinSet<Result<bool, DeliverError>>,
    held: HashMap<Id, Held>,
}

impl Hands {
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// What there is room for besides, in a quiet hour or not.
    pub(super) fn room(&self, quiet: bool) -> Room {
        let count = |which: fn(&Held) -> bool| self.held.values().filter(|held| which(held)).count();
        Room {
            urgent_only: count(|held| !held.urgent) >= CALM,
            quiet,
            busy: self.busy(|held| !held.urgent, OF_ONE_SERVICE),
            busy_urgent: self.busy(|held| held.urgent, OF_ONE_SERVICE - 1),
            busy_weekly: self.busy(|held| held.weekly, WEEKLY_OF_ONE_SERVICE),
            no_weekly: count(|held| held.weekly) >= WEEKLY,
        }
    }

    /// The services that have as many of a kind as they may.
    fn busy(&self, kind: fn(&Held) -> bool, most: usize) -> Vec<String> {
        let held = || self.held.values().filter(|held| kind(held)).map(|held| &held.service);
        let count = |service: &str| held().filter(|held| *held == service).count();
        held().filter(|service| count(service) >= most).cloned().collect()
    }

    pub(super) fn take(&mut self, post: Arc<Post>, claim: Claim) {
        let weekly = claim.about == About::Week;
        let what = Held { service: claim.origin.clone(), urgent: claim.urgent, weekly };
        let task = self.tasks.spawn(async move { post.deliver(&claim).await });
        self.held.insert(task.id(), what);
    }

    /// The next one that is done; none when none is in hand.
    pub(super) async fn next(&mut self) -> Option<Result<bool, DeliverError>> {
        match self.tasks.join_next_with_id().await? {
            Ok((id, done)) => {
                self.held.remove(&id);
                Some(done)
            }
            Err(error) => {
                tracing::error!(%error, "a batch's task failed; its lease runs out");
                self.held.remove(&error.id());
                Some(Ok(true))
            }
        }
    }
}
