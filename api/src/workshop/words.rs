//! The words of a PDF, read from its bytes alone: names, blanks, comments.

use std::borrow::Cow;

/// Each name, and what comes after it.
pub(super) fn names(bytes: &[u8]) -> impl Iterator<Item = (Cow<'_, [u8]>, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let begins = rest.iter().position(|byte| *byte == b'/')?;
        let (found, after) = name(&rest[begins + 1..]);
        rest = after;
        Some((found, after))
    })
}

/// The name that begins here, its letters as they are meant where they are written as numbers (`#4a`).
pub(super) fn name(bytes: &[u8]) -> (Cow<'_, [u8]>, &[u8]) {
    let ends = |byte: &u8| is_blank(*byte) || b"()<>[]{}/%".contains(byte);
    let (written, after) = bytes.split_at(bytes.iter().position(ends).unwrap_or(bytes.len()));
    if !written.contains(&b'#') {
        return (Cow::Borrowed(written), after);
    }
    let (mut meant, mut rest) = (Vec::new(), written);
    while let Some((byte, after)) = rest.split_first() {
        let number = after.get(..2).filter(|_| *byte == b'#').and_then(|two| str::from_utf8(two).ok());
        let number = number.filter(|two| !two.starts_with('+')).and_then(|two| u8::from_str_radix(two, 16).ok());
        meant.push(number.unwrap_or(*byte));
        rest = if number.is_some() { &after[2..] } else { after };
    }
    (Cow::Owned(meant), after)
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

/// What comes after blanks and comments.
pub(super) fn after_blanks(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    loop {
        rest = &rest[rest.iter().position(|byte| !is_blank(*byte)).unwrap_or(rest.len())..];
        if rest.first() != Some(&b'%') {
            return rest;
        }
        rest = &rest[rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_readers_read_them() {
        for (written, meant) in [("S", "S"), ("J#61va", "Java"), ("#4A#4b", "JK"), ("a#", "a#"), ("#+1#g", "#+1#g")] {
            assert_eq!(&*name(format!("{written}/next").as_bytes()).0, meant.as_bytes());
        }
        assert_eq!(after_blanks(b" \0%x\r % y"), b"");
        assert_eq!(names(b"/ /a(/b)").map(|(name, _)| name.into_owned()).collect::<Vec<_>>(), [&b""[..], b"a", b"b"]);
    }
}
