//! Taking a file away, and leaving it after all.

use entity::{attachment, ids::AttachmentId, notice};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait as _, ModelTrait as _};
use time::OffsetDateTime;

use super::{MOST, Refused, Why, held, waits};
use crate::{notices::NoticeError, problem::Problem};

/// Takes a file away, at once or with the next correction as it would be added. Gives the file and whether it waits for that; none where
/// the notice has no such file.
///
/// # Errors
/// [`NoticeError::Withdrawn`].
pub async fn remove(
    db: &impl ConnectionTrait,
    notice: &notice::Model,
    id: AttachmentId,
    now: OffsetDateTime,
) -> Result<Option<(attachment::Model, bool)>, NoticeError> {
    let seen = notice;
    let notice = held(db, seen).await?;
    let Some(row) = find(db, &notice, id).await?.filter(|row| row.until_revision.is_none()) else { return Ok(None) };
    let waits = waits(seen, &notice, now) && row.since_revision <= notice.revision;
    if waits {
        let until = Set(Some(notice.revision + 1));
        attachment::ActiveModel { until_revision: until, ..row.clone().into() }.update(db).await?;
    } else {
        row.clone().delete(db).await?;
    }
    Ok(Some((row, waits)))
}

/// Leaves a file that was to go with the next correction; none where there is no such file.
///
/// # Errors
/// [`NoticeError::Withdrawn`]; [`Why::TooMany`] where other files have taken its place.
pub async fn keep(
    db: &impl ConnectionTrait,
    notice: &notice::Model,
    id: AttachmentId,
) -> Result<Option<attachment::Model>, Problem> {
    let notice = held(db, notice).await?;
    let goes = |row: &attachment::Model| row.until_revision == Some(notice.revision + 1);
    let Some(row) = find(db, &notice, id).await?.filter(goes) else { return Ok(None) };
    let there = super::list::rows(db, &notice).await?.iter().filter(|row| row.until_revision.is_none()).count();
    if there >= MOST {
        return Err(Refused { name: row.name, why: Why::TooMany }.into());
    }
    Ok(Some(attachment::ActiveModel { until_revision: Set(None), ..row.into() }.update(db).await?))
}

/// Lets what waits for the next correction of a notice, which is held, take effect at once: nobody has it yet.
///
/// # Errors
/// The database's.
pub async fn settle(db: &impl ConnectionTrait, notice: &notice::Model) -> Result<(), DbErr> {
    for row in super::list::rows(db, notice).await? {
        if row.until_revision == Some(notice.revision + 1) {
            row.delete(db).await?;
        } else if row.since_revision == notice.revision + 1 {
            attachment::ActiveModel { since_revision: Set(notice.revision), ..row.into() }.update(db).await?;
        }
    }
    Ok(())
}

async fn find(
    db: &impl ConnectionTrait,
    notice: &notice::Model,
    id: AttachmentId,
) -> Result<Option<attachment::Model>, NoticeError> {
    let row = attachment::Entity::find_by_id((notice.city_id, id)).one(db).await?;
    Ok(row.filter(|row| row.notice_id == notice.id))
}
