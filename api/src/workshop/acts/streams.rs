//! Streams of objects: what is in them, and those that nobody has read yet.
//!
//! Each is known by the place of the words that call it one (`/Type /ObjStm`). A table and a search have one object of a number, the last; when a file
//! was saved again by adding to it, an earlier one of this number is still there. It is read where it stands. That is done only where every reader has
//! it in the same way: in a file that is not locked, to the length that it tells, and without anything of it being elsewhere. Words may stand in more
//! than one dictionary, as where one pretends to be a text in another; then all of them must be fit to be read.

use std::{borrow::Cow, collections::BTreeSet};

use hayro::hayro_syntax::{
    object::{Dict, MaybeRef, Name, Stream},
    reader::{Reader, ReaderContext, ReaderExt as _},
};

use super::{
    super::{
        Refusal,
        words::{after_blanks, is_blank, names},
    },
    words,
};

/// Where something is called a stream of objects that nobody has read, and the numbers that none in such a stream may have.
pub(super) struct Unread(BTreeSet<usize>, BTreeSet<u64>);

impl Unread {
    pub(super) fn new(places: Vec<usize>, taken: BTreeSet<u64>) -> Self {
        Self(places.into_iter().collect(), taken)
    }

    /// Looks at what is in a stream, if that is objects.
    pub(super) fn read(&mut self, stream: &Stream<'_>, file: &[u8]) -> Result<(), Refusal> {
        let Some(bytes) = objects_within(stream, &self.1)? else { return Ok(()) };
        // Also those that the library leaves out: it wants them in the order in which they are named.
        words(&bytes)?;
        let dict = stream.dict();
        let called = matches!(dict.get_raw::<Name<'_>>("Type"), Some(MaybeRef::NotRef(name)) if &*name == b"ObjStm");
        // Of several such words, some are about something else.
        if let (true, Some(begins), &[place]) = (called, place(dict, file), &words(dict.data())?[..]) {
            self.0.remove(&(begins + place));
        }
        Ok(())
    }

    /// Reads those that are left where they stand in the file.
    ///
    /// # Errors
    /// [`Refusal::Broken`] where one can't be read so.
    pub(super) fn read_in_place(mut self, file: &[u8]) -> Result<(), Refusal> {
        if self.0.is_empty() {
            return Ok(());
        }
        if names(file).any(|(name, _)| &*name == b"Encrypt") {
            return Err(Refusal::Broken);
        }
        let (left, context) = (self.0.clone(), ReaderContext::dummy());
        // Those that lie beside each other are no longer than the file; many that lie within each other would take for ever.
        let mut budget = file.len();
        let mut spend = |part: &[u8]| {
            budget = budget.checked_sub(part.len()).ok_or(Refusal::Broken)?;
            Ok(())
        };
        for (at, _) in file.windows(3).enumerate().filter(|(_, part)| part == b"obj") {
            let object = after_blanks(&file[at + 3..]);
            if !object.starts_with(b"<<") {
                continue;
            }
            let dict = Reader::new(object).read_with_context::<Dict<'_>>(&context).ok_or(Refusal::Broken)?;
            spend(dict.data())?;
            let begins = file.len() - object.len();
            if left.range(begins..begins + dict.data().len()).next().is_some() {
                let stream = Reader::new(object).read_with_context::<Stream<'_>>(&context);
                let stream = stream.filter(is_by_itself).ok_or(Refusal::Broken)?;
                spend(&stream.raw_data())?;
                self.read(&stream, file)?;
            }
        }
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::Broken) }
    }
}

/// Where in the file a dictionary is; None where it is in a stream.
fn place(dict: &Dict<'_>, file: &[u8]) -> Option<usize> {
    let begins = dict.data().as_ptr().addr().checked_sub(file.as_ptr().addr())?;
    (begins < file.len()).then_some(begins)
}

/// Whether what is needed to read a stream stands in it. It may name the stream that goes before it; no other `R` is in the words of such a dictionary.
fn is_by_itself(stream: &Stream<'_>) -> bool {
    let dict = stream.dict();
    let references = dict.data().iter().filter(|byte| **byte == b'R').count();
    references == usize::from(dict.get_ref("Extends").is_some())
        && dict.get::<usize>("Length") == Some(stream.raw_data().len())
}

/// What is in a stream of objects: numbers and places, then the objects. None where it is no such stream.
///
/// # Errors
/// [`Refusal::Broken`] where it can't be read, or where another program might well read something else in it.
fn objects_within<'a>(stream: &Stream<'a>, taken: &BTreeSet<u64>) -> Result<Option<Cow<'a, [u8]>>, Refusal> {
    let dict = stream.dict();
    let (Some(number), Some(first)) = (dict.get::<usize>("N"), dict.get::<usize>("First")) else { return Ok(None) };
    let twice = |key: &&str| names(dict.data()).filter(|(name, _)| **name == *key.as_bytes()).count() > 1;
    let otherwise = ["F", "DP"].iter().any(|key| dict.contains_key(key));
    if otherwise || ["Filter", "DecodeParms", "First", "N", "Length"].iter().any(twice) {
        return Err(Refusal::Broken);
    }
    let bytes = stream.decoded_data().map_err(|_| Refusal::Broken)?;
    // Some end them with a comment.
    let numbers = bytes.get(..first).and_then(|numbers| numbers.split(|byte| *byte == b'%').next());
    let numbers = numbers.ok_or(Refusal::Broken)?.split(|byte| is_blank(*byte)).filter(|one| !one.is_empty());
    let enough = numbers.clone().count() / 2 >= number;
    let is_free = |(place, one): (usize, &[u8])| {
        let digits = str::from_utf8(one).ok().filter(|one| one.bytes().all(|byte| byte.is_ascii_digit()));
        // The first of each two is an object's number.
        digits.and_then(|one| one.parse().ok()).is_some_and(|one| place % 2 == 1 || !taken.contains(&one))
    };
    if enough && numbers.enumerate().all(is_free) { Ok(Some(bytes)) } else { Err(Refusal::Broken) }
}
