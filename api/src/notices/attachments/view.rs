//! What pages show of files.

use askama::Template;
use entity::{attachment, attachment::Kind, notice};
use sea_orm::{ConnectionTrait, DbErr};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{MOST, Waits, list};
use crate::{
    say::Message,
    web::{
        filters,
        page::{Faults, Frame},
    },
};

/// A file to its readers.
pub struct FileView {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Width and height of its preview in pixels, where there is one.
    pub preview: Option<(i16, i16)>,
    /// Kind, pages, size.
    pub says: Message,
    /// What stands for the preview.
    pub alt: Message,
}

/// The files of a notice to its readers.
#[derive(Default)]
pub struct FilesView {
    /// The page of the notice; a file is at `{base}/files/{id}`.
    pub base: String,
    pub files: Vec<FileView>,
}

impl FilesView {
    /// The files that readers of the notice have.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(db: &impl ConnectionTrait, notice: &notice::Model) -> Result<Self, DbErr> {
        let files = list::of_revision(db, notice).await?.iter().map(FileView::of).collect();
        Ok(Self { base: format!("/n/{}", notice.id), files })
    }
}

impl FileView {
    fn of(row: &attachment::Model) -> Self {
        let size = size_words(row.size.try_into().unwrap_or_default());
        let (says, alt) = match row.kind {
            Kind::Pdf => (Message::new("attachment-pdf").with("pages", row.pages.unwrap_or(1)), "attachment-pdf-alt"),
            Kind::Jpeg | Kind::Png => (Message::new("attachment-picture"), "attachment-picture-alt"),
        };
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            preview: row.preview_width.zip(row.preview_height),
            says: says.with("size", size),
            alt: Message::new(alt).with("name", &row.name),
        }
    }
}

/// What becomes of a file with the next correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It stays.
    Stays,
    /// It comes.
    Comes,
    /// It goes.
    Goes,
}

impl Turn {
    /// What becomes of a file that editors of the notice see.
    #[must_use]
    pub fn of(row: &attachment::Model, revision: i32) -> Self {
        match (row.is_of(revision), row.is_of(revision + 1)) {
            (true, false) => Self::Goes,
            (false, true) => Self::Comes,
            _ => Self::Stays,
        }
    }
}

/// A file to who may take it away.
pub struct EditView {
    pub file: FileView,
    pub turn: Turn,
}

impl EditView {
    /// Whether it comes with the next correction.
    #[must_use]
    pub fn comes(&self) -> bool {
        self.turn == Turn::Comes
    }

    /// Whether it goes with it.
    #[must_use]
    pub fn goes(&self) -> bool {
        self.turn == Turn::Goes
    }
}

/// The files of a notice to who may change them.
pub struct EditingView {
    /// The page of the notice; a file is at `{base}/files/{id}`.
    pub base: String,
    /// Where files are added; one is taken away at `{action}/{id}/remove`.
    pub action: String,
    pub files: Vec<EditView>,
    /// The ids of the files that readers will have, for a form that sends them as they were looked at.
    pub seen: String,
    /// Whether there is room for another.
    pub room: bool,
    /// Why changes wait for a correction, if they do.
    pub waits: Option<Waits>,
}

impl EditingView {
    /// The files of a notice with what waits for its next correction.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(db: &impl ConnectionTrait, notice: &notice::Model, now: OffsetDateTime) -> Result<Self, DbErr> {
        let rows = list::for_editor(db, notice).await?;
        let edit = |row| EditView { file: FileView::of(row), turn: Turn::of(row, notice.revision) };
        Ok(Self {
            base: format!("/n/{}", notice.id),
            action: format!("/notices/{}/attachments", notice.id),
            seen: list::to_be_sent(&rows).map(|id| id.to_string()).collect::<Vec<_>>().join(" "),
            room: rows.iter().filter(|row| row.until_revision.is_none()).count() < MOST,
            files: rows.iter().map(edit).collect(),
            waits: Waits::of(notice, now),
        })
    }
}

/// The files that a form says were looked at, as [`EditingView::seen`] gives them. What is none of them is passed over: it then says too few.
pub fn looked_at(seen: &str) -> Vec<Uuid> {
    seen.split(' ').filter_map(|id| Uuid::try_parse(id).ok()).collect()
}

/// The files of a notice, to be changed.
#[derive(Template)]
#[template(path = "notices/attachments.html")]
pub(super) struct AttachmentsPage {
    pub(super) frame: Frame,
    pub(super) faults: Faults,
    /// What is wrong with each of the files that were not taken.
    pub(super) refused: Vec<Message>,
    pub(super) title: String,
    pub(super) editing: EditingView,
    /// Where to go on, and how that is called: a key.
    pub(super) next: String,
    pub(super) go_on: &'static str,
}

/// A length in words: 840KB, 1.2MB.
pub(super) fn size_words(bytes: u64) -> String {
    match bytes {
        0..=999_499 => format!("{}KB", ((bytes + 500) / 1_000).max(1)),
        _ => {
            let tenths = (bytes + 50_000) / 100_000;
            if tenths.is_multiple_of(10) {
                format!("{}MB", tenths / 10)
            } else {
                format!("{}.{}MB", tenths / 10, tenths % 10)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_as_people_say_them() {
        for (bytes, words) in [
            (1, "1KB"),
            (840_400, "840KB"),
            (999_400, "999KB"),
            (999_600, "1MB"),
            (1_240_000, "1.2MB"),
            (10_000_000, "10MB"),
            (11_534_336, "11.5MB"),
        ] {
            assert_eq!(size_words(bytes), words);
        }
    }
}
