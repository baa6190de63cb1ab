//! Closing: nobody leaves a receipt for a notice whose receipts are no longer kept. It can still be read, and its counts stay.

use entity::ids::CityId;
use sea_orm::{ConnectionTrait, DbErr};
use time::OffsetDateTime;

use crate::postgres::sql;

/// Closes the notices of a city that came out before a moment; gives how many.
///
/// # Errors
/// The database's.
pub async fn close(
    db: &impl ConnectionTrait,
    city: CityId,
    before: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<u64, DbErr> {
    let statement = sql(
        "UPDATE notice SET closed_at = $3 WHERE city_id = $1 AND published_at < $2 AND closed_at IS NULL",
        [city.0.into(), before.into(), now.into()],
    );
    Ok(db.execute_raw(statement).await?.rows_affected())
}
