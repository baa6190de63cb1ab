//! Names of people and homes: one way to write each, on one line.

use unicode_normalization::UnicodeNormalization as _;

use super::plain_text;

/// A name as it is kept: composed (NFC), so that が is one letter wherever it was typed, and without blanks around it.
#[must_use]
pub fn tidy(text: &str) -> String {
    text.nfc().collect::<String>().trim().to_owned()
}

/// A check for garde: something that can be a name, on one line, and not only blanks.
///
/// # Errors
/// Those of [`plain_text`]; when it has more than one line, or nothing in it.
pub fn a_name(text: &str, context: &()) -> garde::Result {
    if tidy(text).is_empty() {
        return Err(garde::Error::new("fault-missing"));
    }
    optional_name(text, context)
}

/// The same for a name that may stay empty.
///
/// # Errors
/// Those of [`plain_text`]; when it has more than one line.
pub fn optional_name(text: &str, context: &()) -> garde::Result {
    plain_text(text, context)?;
    if text.contains(char::is_control) {
        return Err(garde::Error::new("fault-one-line"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_one_way() {
        assert_eq!(tidy("　か\u{3099}く 花子 "), "がく 花子");
        assert_eq!(tidy("𠮷田"), "𠮷田");
    }

    #[test]
    fn what_turns_or_breaks_a_line_is_no_name() {
        for bad in ["花\u{202e}子", "\u{200f}花子", "花\n子", "花\t子", "花\0子", "\u{2066}花", "　", ""] {
            assert!(a_name(bad, &()).is_err(), "{bad:?}");
        }
        for good in ["花子", "𠮷田", "O'Brien & <b>", "=1+1", "髙橋　花子"] {
            assert!(a_name(good, &()).is_ok(), "{good:?}");
        }
        assert!(optional_name("", &()).is_ok());
    }
}
