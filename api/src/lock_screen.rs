//! What a stranger may read on a lock screen: the words of a push, which the sender is shown before, in the language of whose phone it is.
//!
//! Of a notice that is not for everyone nothing is shown but its kind, and of an ordinary one the title alone; an emergency tells its
//! beginning, since nobody may have the time to tap.

use entity::notice::{self, Addressees, Importance};

use crate::say::{Language, Message, Says as _, Target, Words};

/// What stands before the title of a drill.
pub const DRILL: &str = "【訓練】";
/// The same before an English title.
pub const DRILL_ENGLISH: &str = "[DRILL]";

/// How much of an emergency's text is shown, in characters.
const BEGINNING: usize = 200;

/// What a phone shows of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockScreen {
    /// The title.
    pub title: String,
    /// The text below.
    pub text: String,
    /// Its language: that of whose phone it is only where there is a version in it.
    pub language: Language,
}

impl LockScreen {
    /// What is shown of a notice, to who reads `language`; `sender` is the name of the area that sends. A correction and a drill say so.
    #[must_use]
    pub fn of(notice: &notice::Model, sender: &str, language: Language) -> Self {
        let (language, title, text) = match notice.addressees {
            Addressees::Officers => {
                let said = |key: &'static str| Message::new(key).say(language, Target::Plain);
                (language, said("lock-officers"), said("lock-officers-text"))
            }
            Addressees::Everyone => {
                // The words around it are in the language of what they are around.
                let (language, title, body) = text_in(notice, language);
                let plain = |text: &str| {
                    Words { text: text.to_owned(), furigana: language == Language::Easy }.say(language, Target::Plain)
                };
                let text = match notice.importance {
                    Importance::Emergency => beginning(&plain(body), BEGINNING),
                    _ => Message::new("lock-from").with("sender", sender).say(language, Target::Plain),
                };
                (language, plain(title), text)
            }
        };
        // A drill is one to whoever looks at the phone: the Japanese mark stands in every language.
        let title = match (notice.drill, language) {
            (true, Language::English) if !title.starts_with(DRILL_ENGLISH) => {
                format!("{DRILL}{DRILL_ENGLISH} {title}")
            }
            (true, _) if !title.starts_with(DRILL) => format!("{DRILL}{title}"),
            _ => title,
        };
        let corrected = |title| Message::new("lock-corrected").with("title", &title).say(language, Target::Plain);
        let title = if notice.revision > 1 { corrected(title) } else { title };
        Self { title, text, language }
    }

    /// The weekly summary of so many notices, which it does not name.
    #[must_use]
    pub fn week(notices: i64, language: Language) -> Self {
        let title = Message::new("lock-week").with("notices", notices).say(language, Target::Plain);
        Self { title, text: Message::new("lock-week-text").say(language, Target::Plain), language }
    }

    /// A test that somebody asked for.
    #[must_use]
    pub fn test(language: Language) -> Self {
        let said = |key: &'static str| Message::new(key).say(language, Target::Plain);
        Self { title: said("lock-test"), text: said("lock-test-text"), language }
    }
}

/// Title and text of a notice as whoever reads `language` is told it, on the lock screen and on the page that a tap leads to: in that language if there
/// is a version in it, otherwise as it was written.
#[must_use]
pub fn text_in(notice: &notice::Model, language: Language) -> (Language, &str, &str) {
    let version = match language {
        Language::Japanese => None,
        Language::Easy => notice.easy_title.as_deref().zip(notice.easy_body.as_deref()),
        Language::English => notice.english_title.as_deref().zip(notice.english_body.as_deref()),
    };
    match version {
        Some((title, body)) => (language, title, body),
        None => (Language::Japanese, &notice.title, &notice.body),
    }
}

/// The first `most` characters, with … in place of the rest.
#[must_use]
pub fn beginning(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}
