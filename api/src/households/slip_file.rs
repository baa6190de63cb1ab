//! The file of slips that an import hands out: the only place where codes ever stand in clear.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use super::PrintedSlip;

/// A file written beside its place, to be put there once the import is committed: a code that is printed is a code that works.
#[derive(Debug)]
pub struct SlipFile {
    side: PathBuf,
    place: PathBuf,
}

impl SlipFile {
    /// Writes `area_code,group,household,code` beside `place`, readable by its owner alone. Nothing is written over.
    ///
    /// # Errors
    /// When there is a file already, or none can be written.
    pub fn write(place: &Path, slips: &[PrintedSlip]) -> io::Result<Self> {
        if place.exists() {
            let reason = "is there already, and codes can't be read back: move it away or name another file";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, reason));
        }
        let mut name = place.as_os_str().to_owned();
        name.push(".part");
        let side = PathBuf::from(name);
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&side)?;
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(["area_code", "group", "household", "code"])?;
        for slip in slips {
            writer.write_record([&slip.area_code, &slip.group, &slip.household, &slip.code.to_print()])?;
        }
        let mut file = writer.into_inner().map_err(|e| io::Error::other(e.to_string()))?;
        file.flush()?;
        file.sync_all()?;
        Ok(Self { side, place: place.to_owned() })
    }

    /// Takes the file away again: its codes were never kept.
    ///
    /// # Errors
    /// When it can't be removed.
    pub fn discard(self) -> io::Result<()> {
        fs::remove_file(self.side)
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// When it can't be renamed; it then still stands beside its place, with `.part` at its end.
    pub fn put(self) -> io::Result<()> {
        fs::rename(self.side, self.place)
    }
}
