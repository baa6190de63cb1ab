//! What the pages of households show.

use askama::Template;
use entity::household::Delivery;
use sea_orm::{ActiveEnum as _, Iterable as _};

use super::{Listed, Member, Standing, Tended, json};
use crate::{
    clock::JAPAN,
    config::Origin,
    identity::code::Code,
    proxies::Proxy,
    say::Message,
    web::{
        dates::Day,
        filters,
        page::{Faults, Frame},
        qr::QrPicture,
    },
};

/// The roster, at `/roster`.
#[derive(Template)]
#[template(path = "households/roster.html")]
pub struct RosterPage {
    /// Around it.
    pub frame: Frame,
    /// What is looked for.
    pub q: String,
    /// The households.
    pub rows: Vec<RosterRow>,
    /// The address of the next page.
    pub more: Option<String>,
    /// Whether the caller may add households and save the roster as a file.
    pub officer: bool,
    /// Whether the caller has a household of their own.
    pub home: bool,
}

/// One household on the roster.
pub struct RosterRow {
    /// Its page.
    pub href: String,
    /// Its group and how the association names it.
    pub name: String,
    /// Its people.
    pub people: Vec<Message>,
    /// How it gets its notices: a key.
    pub delivery: &'static str,
    /// Whether no phone and no paper comes to it.
    pub unreached: bool,
}

/// A choice in a form.
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What it says.
    pub label: Message,
    /// Whether it is the present one.
    pub current: bool,
}

/// A household, at `/households/{id}`, and one's own at `/home`.
#[derive(Template)]
#[template(path = "households/household.html")]
pub struct HouseholdPage {
    /// Around it.
    pub frame: Frame,
    /// What is wrong with a form.
    pub faults: Faults,
    /// The address of the household's page.
    pub base: String,
    /// How the association names it.
    pub label: String,
    /// Its group or association.
    pub area: String,
    /// Ways to get notices.
    pub deliveries: Vec<Choice>,
    /// Its people.
    pub people: Vec<Person>,
    /// Whether the caller is its leader or an officer.
    pub leads: bool,
    /// Whether the caller is an officer.
    pub officer: bool,
    /// Whether it is the caller's own.
    pub own: bool,
    /// Where it can move.
    pub areas: Vec<Choice>,
    /// With which it can be merged.
    pub others: Vec<Choice>,
    /// Who answers for it.
    pub proxy: Option<ProxyLine>,
}

/// Who answers for a household.
pub struct ProxyLine {
    /// What they are called.
    pub name: Message,
    /// Since when.
    pub since: Day,
}

impl From<Proxy> for ProxyLine {
    fn from(proxy: Proxy) -> Self {
        Self { name: called(proxy.name.as_deref()), since: Day(proxy.since.to_offset(JAPAN).date()) }
    }
}

/// A person on a household's page.
pub struct Person {
    /// Their id.
    pub id: String,
    /// What they are called.
    pub name: Message,
    /// Whether they are signed in on some device.
    pub phone: bool,
    /// Whether it is the caller.
    pub me: bool,
}

/// A new household, at `/households/new`.
#[derive(Template)]
#[template(path = "households/new.html")]
pub struct NewPage {
    /// Around it.
    pub frame: Frame,
    /// What is wrong.
    pub faults: Faults,
    /// Where it can be.
    pub areas: Vec<Choice>,
    /// The name typed.
    pub label: String,
}

/// Households from a file, at `/roster/import`.
#[derive(Template)]
#[template(path = "households/import.html")]
pub struct ImportPage {
    /// Around it.
    pub frame: Frame,
    /// What is wrong with the file.
    pub faults: Faults,
    /// What was done: households read, added, changed.
    pub done: Option<(usize, u64, u64)>,
    /// The code of an association of the caller's.
    pub example: String,
}

/// A joining code to hand over, shown once.
#[derive(Template)]
#[template(path = "households/code.html")]
pub struct CodePage {
    /// Around it.
    pub frame: Frame,
    /// Whose it is.
    pub whose: Message,
    /// The code.
    pub code: String,
    /// Its link as a picture.
    pub qr: Option<QrPicture>,
    /// The address to type it at.
    pub join: String,
    /// The last day on which it is good; none: until it is renewed.
    pub until: Option<Day>,
    /// Back to the household.
    pub back: String,
}

/// Something that can't be undone, to be confirmed.
#[derive(Template)]
#[template(path = "households/confirm.html")]
pub struct ConfirmPage {
    /// Around it.
    pub frame: Frame,
    /// What will happen, in sentences.
    pub says: Vec<Message>,
    /// What the button says: a key.
    pub button: &'static str,
    /// Where the form goes.
    pub action: String,
    /// Where one goes instead.
    pub back: String,
}

/// A way to get notices, as a key.
#[must_use]
pub fn delivery(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Digital => "delivery-digital",
        Delivery::Paper => "delivery-paper",
        Delivery::Both => "delivery-both",
        Delivery::Undecided => "delivery-undecided",
    }
}

/// The ways to get notices, with the present one.
#[must_use]
pub fn deliveries(current: Delivery) -> Vec<Choice> {
    let choice = |one: Delivery| Choice { value: one.to_value(), label: delivery(one).into(), current: one == current };
    Delivery::iter().map(choice).collect()
}

/// What somebody is called who may have said nothing.
#[must_use]
pub fn called(name: Option<&str>) -> Message {
    let given = name.filter(|name| !name.is_empty());
    given.map_or_else(|| "person-nameless".into(), |name| Message::text(name.to_owned()))
}

impl From<Listed> for RosterRow {
    fn from(home: Listed) -> Self {
        Self {
            href: format!("/households/{}", home.id),
            name: format!("{} {}", home.area, home.label),
            people: home.people.iter().map(|name| called(Some(name))).collect(),
            delivery: delivery(home.delivery),
            unreached: home.phones == 0 && matches!(home.delivery, Delivery::Digital | Delivery::Undecided),
        }
    }
}

impl HouseholdPage {
    /// The page of a household, without places to move to.
    #[must_use]
    pub fn new(frame: Frame, tended: &Tended, people: Vec<Member>) -> Self {
        let me = tended.caller.person.0;
        let person = |one: Member| Person {
            me: one.id == me,
            id: one.id.to_string(),
            name: called(one.name.as_deref()),
            phone: one.phone,
        };
        Self {
            frame,
            faults: Faults::default(),
            base: format!("/households/{}", tended.household.id),
            label: tended.household.label.clone(),
            area: tended.area.name.clone(),
            deliveries: deliveries(tended.household.delivery),
            people: people.into_iter().map(person).collect(),
            leads: tended.standing >= Standing::Leader,
            officer: tended.standing == Standing::Officer,
            own: tended.caller.home.as_ref().is_some_and(|home| home.household == tended.household.id),
            areas: Vec::new(),
            others: Vec::new(),
            proxy: None,
        }
    }
}

impl CodePage {
    /// The page of a fresh code.
    #[must_use]
    pub fn new(
        frame: Frame,
        origin: &Origin,
        (whose, back): (Message, String),
        (code, until): (&Code, Option<time::OffsetDateTime>),
    ) -> Self {
        Self {
            frame,
            whose,
            qr: QrPicture::of(&json::address(origin, code)),
            join: format!("{origin}/join"),
            code: code.to_print(),
            until: until.map(|at| Day(at.to_offset(JAPAN).date())),
            back,
        }
    }
}
