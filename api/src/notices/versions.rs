//! Versions of a notice's text, in easy Japanese (やさしい日本語) and in English, as its sender gave them.
//!
//! The Japanese text is the notice; a version is a help to read it. So a version never outlives the text that it was made from: a correction of title or text
//! names the versions that go with it, and drops the others.

use entity::{notice, revision};

use super::{checks::lines, draft::drill_title};
use crate::{lock_screen::DRILL_ENGLISH, say::Language};

/// A title and a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Title.
    pub title: String,
    /// Text, plain.
    pub body: String,
}

impl Text {
    /// As it is kept; a drill says so in its title.
    fn tidy(&self, language: Language, drill: bool) -> Self {
        let title = match language {
            Language::English if drill && !self.title.trim().starts_with(DRILL_ENGLISH) => {
                format!("{DRILL_ENGLISH} {}", self.title.trim())
            }
            Language::English => self.title.trim().to_owned(),
            Language::Japanese | Language::Easy => drill_title(self.title.trim(), drill),
        };
        Self { title, body: lines(&self.body) }
    }
}

/// The versions of a notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// やさしい日本語
    pub easy: Option<Text>,
    /// English
    pub english: Option<Text>,
}

macro_rules! from_rows {
    ($($row:ident),*) => {$(
        impl From<&$row::Model> for Versions {
            fn from(row: &$row::Model) -> Self {
                let text = |title: &Option<String>, body: &Option<String>| {
                    Some(Text { title: title.clone()?, body: body.clone()? })
                };
                Self { easy: text(&row.easy_title, &row.easy_body), english: text(&row.english_title, &row.english_body) }
            }
        }
    )*};
}
from_rows!(notice, revision);

impl Versions {
    /// The version in a language; none of the original.
    #[must_use]
    pub fn of(&self, language: Language) -> Option<&Text> {
        match language {
            Language::Japanese => None,
            Language::Easy => self.easy.as_ref(),
            Language::English => self.english.as_ref(),
        }
    }

    /// The languages in which there is one.
    pub fn languages(&self) -> impl Iterator<Item = Language> {
        Language::ALL.into_iter().filter(|language| self.of(*language).is_some())
    }

    /// The languages in which there was one at any time `before` and is none.
    pub fn dropped(&self, before: impl IntoIterator<Item = Self>) -> Vec<Language> {
        let before: Vec<Self> = before.into_iter().collect();
        let gone =
            |language: &Language| self.of(*language).is_none() && before.iter().any(|one| one.of(*language).is_some());
        Language::ALL.into_iter().filter(gone).collect()
    }

    /// Writes them into a row, as far as they are not there.
    pub(super) fn put(&self, drill: bool, row: &mut notice::ActiveModel) {
        let easy = self.easy.as_ref().map(|text| text.tidy(Language::Easy, drill));
        let english = self.english.as_ref().map(|text| text.tidy(Language::English, drill));
        row.easy_title.set_if_not_equals(easy.as_ref().map(|text| text.title.clone()));
        row.easy_body.set_if_not_equals(easy.map(|text| text.body));
        row.english_title.set_if_not_equals(english.as_ref().map(|text| text.title.clone()));
        row.english_body.set_if_not_equals(english.map(|text| text.body));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drill_says_so_in_every_language() {
        let title =
            |title: &str, language| Text { title: title.into(), body: String::new() }.tidy(language, true).title;
        assert_eq!(title("にげて ください", Language::Easy), "【訓練】にげて ください");
        assert_eq!(title("Please evacuate", Language::English), "[DRILL] Please evacuate");
        assert_eq!(title("[DRILL] Please evacuate", Language::English), "[DRILL] Please evacuate");
        assert_eq!(title("Leave the drilling site now", Language::English), "[DRILL] Leave the drilling site now");
        assert_eq!(
            title("｜職業訓練《しょくぎょうくんれん》 センター", Language::Easy),
            "【訓練】｜職業訓練《しょくぎょうくんれん》 センター"
        );
    }
}
