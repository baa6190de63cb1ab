//! What acts by itself in a PDF: programs, calls of other programs, files within the file.
//!
//! Programs do not agree on what a damaged or a crafted PDF holds: which of two tables counts, which of two entries of one name, whether an object
//! that no table names is there at all. So a file is looked through in three ways: as its own table of objects has it; as a reader has it that
//! throws this table away and searches the file for objects; and word by word, whatever the words belong to, in the file itself and in its streams of
//! objects. What an earlier revision of the file held, the words tell as well. That is meant: it is in the file, and some readers get it out again.
//!
//! A file in which one number stands for two objects is broken too (`numbers.rs`). A stream of objects that can't be read makes a file a broken one: nobody has looked at what is in it. One that neither way comes upon is read where
//! it stands (`streams.rs`): who saves a file again by adding to it may give its number to something else.

use hayro::hayro_syntax::{
    Pdf,
    object::{Array, Dict, MaybeRef, Name, Object},
};

use self::{numbers::used_again, streams::Unread};
use super::{
    Refusal,
    words::{after_blanks, name, names},
};

mod numbers;
mod streams;
#[cfg(test)]
mod tests;

/// How deep objects within each other are looked at.
const DEPTH: u8 = 32;
/// Entries that tell by their value what their dictionary does.
const TELLING: [(&str, &[&str], Refusal); 4] = [
    ("S", &["JavaScript", "Rendition"], Refusal::Script),
    ("S", &["Launch", "ImportData", "SubmitForm"], Refusal::Launch),
    ("Type", &["EmbeddedFile"], Refusal::Embedded),
    ("Subtype", &["FileAttachment", "RichMedia", "Movie", "Sound"], Refusal::Embedded),
];
/// Entries that tell it by being there: a form with a language of its own, and a program for a model that can be turned.
const PROGRAMS: [&str; 2] = ["XFA", "OnInstantiate"];
/// What a file within the file may be called for: a system, or any.
const SYSTEMS: [&str; 5] = ["F", "UF", "DOS", "Mac", "Unix"];

/// Looks for what acts by itself.
///
/// # Errors
/// With what it is; [`Refusal::Broken`] where a part of the file can't be looked at.
pub(super) fn look(pdf: &Pdf) -> Result<(), Refusal> {
    let bytes = pdf.data().as_ref();
    let mut unread = Unread::new(words(bytes)?, used_again(bytes)?);
    objects(pdf, &mut unread)?;
    if let Some(searched) = searched(bytes) {
        objects(&searched, &mut unread)?;
    }
    unread.read_in_place(bytes)
}

/// The file as who searches it has it: the last word about where its table is leads past its end. None where nothing is found so.
fn searched(bytes: &[u8]) -> Option<Pdf> {
    let nowhere = format!("\nstartxref\n{}\n%%EOF\n", bytes.len() + 1_000);
    Pdf::new([bytes, nowhere.as_bytes()].concat()).ok()
}

/// Each object by itself, and the streams of objects.
fn objects(pdf: &Pdf, unread: &mut Unread) -> Result<(), Refusal> {
    for object in pdf.objects() {
        acts(&object, DEPTH)?;
        if let Object::Stream(stream) = &object {
            unread.read(stream, pdf.data().as_ref())?;
        }
    }
    Ok(())
}

/// What is referred to comes by as an object of its own.
fn acts(object: &Object<'_>, depth: u8) -> Result<(), Refusal> {
    let Some(depth) = depth.checked_sub(1) else { return Err(Refusal::Broken) };
    let item = |item: MaybeRef<Object<'_>>| match item {
        MaybeRef::NotRef(item) => acts(&item, depth),
        MaybeRef::Ref(_) => Ok(()),
    };
    let dict = match object {
        Object::Dict(dict) => dict,
        Object::Stream(stream) => stream.dict(),
        Object::Array(array) => return array.raw_iter().try_for_each(item),
        _ => return Ok(()),
    };
    if TELLING.iter().any(|(key, ..)| leads_nowhere(dict, key)) {
        return Err(Refusal::Broken);
    }
    within(dict)?;
    dict.entries().try_for_each(|(_, value)| item(value))
}

fn within(dict: &Dict<'_>) -> Result<(), Refusal> {
    if let Some((_, _, refusal)) = TELLING.iter().find(|(key, names, _)| is(dict, key, names)) {
        return Err(*refusal);
    }
    if PROGRAMS.iter().any(|key| dict.contains_key(key)) || has_names(dict, "JavaScript") {
        return Err(Refusal::Script);
    }
    if has_file(dict) || has_names(dict, "EmbeddedFiles") { Err(Refusal::Embedded) } else { Ok(()) }
}

fn is_system(key: &[u8]) -> bool {
    SYSTEMS.iter().any(|system| system.as_bytes() == key)
}

fn is(dict: &Dict<'_>, key: &str, names: &[&str]) -> bool {
    dict.get::<Name<'_>>(key).is_some_and(|name| names.contains(&name.as_str()))
}

/// Whether another program may find something where we do not.
fn leads_nowhere(dict: &Dict<'_>, key: &str) -> bool {
    matches!(dict.get_raw::<Object<'_>>(key), Some(MaybeRef::Ref(_))) && dict.get::<Object<'_>>(key).is_none()
}

/// Whether files hang on a dictionary. A font or a picture may be called `EF` as well, in the list of what a page needs; what leads to nothing that we
/// find may lead another program to a file.
fn has_file(dict: &Dict<'_>) -> bool {
    dict.contains_key("EF")
        && match dict.get::<Object<'_>>("EF") {
            Some(Object::Dict(files)) => SYSTEMS.iter().any(|system| files.contains_key(system)),
            Some(_) => false,
            None => true,
        }
}

/// Whether a tree of names has any; programs that took the last one away leave an empty tree.
fn has_names(dict: &Dict<'_>, key: &str) -> bool {
    let full =
        |tree: &Dict<'_>, key: &str| tree.get::<Array<'_>>(key).is_some_and(|list| list.raw_iter().next().is_some());
    dict.get::<Dict<'_>>(key).is_some_and(|tree| full(&tree, "Names") || full(&tree, "Kids"))
}

/// Looks for words that tell, and gives where something is called a stream of objects. What stands in a text is taken for what it says: a notice is not
/// about the inside of a PDF.
fn words(bytes: &[u8]) -> Result<Vec<usize>, Refusal> {
    let mut streams = Vec::new();
    for (key, rest) in names(bytes) {
        let key = &*key;
        let program = PROGRAMS.iter().any(|one| one.as_bytes() == key);
        if !(program || key == b"EF" || TELLING.iter().any(|(one, ..)| one.as_bytes() == key)) {
            continue;
        }
        let rest = after_blanks(rest);
        match rest.first() {
            Some(b'/') => {
                let value = name(&rest[1..]).0;
                let tells = |(one, names, _): &&(&str, &[&str], Refusal)| {
                    one.as_bytes() == key && names.iter().any(|name| name.as_bytes() == &*value)
                };
                if let Some((_, _, refusal)) = TELLING.iter().find(tells) {
                    return Err(*refusal);
                }
                if key == b"Type" && *value == *b"ObjStm" {
                    streams.push(bytes.len() - rest.len());
                }
            }
            Some(b'0'..=b'9' | b'[' | b'<' | b'(') if program => return Err(Refusal::Script),
            // Texts are marked by any name as well, as in `/EF<</MCID 1>>`.
            Some(b'<') if key == b"EF" && names(rest).next().is_some_and(|(system, _)| is_system(&system)) => {
                return Err(Refusal::Embedded);
            }
            _ => {}
        }
    }
    Ok(streams)
}
