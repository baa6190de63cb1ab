//! The languages that are spoken: 日本語, やさしい日本語 with furigana, English.

use std::str::FromStr;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// 日本語
    #[default]
    Japanese,
    /// やさしい日本語: short sentences, with furigana.
    Easy,
    /// English
    English,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Japanese, Self::Easy, Self::English];

    /// Its name (BCP 47), as its texts and the cookie have it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::Easy => "ja-yasashii",
            Self::English => "en",
        }
    }

    /// What a browser is told (`lang`), so that it reads aloud and breaks lines as it should.
    #[must_use]
    pub fn tag(self) -> &'static str {
        if self == Self::English { "en" } else { "ja" }
    }

    /// What it calls itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Japanese => "日本語",
            Self::Easy => "やさしい日本語",
            Self::English => "English",
        }
    }
}

impl FromStr for Language {
    type Err = ();

    fn from_str(code: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|language| language.code() == code).ok_or(())
    }
}
