//! Facts and versions of a notice over the wire.

use garde::Validate;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use unicode_normalization::UnicodeNormalization as _;
use utoipa::ToSchema;

use super::{
    BODY, TITLE,
    checks::{day, not_blank, read_day},
    facts::{Contact, Facts, When},
    versions::{Text, Versions},
};
use crate::{
    clock::JAPAN,
    identity::mail_address,
    web::{a_name, plain_text, tidy},
};

/// The longest fact in words, in characters.
pub(super) const FACT: usize = 200;

/// What a notice tells of. Each of them may be left out.
#[derive(Clone, Debug, Default, Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactsJson {
    /// When it begins: a day, `2026-12-06`, or a moment, `2026-12-06T09:00:00+09:00`.
    #[garde(inner(custom(when)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) starts: Option<String>,
    /// When it ends; a moment only where it begins at one.
    #[garde(inner(custom(when)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ends: Option<String>,
    /// Where, 1 to 200 characters on one line.
    #[garde(inner(length(chars, max = FACT), custom(a_name)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub(super) place: Option<String>,
    /// For whom, 1 to 200 characters on one line.
    #[garde(inner(length(chars, max = FACT), custom(a_name)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub(super) for_whom: Option<String>,
    /// What it costs, 1 to 200 characters on one line.
    #[garde(inner(length(chars, max = FACT), custom(a_name)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub(super) fee: Option<String>,
    /// The last day on which to answer or to apply: `2026-12-01`.
    #[garde(inner(custom(day)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) answer_by: Option<String>,
    /// Whom to ask.
    #[garde(dive)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contact: Option<ContactJson>,
}

/// Whom to ask.
#[derive(Clone, Debug, Default, Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactJson {
    /// An office or a person, 1 to 200 characters on one line.
    #[garde(inner(length(chars, max = FACT), custom(a_name)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub(super) name: Option<String>,
    /// A telephone number: 3 to 20 digits, with `+`, hyphens, brackets or blanks.
    #[garde(inner(length(chars, max = 40), custom(a_phone)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 3, max_length = 40)]
    pub(super) phone: Option<String>,
    /// A mail address.
    #[garde(inner(length(max = 254), custom(a_mail)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 254)]
    pub(super) mail: Option<String>,
}

/// The text of a notice in other words. Each of them may be left out.
#[derive(Clone, Debug, Default, Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionsJson {
    /// Easy Japanese (やさしい日本語); `｜漢字《かんじ》` becomes furigana.
    #[garde(dive)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) easy: Option<TextJson>,
    /// English
    #[garde(dive)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) english: Option<TextJson>,
}

/// A version.
#[derive(Clone, Debug, Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextJson {
    /// Title, 1 to 100 characters.
    #[garde(length(chars, min = 1, max = TITLE), custom(plain_text), custom(not_blank))]
    #[schema(min_length = 1, max_length = 100)]
    pub(super) title: String,
    /// Text, 1 to 20,000 characters, plain.
    #[garde(length(chars, min = 1, max = BODY), custom(plain_text), custom(not_blank))]
    #[schema(min_length = 1, max_length = 20_000)]
    pub(super) body: String,
}

/// A day, or a moment, to the minute in Japan.
fn read_when(text: &str) -> Option<When> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok().and_then(|at| at.checked_to_offset(JAPAN));
    let hour = |at: OffsetDateTime| at.time().replace_second(0).and_then(|time| time.replace_nanosecond(0)).ok();
    match moment {
        Some(at) => Some(When { day: at.date(), hour: hour(at) }),
        None => read_day(text).map(|day| When { day, hour: None }),
    }
}

fn when(text: &str, _: &()) -> garde::Result {
    let wrong = "fault-moment";
    read_when(text).map(|_| ()).ok_or_else(|| garde::Error::new(wrong))
}

/// A check for garde: what can be dialled, however wide its digits were typed.
fn a_phone(text: &str, _: &()) -> garde::Result {
    let typed = phone_of(text);
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    let known = |(place, c): (usize, char)| c.is_ascii_digit() || "-() ".contains(c) || c == '+' && place == 0;
    if (3..=20).contains(&digits) && typed.chars().enumerate().all(known) {
        return Ok(());
    }
    Err(garde::Error::new("fault-phone"))
}

