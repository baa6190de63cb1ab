//! Withdrawing: nothing more leaves, and who opens the notice reads that it was withdrawn and why.

use entity::notice;
use sea_orm::{ConnectionTrait, EntityTrait as _, Value};
use time::OffsetDateTime;

use super::NoticeError;
use crate::postgres::sql;

/// Withdraws a notice that is published or scheduled.
///
/// # Errors
/// [`NoticeError::NotPublished`], [`NoticeError::Withdrawn`].
pub async fn withdraw(
    db: &impl ConnectionTrait,
    notice: notice::Model,
    reason: Option<String>,
    now: OffsetDateTime,
) -> Result<notice::Model, NoticeError> {
    let values: [Value; 4] = [notice.city_id.0.into(), notice.id.0.into(), now.into(), reason.into()];
    let statement = sql(
        "UPDATE notice SET withdrawn_at = $3, withdrawn_reason = $4
         WHERE city_id = $1 AND id = $2 AND published_at IS NOT NULL AND withdrawn_at IS NULL",
        values,
    );
    let changed = db.execute_raw(statement).await?.rows_affected() == 1;
    let row =
        notice::Entity::find_by_id((notice.city_id, notice.id)).one(db).await?.ok_or(NoticeError::NotPublished)?;
    match (changed, row.withdrawn_at) {
        (true, _) => Ok(row),
        (false, Some(_)) => Err(NoticeError::Withdrawn),
        (false, None) => Err(NoticeError::NotPublished),
    }
}
