//! The facts of a notice in fields of their own: when, where, for whom, what it costs, by when to answer, whom to ask.
//!
//! None of them has to be there. Hours are those of Japan; where there is none, the whole day is meant.

use entity::{notice, revision};
use time::{Date, OffsetDateTime, Time};

use super::{NoticeError, draft::AHEAD};
use crate::clock::JAPAN;

/// A day, and the hour where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct When {
    /// The day.
    pub day: Date,
    /// The hour, in Japan.
    pub hour: Option<Time>,
}

impl When {
    /// The moment at which it begins.
    #[must_use]
    pub fn start(self) -> OffsetDateTime {
        self.day.with_time(self.hour.unwrap_or(Time::MIDNIGHT)).assume_offset(JAPAN)
    }

    fn read(day: Option<Date>, hour: Option<Time>) -> Option<Self> {
        day.map(|day| Self { day, hour })
    }
}

/// Whom to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// An office or a person.
    pub name: Option<String>,
    /// Digits, as they are written.
    pub phone: Option<String>,
    /// A mail address.
    pub mail: Option<String>,
}

/// What a notice tells of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// When it begins.
    pub starts: Option<When>,
    /// When it ends; an hour only where the beginning has one.
    pub ends: Option<When>,
    /// Where.
    pub place: Option<String>,
    /// For whom, in words.
    pub for_whom: Option<String>,
    /// What it costs, in words.
    pub fee: Option<String>,
    /// The last day on which to answer or to apply.
    pub answer_by: Option<Date>,
    /// Whom to ask.
    pub contact: Contact,
}

macro_rules! from_rows {
    ($($row:ident),*) => {$(
        impl From<&$row::Model> for Facts {
            fn from(row: &$row::Model) -> Self {
                Self {
                    starts: When::read(row.starts_on, row.starts_time),
                    ends: When::read(row.ends_on, row.ends_time),
                    place: row.place.clone(),
                    for_whom: row.for_whom.clone(),
                    fee: row.fee.clone(),
                    answer_by: row.answer_by,
                    contact: Contact {
                        name: row.contact_name.clone(),
                        phone: row.contact_phone.clone(),
                        mail: row.contact_mail.clone(),
                    },
                }
            }
        }
    )*};
}
from_rows!(notice, revision);

impl Facts {
    /// Looks at whether they can be true together, and whether the days that were not there `before` are still to come.
    ///
    /// # Errors
    /// [`NoticeError::Fact`], [`NoticeError::InThePast`], [`NoticeError::TooFarAhead`], each with its field.
    pub(super) fn check(&self, before: &Self, now: OffsetDateTime) -> Result<(), NoticeError> {
        match (self.starts, self.ends) {
            (None, Some(_)) => return Err(NoticeError::Fact("facts/starts", "fault-starts")),
            (Some(starts), Some(ends)) if ends.hour.is_some() && starts.hour.is_none() => {
                return Err(NoticeError::Fact("facts/starts", "fault-starts-hour"));
            }
            (Some(starts), Some(ends)) if ends.day < starts.day || ends.hour.is_some() && ends <= starts => {
                return Err(NoticeError::Fact("facts/ends", "fault-ends"));
            }
            _ => {}
        }
        let (today, answer_by) =
            (now.to_offset(JAPAN).date(), self.answer_by.filter(|_| self.answer_by != before.answer_by));
        let last = today + AHEAD;
        if self.starts.is_some_and(|starts| starts.day > last) {
            return Err(NoticeError::TooFarAhead("facts/starts"));
        }
        if self.ends.is_some_and(|ends| ends.day > last) {
            return Err(NoticeError::TooFarAhead("facts/ends"));
        }
        if answer_by.is_some_and(|day| day > last) {
            return Err(NoticeError::TooFarAhead("facts/answer_by"));
        }
        if answer_by.is_some_and(|day| day < today) {
            return Err(NoticeError::InThePast("facts/answer_by"));
        }
        Ok(())
    }

    /// Writes them into a row, as far as they are not there.
    pub(super) fn put(&self, row: &mut notice::ActiveModel) {
        row.starts_on.set_if_not_equals(self.starts.map(|starts| starts.day));
        row.starts_time.set_if_not_equals(self.starts.and_then(|starts| starts.hour));
        row.ends_on.set_if_not_equals(self.ends.map(|ends| ends.day));
        row.ends_time.set_if_not_equals(self.ends.and_then(|ends| ends.hour));
        row.place.set_if_not_equals(self.place.clone());
        row.for_whom.set_if_not_equals(self.for_whom.clone());
        row.fee.set_if_not_equals(self.fee.clone());
        row.answer_by.set_if_not_equals(self.answer_by);
        row.contact_name.set_if_not_equals(self.contact.name.clone());
        row.contact_phone.set_if_not_equals(self.contact.phone.clone());
        row.contact_mail.set_if_not_equals(self.contact.mail.clone());
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime, time};

    use super::*;

    #[test]
    fn what_can_t_be_true_is_refused() {
        let now = datetime!(2026-11-22 09:00 +9);
        let at = |hour| Some(When { day: date!(2026 - 12 - 06), hour });
        let next = |hour| Some(When { day: date!(2026 - 12 - 07), hour });
        let (nine, eleven) = (Some(time!(9:00)), Some(time!(11:00)));
        for (starts, ends, fine) in [
            (at(None), None, true),
            (at(nine), None, true),
            (at(nine), at(eleven), true),
            (at(nine), next(None), true),
            (at(nine), at(None), true),
            (at(None), at(None), true),
            (at(None), next(None), true),
            (None, at(None), false),
            (at(None), at(eleven), false),
            (at(eleven), at(nine), false),
            (at(nine), at(nine), false),
            (next(None), at(None), false),
            (Some(When { day: date!(2029 - 01 - 01), hour: None }), None, false),
        ] {
            let facts = Facts { starts, ends, ..Default::default() };
            assert_eq!(facts.check(&Facts::default(), now).is_ok(), fine, "{facts:?}");
        }
        let over = Facts { answer_by: Some(date!(2026 - 11 - 21)), ..Default::default() };
        assert!(over.check(&Facts::default(), now).is_err());
        assert!(over.check(&over, now).is_ok(), "what stood there before may be over");
    }
}