/// A check for garde: a mail address, of letters that need no quoting in a link.
fn a_mail(text: &str, _: &()) -> garde::Result {
    let known = |part: &str, besides: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || besides.contains(c))
    };
    let address = mail_address(text).unwrap_or_default();
    let parts = address.split_once('@').filter(|(_, host)| host.contains('.'));
    if parts.is_some_and(|(name, host)| known(name, "._+-") && known(host, ".-")) {
        return Ok(());
    }
    Err(garde::Error::new("fault-mail-address"))
}

/// A telephone number as it is kept: narrow, with one kind of hyphen.
fn phone_of(text: &str) -> String {
    let hyphen = |c| if matches!(c, '‐'..='―' | '−' | 'ー' | '－') { '-' } else { c };
    text.chars().map(hyphen).collect::<String>().nfkc().collect::<String>().trim().to_owned()
}

impl From<FactsJson> for Facts {
    fn from(facts: FactsJson) -> Self {
        let contact = facts.contact.unwrap_or_default();
        let words = |text: Option<String>| text.as_deref().map(tidy);
        Self {
            starts: facts.starts.as_deref().and_then(read_when),
            ends: facts.ends.as_deref().and_then(read_when),
            place: words(facts.place),
            for_whom: words(facts.for_whom),
            fee: words(facts.fee),
            answer_by: facts.answer_by.as_deref().and_then(read_day),
            contact: Contact {
                name: words(contact.name),
                phone: contact.phone.as_deref().map(phone_of),
                mail: contact.mail.as_deref().and_then(mail_address),
            },
        }
    }
}

impl From<Facts> for FactsJson {
    fn from(facts: Facts) -> Self {
        let when = |when: When| match when.hour {
            None => when.day.to_string(),
            Some(_) => when.start().format(&Rfc3339).unwrap_or_default(),
        };
        let Contact { name, phone, mail } = facts.contact;
        let reachable = name.is_some() || phone.is_some() || mail.is_some();
        Self {
            starts: facts.starts.map(when),
            ends: facts.ends.map(when),
            place: facts.place,
            for_whom: facts.for_whom,
            fee: facts.fee,
            answer_by: facts.answer_by.map(|day| day.to_string()),
            contact: reachable.then_some(ContactJson { name, phone, mail }),
        }
    }
}

impl From<TextJson> for Text {
    fn from(TextJson { title, body }: TextJson) -> Self {
        Self { title, body }
    }
}

impl From<Text> for TextJson {
    fn from(Text { title, body }: Text) -> Self {
        Self { title, body }
    }
}

impl From<VersionsJson> for Versions {
    fn from(VersionsJson { easy, english }: VersionsJson) -> Self {
        Self { easy: easy.map(Text::from), english: english.map(Text::from) }
    }
}

impl From<Versions> for VersionsJson {
    fn from(Versions { easy, english }: Versions) -> Self {
        Self { easy: easy.map(TextJson::from), english: english.map(TextJson::from) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_can_be_dialled_however_it_was_typed() {
        for (typed, kept) in [
            ("０９３−１２３−４５６７", "093-123-4567"),
            ("（093）123ー4567", "(093)123-4567"),
            ("+81 93 123 4567", "+81 93 123 4567"),
            ("110", "110"),
        ] {
            assert!(a_phone(typed, &()).is_ok(), "{typed}");
            assert_eq!(phone_of(typed), kept);
        }
        for bad in ["", "12", "市役所", "093-123-4567 内線12", "1+2345", "javascript:alert(1)"] {
            assert!(a_phone(bad, &()).is_err(), "{bad}");
        }
    }

    #[test]
    fn days_and_moments_come_back_as_they_were_meant() {
        for (sent, kept) in [
            ("2026-12-06", "2026-12-06"),
            ("2026-12-06T09:00:00+09:00", "2026-12-06T09:00:00+09:00"),
            ("2026-12-05T23:30:59.5Z", "2026-12-06T08:30:00+09:00"),
        ] {
            let facts = Facts::from(FactsJson { starts: Some(sent.into()), ..Default::default() });
            assert_eq!(FactsJson::from(facts).starts.as_deref(), Some(kept));
        }
        assert!(when("tomorrow", &()).is_err() && when("9999-12-31T23:59:59Z", &()).is_err());
    }
}
