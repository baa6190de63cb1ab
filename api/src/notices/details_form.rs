//! Facts and versions of a notice as they are typed into a form, which writing and correcting have in common.

use serde::{Deserialize, Serialize};
use time::{Date, Time, macros::format_description};

use super::{
    checks::lines,
    details::{ContactJson, FactsJson, TextJson, VersionsJson},
    facts::{Facts, When},
    versions::{Text, Versions},
};
use crate::{
    problem::Problem,
    web::page::{Fault, Faults},
};

/// What was typed. All of it is text until it is judged, so that the form can be shown again as it was.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct DetailsForm {
    pub starts_on: String,
    pub starts_time: String,
    pub ends_on: String,
    pub ends_time: String,
    pub place: String,
    pub for_whom: String,
    pub fee: String,
    pub answer_by: String,
    pub contact_name: String,
    pub contact_phone: String,
    pub contact_mail: String,
    pub easy_title: String,
    pub easy_body: String,
    pub english_title: String,
    pub english_body: String,
    /// The version still fits the text that was corrected.
    pub easy_fits: Option<String>,
    /// The same.
    pub english_fits: Option<String>,
}

impl DetailsForm {
    /// A form that is filled in with what a notice has.
    pub(super) fn of(facts: &Facts, versions: &Versions) -> Self {
        let day = |when: Option<When>| when.map(|when| when.day.to_string()).unwrap_or_default();
        let hour = |when: Option<When>| {
            let hour = when.and_then(|when| when.hour);
            hour.and_then(|hour| hour.format(format_description!("[hour]:[minute]")).ok()).unwrap_or_default()
        };
        let words = |text: &Option<String>| text.clone().unwrap_or_default();
        let version = |text: &Option<Text>| text.clone().map(|text| (text.title, text.body)).unwrap_or_default();
        let ((easy_title, easy_body), (english_title, english_body)) =
            (version(&versions.easy), version(&versions.english));
        Self {
            starts_on: day(facts.starts),
            starts_time: hour(facts.starts),
            ends_on: day(facts.ends),
            ends_time: hour(facts.ends),
            place: words(&facts.place),
            for_whom: words(&facts.for_whom),
            fee: words(&facts.fee),
            answer_by: facts.answer_by.map(|day| day.to_string()).unwrap_or_default(),
            contact_name: words(&facts.contact.name),
            contact_phone: words(&facts.contact.phone),
            contact_mail: words(&facts.contact.mail),
            easy_title,
            easy_body,
            english_title,
            english_body,
            easy_fits: None,
            english_fits: None,
        }
    }

    /// The facts as a program would send them.
    pub(super) fn facts(&self) -> FactsJson {
        let contact = ContactJson {
            name: given(&self.contact_name),
            phone: given(&self.contact_phone),
            mail: given(&self.contact_mail),
        };
        // Whoever gives an hour alone means the day on which it begins.
        let ends_on = if self.ends_on.trim().is_empty() && given(&self.ends_time).is_some() {
            &self.starts_on
        } else {
            &self.ends_on
        };
        FactsJson {
            starts: when(&self.starts_on, &self.starts_time),
            ends: when(ends_on, &self.ends_time),
            place: given(&self.place),
            for_whom: given(&self.for_whom),
            fee: given(&self.fee),
            answer_by: given(&self.answer_by),
            contact: Some(contact),
        }
    }

    /// The versions as a program would send them.
    pub(super) fn versions(&self) -> VersionsJson {
        VersionsJson {
            easy: text(&self.easy_title, &self.easy_body),
            english: text(&self.english_title, &self.english_body),
        }
    }

    /// The versions that go with a corrected text: one that stands there as `before` was not corrected with it, unless it is said to fit.
    pub(super) fn corrected(&self, before: &Versions) -> VersionsJson {
        let fits = |text: Option<TextJson>, before: &Option<Text>, said: bool| {
            text.filter(|text| said || before.as_ref().is_none_or(|before| !same(text, before)))
        };
        let VersionsJson { easy, english } = self.versions();
        VersionsJson {
            easy: fits(easy, &before.easy, self.easy_fits.is_some()),
            english: fits(english, &before.english, self.english_fits.is_some()),
        }
    }

    /// Whether anything but time and place is filled in: then that part of the form is open.
    #[must_use]
    pub fn any_more(&self) -> bool {
        let more = [&self.for_whom, &self.fee, &self.answer_by];
        let contact = [&self.contact_name, &self.contact_phone, &self.contact_mail];
        more.into_iter().chain(contact).any(|text| !text.is_empty())
    }

