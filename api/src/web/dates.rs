//! Dates as people write them: 令和8年11月22日（日）, 午後3時5分, and 今日 or きのう where that is how one would say it.
//!
//! Each type is shown by `{{ …|t }}` in a template, in the language of the page, and gives what `<time datetime="…">` wants by `iso`.

use std::{fmt, sync::Arc};

use time::{Date, Month, OffsetDateTime, Time, Weekday};

use crate::{
    clock::JAPAN,
    say::{Argument, Language, Says, Target, annotated},
};

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

impl Says for Day {
    fn say(&self, language: Language, target: Target) -> String {
        let Self(day) = *self;
        let (year, month, number) = (day.year(), u8::from(day.month()), day.day());
        let text = match language {
            Language::Japanese => format!("{}{month}月{number}日（{}）", era(day), weekday(day)),
            Language::Easy => {
                let reading = reading(day.weekday());
                format!(
                    "{year}｜年《ねん》{month}｜月《がつ》{number}｜日《にち》（｜{}曜日《{reading}ようび》）",
                    weekday(day)
                )
            }
            Language::English => format!("{} {number} {} {year}", english(day.weekday()), short(day.month())),
        };
        annotated(&text, target)
    }
}

/// The year by its era; the first one of an era has a name instead of a number.
fn era(day: Date) -> String {
    let begun = |(year, month, first, _): &&(i32, Month, u8, &str)| {
        (day.year(), u8::from(day.month()), day.day()) >= (*year, u8::from(*month), *first)
    };
    match ERAS.iter().find(begun) {
        Some((first, _, _, era)) if day.year() == *first => format!("{era}元年"),
        Some((first, _, _, era)) => format!("{era}{}年", day.year() - first + 1),
        None => format!("{}年", day.year()),
    }
}

/// The month of a day: 令和8年11月.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthOf(pub Date);

impl MonthOf {
    /// Whether both are the same month.
    #[must_use]
    pub fn same(self, other: Self) -> bool {
        (self.0.year(), self.0.month()) == (other.0.year(), other.0.month())
    }
}

