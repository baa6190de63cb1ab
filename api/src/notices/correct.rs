//! Correcting: what stood before is kept, the revision rises, and those who got the original are rung again.

use entity::{
    ids::{AttachmentId, PersonId},
    notice::{self, Category},
    revision::{self, Entity as Revision},
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Value,
};
use time::{Date, OffsetDateTime};

use super::{
    NoticeError,
    attachments::{looked_at, settle, staged},
    checks::lines,
    draft::{AHEAD, drill_title},
    facts::Facts,
    publish::wake_worker,
    versions::Versions,
};
use crate::{clock::end_of, postgres::sql};

/// What changes, and why. None: as before.
#[derive(Clone, Debug, Default)]
pub struct Correction {
    /// Title.
    pub title: Option<String>,
    /// Text.
    pub body: Option<String>,
    /// What it is about.
    pub category: Option<Category>,
    /// Last day; `Some(None)`: none.
    pub circulate_until: Option<Option<Date>>,
    /// All that it tells of.
    pub facts: Option<Facts>,
    /// All its versions; none: as before, if title and text are.
    pub versions: Option<Versions>,
    /// Why.
    pub reason: String,
    /// The revision that was looked at when it was written.
    pub revision: Option<i32>,
    /// The files that were looked at.
    pub files: Option<Vec<AttachmentId>>,
}

/// All that a correction may change, as it stands in one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// What it is about.
    pub category: Category,
    /// Last day.
    pub circulate_until: Option<Date>,
    /// What it tells of.
    pub facts: Facts,
    /// Its text in other languages.
    pub versions: Versions,
}

macro_rules! from_rows {
    ($($row:ident),*) => {$(
        impl From<&$row::Model> for Content {
            fn from(row: &$row::Model) -> Self {
                Self {
                    title: row.title.clone(),
                    body: row.body.clone(),
                    category: row.category,
                    circulate_until: row.circulate_until,
                    facts: row.into(),
                    versions: row.into(),
                }
            }
        }
    )*};
}
from_rows!(notice, revision);

/// Corrects a notice that is published, or changes one that is scheduled. An emergency is corrected by another person than its
/// author, as it was published by one, unless it went out by one person alone. Versions that are not named with a corrected title or text go.
///
/// # Errors
/// [`NoticeError::NotPublished`], [`NoticeError::Withdrawn`], [`NoticeError::NothingChanged`], [`NoticeError::InThePast`],
/// [`NoticeError::AnotherCorrects`], [`NoticeError::CorrectedMeanwhile`], [`NoticeError::FilesChanged`],
/// [`NoticeError::FilesUnseen`]; those of the facts.
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
    if before.is_corrected_by_another_than(person) {
        return Err(NoticeError::AnotherCorrects);
    }
    // Otherwise what somebody else corrected would be taken back by who never saw it.
    if correction.revision.is_some_and(|seen| seen != before.revision) {
        return Err(NoticeError::CorrectedMeanwhile);
    }
    looked_at(db, &before, correction.files.as_deref()).await?;
    // What stood there before may be over by now.
    let until = correction.circulate_until.flatten().filter(|day| before.circulate_until != Some(*day));
    if until.is_some_and(|day| day > now.date() + AHEAD) {
        return Err(NoticeError::TooFarAhead("circulate_until"));
    }
    if until.is_some_and(|day| end_of(day) <= now) {
        return Err(NoticeError::InThePast("circulate_until"));
    }
    let mut row = notice::ActiveModel::from(before.clone());
    if let Some(title) = correction.title {
        row.title.set_if_not_equals(drill_title(title.trim(), before.drill));
    }
    if let Some(body) = correction.body {
        row.body.set_if_not_equals(lines(&body));
    }
    let same_text = !row.title.is_set() && !row.body.is_set();
    let versions = correction.versions.or_else(|| same_text.then(|| Versions::from(&before)));
    versions.unwrap_or_default().put(before.drill, &mut row);
    if let Some(facts) = correction.facts {
        facts.check(&Facts::from(&before), now)?;
        facts.put(&mut row);
    }
    row.category.set_if_not_equals(correction.category.unwrap_or(before.category));
    row.circulate_until.set_if_not_equals(correction.circulate_until.unwrap_or(before.circulate_until));
    // What was added to it or taken away since it came out takes effect with any correction, and may be one by itself.
    if !row.is_changed() && !staged(db, &before).await? {
        return Err(NoticeError::NothingChanged);
    }
    // What is not out yet has no readers who would have to be told.
    if before.published_at.is_some_and(|at| at <= now) {
        keep(db, &before, (person, correction.reason), now).await?;
        row.revision = Set(before.revision + 1);
    } else {
        settle(db, &before).await?;
    }
    let row = row.update(db).await?;
    wake_worker(db).await?;
    Ok(row)
}

/// What a correction may change.
const KEPT: &str = "title, body, category, circulate_until, starts_on, starts_time, ends_on, ends_time, place, for_whom, fee, answer_by, \
                    contact_name, contact_phone, contact_mail, easy_title, easy_body, english_title, english_body";

/// Keeps what stands there before it is corrected.
async fn keep(
    db: &impl ConnectionTrait,
    before: &notice::Model,
    (person, reason): (PersonId, String),
    now: OffsetDateTime,
) -> Result<(), DbErr> {
    let text = format!(
        "INSERT INTO revision (city_id, notice_id, revision, reason, person_id, at, {KEPT})
         SELECT city_id, id, revision + 1, $3, $4, $5, {KEPT} FROM notice WHERE city_id = $1 AND id = $2"
    );
    let values: [Value; 5] = [before.city_id.0.into(), before.id.0.into(), reason.into(), person.0.into(), now.into()];
    db.execute_raw(sql(&text, values)).await?;
    Ok(())
}

/// The corrections of a notice, the last one first: what each replaced, and why.
///
/// # Errors
/// The database's.
pub async fn corrections(db: &impl ConnectionTrait, notice: &notice::Model) -> Result<Vec<revision::Model>, DbErr> {
    if notice.revision == 1 {
        return Ok(Vec::new());
    }
    Revision::find()
        .filter(revision::Column::CityId.eq(notice.city_id))
        .filter(revision::Column::NoticeId.eq(notice.id))
        .order_by_desc(revision::Column::Revision)
        .all(db)
        .await
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
