//! What a file is called to others: what its owner called it, as far as that is fit for everybody's eyes.

use entity::attachment::Kind;
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    notices::draft::drill_title,
    say::{Language, Message, Says as _, Target},
    web::plain_text,
};

/// The longest name, in characters.
const LONGEST: usize = 100;

/// What a file is called that has no name of its own.
fn nameless() -> String {
    Message::new("attachments-title").say(Language::Japanese, Target::Plain)
}

/// A name without path and without marks that nobody sees or that turn the direction of writing. Its ending says what the file is, whatever it said before.
pub(super) fn clean(given: &str, kind: Kind) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = last.nfc().filter(|c| !is_hidden(*c)).collect();
    let stem = match seen.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= 5 && ending.chars().all(|c| c.is_ascii_alphanumeric()) => stem,
        _ => &seen,
    };
    let stem = stem.trim_matches(|c: char| c.is_whitespace() || c == '.');
    let ending = ending(kind);
    let room = LONGEST - ending.len() - 1;
    let stem: String = if stem.is_empty() { nameless() } else { stem.chars().take(room).collect() };
    format!("{}.{ending}", stem.trim_end())
}

/// What a file is called beside its notice: that of a drill says so wherever it is kept, and whoever it is passed on to.
pub(super) fn beside(name: String, drill: bool) -> String {
    let name = drill_title(&name, drill);
    match name.rsplit_once('.') {
        Some((stem, ending)) if name.chars().count() > LONGEST => {
            let stem: String = stem.chars().take(LONGEST - ending.len() - 1).collect();
            format!("{}.{ending}", stem.trim_end())
        }
        _ => name,
    }
}

/// A name as it was given, to say of which file something is wrong.
pub(super) fn shown(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = last.nfc().filter(|c| !is_hidden(*c)).take(LONGEST).collect();
    if seen.trim().is_empty() { nameless() } else { seen }
}

pub(super) fn ending(kind: Kind) -> &'static str {
    match kind {
        Kind::Pdf => "pdf",
        Kind::Jpeg => "jpg",
        Kind::Png => "png",
    }
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || plain_text(c.encode_utf8(&mut [0; 4]), &()).is_err()
        || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_what_the_file_is_and_nothing_of_where_it_was() {
        for (given, kind, name) in [
            ("夏まつり.pdf", Kind::Pdf, "夏まつり.pdf"),
            ("IMG_0001.HEIC", Kind::Jpeg, "IMG_0001.jpg"),
            ("poster.png", Kind::Jpeg, "poster.jpg"),
            ("C:\\Users\\大野\\会報.PDF", Kind::Pdf, "会報.pdf"),
            ("../../etc/passwd", Kind::Pdf, "passwd.pdf"),
            ("お知らせ\u{202e}fdp.exe", Kind::Pdf, "お知らせfdp.pdf"),
            ("令和8.12.1", Kind::Pdf, "令和8.12.pdf"),
            ("第2回 (案).最終版", Kind::Pdf, "第2回 (案).最終版.pdf"),
            ("ガ\u{3099}", Kind::Png, "ガ\u{3099}.png"),
            ("カ\u{3099}", Kind::Png, "ガ.png"),
            ("a\nb\".pdf", Kind::Pdf, "ab\".pdf"),
            ("", Kind::Pdf, "添付.pdf"),
            (" .pdf", Kind::Pdf, "添付.pdf"),
        ] {
            assert_eq!(clean(given, kind), name, "{given:?}");
        }
        assert_eq!(clean(&"長".repeat(300), Kind::Jpeg).chars().count(), LONGEST);
        assert_eq!(beside("避難所.png".into(), true), "【訓練】避難所.png");
        assert_eq!(beside("【訓練】避難所.png".into(), true), "【訓練】避難所.png");
        assert_eq!(beside(clean(&"長".repeat(300), Kind::Jpeg), true).chars().count(), LONGEST);
        assert_eq!(shown("a/b/\u{202e}x.exe"), "x.exe");
    }
}
