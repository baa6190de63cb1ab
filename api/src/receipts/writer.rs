//! The one writer of receipts of a server: what many phones send at the same moment is one transaction.
//!
//! Who is answered 2xx is answered after the commit. When a group fails, each of it is tried alone, so that one which can't be
//! written takes none with it. When the database is away, all are told so. Several servers may write side by side: see [`record`] for the
//! order in which rows are held.

use std::{slice, time::Duration};

use entity::{
    ids::{HouseholdId, NoticeId},
    receipt,
};
use sea_orm::{DatabaseConnection, DbErr, TransactionTrait as _};

use super::{ReceiptError, Stamp, Waited, record};
use crate::{
    clock::Clock,
    identity::SignIn,
    postgres::{self, gather::Gather},
    problem::Problem,
};

/// How long a group that is not full waits for more.
const WAIT: Duration = Duration::from_millis(3);

/// What became of a stamp.
type Written = Result<receipt::Model, ReceiptError>;

/// Writes receipts for the requests of a server.
#[derive(Debug)]
pub struct Receipts(Gather<Stamp, Written>);

impl Receipts {
    /// Begins to write to `db`.
    #[must_use]
    pub fn start(db: DatabaseConnection, clock: Clock) -> Self {
        Self(Gather::start("receipts", WAIT, move |stamps: Vec<Stamp>| {
            let (db, clock) = (db.clone(), clock.clone());
            async move { write(&db, &clock, &stamps).await }
        }))
    }

    /// Records that who is signed in opened a notice and, with `acknowledged`, that they acknowledged it; gives the receipt as it stands.
    ///
    /// # Errors
    /// Those of [`record`]; `unavailable`, where nothing is promised: it may have been written all the same.
    pub async fn put(&self, who: SignIn, notice: NoticeId, acknowledged: bool) -> Result<receipt::Model, Problem> {
        self.put_late(who, notice, acknowledged, Waited::default()).await
    }

    /// The same, of what may have waited on a phone.
    ///
    /// # Errors
    /// The same.
    pub async fn put_late(
        &self,
        who: SignIn,
        notice: NoticeId,
        acknowledged: bool,
        waited: Waited,
    ) -> Result<receipt::Model, Problem> {
        Ok(self.0.ask(Stamp { who, behalf: None, notice, acknowledged, waited }).await??)
    }

    /// Records the stamp of a household that who is signed in answers for; gives the receipt as it stands.
    ///
    /// # Errors
    /// The same.
    pub async fn put_for(
        &self,
        who: SignIn,
        household: HouseholdId,
        notice: NoticeId,
    ) -> Result<receipt::Model, Problem> {
        let waited = Waited::default();
        Ok(self.0.ask(Stamp { who, behalf: Some(household), notice, acknowledged: true, waited }).await??)
    }

    /// Waits until all that has come so far is written.
    pub async fn drain(&self) {
        self.0.drain().await;
    }
}

async fn write(db: &DatabaseConnection, clock: &Clock, stamps: &[Stamp]) -> Vec<Written> {
    match commit(db, clock, stamps).await {
        Ok(written) => written,
        Err(error) if stamps.len() == 1 || postgres::is_away(&error) => vec![Err(error.into()); stamps.len()],
        Err(error) => {
            tracing::warn!(%error, stamps = stamps.len(), "a group of receipts failed; trying each alone");
            let mut written = Vec::with_capacity(stamps.len());
            for stamp in stamps {
                let alone = commit(db, clock, slice::from_ref(stamp)).await;
                written.extend(alone.unwrap_or_else(|error| vec![Err(error.into())]));
            }
            written
        }
    }
}

async fn commit(db: &DatabaseConnection, clock: &Clock, stamps: &[Stamp]) -> Result<Vec<Written>, DbErr> {
    let tx = db.begin().await?;
    let written = record(&tx, stamps, clock.now()).await?;
    tx.commit().await?;
    Ok(written)
}
