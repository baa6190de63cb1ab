//! What the pages show with which notices are written, sent, corrected and withdrawn.

use askama::Template;
use entity::seat::Role;

use super::{
    attachments::view::EditingView,
    category,
    details_form::DetailsForm,
    facts_view::FactsView,
    versions::Versions,
    view::{Marks, Shown},
};
use crate::{
    areas::Count,
    identity::Caller,
    lock_screen::LockScreen,
    say::Message,
    web::{
        dates::{Ago, Day, Moment},
        filters,
        page::{Faults, Frame},
    },
};

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
    /// Who wrote an emergency or added a file to it looks at it.
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
    pub pushes: Vec<LockScreen>,
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
    /// Its author looks at an emergency that another person has to correct.
    pub needs_another: bool,
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
    /// The number of phones that got the original; none where nobody has it yet.
    pub reached: Option<String>,
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