    /// Whether there is a version.
    #[must_use]
    pub fn any_version(&self) -> bool {
        [&self.easy_title, &self.easy_body, &self.english_title, &self.english_body].iter().any(|text| !text.is_empty())
    }
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn text(title: &str, body: &str) -> Option<TextJson> {
    let text = TextJson { title: title.trim().to_owned(), body: body.trim().to_owned() };
    Some(text).filter(|text| !text.title.is_empty() || !text.body.is_empty())
}

fn same(text: &TextJson, before: &Text) -> bool {
    text.title.trim() == before.title && lines(&text.body) == before.body
}

/// A day and an hour as one; what can't be read stays as it is, and is refused with its field.
fn when(day: &str, hour: &str) -> Option<String> {
    let (day, hour) = (given(day), given(hour));
    match (day, hour) {
        (None, None) => None,
        (Some(day), None) => Some(day),
        (day, Some(hour)) => {
            let known = Time::parse(hour.get(..5).unwrap_or(&hour), format_description!("[hour]:[minute]")).is_ok();
            let day = day.filter(|day| Date::parse(day, format_description!("[year]-[month]-[day]")).is_ok());
            Some(match day {
                Some(day) if known => format!("{day}T{}:00+09:00", &hour[..5]),
                _ => format!("{} {hour}", day.unwrap_or_default()),
            })
        }
    }
}

/// What the fields of writing and correcting are called.
const LABELS: [(&str, &str); 23] = [
    ("title", "compose-title-field"),
    ("body", "compose-body-field"),
    ("starts_on", "compose-starts-on"),
    ("starts_time", "compose-starts-time"),
    ("ends_on", "compose-ends-on"),
    ("ends_time", "compose-ends-time"),
    ("place", "notice-where"),
    ("for_whom", "notice-for-whom"),
    ("fee", "notice-fee"),
    ("answer_by", "notice-answer-by"),
    ("contact_name", "compose-contact-name"),
    ("contact_phone", "compose-contact-phone"),
    ("contact_mail", "compose-contact-mail"),
    ("easy_title", "compose-easy-title"),
    ("easy_body", "compose-easy-body"),
    ("english_title", "compose-english-title"),
    ("english_body", "compose-english-body"),
    ("importance", "compose-importance"),
    ("areas", "compose-areas"),
    ("to", "compose-to"),
    ("circulate_until", "notice-until"),
    ("publish_at", "compose-publish-at"),
    ("reason", "correct-reason"),
];

/// What is wrong with a notice, at the fields of the form; and what is found of its fields besides.
pub(super) fn faults(problem: &Problem, besides: Vec<Fault>) -> Faults {
    let mut faults = Faults::from(problem);
    faults.fields.extend(besides);
    for fault in &mut faults.fields {
        // The boxes of all areas are one field of the form.
        if let Some(rest) = fault.field.strip_prefix("audience-") {
            fault.field = if rest.starts_with("areas") { "areas".to_owned() } else { rest.to_owned() };
            if fault.detail.is("fault-missing") {
                fault.detail = "fault-choose-areas".into();
            }
        }
        if let Some(fact) = fault.field.strip_prefix("facts-") {
            fault.field = match fact.strip_prefix("contact-") {
                Some(part) => format!("contact_{part}"),
                None if fact == "starts" || fact == "ends" => {
                    if fault.detail.is("fault-moment") {
                        fault.detail = "fault-choose-day".into();
                    }
                    format!("{fact}_on")
                }
                None => fact.to_owned(),
            };
        } else if let Some(version) = fault.field.strip_prefix("versions-") {
            fault.field = version.replace('-', "_");
        }
    }
    faults.labelled(&LABELS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_belongs_to_the_day_beside_it() {
        let form = |starts_on: &str, starts_time: &str, ends_on: &str, ends_time: &str| {
            let form = DetailsForm {
                starts_on: starts_on.into(),
                starts_time: starts_time.into(),
                ends_on: ends_on.into(),
                ends_time: ends_time.into(),
                ..Default::default()
            };
            let facts = form.facts();
            (facts.starts, facts.ends)
        };
        let at = |text: &str| Some(text.to_owned());
        assert_eq!(form("", "", "", ""), (None, None));
        assert_eq!(form("2026-12-06", "", "2026-12-07", ""), (at("2026-12-06"), at("2026-12-07")));
        let (nine, eleven) = (at("2026-12-06T09:00:00+09:00"), at("2026-12-06T11:30:00+09:00"));
        assert_eq!(form("2026-12-06", "09:00", "", "11:30"), (nine.clone(), eleven));
        assert_eq!(form("2026-12-06", "09:00:00", "", ""), (nine, None), "some browsers send seconds");
        assert_eq!(form("", "09:00", "", "").0, at(" 09:00"), "which is refused");
    }

    #[test]
    fn a_version_that_was_not_corrected_does_not_stay() {
        let before =
            Versions { easy: Some(Text { title: "そうじ".into(), body: "9じ\nから".into() }), english: None };
        let mut form = DetailsForm::of(&Facts::default(), &before);
        form.easy_body = "9じ\r\nから".into();
        assert!(form.corrected(&before).easy.is_none());
        form.easy_fits = Some("yes".into());
        assert!(form.corrected(&before).easy.is_some());
        form.easy_fits = None;
        form.easy_body = "8じから".into();
        assert!(form.corrected(&before).easy.is_some());
    }
}
