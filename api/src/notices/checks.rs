//! What days and texts of a notice have to be, whoever sends them.

use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use crate::clock::JAPAN;

/// A day, or a moment whose day in Japan is meant.
pub(super) fn read_day(text: &str) -> Option<Date> {
    let moment =
        OffsetDateTime::parse(text, &Rfc3339).ok().and_then(|at| at.checked_to_offset(JAPAN)).map(OffsetDateTime::date);
    moment.or_else(|| Date::parse(text, format_description!("[year]-[month]-[day]")).ok())
}

/// A check for garde: such a day.
pub(super) fn day(text: &str, _: &()) -> garde::Result {
    read_day(text).map(|_| ()).ok_or_else(|| garde::Error::new("fault-day"))
}

/// A check for garde: such a day, or nothing, for what is to have none.
pub(super) fn day_or_none(text: &str, _: &()) -> garde::Result {
    if text.is_empty() { Ok(()) } else { day(text, &()) }
}

/// A text as it is kept: nothing around it, and each line ends with a line feed, whatever the browser or program ends them with.
pub(super) fn lines(text: &str) -> String {
    text.trim().replace("\r\n", "\n").replace('\r', "\n")
}

/// A check for garde: something that can be seen.
pub(super) fn not_blank(text: &str, _: &()) -> garde::Result {
    let invisible = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    if text.chars().all(invisible) { Err(garde::Error::new("fault-missing")) } else { Ok(()) }
}
