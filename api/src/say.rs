//! What pages say, in the language of who reads: Fluent messages (<https://projectfluent.org>) from `locales/`, one file for a room.
//!
//! A template says `{{ "join-title"|t }}`, or with something to fill in `{{ "unread"|with("count", n)|t }}` (`web/filters.rs`). A message
//! is trusted and may hold `<strong>`; what is filled in is escaped. ｜回覧板《かいらんばん》 becomes furigana.

mod language;

use std::{borrow::Cow, collections::HashMap, fmt, sync::Arc, sync::LazyLock};

use fluent_templates::{LanguageIdentifier, Loader as _, fluent_bundle::FluentValue};

pub use language::Language;

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./locales",
        fallback_language: "ja",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// Stands for a ｜ that begins no furigana; no text has this one, which is a character for private use.
const OWN: &str = "\u{e000}";

static IDENTIFIERS: LazyLock<[LanguageIdentifier; 3]> =
    LazyLock::new(|| Language::ALL.map(|language| language.code().parse().unwrap_or_default()));

/// For what a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Between tags: escaped, with furigana.
    Html,
    /// In an attribute, a title, a file: as it is read aloud.
    Plain,
}

/// What can be said in every language.
pub trait Says {
    /// Says it.
    fn say(&self, language: Language, target: Target) -> String;
}

impl<T: Says + ?Sized> Says for &T {
    fn say(&self, language: Language, target: Target) -> String {
        (**self).say(language, target)
    }
}

impl<T: Says + ?Sized> Says for Box<T> {
    fn say(&self, language: Language, target: Target) -> String {
        (**self).say(language, target)
    }
}

/// A message of `locales/` with what is filled in, or a text of somebody's, which is the same in every language.
#[derive(Clone, Debug)]
pub struct Message {
    key: Cow<'static, str>,
    text: bool,
    arguments: Vec<(&'static str, Argument)>,
}

/// What is filled in.
#[derive(Clone)]
pub enum Argument {
    /// A text of somebody's.
    Text(String),
    /// A number.
    Number(i64),
    /// What has its own words in every language.
    Said(Arc<dyn Says + Send + Sync>),
}

impl fmt::Debug for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Said(said) => said.say(Language::Japanese, Target::Plain).fmt(f),
        }
    }
}

impl Message {
    /// The message of a key.
    pub fn new(key: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), text: false, arguments: Vec::new() }
    }

    /// A text of somebody's.
    #[must_use]
    pub fn text(text: String) -> Self {
        Self { key: text.into(), text: true, arguments: Vec::new() }
    }

    /// Whether it is the message of `key`.
    #[must_use]
    pub fn is(&self, key: &str) -> bool {
        !self.text && self.key == key
    }

    /// The same, with something filled in.
    #[must_use]
    pub fn with(mut self, name: &'static str, argument: impl Into<Argument>) -> Self {
        self.arguments.push((name, argument.into()));
        self
    }
}

impl Says for Message {
    fn say(&self, language: Language, target: Target) -> String {
        if self.text {
            return if target == Target::Html { escaped(&self.key) } else { self.key.clone().into_owned() };
        }
        // What is filled in is said already: a ｜ in it is somebody's own.
        let filled = |text: String| FluentValue::from(text.replace('｜', OWN));
        let value = |argument: &Argument| match argument {
            Argument::Text(text) if target == Target::Html => filled(escaped(text)),
            Argument::Text(text) => filled(text.clone()),
            Argument::Number(number) => FluentValue::from(*number),
            Argument::Said(said) => filled(said.say(language, target)),
        };
        let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> =
            self.arguments.iter().map(|(name, argument)| (Cow::Borrowed(*name), value(argument))).collect();
        let found = TEXTS.try_lookup_complete(&IDENTIFIERS[language as usize], &self.key, Some(&arguments));
        let text = found.unwrap_or_else(|| {
            tracing::error!(key = %self.key, "there is no such message");
            if target == Target::Html { escaped(&self.key) } else { self.key.clone().into_owned() }
        });
        annotated(&text, target).replace(OWN, "｜")
    }
}

/// A text of somebody's, in which ｜漢字《かんじ》 may become furigana.
#[derive(Clone, Debug)]
pub struct Words {
    /// The text.
    pub text: String,
    /// Whether it is written with furigana.
    pub furigana: bool,
}

impl Says for Words {
    fn say(&self, _: Language, target: Target) -> String {
        let text = if target == Target::Html { escaped(&self.text) } else { self.text.clone() };
        if self.furigana { annotated(&text, target) } else { text }
    }
}

/// A key: the message of it.
impl Says for str {
    fn say(&self, language: Language, target: Target) -> String {
        Message::new(self.to_owned()).say(language, target)
    }
}

impl Says for Cow<'static, str> {
    fn say(&self, language: Language, target: Target) -> String {
        (**self).say(language, target)
    }
}

impl<T: Says> Says for Option<T> {
    fn say(&self, language: Language, target: Target) -> String {
        self.as_ref().map(|said| said.say(language, target)).unwrap_or_default()
    }
}

impl From<&'static str> for Message {
    fn from(key: &'static str) -> Self {
        Self::new(key)
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// Templates hand over what they have by reference, and by references to that.
impl<T: Clone + Into<Self>> From<&T> for Argument {
    fn from(argument: &T) -> Self {
        argument.clone().into()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Argument {
            fn from(number: $number) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )*};
}
numbers!(i16, i32, i64, u8, u16, u32, u64, usize);

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Message> for Argument {
    fn from(message: Message) -> Self {
        Self::Said(Arc::new(message))
    }
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
        out
    })
}

/// ｜漢字《かんじ》 as ruby, or without the reading.
pub(crate) fn annotated(text: &str, target: Target) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('｜') {
        out.push_str(before);
        let parts = after.split_once('《').and_then(|(base, after)| Some((base, after.split_once('》')?)));
        let Some((base, (reading, after))) = parts else {
            rest = after;
            continue;
        };
        match target {
            Target::Plain => out.push_str(base),
            Target::Html => {
                for part in ["<ruby>", base, "<rp>（</rp><rt>", reading, "</rt><rp>）</rp></ruby>"] {
                    out.push_str(part);
                }
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_escaped_and_furigana_stand_over_it() {
        assert_eq!(annotated("｜回覧《かいらん》する", Target::Plain), "回覧する");
        let ruby = "<ruby>回覧<rp>（</rp><rt>かいらん</rt><rp>）</rp></ruby>する";
        assert_eq!(annotated("｜回覧《かいらん》する", Target::Html), ruby);
        assert_eq!(annotated("5｜6《", Target::Html), "56《", "half of it is nothing");
        assert_eq!(escaped("<b>&'\""), "&lt;b&gt;&amp;&#39;&#34;");
    }

    #[test]
    fn what_somebody_wrote_is_no_furigana() {
        let place = Message::new("of-whom").with("name", "公園｜東口《ひがしぐち》");
        assert_eq!(place.say(Language::Easy, Target::Html), "：公園｜東口《ひがしぐち》");
        let told = Message::new("fault-named").with("label", Message::new("compose-title-field")).with("detail", place);
        let ruby = "<ruby>題<rp>（</rp><rt>だい</rt><rp>）</rp></ruby>：：公園｜東口《ひがしぐち》";
        assert_eq!(told.say(Language::Easy, Target::Html), ruby);
    }
}
