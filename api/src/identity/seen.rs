//! The last day on which a device was used: people know by it which of their devices they have lost.
//!
//! It is noted once a day, aside: nobody's request waits for it, one statement at a time is under way, and it takes no row that somebody else holds. What is not noted
//! for that is noted with the next request.

use std::sync::Arc;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr};
use time::Date;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::Caller;
use crate::postgres::sql;

/// Notes who was there.
#[derive(Clone, Debug)]
pub(super) struct Seen(Arc<Semaphore>);

impl Default for Seen {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Seen {
    /// Notes those of `callers` who have not been here today yet, without waiting for it.
    pub fn note(&self, db: &DatabaseConnection, callers: &[Option<Caller>], today: Date) {
        let late = callers.iter().flatten().filter(|caller| caller.seen_on < today);
        let (cities, sessions): (Vec<Uuid>, Vec<Uuid>) = late.map(|caller| (caller.city.0, caller.session.0)).unzip();
        if sessions.is_empty() {
            return;
        }
        let Ok(turn) = self.0.clone().try_acquire_owned() else { return };
        let db = db.clone();
        tokio::spawn(async move {
            if let Err(error) = write(&db, (cities, sessions), today).await {
                tracing::debug!(%error, "who was here today could not be noted");
            }
            drop(turn);
        });
    }
}

async fn write(db: &DatabaseConnection, (cities, sessions): (Vec<Uuid>, Vec<Uuid>), today: Date) -> Result<(), DbErr> {
    let statement = sql(
        "UPDATE session s SET seen_on = $3 FROM (
            SELECT o.city_id, o.id FROM unnest($1::uuid[], $2::uuid[]) AS who (city_id, id)
            JOIN session o ON o.city_id = who.city_id AND o.id = who.id
            WHERE o.seen_on IS NULL OR o.seen_on < $3
            FOR NO KEY UPDATE OF o SKIP LOCKED) AS here
         WHERE s.city_id = here.city_id AND s.id = here.id",
        [cities.into(), sessions.into(), today.into()],
    );
    db.execute_raw(statement).await?;
    Ok(())
}
