//! Checks of what comes in: garde looks at it, and what it finds is said in the language of who sent it.
//!
//! garde carries texts. Here such a text is the key of a message, behind a blank followed by what is filled in as `value` where the message wants
//! something: `fault-too-long 100`. [`told`] makes a message of it.

use std::{borrow::Cow, fmt::Display};

use garde::{
    Validate,
    i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind, with_i18n},
};

use crate::{
    problem::{FieldError, Problem},
    say::Message,
};

/// Runs the checks of `value` and gives what is wrong, with a pointer to each field.
///
/// # Errors
/// `invalid`, with every field that is wrong.
pub fn validate<T: Validate<Context: Default>>(value: &T) -> Result<(), Problem> {
    with_i18n(Keys, || value.validate()).map_err(|report| {
        let mut found: Vec<(String, &garde::Error)> = Vec::new();
        for (path, error) in report.iter() {
            let pointer = format!("/{}", path.to_string().replace(['.', '['], "/").replace(']', ""));
            // Two checks may find the same: what is empty is also blank.
            if !found.iter().any(|(at, known)| *at == pointer && known.message() == error.message()) {
                found.push((pointer, error));
            }
        }
        Problem::invalid(found.into_iter().map(|(pointer, error)| FieldError::new(pointer, told(error))).collect())
    })
}

/// A check for garde: text that a person can have typed. NUL can't be kept by PostgreSQL; other control characters and the
/// marks that turn the direction of writing have no place in a name or a notice.
///
/// # Errors
/// When there is such a character.
pub fn plain_text(text: &str, _: &()) -> garde::Result {
    let odd = |c: &char| {
        c.is_control() && !matches!(c, '\n' | '\r' | '\t')
            || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    match text.chars().find(odd) {
        Some(c) => Err(garde::Error::new(format!("fault-odd-letter U+{:04X}", c as u32))),
        None => Ok(()),
    }
}

/// What a check found, as it is said.
#[must_use]
pub fn told(error: &garde::Error) -> Message {
    let Some((key, value)) = error.message().split_once(' ') else {
        return Message::new(error.message().to_owned());
    };
    let message = Message::new(key.to_owned());
    match value.parse::<i64>() {
        Ok(number) => message.with("value", number),
        Err(_) => message.with("value", value),
    }
}

/// garde's own findings, as keys.
struct Keys;

impl I18n for Keys {
    fn length_lower_than(&self, min: usize) -> Cow<'static, str> {
        if min <= 1 { "fault-missing".into() } else { format!("fault-too-short {min}").into() }
    }

    fn length_greater_than(&self, max: usize) -> Cow<'static, str> {
        format!("fault-too-long {max}").into()
    }

    fn range_lower_than(&self, min: &dyn Display) -> Cow<'static, str> {
        format!("fault-at-least {min}").into()
    }

    fn range_greater_than(&self, max: &dyn Display) -> Cow<'static, str> {
        format!("fault-at-most {max}").into()
    }

    fn email_invalid(&self, _: InvalidEmail) -> Cow<'static, str> {
        "fault-mail-address".into()
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Cow<'static, str> {
        "fault-form".into()
    }

    fn pattern_no_match(&self, _: &dyn Display) -> Cow<'static, str> {
        "fault-form".into()
    }

    fn contains_missing(&self, pattern: &dyn Display) -> Cow<'static, str> {
        format!("fault-without {pattern}").into()
    }

    fn url_invalid(&self, _: InvalidUrl) -> Cow<'static, str> {
        "fault-form".into()
    }

    fn prefix_missing(&self, pattern: &dyn Display) -> Cow<'static, str> {
        format!("fault-beginning {pattern}").into()
    }

    fn suffix_missing(&self, pattern: &dyn Display) -> Cow<'static, str> {
        format!("fault-ending {pattern}").into()
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Cow<'static, str> {
        "fault-form".into()
    }

    fn ip_invalid(&self, _: IpKind) -> Cow<'static, str> {
        "fault-form".into()
    }

    fn matches_field_mismatch(&self, field: &dyn Display) -> Cow<'static, str> {
        format!("fault-not-the-same {field}").into()
    }

    fn ascii_invalid(&self) -> Cow<'static, str> {
        "fault-ascii".into()
    }

    fn alphanumeric_invalid(&self) -> Cow<'static, str> {
        "fault-alphanumeric".into()
    }

    fn required_not_set(&self) -> Cow<'static, str> {
        "fault-missing".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::say::{Language, Says as _, Target};

    #[derive(Validate)]
    struct Typed {
        #[garde(length(chars, min = 1, max = 3), custom(plain_text))]
        name: &'static str,
        #[garde(range(min = 1, max = 90))]
        days: i32,
    }

    #[test]
    fn what_is_wrong_is_said_in_the_language_of_who_reads() {
        let faults = |name, days| match validate(&Typed { name, days }) {
            Ok(()) => Vec::new(),
            Err(problem) => problem
                .errors()
                .iter()
                .map(|fault| {
                    let said = |language| fault.detail.say(language, Target::Plain);
                    (fault.pointer.clone(), said(Language::Japanese), said(Language::English))
                })
                .collect::<Vec<_>>(),
        };
        let fault = |at: &str, ja: &str, en: &str| (at.to_owned(), ja.to_owned(), en.to_owned());
        assert_eq!(faults("花子", 90), []);
        assert_eq!(
            faults("山田花子", 91),
            [
                fault("/days", "90以下にしてください。", "It has to be 90 or less."),
                fault("/name", "長すぎます。3文字までにしてください。", "This is too long: 3 characters at most."),
            ]
        );
        assert_eq!(faults("", 1), [fault("/name", "入力してください。", "Please fill this in.")]);
        let odd = "There is a character in it that can’t be used (U+202E). Please take it out.";
        assert_eq!(faults("\u{202e}", 1)[0].2, odd);
    }
}
