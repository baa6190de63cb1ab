//! Dates as people write them: 令和8年11月22日（日）, 午後3時5分, and 今日 or きのう where that is how one would say it.
//!
//! Each type is shown by `{{ … }}` in a template, and gives what `<time datetime="…">` wants by `iso`.

use std::fmt;

use time::{Date, Month, OffsetDateTime, Time, Weekday};

use crate::clock::JAPAN;

/// The first days of the eras, newest first.
const ERAS: [(i32, Month, u8, &str); 4] = [
    (2019, Month::May, 1, "令和"),
    (1989, Month::January, 8, "平成"),
    (1926, Month::December, 25, "昭和"),
    (1912, Month::July, 30, "大正"),
];

/// A day: 令和8年11月22日（日）.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(pub Date);

impl Day {
    /// `2026-11-22`.
    #[must_use]
    pub fn iso(&self) -> String {
        self.0.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(day) = self;
        let begun = |(year, month, first, _): &&(i32, Month, u8, &str)| {
            (day.year(), u8::from(day.month()), day.day()) >= (*year, u8::from(*month), *first)
        };
        match ERAS.iter().find(begun) {
            // The first year of an era has a name instead of a number.
            Some((first, _, _, era)) if day.year() == *first => write!(f, "{era}元年")?,
            Some((first, _, _, era)) => write!(f, "{era}{}年", day.year() - first + 1)?,
            None => write!(f, "{}年", day.year())?,
        }
        write!(f, "{}月{}日（{}）", u8::from(day.month()), day.day(), weekday(*day))
    }
}

fn weekday(day: Date) -> char {
    match day.weekday() {
        Weekday::Monday => '月',
        Weekday::Tuesday => '火',
        Weekday::Wednesday => '水',
        Weekday::Thursday => '木',
        Weekday::Friday => '金',
        Weekday::Saturday => '土',
        Weekday::Sunday => '日',
    }
}

/// A moment, as the clocks of Japan show it: 令和8年11月22日（日）午後3時5分.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub OffsetDateTime);

impl Moment {
    /// `2026-11-22T15:05+09:00`.
    #[must_use]
    pub fn iso(&self) -> String {
        let here = self.0.to_offset(JAPAN);
        format!("{}T{:02}:{:02}+09:00", here.date(), here.hour(), here.minute())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let here = self.0.to_offset(JAPAN);
        write!(f, "{}{}", Day(here.date()), hour(here.time()))
    }
}

/// A moment that is kept, or its day where no more of it is kept: midnight sharp in Japan stands for the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamped(pub OffsetDateTime);

impl Stamped {
    /// `2026-11-22T15:05+09:00`, or `2026-11-22`.
    #[must_use]
    pub fn iso(&self) -> String {
        self.day().map_or_else(|| Moment(self.0).iso(), |day| day.iso())
    }

    fn day(&self) -> Option<Day> {
        let here = self.0.to_offset(JAPAN);
        (here.time() == Time::MIDNIGHT).then(|| Day(here.date()))
    }
}

impl fmt::Display for Stamped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.day() {
            Some(day) => day.fmt(f),
            None => Moment(self.0).fmt(f),
        }
    }
}

/// Twelve hours twice, as it is spoken. Noon has a name, since 午後0時 and 午後12時 are mixed up.
fn hour(time: Time) -> String {
    let (hour, minute) = (time.hour(), time.minute());
    let half = if hour < 12 { "午前" } else { "午後" };
    match minute {
        0 if hour == 12 => "正午".to_owned(),
        0 => format!("{half}{}時", hour % 12),
        _ => format!("{half}{}時{minute}分", hour % 12),
    }
}

/// A moment seen from now: 今日 午後3時5分, きのう 午前9時, 11月1日（日）, and with the year where it is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ago {
    /// The moment.
    pub at: OffsetDateTime,
    /// Now.
    pub now: OffsetDateTime,
}

