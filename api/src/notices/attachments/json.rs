//! What files look like over the wire.

use entity::{attachment, attachment::Kind};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::Turn;

/// A file beside a notice.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttachmentOut {
    id: Uuid,
    /// What it is called, 1 to 100 characters.
    name: String,
    /// pdf, jpeg, png.
    kind: &'static str,
    /// Pages of a PDF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<i16>,
    /// Length in bytes.
    size: i32,
    /// Where it is.
    href: String,
    /// Where a small JPEG of it, or of its first page, is; absent where none could be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    preview: Option<String>,
    /// What becomes of it with the next correction: stays, comes, goes. Readers see only what stays or goes, as staying.
    correction: &'static str,
}

impl AttachmentOut {
    /// A file to readers of its notice.
    #[must_use]
    pub fn to_readers(row: &attachment::Model) -> Self {
        Self::with(row, Turn::Stays)
    }

    /// A file to editors of its notice, which has this revision.
    #[must_use]
    pub fn to_editors(row: &attachment::Model, revision: i32) -> Self {
        Self::with(row, Turn::of(row, revision))
    }

    fn with(row: &attachment::Model, turn: Turn) -> Self {
        let href = format!("/api/v1/notices/{}/attachments/{}", row.notice_id, row.id);
        Self {
            id: row.id.0,
            name: row.name.clone(),
            kind: match row.kind {
                Kind::Pdf => "pdf",
                Kind::Jpeg => "jpeg",
                Kind::Png => "png",
            },
            pages: row.pages,
            size: row.size,
            preview: row.preview_sum.as_ref().map(|_| format!("{href}/preview")),
            href,
            correction: match turn {
                Turn::Stays => "stays",
                Turn::Comes => "comes",
                Turn::Goes => "goes",
            },
        }
    }
}
