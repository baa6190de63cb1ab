//! What a worker has claimed and has in hand: how much of what, and the next that is done.

use std::{collections::HashMap, sync::Arc};

use tokio::task::{Id, JoinSet};

use super::OF_ONE_SERVICE;
use crate::push::{
    claim::Claim,
    deliver::{DeliverError, Post},
};

/// The claims in hand.
#[derive(Default)]
pub(super) struct Hands {
    tasks: JoinSet<Result<bool, DeliverError>>,
    /// The service of each, and whether it is an emergency.
    held: HashMap<Id, (String, bool)>,
}

impl Hands {
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// How many are no emergencies.
    pub(super) fn calm(&self) -> usize {
        self.held.values().filter(|(_, urgent)| !urgent).count()
    }

    /// The services that have as many as they may, of emergencies or of the rest.
    pub(super) fn busy(&self, urgent: bool) -> Vec<String> {
        let held = || self.held.values().filter(|(_, kind)| *kind == urgent).map(|(origin, _)| origin);
        let count = |origin: &str| held().filter(|held| *held == origin).count();
        let most = OF_ONE_SERVICE - usize::from(urgent);
        held().filter(|origin| count(origin) >= most).cloned().collect()
    }

    pub(super) fn take(&mut self, post: Arc<Post>, claim: Claim) {
        let what = (claim.origin.clone(), claim.urgent);
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