impl Says for MonthOf {
    fn say(&self, language: Language, target: Target) -> String {
        let (year, month) = (self.0.year(), self.0.month());
        let text = match language {
            Language::Japanese => format!("{}{}月", era(self.0), u8::from(month)),
            Language::Easy => format!("{year}｜年《ねん》{}｜月《がつ》", u8::from(month)),
            Language::English => format!("{month} {year}"),
        };
        annotated(&text, target)
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

fn reading(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "げつ",
        Weekday::Tuesday => "か",
        Weekday::Wednesday => "すい",
        Weekday::Thursday => "もく",
        Weekday::Friday => "きん",
        Weekday::Saturday => "ど",
        Weekday::Sunday => "にち",
    }
}

fn english(day: Weekday) -> String {
    day.to_string().chars().take(3).collect()
}

fn short(month: Month) -> String {
    month.to_string().chars().take(3).collect()
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

impl Says for Moment {
    fn say(&self, language: Language, target: Target) -> String {
        let here = self.0.to_offset(JAPAN);
        let (day, hour) = (Day(here.date()).say(language, target), hour(here.time(), language));
        let between = match language {
            Language::Japanese => "",
            Language::Easy => " ",
            Language::English => ", ",
        };
        format!("{day}{between}{}", annotated(&hour, target))
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

impl Says for Stamped {
    fn say(&self, language: Language, target: Target) -> String {
        match self.day() {
            Some(day) => day.say(language, target),
            None => Moment(self.0).say(language, target),
        }
    }
}

/// Twelve hours twice, as it is spoken. Noon has a name, since 午後0時 and 午後12時 are mixed up.
fn hour(time: Time, language: Language) -> String {
    let (hour, minute, morning) = (time.hour() % 12, time.minute(), time.hour() < 12);
    match language {
        Language::Japanese => match (morning, hour, minute) {
            (false, 0, 0) => "正午".to_owned(),
            (_, _, 0) => format!("{}{hour}時", if morning { "午前" } else { "午後" }),
            _ => format!("{}{hour}時{minute}分", if morning { "午前" } else { "午後" }),
        },
        Language::Easy => {
            let half = if morning { "｜午前《ごぜん》" } else { "｜午後《ごご》" };
            match (morning, hour, minute) {
                (false, 0, 0) => "｜昼《ひる》の 12｜時《じ》".to_owned(),
                (_, _, 0) => format!("{half}{hour}｜時《じ》"),
                _ => format!("{half}{hour}｜時《じ》{minute}｜分《ふん》"),
            }
        }
        Language::English => match (morning, hour, minute) {
            (false, 0, 0) => "noon".to_owned(),
            _ => {
                let shown = if hour == 0 { 12 } else { hour };
                format!("{shown}:{minute:02} {}", if morning { "a.m." } else { "p.m." })
            }
        },
    }
}

/// An hour: 午後3時5分.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour(pub Time);

impl Says for Hour {
    fn say(&self, language: Language, target: Target) -> String {
        annotated(&hour(self.0, language), target)
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

impl Says for Ago {
    fn say(&self, language: Language, target: Target) -> String {
        let (at, today) = (self.at.to_offset(JAPAN), self.now.to_offset(JAPAN).date());
        let day = at.date();
        let near = if day == today {
            Some(["今日", "｜今日《きょう》", "Today,"])
        } else if day.next_day() == Some(today) {
            Some(["きのう", "きのう", "Yesterday,"])
        } else if today.next_day() == Some(day) {
            Some(["あした", "あした", "Tomorrow,"])
        } else {
            None
        };
        let (month, number) = (u8::from(day.month()), day.day());
        match (near, language) {
            (Some(names), _) => {
                let hour = hour(at.time(), language);
                annotated(&format!("{} {hour}", names[language as usize]), target)
            }
            (None, Language::Japanese) if day.year() == today.year() => {
                format!("{month}月{number}日（{}）", weekday(day))
            }
            (None, Language::Easy) if day.year() == today.year() => {
                let weekday = format!("｜{}曜日《{}ようび》", weekday(day), reading(day.weekday()));
                annotated(&format!("{month}｜月《がつ》{number}｜日《にち》（{weekday}）"), target)
            }
            (None, Language::English) if day.year() == today.year() => {
                format!("{} {number} {}", english(day.weekday()), short(day.month()))
            }
            _ => Day(day).say(language, target),
        }
    }
}

/// In Japanese, where nobody is asked for a language: in files, in the log, in what is sent.
macro_rules! in_japanese {
    ($($date:ty),*) => {$(
        impl fmt::Display for $date {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.say(Language::Japanese, Target::Plain))
            }
        }

        impl From<$date> for Argument {
            fn from(date: $date) -> Self {
                Self::Said(Arc::new(date))
            }
        }
    )*};
}
in_japanese!(Day, Moment, Stamped, Hour, Ago);

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
            assert_eq!(hour(time, Language::Japanese), said);
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

    #[test]
    fn the_same_day_in_every_language() {
        let now = datetime!(2026-11-22 09:00 +9);
        let said = |said: &dyn Says| {
            let of = |language, target| said.say(language, target);
            [of(Language::Easy, Target::Plain), of(Language::English, Target::Plain)]
        };
        let moment = Moment(datetime!(2026-11-22 15:05 +9));
        assert_eq!(said(&moment), ["2026年11月22日（日曜日） 午後3時5分", "Sun 22 Nov 2026, 3:05 p.m."]);
        assert_eq!(said(&Ago { at: moment.0, now }), ["今日 午後3時5分", "Today, 3:05 p.m."]);
        assert_eq!(said(&Ago { at: datetime!(2026-11-01 07:00 +9), now }), ["11月1日（日曜日）", "Sun 1 Nov"]);
        assert_eq!(said(&Moment(datetime!(2026-11-23 12:00 +9)))[1], "Mon 23 Nov 2026, noon");
        assert_eq!(said(&Moment(datetime!(2026-11-23 00:30 +9)))[1], "Mon 23 Nov 2026, 12:30 a.m.");
        let month = MonthOf(date!(2026 - 10 - 31));
        assert_eq!(said(&month), ["2026年10月", "October 2026"]);
        assert_eq!(month.say(Language::Japanese, Target::Plain), "令和8年10月");
        let ruby = Day(date!(2026 - 11 - 24)).say(Language::Easy, Target::Html);
        assert!(ruby.contains("<ruby>火曜日<rp>（</rp><rt>かようび</rt>"), "{ruby}");
    }
}
