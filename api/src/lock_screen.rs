//! What a stranger may read on a lock screen: the words of a push, which the sender is shown before.
//!
//! Of a notice that is not for everyone nothing is shown but its kind, and of an ordinary one the title alone; an emergency tells its
//! beginning, since nobody may have the time to tap.

use entity::notice::{self, Addressees, Importance};

/// What stands before the title of a drill.
pub const DRILL: &str = "【訓練】";

/// How much of an emergency's text is shown, in characters.
const BEGINNING: usize = 200;

/// The title: a correction and a drill say so.
#[must_use]
pub fn title(notice: &notice::Model) -> String {
    let title = match notice.addressees {
        Addressees::Everyone => notice.title.as_str(),
        Addressees::Officers => "役員・班長へのお知らせ",
    };
    let correction = if notice.revision > 1 { "【訂正】" } else { "" };
    let drill = if notice.drill && !title.starts_with(DRILL) { DRILL } else { "" };
    format!("{correction}{drill}{title}")
}

/// The text below the title; `sender` is the name of the area that sends.
#[must_use]
pub fn text(notice: &notice::Model, sender: &str) -> String {
    match (notice.addressees, notice.importance) {
        (Addressees::Officers, _) => "開いてご確認ください。".to_owned(),
        (Addressees::Everyone, Importance::Emergency) => beginning(&notice.body, BEGINNING),
        (Addressees::Everyone, _) => format!("{sender}からのお知らせ"),
    }
}

/// What the weekly summary says of so many notices, which it does not name.
#[must_use]
pub fn week(notices: i64) -> String {
    format!("今週のお知らせ {notices}件")
}

/// The text below.
pub const WEEK: &str = "まだ読んでいない参考のお知らせがあります。";

/// Title and text of a test that somebody asked for.
pub const TEST: (&str, &str) = ("通知は届いています", "お知らせが出ると、このように鳴ります。");

/// The first `most` characters, with … in place of the rest.
#[must_use]
pub fn beginning(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}
