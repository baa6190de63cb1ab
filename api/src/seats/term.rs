//! Terms: from when to when a seat is held.

use entity::seat::Role;
use time::{Date, Duration, Month};

/// A term that would end sooner than this goes on to the next year's end.
const SHORTEST: Duration = Duration::weeks(6);

/// The last day of a term that begins on `first`, where nothing else is said: associations end their year on the 31st of March. Staff have none.
#[must_use]
pub fn last_day(role: Role, first: Date) -> Option<Date> {
    if role == Role::Staff {
        return None;
    }
    let soon = first.saturating_add(SHORTEST);
    let end = |year| Date::from_calendar_date(year, Month::March, 31).ok();
    end(soon.year()).filter(|day| *day >= soon).or_else(|| end(soon.year() + 1))
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_year_ends_with_march() {
        for (first, last) in [
            (date!(2026 - 11 - 23), date!(2027 - 03 - 31)),
            (date!(2027 - 04 - 01), date!(2028 - 03 - 31)),
            (date!(2027 - 02 - 17), date!(2027 - 03 - 31)),
            (date!(2027 - 03 - 20), date!(2028 - 03 - 31)),
            (date!(2026 - 12 - 31), date!(2027 - 03 - 31)),
        ] {
            assert_eq!(last_day(Role::Officer, first), Some(last), "{first}");
            assert_eq!(last_day(Role::Leader, first), Some(last), "{first}");
        }
        assert_eq!(last_day(Role::Staff, date!(2026 - 11 - 23)), None);
    }
}
