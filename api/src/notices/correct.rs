//! Correcting: what stood before is kept, the revision rises, and those who got the original are rung again.

use entity::{
    ids::PersonId,
    notice::{self, Category, Importance},
    revision::{self, Entity as Revision},
};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait as _, QuerySelect as _};
use time::{Date, OffsetDateTime};

use super::{
    NoticeError,
    draft::{AHEAD, drill_title},
    publish::wake_worker,
};
use crate::clock::end_of;

/// What changes, and why. None: as before.
#[derive(Clone, Debug, Default)]
pub struct Correction {
    /// Title.
    pub title: Option<String>,
    /// Text.
    pub body: Option<String>,
    /// What it is about.
    pub category: Option<Category>,
    /// Last day.
    pub circulate_until: Option<Date>,
    /// Why.
    pub reason: String,
}

/// Corrects a notice that is published, or changes one that is scheduled. An emergency is corrected by another person than its
/// author, as it was published by one, unless it went out by one person alone.
///
/// # Errors
/// [`NoticeError::NotPublished`], [`NoticeError::Withdrawn`], [`NoticeError::NothingChanged`], [`NoticeError::InThePast`],
/// [`NoticeError::SecondPersonNeeded`].
pub async fn correct(
    db: &impl ConnectionTrait,
    notice: notice::Model,
    (person, correction): (PersonId, Correction),
    now: OffsetDateTime,
) -> Result<notice::Model, NoticeError> {
    let before = notice::Entity::find_by_id((notice.city_id, notice.id)).lock_exclusive().one(db).await?;
    let before = before.ok_or(NoticeError::NotPublished)?;
    if before.published_at.is_none() {
        return Err(NoticeError::NotPublished);
    }
    if before.withdrawn_at.is_some() {
        return Err(NoticeError::Withdrawn);
    }
    let own_emergency = before.importance == Importance::Emergency && before.author_id == Some(person);
    if own_emergency && before.alone_reason.is_none() {
        return Err(NoticeError::SecondPersonNeeded);
    }
    if correction.circulate_until.is_some_and(|day| day > now.date() + AHEAD) {
        return Err(NoticeError::TooFarAhead("circulate_until"));
    }
    if correction.circulate_until.is_some_and(|day| end_of(day) <= now) {
        return Err(NoticeError::InThePast("circulate_until"));
    }
    let mut after = before.clone();
    after.title = correction.title.map_or(after.title, |title| drill_title(title.trim(), before.drill));
    after.body = correction.body.map_or(after.body, |body| body.trim().replace("\r\n", "\n"));
    after.category = correction.category.unwrap_or(after.category);
    after.circulate_until = correction.circulate_until.or(after.circulate_until);
    if after == before {
        return Err(NoticeError::NothingChanged);
    }
    // What is not out yet has no readers who would have to be told.
    let out = before.published_at.is_some_and(|at| at <= now);
    if out {
        keep(db, &before, (person, correction.reason), now).await?;
    }
    let row = notice::ActiveModel {
        city_id: Set(before.city_id),
        id: Set(before.id),
        title: Set(after.title),
        body: Set(after.body),
        category: Set(after.category),
        circulate_until: Set(after.circulate_until),
        revision: Set(before.revision + i32::from(out)),
        ..Default::default()
    };
    let row = row.update(db).await?;
    wake_worker(db).await?;
    Ok(row)
}

async fn keep(
    db: &impl ConnectionTrait,
    before: &notice::Model,
    (person, reason): (PersonId, String),
    now: OffsetDateTime,
) -> Result<(), DbErr> {
    let row = revision::ActiveModel {
        city_id: Set(before.city_id),
        notice_id: Set(before.id),
        revision: Set(before.revision + 1),
        title: Set(before.title.clone()),
        body: Set(before.body.clone()),
        category: Set(before.category),
        circulate_until: Set(before.circulate_until),
        reason: Set(reason),
        person_id: Set(person),
        at: Set(now),
    };
    Revision::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// What the last correction of a notice replaced, and why.
///
/// # Errors
/// The database's.
pub async fn last_correction(
    db: &impl ConnectionTrait,
    notice: &notice::Model,
) -> Result<Option<revision::Model>, DbErr> {
    Revision::find_by_id((notice.city_id, notice.id, notice.revision)).one(db).await
}
