//! What the pages about notices show.

use askama::Template;
use entity::{
    notice::{self, Importance},
    seat::Role,
};

use super::{
    attachments::view::{EditingView, FilesView},
    category,
    details_form::DetailsForm,
    facts_view::FactsView,
    listed::Listed,
    versions::{Text, Versions},
};
use crate::{areas::Count, identity::Caller};
use crate::{
    say::{Language, Message, Says, Words},
    web::{
        dates::{Ago, Day, Moment, Stamped},
        filters,
        page::{Faults, Frame},
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

/// An area to send to.
pub struct AreaChoice {
    pub code: String,
    pub name: String,
    /// 区, 校区, 自治会, 班: a key.
    pub kind: &'static str,
    /// How far it is indented, from 0 to 4.
    pub depth: u8,
    pub checked: bool,
}

/// Writing a notice.
#[derive(Template)]
#[template(path = "notices/compose.html")]
pub struct ComposePage {
    pub frame: Frame,
    pub faults: Faults,
    pub action: String,
    pub title: String,
    pub body: String,
    pub importance: String,
    pub categories: Vec<category::Choice>,
    pub areas: Vec<AreaChoice>,
    pub to: String,
    pub circulate_until: String,
    pub publish_at: String,
    pub drill: bool,
    pub details: DetailsForm,
}

/// Whom a notice will reach.
pub struct Reach {
    /// The first names.
    pub names: Vec<String>,
    /// How many more.
    pub more_names: usize,
    pub areas: String,
    pub associations: String,
    pub households: String,
    pub phones: String,
}

/// Whose turn it is with an emergency.
#[derive(Default)]
pub struct Step {
    /// The author looks at their own emergency.
    pub needs_another: bool,
    /// Somebody else does: who wrote it, in a sentence.
    pub author: Option<Message>,
}

/// Before a notice leaves.
#[derive(Template)]
#[template(path = "notices/confirm.html")]
pub struct ConfirmPage {
    pub frame: Frame,
    pub faults: Faults,
    pub title: String,
    pub body: String,
    pub facts: FactsView,
    pub versions: Vec<Shown>,
    pub files: EditingView,
    pub sender: String,
    pub marks: Marks,
    pub to_officers: bool,
    pub until: Option<Day>,
    pub publish_at: Option<Moment>,
    pub push_title: String,
    pub push_body: String,
    pub reach: Reach,
    pub step: Step,
    pub publish: String,
    /// The reason typed for publishing alone.
    pub reason: String,
}

/// One line of what an office has.
pub struct OfficeRow {
    /// The confirming page of a draft; the notice's page otherwise.
    pub href: String,
    pub title: String,
    pub sender: String,
    pub at: Ago,
    pub marks: Marks,
    /// An emergency that waits for its second person.
    pub waits: bool,
    pub coverage: Option<String>,
    pub correct: Option<String>,
    pub withdraw: Option<String>,
}

/// What one's offices have drafted and sent.
#[derive(Template)]
#[template(path = "notices/office.html")]
pub struct OfficePage {
    pub frame: Frame,
    pub offices: Vec<String>,
    pub drafts: Vec<OfficeRow>,
    pub scheduled: Vec<OfficeRow>,
    pub published: Vec<OfficeRow>,
}

/// Correcting.
#[derive(Template)]
#[template(path = "notices/correct.html")]
pub struct CorrectPage {
    pub frame: Frame,
    pub faults: Faults,
    pub action: String,
    pub back: String,
    pub drill: bool,
    /// The revision that is corrected.
    pub revision: i32,
    pub title: String,
    pub body: String,
    pub categories: Vec<category::Choice>,
    pub circulate_until: String,
    pub reason: String,
    pub details: DetailsForm,
    /// The versions as they are.
    pub versions: Versions,
    pub files: EditingView,
    /// The number of phones that got the original.
    pub reached: String,
}

/// Withdrawing.
#[derive(Template)]
#[template(path = "notices/withdraw.html")]
pub struct WithdrawPage {
    pub frame: Frame,
    pub faults: Faults,
    pub action: String,
    pub back: String,
    pub title: String,
    pub sender: String,
    /// How many households have read it.
    pub read: String,
    pub reason: String,
}

/// A number of households as the caller may see it: exact to an association's own people.
pub(super) fn shown_to(caller: &Caller, number: i64) -> String {
    Count::shown(number, caller.seats.iter().all(|seat| seat.role != Role::Staff)).to_string()
}
