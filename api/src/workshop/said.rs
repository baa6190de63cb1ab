//! What the child says through its pipe: a line that begins it, then pieces, each a letter, a length (four bytes, the smallest first) and its bytes.
//!
//! `R` why the file is refused, and nothing more; or `S` what it is, then for a picture `F` the file as it is kept, and `P` the preview, where there is one.
//! What comes before the line is not ours: whatever somebody else's code may print.

use std::io::{self, Write};

use actix_web::web::Bytes;
use entity::attachment::Kind;
use serde::{Deserialize, Serialize};

use super::{Preview, Refusal};

/// The line that begins it.
const BEGINS: &[u8] = b"\nkairan preview\n";

/// What kinds of files are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opened {
    Pdf,
    Jpeg,
    Png,
    Webp,
}

/// What a file is by its first bytes, whatever it is called.
pub(super) fn kind_of(bytes: &[u8]) -> Result<Opened, Refusal> {
    match infer::get(bytes).map(|kind| kind.mime_type()) {
        Some("application/pdf") => Ok(Opened::Pdf),
        Some("image/jpeg") => Ok(Opened::Jpeg),
        Some("image/png") => Ok(Opened::Png),
        Some("image/webp") => Ok(Opened::Webp),
        Some("image/heif") => Err(Refusal::Heic),
        _ => Err(Refusal::Kind),
    }
}

/// What is said of a file that is taken.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Found {
    /// Pages of a PDF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pages: Option<u16>,
    /// Whether a picture is a PNG.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) png: bool,
}

/// What was said of a file.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Pages of a PDF.
    pub(super) pages: Option<u16>,
    /// A picture as it is kept.
    pub(super) picture: Option<(Kind, Bytes)>,
    pub(super) preview: Option<Preview>,
}

/// The child's side.
pub(super) struct Voice<W: Write>(W);

impl<W: Write> Voice<W> {
    pub(super) fn begin(mut out: W) -> io::Result<Self> {
        out.write_all(BEGINS)?;
        out.flush()?;
        Ok(Self(out))
    }

    fn piece(&mut self, letter: u8, parts: &[&[u8]]) -> io::Result<()> {
        let length = u32::try_from(parts.iter().map(|part| part.len()).sum::<usize>()).map_err(io::Error::other)?;
        self.0.write_all(&[letter])?;
        self.0.write_all(&length.to_le_bytes())?;
        parts.iter().try_for_each(|part| self.0.write_all(part))?;
        self.0.flush()
    }

    pub(super) fn refused(&mut self, why: Refusal) -> io::Result<()> {
        self.piece(b'R', &[&serde_json::to_vec(&why)?])
    }

    pub(super) fn found(&mut self, found: Found) -> io::Result<()> {
        self.piece(b'S', &[&serde_json::to_vec(&found)?])
    }

    pub(super) fn file(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.piece(b'F', &[bytes])
    }

    pub(super) fn preview(&mut self, (width, height): (u16, u16), bytes: &[u8]) -> io::Result<()> {
        self.piece(b'P', &[&width.to_le_bytes(), &height.to_le_bytes(), bytes])
    }
}

/// Whether the child came as far as to have its limits.
pub(super) fn has_begun(said: &[u8]) -> bool {
    said.windows(BEGINS.len()).any(|window| window == BEGINS)
}

/// The server's side: what was said, as far as it came. None where it did not come to the point.
pub(super) fn read(said: &[u8]) -> Option<Result<Seen, Refusal>> {
    let begins = said.windows(BEGINS.len()).position(|window| window == BEGINS)?;
    let mut rest = said.get(begins + BEGINS.len()..)?;
    let (mut seen, mut found): (Seen, Option<Found>) = Default::default();
    while let Some((letter, piece, after)) = piece(rest) {
        rest = after;
        match (letter, found) {
            (b'R', None) => return serde_json::from_slice(piece).ok().map(Err),
            (b'S', None) => {
                let said: Found = serde_json::from_slice(piece).ok()?;
                seen.pages = said.pages;
                found = Some(said);
            }
            (b'F', Some(Found { pages: None, png })) => {
                let kind = if png { Kind::Png } else { Kind::Jpeg };
                seen.picture = Some((kind, Bytes::copy_from_slice(piece)));
            }
            (b'P', Some(_)) => {
                let (sides, bytes) = piece.split_first_chunk::<4>()?;
                let [a, b, c, d] = *sides;
                let (width, height) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
                seen.preview = Some(Preview { bytes: Bytes::copy_from_slice(bytes), width, height });
            }
            _ => break,
        }
    }
    found.map(|_| Ok(seen))
}

/// The first piece and what comes after it; none where it is not whole.
fn piece(said: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (letter, rest) = said.split_first()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (piece, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    Some((*letter, piece, rest))
}
