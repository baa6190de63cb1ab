//! Mail addresses, as accounts are found by them.

/// How an address is kept and looked for: without spaces around it, in small letters; none where it is not written in ASCII. What only looks like
/// a letter is none: in Unicode the small letter of the Kelvin sign is an ordinary k, and who typed it would sign in as somebody else.
#[must_use]
pub fn mail_address(typed: &str) -> Option<String> {
    let bare = typed.trim();
    bare.is_ascii().then(|| bare.to_ascii_lowercase())
}

/// A check for garde: an address that is written in ASCII, whoever it may belong to.
///
/// # Errors
/// When it is not.
pub(super) fn in_ascii(typed: &str, _: &()) -> garde::Result {
    let told = || garde::Error::new("fault-ascii");
    mail_address(typed).map(drop).ok_or_else(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_made_small_and_look_alikes_are_none() {
        assert_eq!(mail_address("　Kaicho@Asahi.Example ").as_deref(), Some("kaicho@asahi.example"));
        for other in
            ["\u{212a}aicho@asahi.example", "ｋａｉｃｈｏ@asahi.example", "kaicho＠asahi.example", "会長@asahi.example"]
        {
            assert_eq!(mail_address(other), None, "{other}");
            assert!(in_ascii(other, &()).is_err());
        }
    }
}
