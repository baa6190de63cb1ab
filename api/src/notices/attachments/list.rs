//! Which files a notice has: to its readers, to its editors, in numbers.

use std::collections::{BTreeSet, HashMap};

use entity::{
    attachment,
    ids::{AttachmentId, CityId, NoticeId, PersonId},
    notice::{self, Importance},
};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _};
use uuid::Uuid;

use crate::{
    notices::{NoticeError, Readable},
    postgres::sql,
};

/// All files of a notice, in their order.
pub(super) async fn rows(db: &impl ConnectionTrait, notice: &notice::Model) -> Result<Vec<attachment::Model>, DbErr> {
    attachment::Entity::of(notice.city_id, notice.id).all(db).await
}

/// The files that readers of the notice have.
///
/// # Errors
/// The database's.
pub async fn of_revision(db: &impl ConnectionTrait, notice: &notice::Model) -> Result<Vec<attachment::Model>, DbErr> {
    Ok(rows(db, notice).await?.into_iter().filter(|row| row.is_of(notice.revision)).collect())
}

/// The files that its editors see: those, and what waits for the next correction.
pub(super) async fn for_editor(
    db: &impl ConnectionTrait,
    notice: &notice::Model,
) -> Result<Vec<attachment::Model>, DbErr> {
    let seen = |row: &attachment::Model| row.is_of(notice.revision) || row.is_of(notice.revision + 1);
    Ok(rows(db, notice).await?.into_iter().filter(seen).collect())
}

/// The files that readers will have once the notice is sent, or corrected.
pub(super) fn to_be_sent(rows: &[attachment::Model]) -> impl Iterator<Item = AttachmentId> {
    rows.iter().filter(|row| row.until_revision.is_none()).map(|row| row.id)
}

/// Makes sure that who sends or corrects a notice, which is held, has looked at the files that it brings its readers: they say which. They may
/// leave it unsaid, but not with an emergency: its files have another person as its text has.
///
/// # Errors
/// [`NoticeError::FilesChanged`], [`NoticeError::FilesUnseen`].
pub async fn looked_at(
    db: &impl ConnectionTrait,
    notice: &notice::Model,
    seen: Option<&[AttachmentId]>,
) -> Result<(), NoticeError> {
    let rows = rows(db, notice).await?;
    let (there, named) = (to_be_sent(&rows).collect::<BTreeSet<_>>(), seen.map(|seen| seen.iter().copied().collect()));
    match named {
        Some(named) if there == named => Ok(()),
        Some(_) => Err(NoticeError::FilesChanged),
        None => {
            let anew = |row: &attachment::Model| notice.published_at.is_none() || !row.is_of(notice.revision);
            let goes = |row: &attachment::Model| row.until_revision == Some(notice.revision + 1);
            let brings = rows.iter().any(|row| row.until_revision.is_none() && anew(row) || goes(row));
            if brings && notice.importance == Importance::Emergency { Err(NoticeError::FilesUnseen) } else { Ok(()) }
        }
    }
}

/// Whether somebody has added one of the files that a notice, which is held, is to be sent with.
///
/// # Errors
/// The database's.
pub async fn brought_by(db: &impl ConnectionTrait, notice: &notice::Model, person: PersonId) -> Result<bool, DbErr> {
    Ok(rows(db, notice).await?.iter().any(|row| row.until_revision.is_none() && row.added_by == Some(person)))
}

/// One file of a notice that somebody may read; none where they may not see it there.
pub(super) async fn one(
    db: &impl ConnectionTrait,
    found: &Readable,
    id: AttachmentId,
) -> Result<Option<attachment::Model>, DbErr> {
    let row = attachment::Entity::find_by_id((found.notice.city_id, id)).one(db).await?;
    let revision = found.notice.revision;
    let seen = |row: &attachment::Model| row.is_of(revision) || found.editable && row.is_of(revision + 1);
    Ok(row.filter(|row| row.notice_id == found.notice.id && seen(row)))
}

/// Whether the next correction will change the files of a notice.
///
/// # Errors
/// The database's.
pub async fn staged(db: &impl ConnectionTrait, notice: &notice::Model) -> Result<bool, DbErr> {
    Ok(!between(&rows(db, notice).await?, notice.revision + 1).is_empty())
}

/// What a correction changed: names of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// What came.
    pub added: Vec<String>,
    /// What went.
    pub removed: Vec<String>,
}

impl Changed {
    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// What the corrections that made these revisions of a notice changed, place by place.
///
/// # Errors
/// The database's.
pub async fn changed(
    db: &impl ConnectionTrait,
    notice: &notice::Model,
    revisions: &[i32],
) -> Result<Vec<Changed>, DbErr> {
    if revisions.is_empty() {
        return Ok(Vec::new());
    }
    let rows = rows(db, notice).await?;
    Ok(revisions.iter().map(|revision| between(&rows, *revision)).collect())
}

/// What changes from the revision before to this one.
pub(super) fn between(rows: &[attachment::Model], revision: i32) -> Changed {
    let names = |which: &dyn Fn(&attachment::Model) -> bool| {
        rows.iter().filter(|row| which(row)).map(|row| row.name.clone()).collect()
    };
    Changed {
        added: names(&|row| row.since_revision == revision),
        removed: names(&|row| row.until_revision == Some(revision)),
    }
}

/// How many files readers have with each of these notices; those without are not in it.
///
/// # Errors
/// The database's.
pub async fn counts(
    db: &impl ConnectionTrait,
    notices: impl Iterator<Item = (CityId, NoticeId)>,
) -> Result<HashMap<(CityId, NoticeId), i64>, DbErr> {
    let (cities, ids): (Vec<Uuid>, Vec<Uuid>) = notices.map(|(city, id)| (city.0, id.0)).unzip();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let statement = sql(
        "SELECT n.city_id, n.id, count(*) AS number
         FROM unnest($1::uuid[], $2::uuid[]) AS asked (city_id, id)
         JOIN notice n ON n.city_id = asked.city_id AND n.id = asked.id
         JOIN attachment a ON a.city_id = n.city_id AND a.notice_id = n.id
          AND a.since_revision <= n.revision AND (a.until_revision IS NULL OR n.revision < a.until_revision)
         GROUP BY n.city_id, n.id",
        [cities.into(), ids.into()],
    );
    let mut counts = HashMap::new();
    for row in db.query_all_raw(statement).await? {
        let key = (CityId(row.try_get("", "city_id")?), NoticeId(row.try_get("", "id")?));
        counts.insert(key, row.try_get("", "number")?);
    }
    Ok(counts)
}
