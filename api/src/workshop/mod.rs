//! Where strangers' files are opened: a process of its own for each, which has nothing that it could lose.
//!
//! A PDF or a picture is a program for whoever reads it, and readers have faults. So the server looks at the first bytes alone, and hands the rest by
//! pipe to this same program (`kairan preview`), which runs without environment, with a limit on its memory and on the seconds that it may
//! reckon, and can write no file. It says what it found, and gives pictures written anew: turned upright, made smaller, and without anything but
//! their pixels, so that no place where one was taken is handed on. As many are at work as there are cores.
//!
//! What dies or reckons too long before it has said what the file is, is refused. A PDF that was found good, and whose first page could then not be
//! drawn, is kept without a picture: its readers' own programs may well show it.

use std::{ffi::OsString, io, path::PathBuf, process::Stdio, sync::Arc, time::Duration};

use actix_web::web::Bytes;
use entity::attachment::Kind;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    sync::Semaphore,
    time::{Instant, timeout, timeout_at},
};

use said::{Seen, has_begun, read};

mod acts;
pub mod child;
mod pdf;
mod picture;
mod said;
mod words;

/// The most pages of a PDF.
pub const PAGES: usize = 100;
/// The longest side of a preview, in pixels.
pub const PREVIEW: u32 = 720;
/// The most that a preview weighs, in bytes: a page shows several, and is read on slow lines.
pub const PREVIEW_WEIGHT: usize = 30_000;
/// How long a file may take. The child's own limit is of the seconds that it reckons, whatever else the machine does; this one is for a child that
/// hangs, and for a machine that is far too busy.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a file waits for its turn.
const TURN: Duration = Duration::from_secs(15);
/// The most that is read of what a child says: far above any picture of ours.
const LONGEST: usize = 48 * 1024 * 1024;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// There is nothing in it.
    Empty,
    /// It is longer than what is taken; how long it is, in bytes.
    TooLarge(u64),
    /// It is neither a PDF nor a picture of a kind that is taken.
    Kind,
    /// A picture of a kind that phones make and few others can read.
    Heic,
    /// It can't be read.
    Broken,
    /// A picture of too many pixels.
    TooManyPixels,
    /// A PDF that asks for a password.
    Encrypted,
    /// A PDF with too many pages; how many.
    TooManyPages(usize),
    /// A PDF with a program in it.
    Script,
    /// A PDF that starts other programs.
    Launch,
    /// A PDF with other files in it.
    Embedded,
}

/// A preview: a JPEG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Its bytes.
    pub bytes: Bytes,
    /// In pixels.
    pub width: u16,
    /// In pixels.
    pub height: u16,
}

/// A file as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// What it is.
    pub kind: Kind,
    /// Its bytes: a PDF's as they came, a picture's written anew.
    pub bytes: Bytes,
    /// Pages of a PDF.
    pub pages: Option<u16>,
    /// Its picture, or the one of its first page.
    pub preview: Option<Preview>,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The file is not taken.
    #[error("the file is refused: {0:?}")]
    Refused(Refusal),
    /// Too many files wait already.
    #[error("too many files wait to be looked at")]
    Busy,
    /// No process can be started.
    #[error("no process to look at a file: {0}")]
    Process(#[from] io::Error),
}

/// The workshop of one server.
#[derive(Clone, Debug)]
pub struct Workshop {
    program: PathBuf,
    arguments: Vec<OsString>,
    benches: Arc<Semaphore>,
    patience: Duration,
}

