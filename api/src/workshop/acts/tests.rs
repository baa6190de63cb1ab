//! PDFs in which something acts by itself, and harmless ones that look like it.

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

    /// With an object that no table names.
    fn also(mut self, object: &str) -> Self {
        self.0.extend([object, "\nendobj\n"].concat().as_bytes());
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
        self.0.extend([format!("{size} 0 obj{dict}stream\n").as_bytes(), &entries, b"\nendstream endobj\n"].concat());
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

/// A stream of so many letters without a line's end.
fn text_of(letters: &str) -> String {
    let text = letters.repeat(20_000);
    format!("<</Length {}>>stream\n{text}\nendstream", text.len())
}

fn opened(file: Vec<u8>) -> Result<u16, Refusal> {
    pdf::open(file).map(|(_, pages)| pages)
}

#[test]
fn what_acts_is_found_wherever_it_is() {
    let open = || Paper::new("/OpenAction 4 0 R");
    let again = |there: Option<&str>, then: &str| {
        let paper = Paper::new("/OpenAction 4 0 R").and("<</S 5 0 R/JS(x)>>");
        there.into_iter().fold(paper, Paper::and).saved().also(then)
    };
    let listed = "/Names<</EmbeddedFiles<</Kids[4 0 R]>>>>";
    for (case, paper, refusal) in [
        ("by reference", open().and(SCRIPT), Refusal::Script),
        ("its kind by reference", open().and("<</S 5 0 R/JS(x)>>").and("/JavaScript"), Refusal::Script),
        ("in a stream", Paper::new("/OpenAction 5 0 R").and_within("", &[SCRIPT]), Refusal::Script),
        ("its kind under a number used again", again(Some("/URI"), "5 1 obj\n/JavaScript"), Refusal::Broken),
        ("the same with a comment", again(Some("/URI"), "5%\n01%5 1\n obj\n/JavaScript"), Refusal::Broken),
        ("under a number of another generation alone", again(None, "5 1 obj\n/JavaScript"), Refusal::Broken),
        (
            "under a number that is in a stream",
            Paper::new("").and_within("", &["/URI"]).saved().also("5 1 obj\n/JavaScript"),
            Refusal::Broken,
        ),
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
        ("a picture that is written as text, in one line", Paper::new("").and(text_of("5%")).and("12")),
        ("a number of another generation", Paper::new("").also("9 1 obj\n12")),
        ("a stream of objects", Paper::new("").and_within("", &["<</S/URI>>", "[(/S)/JavaScriptless]"])),
    ] {
        assert_eq!(opened(paper.done()), Ok(1), "{case}");
    }
}
