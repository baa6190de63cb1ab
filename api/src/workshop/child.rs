//! The child's side of the workshop: it takes a file from its standard input, looks at it, and says on its standard output what it found.
//!
//! It limits itself before it reads anything: whatever the file makes it do, the system ends it. It lets everybody else go first, and where the kernel
//! has Landlock it shuts itself off from all files but the letters that it draws with, from TCP, and from other processes.
//!
//! It runs as the user that the server runs as. So where the kernel has no Landlock (before Linux 5.13, or where it is turned off), who takes over
//! the child by a fault in a decoder may read what that user may read and connect to whom it may connect, for as long as its seconds last; what is left
//! then are the limits, the pipe, and that nothing secret is in its environment. The kernel's versions differ in what they can shut off: TCP from 6.7,
//! signals and abstract sockets from 6.12.

use std::{
    io::{self, Read as _, Write},
    path::Path,
};

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
    path_beneath_rules,
};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::{
    Refusal,
    pdf::{self, FONTS},
    picture,
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
/// How much it lets others go first: a tenth of a core is left for it beside one that wants all, so that it comes to an end there too.
const LAST: i32 = 10;

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
        // Where the machine allows less, that holds.
        let most = most.min(getrlimit(resource)?.1);
        setrlimit(resource, most, most)?;
    }
    // What of this is refused, it goes without: the limits stand.
    let _ = rustix::process::nice(LAST);
    let _ = shut_off(&FONTS);
    // From here on the file is to blame.
    let voice = Voice::begin(io::stdout().lock())?;
    let mut bytes = Vec::new();
    io::stdin().lock().take(LONGEST).read_to_end(&mut bytes)?;
    say(bytes, voice)
}

/// Shuts this thread, and what it starts, off from everything but reading these files; as far as the kernel can.
fn shut_off(but: &[impl AsRef<Path>]) -> Result<RulesetStatus, RulesetError> {
    let all = ABI::V10;
    let rules = Ruleset::default()
        .handle_access(AccessFs::from_all(all))?
        .handle_access(AccessNet::from_all(all))?
        .scope(Scope::from_all(all))?
        .create()?
        .add_rules(path_beneath_rules(but, AccessFs::ReadFile))?;
    Ok(rules.restrict_self()?.ruleset)
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

#[cfg(test)]
mod tests {
    use std::{
        fs,
        net::{TcpListener, TcpStream},
        process::Command,
        thread,
    };

    use landlock::{CompatLevel, Compatible as _};

    use super::*;

    #[test]
    fn it_reads_its_letters_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let (letters, secret) = (folder.path().join("letters"), folder.path().join("secret"));
        for file in [&letters, &secret] {
            fs::write(file, "so").expect("written");
        }
        let door = TcpListener::bind("127.0.0.1:0").expect("a door");
        let there = door.local_addr().expect("an address");
        let rules = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
        let knows_tcp = rules.handle_access(AccessNet::from_all(ABI::V4)).is_ok();
        // The thread alone is shut off, and ends with it.
        let shut = thread::spawn(move || {
            let there_is_none = folder.path().join("none");
            let status = shut_off(&[&letters, &there_is_none]).expect("a kernel that answers");
            if status == RulesetStatus::NotEnforced {
                eprintln!("this kernel has no Landlock");
                return;
            }
            assert_eq!(fs::read(&letters).expect("letters"), b"so");
            let refused = |done: io::Result<()>| done.expect_err("refused").kind() == io::ErrorKind::PermissionDenied;
            assert!(refused(fs::read(&secret).map(drop)));
            assert!(refused(fs::read("/proc/self/environ").map(drop)));
            assert!(refused(fs::write(&letters, "no")));
            assert!(refused(fs::read_dir(folder.path()).map(drop)));
            assert!(refused(Command::new("/bin/true").status().map(drop)));
            assert!(!knows_tcp || refused(TcpStream::connect(there).map(drop)));
        });
        shut.join().expect("shut off");
        assert!(TcpStream::connect(there).is_ok(), "the others are not");
    }
}
