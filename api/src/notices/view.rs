//! What the pages show on which notices are found and read.

use askama::Template;
use entity::notice::{self, Importance};

use super::{
    attachments::view::FilesView,
    facts_view::FactsView,
    listed::Listed,
    versions::{Text, Versions},
};
use crate::{
    say::{Language, Message, Says, Words},
    web::{
        dates::{Ago, Day, Moment, Stamped},
        filters,
        page::Frame,
        qr::QrPicture,
    },
};

/// What marks a notice, in words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks {
    /// 緊急
    pub emergency: bool,
    /// 必読
    pub must_read: bool,
    /// 訓練
    pub drill: bool,
    /// 訂正
    pub corrected: bool,
    /// 取消
    pub withdrawn: bool,
}

impl Marks {
    /// The marks of a notice.
    #[must_use]
    pub fn of(notice: &notice::Model) -> Self {
        Self {
            emergency: notice.importance == Importance::Emergency,
            must_read: notice.importance == Importance::MustRead,
            drill: notice.drill,
            corrected: notice.revision > 1,
            withdrawn: notice.withdrawn_at.is_some(),
        }
    }

    /// Whether there is any.
    #[must_use]
    pub fn any(&self) -> bool {
        self.emergency || self.must_read || self.drill || self.corrected || self.withdrawn
    }
}

/// What the caller has done with a notice.
#[derive(Clone, Copy, Debug, Default)]
pub struct State {
    /// Neither opened nor past it.
    pub unread: bool,
    /// Opened.
    pub read: bool,
    /// 確認しました
    pub acknowledged: bool,
}

/// One line of my notices.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its page.
    pub href: String,
    /// Title, in the reader's language if there is a version in it.
    pub title: Words,
    /// The language of the title.
    pub lang: &'static str,
    /// As [`edition`](super::listed::edition) gives it.
    pub edition: String,
    /// Who sent it.
    pub sender: String,
    /// When.
    pub at: Ago,
    /// Marks.
    pub marks: Marks,
    /// What it is about, where that is said: a key.
    pub category: Option<&'static str>,
    /// What the caller has done with it.
    pub state: State,
}

/// My notices.
#[derive(Template)]
#[template(path = "notices/list.html")]
pub struct ListPage {
    pub frame: Frame,
    /// Where the caller belongs: 青葉町自治会 1班.
    pub place: String,
    pub list: Listed,
    /// Whether the caller answers for another household.
    pub proxy: bool,
}

/// What a correction changed.
pub struct Change {
    /// What it is: a key.
    pub label: &'static str,
    pub before: Part,
    pub after: Part,
}

/// One side of a change.
pub struct Part {
    /// What it says.
    pub text: Box<dyn Says>,
    /// The language in which somebody wrote it (`lang`); none: that of the page.
    pub lang: Option<&'static str>,
}

/// The text of a notice, in one language.
pub struct Shown {
    pub language: Language,
    pub title: Words,
    pub body: Words,
}

impl Shown {
    /// Whether it is the text that its sender wrote.
    fn original(&self) -> bool {
        self.language == Language::Japanese
    }

    /// A text as it is read in `language`: in easy Japanese with furigana.
    #[must_use]
    pub fn new(language: Language, Text { title, body }: Text) -> Self {
        let furigana = language == Language::Easy;
        Self { language, title: Words { text: title, furigana }, body: Words { text: body, furigana } }
    }
}

/// The versions of a notice, to be shown below each other.
pub(super) fn shown(versions: &Versions) -> Vec<Shown> {
    versions.languages().filter_map(|language| Some(Shown::new(language, versions.of(language)?.clone()))).collect()
}

/// Where a notice can be read in another language.
pub struct VersionLink {
    pub href: String,
    pub language: Language,
    /// Whether the page is there already.
    pub current: bool,
}

/// What only paper needs to show.
pub struct Print {
    /// The page's address.
    pub address: String,
    pub qr: Option<QrPicture>,
}

/// A correction of a notice.
pub struct Correction {
    pub at: Moment,
    pub reason: String,
    pub changes: Vec<Change>,
}

/// The withdrawal of a notice.
pub struct Withdrawal {
    pub at: Moment,
    pub reason: Option<String>,
}

/// The caller's receipt.
pub struct Receipt {
    /// Where the button posts to.
    pub action: String,
    /// Whether the button is the page's main thing.
    pub asked: bool,
    /// One sentence: who will see it.
    pub seen_by: &'static str,
    pub acknowledged: Option<Stamped>,
    /// Whether nobody leaves a receipt any more.
    pub closed: bool,
    /// For paper or by proxy: one sentence.
    pub source: Option<&'static str>,
}

/// The household in whose name a notice is read.
pub struct Behalf {
    /// How it is called.
    pub name: String,
    /// Its list.
    pub back: String,
}

/// What the sender of a notice can do with it.
pub struct OfficeLinks {
    pub delivery: String,
    pub correct: Option<String>,
    pub withdraw: Option<String>,
}

/// One notice.
#[derive(Template)]
#[template(path = "notices/notice.html")]
pub struct NoticePage {
    pub frame: Frame,
    /// As [`edition`](super::listed::edition) gives it.
    pub edition: String,
    pub text: Shown,
    /// In which languages it can be read; none where there is only the original.
    pub versions: Vec<VersionLink>,
    /// Languages in which there was a version that corrections dropped.
    pub dropped: Vec<Language>,
    pub facts: FactsView,
    pub files: FilesView,
    pub sender: String,
    pub at: Moment,
    pub until: Option<Day>,
    pub marks: Marks,
    /// What it is about, where that is said: a key.
    pub category: Option<&'static str>,
    /// The last one first.
    pub corrections: Vec<Correction>,
    pub withdrawal: Option<Withdrawal>,
    /// That nobody has it yet, and when it goes out.
    pub unsent: Option<Message>,
    pub receipt: Receipt,
    /// Who has read, for those who may see it.
    pub coverage: Option<String>,
    pub office: Option<OfficeLinks>,
    /// None: in the caller's own.
    pub behalf: Option<Behalf>,
    pub print: Option<Print>,
}

impl NoticePage {
    /// What the stamp's button says.
    fn button(&self) -> Message {
        match &self.behalf {
            Some(behalf) => Message::new("notice-acknowledge-for").with("name", &behalf.name),
            None => "notice-acknowledge".into(),
        }
    }

    /// Whether the page is in another language than the only one that the notice has.
    fn only_japanese(&self) -> bool {
        self.versions.is_empty() && self.frame.language() == Language::English
    }
}