impl Ago {
    /// `2026-11-22T15:05+09:00`.
    #[must_use]
    pub fn iso(&self) -> String {
        Moment(self.at).iso()
    }
}

impl fmt::Display for Ago {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, today) = (self.at.to_offset(JAPAN), self.now.to_offset(JAPAN).date());
        let day = at.date();
        if day == today {
            write!(f, "今日 {}", hour(at.time()))
        } else if day.next_day() == Some(today) {
            write!(f, "きのう {}", hour(at.time()))
        } else if today.next_day() == Some(day) {
            write!(f, "あした {}", hour(at.time()))
        } else if day.year() == today.year() {
            write!(f, "{}月{}日（{}）", u8::from(day.month()), day.day(), weekday(day))
        } else {
            Day(day).fmt(f)
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn days_carry_their_era() {
        for (day, written) in [
            (date!(2026 - 11 - 22), "令和8年11月22日（日）"),
            (date!(2019 - 05 - 01), "令和元年5月1日（水）"),
            (date!(2019 - 12 - 31), "令和元年12月31日（火）"),
            (date!(2020 - 01 - 01), "令和2年1月1日（水）"),
            (date!(2019 - 04 - 30), "平成31年4月30日（火）"),
            (date!(1989 - 01 - 08), "平成元年1月8日（日）"),
            (date!(1989 - 01 - 07), "昭和64年1月7日（土）"),
            (date!(1926 - 12 - 25), "昭和元年12月25日（土）"),
            (date!(1912 - 07 - 29), "1912年7月29日（月）"),
        ] {
            assert_eq!(Day(day).to_string(), written);
        }
        assert_eq!(Day(date!(2026 - 04 - 05)).iso(), "2026-04-05");
    }

    #[test]
    fn moments_are_those_of_japan() {
        let moment = Moment(datetime!(2026-11-22 06:05 UTC));
        assert_eq!(moment.to_string(), "令和8年11月22日（日）午後3時5分");
        assert_eq!(moment.iso(), "2026-11-22T15:05+09:00");
        // Nine hours ahead: the evening in Greenwich is the next morning here.
        assert_eq!(Moment(datetime!(2019-04-30 15:00 UTC)).to_string(), "令和元年5月1日（水）午前0時");
    }

    #[test]
    fn of_a_day_no_hour_is_said() {
        let day = Stamped(datetime!(2026-11-21 15:00 UTC));
        assert_eq!((day.to_string(), day.iso()), ("令和8年11月22日（日）".to_owned(), "2026-11-22".to_owned()));
        let moment = Stamped(datetime!(2026-11-21 15:05 UTC));
        assert_eq!((moment.to_string(), moment.iso()), (Moment(moment.0).to_string(), Moment(moment.0).iso()));
    }

    #[test]
    fn hours_are_said_and_not_counted() {
        for (time, said) in [
            (time::macros::time!(0:00), "午前0時"),
            (time::macros::time!(9:30), "午前9時30分"),
            (time::macros::time!(12:00), "正午"),
            (time::macros::time!(12:05), "午後0時5分"),
            (time::macros::time!(23:59), "午後11時59分"),
        ] {
            assert_eq!(hour(time), said);
        }
    }

    #[test]
    fn near_days_are_called_by_name() {
        let now = datetime!(2026-11-22 09:00 +9);
        for (at, said) in [
            (datetime!(2026-11-22 00:10 +9), "今日 午前0時10分"),
            (datetime!(2026-11-21 23:50 +9), "きのう 午後11時50分"),
            (datetime!(2026-11-23 07:00 +9), "あした 午前7時"),
            (datetime!(2026-11-01 07:00 +9), "11月1日（日）"),
            (datetime!(2025-11-22 07:00 +9), "令和7年11月22日（土）"),
        ] {
            assert_eq!(Ago { at, now }.to_string(), said);
        }
    }
}
