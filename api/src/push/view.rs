//! What the page of notifications shows: the form of when and for what one is rung, and how a test went.

use entity::category::Category;
use sea_orm::{ActiveEnum as _, Iterable as _};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use super::{
    choices::{Choices, FyiRings, QuietHours, Weekly},
    preferences::Preferences,
    trial::Trial,
};
use crate::{config, problem::Problem, say::Message};

/// Hours at which a weekly summary is offered; a program may name any.
const SUMMARIES: std::ops::RangeInclusive<u8> = 7..=20;
/// After this a test that has not been sent is called late.
const LATE: Duration = Duration::seconds(20);

/// What was typed, or rather chosen.
#[derive(Clone, Debug, Deserialize)]
pub struct Form {
    /// An hour; empty: none.
    #[serde(default)]
    quiet_from: String,
    #[serde(default)]
    quiet_to: String,
    fyi: FyiRings,
    weekday: u8,
    hour: u8,
    #[serde(default)]
    muted: Vec<String>,
}

impl Form {
    /// What was chosen, if it can be beside the quiet hours of the `city`.
    ///
    /// # Errors
    /// `invalid`, with every field that is wrong.
    pub fn read(&self, city: Option<config::QuietHours>) -> Result<Preferences, Problem> {
        let hour = |text: &str| if text.is_empty() { None } else { Some(text.parse().unwrap_or(u8::MAX)) };
        let quiet_hours = match (hour(&self.quiet_from), hour(&self.quiet_to)) {
            (None, None) => None,
            // One without the other is refused with the field.
            (from, to) => Some(QuietHours { from: from.unwrap_or(u8::MAX), to: to.unwrap_or(u8::MAX) }),
        };
        let weekly = Weekly { weekday: self.weekday, hour: self.hour };
        Choices { quiet_hours, fyi: self.fyi, weekly, muted: self.muted.clone() }.read(city)
    }
}

/// Something to choose.
pub struct Choice {
    /// As the form has it.
    pub value: String,
    /// What it is called.
    pub label: Message,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The form.
pub struct Choosing {
    /// Hours at which it becomes quiet, no hour first.
    pub quiet_from: Vec<Choice>,
    /// Hours at which it ends.
    pub quiet_to: Vec<Choice>,
    /// How what is merely good to know rings.
    pub fyi: Vec<Choice>,
    /// The day of the weekly summary.
    pub weekdays: Vec<Choice>,
    /// Its hour.
    pub hours: Vec<Choice>,
    /// What does not ring.
    pub muted: Vec<Choice>,
}

impl From<&Form> for Choosing {
    fn from(form: &Form) -> Self {
        let Form { quiet_from, quiet_to, fyi, weekday, hour, muted } = form;
        let quiet = |chosen: &str| -> Vec<Choice> {
            let none = Choice { value: String::new(), label: "push-quiet-none".into(), chosen: chosen.is_empty() };
            [none].into_iter().chain((0..24).map(|hour| at(hour, chosen == hour.to_string()))).collect()
        };
        let rings = [
            (FyiRings::Weekly, "weekly", "push-fyi-weekly"),
            (FyiRings::AtOnce, "at_once", "push-fyi-at-once"),
            (FyiRings::Never, "never", "push-fyi-never"),
        ];
        let day = |day: u8| Choice {
            value: day.to_string(),
            label: Message::new(format!("push-day-{day}")),
            chosen: day == *weekday,
        };
        let category = |value: String| Choice {
            label: Message::new(format!("category-{value}")),
            chosen: muted.contains(&value),
            value,
        };
        let mut hours: Vec<u8> = SUMMARIES.collect();
        if !hours.contains(hour) {
            hours.push(*hour);
            hours.sort_unstable();
        }
        Self {
            quiet_from: quiet(quiet_from),
            quiet_to: quiet(quiet_to),
            fyi: rings
                .map(|(ring, value, label)| Choice { value: value.into(), label: label.into(), chosen: ring == *fyi })
                .into(),
            weekdays: (1..=7).map(day).collect(),
            hours: hours.into_iter().filter(|hour| *hour < 24).map(|one| at(one, one == *hour)).collect(),
            muted: Category::iter().map(|one| category(one.to_value())).collect(),
        }
    }
}

impl From<&Preferences> for Choosing {
    fn from(chosen: &Preferences) -> Self {
        let hour = |hour: Option<u8>| hour.map(|hour| hour.to_string()).unwrap_or_default();
        Self::from(&Form {
            quiet_from: hour(chosen.quiet.map(|quiet| quiet.from)),
            quiet_to: hour(chosen.quiet.map(|quiet| quiet.to)),
            fyi: chosen.fyi.into(),
            weekday: chosen.weekday,
            hour: chosen.hour,
            muted: chosen.muted.iter().map(Category::to_value).collect(),
        })
    }
}

/// An hour as it is spoken: noon and midnight have names, since 午後0時 and 午後12時 are mixed up.
fn at(hour: u8, chosen: bool) -> Choice {
    let label = match hour {
        0 => Message::new("push-hour-midnight"),
        12 => Message::new("push-hour-noon"),
        _ if hour < 12 => Message::new("push-hour-am").with("hour", hour),
        _ => Message::new("push-hour-pm").with("hour", hour - 12),
    };
    Choice { value: hour.to_string(), label, chosen }
}

/// How a test went.
pub struct TestView {
    /// How it went, in a few words.
    pub title: Message,
    /// And what to do.
    pub says: Message,
    /// Whether there is more to come soon.
    pub sending: bool,
    /// Whether it was sent to all of them.
    pub sent: bool,
}

impl TestView {
    /// How it went by `now`.
    pub fn of(trial: &Trial, now: OffsetDateTime) -> Self {
        let Trial { browsers, accepted, waiting, gone, .. } = *trial;
        let view = |title, says: &'static str| Self {
            title: Message::new(title).with("n", browsers).with("accepted", accepted),
            says: Message::new(says).with("gone", gone),
            sending: false,
            sent: false,
        };
        let some = "push-test-some-title";
        // Which of them is in the hand nobody knows here. So what is lost is said before what went well: that shows by itself.
        match () {
            () if waiting > 0 && now < trial.asked_at() + LATE => {
                Self { sending: true, ..view("push-test-sending-title", "push-test-sending") }
            }
            () if accepted == browsers => Self { sent: true, ..view("push-test-sent-title", "push-test-sent") },
            () if gone > 0 && accepted > 0 => view(some, "push-test-some-gone"),
            () if gone > 0 => view("push-test-gone-title", "push-test-gone"),
            () if waiting > 0 && accepted > 0 => view(some, "push-test-some-late"),
            () if waiting > 0 => view("push-test-late-title", "push-test-late"),
            () if accepted > 0 => view(some, "push-test-some-failed"),
            () => view("push-test-failed-title", "push-test-failed"),
        }
    }
}
