//! The time that server and workers go by: the database's, which they share. A machine whose own clock is wrong neither publishes early nor
//! gives up too soon, and what one process writes down another one understands.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use time::OffsetDateTime;

use super::{sql, within};
use crate::clock::Clock;

/// How often a clock is set: a machine that slept has counted nothing meanwhile.
const EVERY: Duration = Duration::from_secs(10);
/// How soon it is tried again when the database does not answer.
const AGAIN: Duration = Duration::from_secs(1);
/// How long the database may take to answer; and how long for the answer to say more than the clock knows already.
const PATIENCE: Duration = Duration::from_secs(5);
const PROMPT: Duration = Duration::from_millis(500);
/// A machine's clock that is further off is spoken of.
const FAR_OFF: time::Duration = time::Duration::seconds(10);

/// Sets a clock by the database, as soon as that answers.
pub async fn set(clock: &Clock, db: &DatabaseConnection) {
    while let Err(error) = try_to_set(clock, db, PATIENCE).await {
        tracing::warn!(%error, "the database does not tell the time");
        tokio::time::sleep(AGAIN).await;
    }
}

/// Sets it again and again.
pub async fn keep(clock: &Clock, db: &DatabaseConnection) {
    loop {
        tokio::time::sleep(EVERY).await;
        // An answer that took long says less than the clock does.
        if let Err(error) = try_to_set(clock, db, PROMPT).await {
            tracing::debug!(%error, "the database does not tell the time");
        }
    }
}

async fn try_to_set(clock: &Clock, db: &impl ConnectionTrait, limit: Duration) -> Result<(), DbErr> {
    let asked = Instant::now();
    let row = within(limit, db.query_one_raw(sql("SELECT clock_timestamp() AS now", []))).await?;
    let told: OffsetDateTime = row.ok_or_else(|| DbErr::RecordNotFound("the time".into()))?.try_get("", "now")?;
    // It was so in the middle of asking.
    let off = clock.set(told + asked.elapsed() / 2);
    if off.abs() > FAR_OFF {
        tracing::warn!(
            seconds_ahead = off.whole_seconds(),
            "this machine's clock is not the database's, by which is gone here: look at its time service"
        );
    }
    Ok(())
}
