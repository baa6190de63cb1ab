//! What is attached to a notice: PDFs and pictures, at most five.
//!
//! A file belongs to revisions of its notice, from one on and perhaps up to another, so that what people were sent stands as it was. Beside a draft, and a
//! notice that is scheduled, it comes and goes at once. Once the notice is out, its readers have what they have: who adds or takes away a file then
//! prepares the next correction, which alone lets it be seen. The right to a file is the right to its notice, asked by the same question.
//!
//! A stranger's file is opened by the workshop and never in the server; pictures are written anew there. What is kept is in the files' place before
//! the row that names it is written; what no row names is deleted after a day.

use entity::notice::{self, Importance};
use sea_orm::{ConnectionTrait, EntityTrait as _, QuerySelect as _};
use time::OffsetDateTime;

use super::NoticeError;

pub mod api;
mod attach;
mod download;
mod forget;
mod json;
mod list;
mod name;
pub(super) mod pages;
mod prepare;
mod refused;
mod remove;
mod tools;
pub(crate) mod view;

pub use attach::attach;
pub use download::file_of;
pub use forget::{ForgetError, forget_files};
pub use json::AttachmentOut;
pub use list::{Changed, brought_by, changed, counts, looked_at, of_revision, staged};
pub use prepare::{NotTaken, Prepared, prepare};
pub use refused::{Refused, Why};
pub use remove::{keep, remove, settle};

/// The most files of a notice.
pub const MOST: usize = 5;
/// The longest file, in bytes.
pub const LARGEST: usize = 10_000_000;

/// The notice as it stands, for somebody who changes its files, held until the transaction ends: nobody corrects or publishes it meanwhile.
///
/// # Errors
/// [`NoticeError::Withdrawn`].
async fn held(db: &impl ConnectionTrait, notice: &notice::Model) -> Result<notice::Model, NoticeError> {
    let row = notice::Entity::find_by_id((notice.city_id, notice.id)).lock_exclusive().one(db).await?;
    let row = row.ok_or(NoticeError::NotPublished)?;
    if row.withdrawn_at.is_some() { Err(NoticeError::Withdrawn) } else { Ok(row) }
}

/// Why the files of a notice change by a correction alone, if they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// Readers have it.
    Out,
    /// It is settled what this emergency says when its time comes: somebody has sent it with the files that they had looked at.
    Agreed,
}

impl Waits {
    /// Whether, and why, at this time.
    #[must_use]
    pub fn of(notice: &notice::Model, now: OffsetDateTime) -> Option<Self> {
        match notice.published_at {
            Some(at) if at <= now => Some(Self::Out),
            Some(_) if notice.importance == Importance::Emergency => Some(Self::Agreed),
            _ => None,
        }
    }

    /// What it is called to who changes them.
    const fn key(self) -> &'static str {
        match self {
            Self::Out => "attachments-out",
            Self::Agreed => "attachments-agreed",
        }
    }
}

/// Whether a change of the files of a notice, which is held, waits for a correction: also where somebody has published it since it was `seen`, while a
/// file was on its way. Whoever did has not looked at that file.
fn waits(seen: &notice::Model, held: &notice::Model, now: OffsetDateTime) -> bool {
    Waits::of(held, now).is_some() || seen.published_at.is_none() && held.published_at.is_some()
}
