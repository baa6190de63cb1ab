//! What acts by itself in a PDF: programs, calls of other programs, files within the file.
//!
//! Programs do not agree on what a damaged or a crafted PDF holds: which of two tables counts, which of two entries of one name, whether an object
//! that no table names is there at all. So a file is looked through in three ways: as its own table of objects has it; as a reader has it that
//! throws this table away and searches the file for objects; and word by word, whatever the words belong to, in the file itself and in its streams of
//! objects. What an earlier revision of the file held, the words tell as well. That is meant: it is in the file, and some readers get it out again.
//!
//! A stream of objects that can't be read makes a file a broken one: nobody has looked at what is in it. One that neither way comes upon is read where
//! it stands (`streams.rs`): who saves a file again by adding to it may give its number to something else.

use hayro::hayro_syntax::{
    Pdf,
    object::{Array, Dict, MaybeRef, Name, Object},
};

use self::streams::Unread;
use super::{
    Refusal,
    words::{after_blanks, name, names},
};

mod streams;

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
    let mut unread = Unread::new(words(bytes)?);
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use image::{ExtendedColorType, ImageEncoder as _, codecs::png::PngEncoder};

    use super::{
        super::{Refusal, pdf},
        *,
    };

    const SCRIPT: &str = "<</S/JavaScript/JS(app.alert\\(1\\))>>";
    const FILE: &str = "<</Type/Filespec/F(a)/EF 9 0 R>>";

    /// Who is at which place of a PDF's table: at a byte, in a stream of objects, or nobody.
    #[derive(Clone, Copy)]
    enum At {
        Byte(usize),
        Within(u16, u8),
        Nowhere,
    }

    /// A PDF that grows.
    struct Paper(Vec<u8>, Vec<At>);

    impl Paper {
        /// Of one page, with further entries in its catalogue.
        fn new(catalogue: &str) -> Self {
            let paper = Self(b"%PDF-1.7\n".to_vec(), vec![At::Nowhere]);
            let paper = paper.and(format!("<</Type/Catalog/Pages 2 0 R {catalogue}>>"));
            let paper = paper.and("<</Type/Pages/Count 1/Kids[3 0 R]>>");
            paper.and("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>")
        }

        /// With one more object: the first is the fourth.
        fn and(self, object: impl AsRef<[u8]>) -> Self {
            let number = self.1.len();
            self.numbered(number, object.as_ref())
        }

        fn numbered(mut self, number: usize, object: &[u8]) -> Self {
            self.1.resize(self.1.len().max(number + 1), At::Nowhere);
            self.1[number] = At::Byte(self.0.len());
            self.0.extend([format!("{number} 0 obj\n").as_bytes(), object, b"\nendobj\n"].concat());
            self
        }

        /// With a stream of objects, and these in it.
        fn and_within(mut self, more: &str, objects: &[&str]) -> Self {
            let stream = u16::try_from(self.1.len()).expect("a number");
            let first = usize::from(stream) + 1;
            self = self.and(stream_of(more, first, objects));
            self.1.extend((0..objects.len()).map(|place| At::Within(stream, place as u8)));
            self
        }

        /// The last so many objects are in no table.
        fn less(mut self, number: usize) -> Self {
            let from = self.1.len() - number;
            self.1[from..].fill(At::Nowhere);
            self
        }

        /// Written to its end, with a table that is a stream; what comes then was added later.
        fn saved(mut self) -> Self {
            let begins = self.0.len();
            let entries = self.1.iter().flat_map(|at| match *at {
                At::Nowhere => [0; 5],
                At::Byte(at) => [1, (at >> 16) as u8, (at >> 8) as u8, at as u8, 0],
                At::Within(stream, place) => [2, 0, (stream >> 8) as u8, stream as u8, place],
            });
            let (entries, size) = (entries.collect::<Vec<_>>(), self.1.len());
            let dict = format!("<</Type/XRef/W[1 3 1]/Root 1 0 R/Size {size}/Length {}>>", entries.len());
            self.0
                .extend([format!("{size} 0 obj{dict}stream\n").as_bytes(), &entries, b"\nendstream endobj\n"].concat());
            self.0.extend(format!("startxref\n{begins}\n%%EOF\n").as_bytes());
            self
        }

        fn done(self) -> Vec<u8> {
            self.saved().0
        }
    }

    /// A stream of objects, made small as such streams are: as the lines of a PNG.
    fn stream_of(more: &str, first: usize, objects: &[&str]) -> Vec<u8> {
        let (mut places, mut bodies) = (String::new(), String::new());
        for (place, object) in objects.iter().enumerate() {
            places.push_str(&format!("{} {} ", first + place, bodies.len()));
            bodies.push_str(&format!("{object} "));
        }
        // With blanks, so that there is something to make smaller.
        let plain = format!("{places}{bodies}{:500}", ' ');
        let (mut png, width) = (Vec::new(), u32::try_from(plain.len()).expect("a length"));
        PngEncoder::new(&mut png).write_image(plain.as_bytes(), width, 1, ExtendedColorType::L8).expect("lines");
        let at = png.windows(4).position(|part| part == b"IDAT").expect("its lines");
        let length = u32::from_be_bytes(png[at - 4..at].try_into().expect("a length")) as usize;
        let head = format!(
            "<</Type/ObjStm/N {}/First {}/Length {length}/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns {width}>>{more}>>",
            objects.len(),
            places.len()
        );
        assert!(words(&png).is_ok(), "nobody reads it as it is");
        [head.as_bytes(), b"stream\n", &png[at + 4..at + 4 + length], b"\nendstream"].concat()
    }

    fn opened(file: Vec<u8>) -> Result<u16, Refusal> {
        pdf::open(file).map(|(_, pages)| pages)
    }

    #[test]
    fn what_acts_is_found_wherever_it_is() {
        let open = || Paper::new("/OpenAction 4 0 R");
        let listed = "/Names<</EmbeddedFiles<</Kids[4 0 R]>>>>";
        for (case, paper, refusal) in [
            ("by reference", open().and(SCRIPT), Refusal::Script),
            ("its kind by reference", open().and("<</S 5 0 R/JS(x)>>").and("/JavaScript"), Refusal::Script),
            ("in a stream", Paper::new("/OpenAction 5 0 R").and_within("", &[SCRIPT]), Refusal::Script),
            ("in a stream, of which no table knows", open().and_within("", &[SCRIPT]).less(2), Refusal::Script),
            ("in a stream, unnamed", open().and_within("", &["<<>>", SCRIPT]).less(1), Refusal::Script),
            ("written as numbers", open().and("<</#53/J#61vaScript/JS(x)>>"), Refusal::Script),
            ("an entry that another hides", open().and("<</S/JavaScript/JS(x)/S/URI>>"), Refusal::Script),
            ("after a comment", open().and("<</S%\n/Launch/S/URI>>"), Refusal::Launch),
            ("programs by name", Paper::new("/Names<</JavaScript<</Names[(a)7 0 R]>>>>"), Refusal::Script),
            ("files by name", Paper::new(listed).and("<</Names[(a)5 0 R]>>").and("<</F(a)>>"), Refusal::Embedded),
            ("nothing but EF", Paper::new("/AF[4 0 R]").and("<</EF 9 0 R>>"), Refusal::Embedded),
            ("EF, a dictionary", Paper::new("").and("<</EF<</UF 9 0 R>>>>"), Refusal::Embedded),
            ("a program of a model", Paper::new("").and("<</Subtype/U3D/OnInstantiate 9 0 R>>"), Refusal::Script),
            // What nobody has looked at.
            ("a stream read otherwise", open().and_within("/F/ASCIIHexDecode", &[SCRIPT]), Refusal::Broken),
            ("a stream of two filters", open().and_within("/Filter/RunLengthDecode", &[SCRIPT]), Refusal::Broken),
        ] {
            assert_eq!(opened(paper.done()), Err(refusal), "{case}");
        }
    }

    #[test]
    fn a_stream_whose_number_was_used_again_is_read_where_it_stands() {
        let (harmless, script) = (stream_of("", 5, &["<</S/URI>>"]), stream_of("", 5, &[SCRIPT]));
        let twice = |one: &[u8], other: &[u8]| Paper::new("").and(one).saved().numbered(4, other);
        // With one thing in it otherwise.
        let but = |from: &str, to: &str| {
            let stream = stream_of("", 5, &[SCRIPT]);
            let at = stream.windows(from.len()).position(|part| part == from.as_bytes()).expect("in it");
            [&stream[..at], to.as_bytes(), &stream[at + from.len()..]].concat()
        };
        let other = b"<</Type/ObjStm/N 1/First 4/Length 8>>stream\n9 0 <<>>\nendstream";
        // The end of a dictionary that tells something else, for who takes the text in it for an object's beginning; and a whole stream as a text.
        let hex = format!("9 0 {SCRIPT}").bytes().map(|byte| format!("{byte:02x} ")).collect::<String>();
        let half = format!(
            "<</Filter/ASCIIHexDecode/X(8 0 obj<<%)\n/Type/ObjStm/N 1/First 4/Length {}>>stream\n{hex}\nendstream",
            hex.len()
        );
        let pretends = [b"<</X(8 0 obj", &other[..], b")", &script[2..]].concat();
        for (case, paper, is) in [
            ("both harmless", twice(&harmless, &harmless), Ok(1)),
            ("no stream any more", twice(&harmless, b"12"), Ok(1)),
            ("one after the other", twice(&stream_of("/Extends 4 0 R", 5, &["<<>>"]), &harmless), Ok(1)),
            ("a program in the older", twice(&script, &harmless), Err(Refusal::Script)),
            ("a program in the newer", twice(&harmless, &script), Err(Refusal::Script)),
            ("a program in what is no stream any more", twice(&script, b"[]"), Err(Refusal::Script)),
            ("a file in the older", twice(&stream_of("", 5, &["<</EF<</F 6 0 R>>>>"]), b"1"), Err(Refusal::Embedded)),
            ("its filter elsewhere", twice(&but("/FlateDecode", " 9 0 R"), &harmless), Err(Refusal::Broken)),
            ("its length elsewhere", twice(&but("/Length ", "/Length 9 0 R/Was "), &harmless), Err(Refusal::Broken)),
            ("its length wrong", twice(&but("/Length ", "/Length 9/Was "), &harmless), Err(Refusal::Broken)),
            ("half a dictionary", twice(half.as_bytes(), &harmless), Err(Refusal::Script)),
            ("a stream in a text", twice(&pretends, &harmless), Err(Refusal::Broken)),
            ("a key that may open it", twice(&harmless, b"<</Encrypt 9 0 R>>"), Err(Refusal::Broken)),
            // One that is counted for the other: read, and without the words.
            (
                "another read in its place",
                twice(&but("/N 1", "/N 9"), b"12").and("/ObjStm").and([b"<</Type 5 0 R", &other[14..]].concat()),
                Err(Refusal::Broken),
            ),
            ("one that is called nothing", Paper::new("").and(but("/Type/ObjStm/N 1", "/N 9")), Err(Refusal::Broken)),
        ] {
            assert_eq!(opened(paper.done()), is, "{case}");
        }
    }

    #[test]
    fn a_number_may_be_used_again_and_again() {
        let grown = |first: &[u8]| {
            let harmless = stream_of("", 5, &["<</S/URI>>"]);
            (0..500).fold(Paper::new("").and(first), |paper, _| paper.saved().numbered(4, &harmless)).done()
        };
        let before = Instant::now();
        assert_eq!(opened(grown(b"<<>>")), Ok(1));
        assert_eq!(opened(grown(&stream_of("", 5, &[SCRIPT]))), Err(Refusal::Script));
        // Each within the one before, so that who reads all of them reads the file as often.
        let nested = |deep: usize| {
            let texts = format!("[({}{})]", "obj<</A(".repeat(deep), ")>>".repeat(deep));
            opened(Paper::new("").and(stream_of("", 5, &["<<>>"])).numbered(4, texts.as_bytes()).done())
        };
        assert_eq!((nested(2), nested(100_000)), (Ok(1), Err(Refusal::Broken)));
        assert!(before.elapsed() < Duration::from_secs(10), "it took {:?}", before.elapsed());
    }

    #[test]
    fn what_only_a_search_finds_is_found() {
        let away = |paper: Paper| {
            let file = String::from_utf8_lossy(&paper.done()).into_owned();
            file.replace("startxref\n", "startxref\n9").into_bytes()
        };
        // A table that turns out to be wrong while the file is read.
        let mut wrong = Paper::new("/Lang 4 0 R").and("(ja)").and(FILE).less(1);
        wrong.1[4] = At::Byte(3);
        for (case, file, is) in [
            ("a lost table is no reason to refuse", away(Paper::new("")), Ok(1)),
            ("a program, and a lost table", away(Paper::new("").and(SCRIPT)), Err(Refusal::Script)),
            ("a file, and a lost table", away(Paper::new("").and(FILE).less(1)), Err(Refusal::Embedded)),
            ("a file, of which no table knows", Paper::new("").and(FILE).less(1).done(), Err(Refusal::Embedded)),
            ("a file, and a wrong table", wrong.done(), Err(Refusal::Embedded)),
        ] {
            assert_eq!(opened(file), is, "{case}");
        }
    }

    #[test]
    fn what_only_looks_so_is_taken() {
        for (case, paper) in [
            ("nothing", Paper::new("")),
            ("a place to open at", Paper::new("/OpenAction<</S/GoTo/D[3 0 R/Fit]>>")),
            ("a link", Paper::new("").and("<</S/URI/URI(https://example.jp/)>>")),
            ("empty trees", Paper::new("/Names<</JavaScript<</Names[]>>/EmbeddedFiles 4 0 R>>").and("<</Kids[]>>")),
            ("a font that is called EF", Paper::new("").and("<</Font<</EF 5 0 R>>>>").and("<</Type/Font>>")),
            ("a picture that is", Paper::new("").and("<</EF 5 0 R>>").and("<</Length 1>>stream\nx\nendstream")),
            ("a text that is marked", Paper::new("").and("<</Length 20>>stream\n/EF<</MCID 1>>BDC EMC\nendstream")),
            (
                "a stream with a comment",
                Paper::new("").and("<</Type/ObjStm/N 1/First 8>>stream\n9 0\n%ab\n<<>>\nendstream"),
            ),
            ("a stream of objects", Paper::new("").and_within("", &["<</S/URI>>", "[(/S)/JavaScriptless]"])),
        ] {
            assert_eq!(opened(paper.done()), Ok(1), "{case}");
        }
    }
}
