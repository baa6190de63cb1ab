//! The facts of a notice as its pages show them: in words, and with what can be done about them (call, write, look at a map, keep in a calendar).

use time::Date;
use url::form_urlencoded::byte_serialize;

use super::facts::{Facts, When};
use crate::{
    say::{Argument, Message},
    web::dates::{Day, Hour, Moment},
};

/// A fact in words.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it is: a key.
    pub label: &'static str,
    /// What it says.
    pub value: Message,
    /// Whether those are the sender's words, and so in Japanese.
    pub own: bool,
}

/// The facts of a notice.
#[derive(Clone, Debug, Default)]
pub struct FactsView {
    /// What there is, in the order in which one asks for it.
    pub rows: Vec<Fact>,
    /// The number to call, as it is dialled.
    pub phone: Option<String>,
    /// The address to write to.
    pub mail: Option<String>,
    /// A map on which the place is looked for; of somebody else, and told nothing but the place.
    pub map: Option<String>,
    /// Where the calendar's file is.
    pub calendar: Option<String>,
}

/// The map of somebody else's.
const MAP: &str = "https://www.google.com/maps/search/?api=1&query=";

impl FactsView {
    /// What there is to show, and to do; `page` is the notice's page where its reader can have it for a calendar.
    #[must_use]
    pub fn of(facts: &Facts, page: Option<&str>) -> Self {
        let dialled = |text: &String| text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        Self {
            rows: rows(facts),
            phone: facts.contact.phone.as_ref().map(dialled),
            mail: facts.contact.mail.clone(),
            map: facts
                .place
                .as_ref()
                .map(|place| format!("{MAP}{}", byte_serialize(place.as_bytes()).collect::<String>())),
            calendar: page.filter(|_| facts.starts.is_some()).map(|page| format!("{page}/notice.ics")),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether anything can be done about them.
    #[must_use]
    pub fn any_button(&self) -> bool {
        self.phone.is_some() || self.mail.is_some() || self.map.is_some() || self.calendar.is_some()
    }
}

/// The facts in words.
fn rows(facts: &Facts) -> Vec<Fact> {
    let own =
        |label, text: &Option<String>| text.clone().map(|text| Fact { label, value: Message::text(text), own: true });
    let contact = [&facts.contact.name, &facts.contact.phone, &facts.contact.mail];
    let contact: Vec<&str> = contact.into_iter().flatten().map(String::as_str).collect();
    let rows = [
        facts.starts.map(|starts| Fact { label: "notice-when", value: span(starts, facts.ends), own: false }),
        own("notice-where", &facts.place),
        own("notice-for-whom", &facts.for_whom),
        own("notice-fee", &facts.fee),
        facts.answer_by.map(|day| Fact { label: "notice-answer-by", value: by_day(day), own: false }),
        own("notice-contact", &Some(contact.join("\n")).filter(|text| !text.is_empty())),
    ];
    rows.into_iter().flatten().collect()
}

/// A fact that a correction changed.
pub struct Changed {
    /// What it is: a key.
    pub label: &'static str,
    /// As it was.
    pub before: Option<Fact>,
    /// As it is.
    pub after: Option<Fact>,
}

/// The facts that differ.
#[must_use]
pub fn changed(before: &Facts, after: &Facts) -> Vec<Changed> {
    const LABELS: [&str; 6] =
        ["notice-when", "notice-where", "notice-for-whom", "notice-fee", "notice-answer-by", "notice-contact"];
    let same = |label| match label {
        "notice-when" => (before.starts, before.ends) == (after.starts, after.ends),
        "notice-where" => before.place == after.place,
        "notice-for-whom" => before.for_whom == after.for_whom,
        "notice-fee" => before.fee == after.fee,
        "notice-answer-by" => before.answer_by == after.answer_by,
        _ => before.contact == after.contact,
    };
    let (old, new) = (rows(before), rows(after));
    let find = |rows: &[Fact], label| rows.iter().find(|row| row.label == label).cloned();
    let changed = |label| Changed { label, before: find(&old, label), after: find(&new, label) };
    LABELS.into_iter().filter(|label| !same(label)).map(changed).collect()
}

/// Until the end of a day, in words.
pub(super) fn by_day(day: Date) -> Message {
    Message::new("notice-by-day").with("day", Day(day))
}

/// From when to when, in words. What is said twice is said once: of an end on the same day only the hour.
fn span(starts: When, ends: Option<When>) -> Message {
    let said = |when: When| match when.hour {
        Some(_) => Argument::from(Moment(when.start())),
        None => Argument::from(Day(when.day)),
    };
    let from = said(starts);
    let to = match ends {
        None => None,
        Some(ends) if ends.day != starts.day => Some(said(ends)),
        Some(ends) => ends.hour.map(|hour| Hour(hour).into()),
    };
    match (to, starts.hour) {
        (Some(to), _) => Message::new("notice-span").with("from", from).with("to", to),
        (None, Some(_)) => Message::new("notice-from").with("from", from),
        (None, None) => Message::new("notice-day").with("day", from),
    }
}
