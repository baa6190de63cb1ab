//! The child's side of the workshop: it takes a file from its standard input, looks at it, and says on its standard output what it found.
//!
//! It limits itself before it reads anything: whatever the file makes it do, the system ends it.

use std::io::{self, Read as _, Write};

use nix::sys::resource::{Resource, setrlimit};

use super::{
    Refusal, pdf, picture,
    said::{Found, Opened, Voice, kind_of},
};

/// The most memory that it may have for itself, in bytes: a picture of the most pixels, decoded, beside a smaller one.
const MEMORY: u64 = 768 * 1024 * 1024;
/// The seconds that it may reckon.
const SECONDS: u64 = 10;
/// Files that it may have open: its pipes, and a font.
const OPEN: u64 = 32;
/// The longest file that it reads, in bytes; the server hands over none that is as long.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Looks at the one file on standard input.
///
/// # Errors
/// When a limit can't be set, or the server has gone.
pub fn look() -> io::Result<()> {
    for (resource, most) in [
        (Resource::RLIMIT_DATA, MEMORY),
        (Resource::RLIMIT_CPU, SECONDS),
        (Resource::RLIMIT_NOFILE, OPEN),
        (Resource::RLIMIT_FSIZE, 0),
        (Resource::RLIMIT_CORE, 0),
    ] {
        setrlimit(resource, most, most)?;
    }
    let mut bytes = Vec::new();
    io::stdin().lock().take(LONGEST).read_to_end(&mut bytes)?;
    say(bytes, Voice::begin(io::stdout().lock())?)
}

fn say<W: Write>(bytes: Vec<u8>, mut voice: Voice<W>) -> io::Result<()> {
    match kind_of(&bytes) {
        Err(refusal) => voice.refused(refusal),
        Ok(Opened::Pdf) => match pdf::open(bytes) {
            Err(refusal) => voice.refused(refusal),
            Ok((pdf, pages)) => {
                voice.found(Found { pages: Some(pages), png: false })?;
                match pdf::first_page(&pdf).and_then(|page| picture::preview(&page)) {
                    Some((sides, bytes)) => voice.preview(sides, &bytes),
                    None => Ok(()),
                }
            }
        },
        Ok(kind) => match picture::open(&bytes, kind) {
            Err(refusal) => voice.refused(refusal),
            Ok(picture) => {
                let (png, file) = match picture::written(&picture, kind) {
                    Some(written) => written,
                    None => return voice.refused(Refusal::Broken),
                };
                voice.found(Found { pages: None, png })?;
                voice.file(&file)?;
                match picture::preview(&picture) {
                    Some((sides, bytes)) => voice.preview(sides, &bytes),
                    None => Ok(()),
                }
            }
        },
    }
}
