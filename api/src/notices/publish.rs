//! Publishing: the notice gets its time and its circulations, in one transaction, once.

use entity::{
    ids::{AttachmentId, PersonId},
    notice::{self, Importance},
};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, QuerySelect as _, Value};
use time::OffsetDateTime;

use super::{
    NoticeError,
    attachments::{brought_by, looked_at, settle},
    reach,
};
use crate::{clock::end_of, postgres::sql};

/// How somebody publishes.
#[derive(Clone, Debug, Default)]
pub struct Publishing {
    /// Why one person alone publishes an emergency; announced to all staff.
    pub alone: Option<String>,
    /// The files that were looked at.
    pub files: Option<Vec<AttachmentId>>,
}

/// Publishes a draft, at once or at the time that it asks for. An emergency needs another person than who wrote it or added a file to it, or a reason
/// why there is none.
///
/// # Errors
/// [`NoticeError::AlreadyPublished`], also to the second of two at once; [`NoticeError::SecondPersonNeeded`]; [`NoticeError::FilesChanged`],
/// [`NoticeError::FilesUnseen`].
pub async fn publish(
    db: &impl ConnectionTrait,
    notice: notice::Model,
    (publisher, publishing): (PersonId, Publishing),
    now: OffsetDateTime,
) -> Result<notice::Model, NoticeError> {
    if notice.published_at.is_some() {
        return Err(NoticeError::AlreadyPublished);
    }
    // Whoever changes its files waits until this has ended.
    notice::Entity::find_by_id((notice.city_id, notice.id)).lock_exclusive().one(db).await?;
    let own_emergency = needs_another(db, &notice, publisher).await?;
    if own_emergency && publishing.alone.is_none() {
        return Err(NoticeError::SecondPersonNeeded);
    }
    looked_at(db, &notice, publishing.files.as_deref()).await?;
    // A file may have waited for a correction since before the notice was taken back.
    settle(db, &notice).await?;
    let published_at = notice.publish_at.filter(|at| *at > now).unwrap_or(now);
    if notice.circulate_until.is_some_and(|day| end_of(day) <= published_at) {
        return Err(NoticeError::InThePast("circulate_until"));
    }
    let alone = publishing.alone.filter(|_| own_emergency);
    let values: [Value; 5] =
        [notice.city_id.0.into(), notice.id.0.into(), published_at.into(), publisher.0.into(), alone.into()];
    let statement = sql(
        "UPDATE notice SET published_at = $3, publisher_id = $4, alone_reason = $5
         WHERE city_id = $1 AND id = $2 AND published_at IS NULL",
        values,
    );
    if db.execute_raw(statement).await?.rows_affected() == 0 {
        return Err(NoticeError::AlreadyPublished);
    }
    if reach::circulate(db, &notice, published_at).await? == 0 {
        return Err(NoticeError::NobodyThere);
    }
    wake_worker(db).await?;
    let row = notice::Entity::find_by_id((notice.city_id, notice.id)).one(db).await?;
    row.ok_or(NoticeError::NotPublished)
}

/// Whether this is an emergency that `person` wrote or added a file to, and which is therefore for another person to look at and to send.
pub(super) async fn needs_another(
    db: &impl ConnectionTrait,
    notice: &notice::Model,
    person: PersonId,
) -> Result<bool, DbErr> {
    Ok(notice.is_emergency_of(person)
        || notice.importance == Importance::Emergency && brought_by(db, notice, person).await?)
}

/// A hint to the workers, which look every second anyway.
pub(super) async fn wake_worker(db: &impl ConnectionTrait) -> Result<(), NoticeError> {
    db.execute_unprepared("NOTIFY kairan_work").await?;
    Ok(())
}