impl Workshop {
    /// One that hands files to a program.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let arguments = arguments.iter().map(OsString::from).collect();
        Self { program: program.into(), arguments, benches: Arc::new(Semaphore::new(cores)), patience: PATIENCE }
    }

    /// One that hands them to this same program.
    ///
    /// # Errors
    /// When it can't be found.
    pub fn own() -> io::Result<Self> {
        // Also when its file has been replaced by a later one meanwhile.
        let running = PathBuf::from("/proc/self/exe");
        Ok(Self::new(if running.exists() { running } else { std::env::current_exe()? }, &["preview"]))
    }

    /// The process that opens one file, to be started: with pipes for its input and output, and with nothing else of ours.
    #[must_use]
    pub fn child(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear().current_dir("/").kill_on_drop(true);
        // Otherwise the allocator takes a gigabyte when the program begins, beyond the limit that is set next: within it the limit says
        // nothing, and what does not come from there is refused, which happens on a busy machine.
        command.env("MIMALLOC_ARENA_EAGER_COMMIT", "0");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    /// Looks at a file, and makes of it what is kept.
    ///
    /// # Errors
    /// [`WorkError::Refused`] with the reason; otherwise the machine's.
    pub async fn work(&self, bytes: Bytes) -> Result<Made, WorkError> {
        if bytes.is_empty() {
            return Err(WorkError::Refused(Refusal::Empty));
        }
        said::kind_of(&bytes).map_err(WorkError::Refused)?;
        let turn = timeout(TURN, self.benches.acquire()).await.ok().and_then(Result::ok);
        let _turn = turn.ok_or(WorkError::Busy)?;
        let (said, in_time) = listen(self.child().spawn()?, &bytes, self.patience).await;
        match read(&said) {
            Some(Err(refusal)) => Err(WorkError::Refused(refusal)),
            Some(Ok(Seen { pages: Some(pages), preview, .. })) => {
                Ok(Made { kind: Kind::Pdf, bytes, pages: Some(pages), preview })
            }
            Some(Ok(Seen { picture: Some((kind, bytes)), preview: Some(preview), .. })) => {
                Ok(Made { kind, bytes, pages: None, preview: Some(preview) })
            }
            // A child that reckons too long is ended by the system: one that is only slow has a machine that is far too busy.
            None | Some(Ok(_)) if !in_time => Err(WorkError::Busy),
            None if !has_begun(&said) => Err(WorkError::Process(io::Error::other("it ended before it had its limits"))),
            None | Some(Ok(_)) => Err(WorkError::Refused(Refusal::Broken)),
        }
    }
}

/// Gives the child its file and hears it to its end, or to the end of our patience; then it was not in time.
async fn listen(mut child: Child, bytes: &[u8], patience: Duration) -> (Vec<u8>, bool) {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let until = Instant::now() + patience;
    let give = async {
        if let Some(mut stdin) = stdin {
            // Who has heard enough hangs up.
            let _ = timeout_at(until, stdin.write_all(bytes)).await;
        }
    };
    let hear = async {
        let mut said = Vec::new();
        if let Some(mut stdout) = stdout {
            while said.len() < LONGEST {
                match timeout_at(until, stdout.read_buf(&mut said)).await {
                    Ok(Ok(1..)) => {}
                    Ok(_) => break,
                    Err(_) => return (said, false),
                }
            }
        }
        (said, true)
    };
    let ((), said) = tokio::join!(give, hear);
    let _ = child.start_kill();
    let _ = child.wait().await;
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refused(workshop: &Workshop, bytes: &'static [u8]) -> Refusal {
        match workshop.work(Bytes::from_static(bytes)).await {
            Err(WorkError::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_child_that_dies_before_it_has_said_anything_has_read_nothing() {
        let begins = "echo; echo kairan preview";
        for dies in ["kill -9 $$", "exit 1", "echo hello", "exec 0<&-"] {
            let workshop = Workshop::new("/bin/sh", &["-c", &format!("{begins}; {dies}")]);
            assert_eq!(refused(&workshop, b"%PDF-1.7 and so on").await, Refusal::Broken, "{dies}");
            let workshop = Workshop::new("/bin/sh", &["-c", dies]);
            let made = workshop.work(Bytes::from_static(b"%PDF-1.7")).await;
            assert!(matches!(made, Err(WorkError::Process(_))), "the file has done nothing: {dies}: {made:?}");
        }
    }

    #[tokio::test]
    async fn a_file_is_not_blamed_for_a_machine_that_is_too_busy() {
        let workshop = Workshop::new("/bin/sh", &["-c", "exec sleep 1000"]);
        let workshop = Workshop { patience: Duration::ZERO, ..workshop };
        assert!(matches!(workshop.work(Bytes::from_static(b"%PDF-1.7")).await, Err(WorkError::Busy)));
    }

    #[tokio::test]
    async fn what_can_be_told_by_the_first_bytes_starts_no_process() {
        let workshop = Workshop::new("/there/is/no/such/program", &[]);
        assert_eq!(refused(&workshop, b"").await, Refusal::Empty);
        assert_eq!(refused(&workshop, b"MZ\x90\0 this program cannot be run").await, Refusal::Kind);
        assert_eq!(refused(&workshop, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").await, Refusal::Heic);
        assert!(matches!(workshop.work(Bytes::from_static(b"%PDF-1.7")).await, Err(WorkError::Process(_))));
    }

    #[tokio::test]
    async fn a_pdf_that_was_found_good_is_kept_when_its_page_can_not_be_drawn() {
        let seen = r#"printf '\nkairan preview\nS\014\000\000\000{"pages":12}'; kill -9 $$"#;
        let workshop = Workshop::new("/bin/sh", &["-c", seen]);
        let made = workshop.work(Bytes::from_static(b"%PDF-1.7")).await.expect("a file");
        assert_eq!(made, Made { kind: Kind::Pdf, bytes: "%PDF-1.7".into(), pages: Some(12), preview: None });
    }
}
