//! Preparing a file: opened in the workshop and kept, before any row names it.

use actix_web::web::Bytes;
use aws_lc_rs::digest::{SHA256, digest};
use entity::{
    attachment::Kind,
    ids::{AttachmentId, CityId},
};

use super::{LARGEST, name};
use crate::{
    files::{Files, FilesError, Key, Sum},
    problem::Problem,
    web::Handed,
    workshop::{Refusal, WorkError, Workshop},
};

/// A file that is kept, and that no notice has yet.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its id to be.
    pub id: AttachmentId,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Pages of a PDF.
    pub pages: Option<u16>,
    /// Length in bytes.
    pub size: usize,
    /// SHA-256.
    pub sum: Sum,
    /// Its preview, where there is one.
    pub preview: Option<PreparedPreview>,
}

/// The preview of one.
#[derive(Clone, Copy, Debug)]
pub struct PreparedPreview {
    /// SHA-256.
    pub sum: Sum,
    /// Width and height in pixels.
    pub sides: (u16, u16),
}

/// Why a file could not be prepared.
#[derive(Debug)]
pub enum NotTaken {
    /// It is not taken.
    Refused(Refusal),
    /// The machine is too busy to look at it.
    Busy,
    /// The machine's fault.
    Problem(Problem),
}

impl From<WorkError> for NotTaken {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Refused(refusal) => Self::Refused(refusal),
            WorkError::Busy => Self::Busy,
            WorkError::Process(_) => Self::Problem(Problem::internal(error)),
        }
    }
}

impl From<FilesError> for NotTaken {
    fn from(error: FilesError) -> Self {
        Self::Problem(Problem::unavailable(error))
    }
}

/// Opens a file that was handed in, and keeps what is made of it.
///
/// # Errors
/// Why it is not taken; the machine's.
pub async fn prepare(
    (files, workshop): (&Files, &Workshop),
    city: CityId,
    handed: Handed,
) -> Result<Prepared, NotTaken> {
    let too_large = NotTaken::Refused(Refusal::TooLarge(handed.length));
    let bytes = handed.bytes.filter(|bytes| bytes.len() <= LARGEST).ok_or(too_large)?;
    let made = workshop.work(bytes).await?;
    let id = AttachmentId::new();
    let keep = async |bytes: Bytes| {
        let sum = sum(&bytes);
        files.put(&Key { city, of: id.0, sum }, bytes).await.map(|()| sum)
    };
    let size = made.bytes.len();
    let preview = match made.preview {
        Some(preview) => {
            let sides = (preview.width, preview.height);
            Some(PreparedPreview { sum: keep(preview.bytes).await?, sides })
        }
        None => None,
    };
    let sum = keep(made.bytes).await?;
    let name = name::clean(&handed.name, made.kind);
    Ok(Prepared { id, name, kind: made.kind, pages: made.pages, size, sum, preview })
}

fn sum(bytes: &[u8]) -> Sum {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest(&SHA256, bytes).as_ref());
    sum
}
