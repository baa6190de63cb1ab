//! Adding files to a notice: at once to a draft and to what is scheduled, with the next correction to what is out and to an emergency that is agreed.

use entity::{attachment, ids::PersonId, notice};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait};
use time::OffsetDateTime;

use super::{MOST, Prepared, held, name::beside, waits};
use crate::notices::NoticeError;

/// What came of it.
#[derive(Debug)]
pub struct Attached {
    /// The files that the notice has got.
    pub kept: Vec<attachment::Model>,
    /// The names of those for which there was no room.
    pub beyond: Vec<String>,
    /// Whether they wait for a correction.
    pub waits: bool,
}

/// Adds files that somebody has prepared, in their order, as far as there is room.
///
/// # Errors
/// [`NoticeError::Withdrawn`].
pub async fn attach(
    db: &impl ConnectionTrait,
    notice: &notice::Model,
    (person, prepared): (PersonId, Vec<Prepared>),
    now: OffsetDateTime,
) -> Result<Attached, NoticeError> {
    let seen = notice;
    let notice = held(db, seen).await?;
    let waits = waits(seen, &notice, now);
    let there = super::list::rows(db, &notice).await?.iter().filter(|row| row.until_revision.is_none()).count();
    let mut attached = Attached { kept: Vec::new(), beyond: Vec::new(), waits };
    for one in prepared {
        if there + attached.kept.len() >= MOST {
            attached.beyond.push(one.name);
            continue;
        }
        let sides = one.preview.as_ref().map(|preview| preview.sides);
        let row = attachment::ActiveModel {
            city_id: Set(notice.city_id),
            id: Set(one.id),
            notice_id: Set(notice.id),
            name: Set(beside(one.name, notice.drill)),
            kind: Set(one.kind),
            pages: Set(one.pages.and_then(|pages| i16::try_from(pages).ok())),
            size: Set(i32::try_from(one.size).unwrap_or(i32::MAX)),
            sum: Set(one.sum.to_vec()),
            preview_sum: Set(one.preview.map(|preview| preview.sum.to_vec())),
            preview_width: Set(sides.and_then(|(width, _)| i16::try_from(width).ok())),
            preview_height: Set(sides.and_then(|(_, height)| i16::try_from(height).ok())),
            since_revision: Set(notice.revision + i32::from(waits)),
            until_revision: Set(None),
            added_at: Set(now),
            added_by: Set(Some(person)),
        };
        attached.kept.push(row.insert(db).await?);
    }
    Ok(attached)
}
