//! When and for what somebody wants to be rung: what they chose, and what follows for a notice.
//!
//! Emergencies ring always. What everybody has to read waits for the end of somebody's quiet hours and is held up by nothing else. The rest may be muted by
//! what it is about; and what is merely good to know comes together once a week, unless somebody wants it at once, or not at all.

use entity::{
    category::Category,
    ids::{CityId, PersonId},
    notice::{self, Importance},
    push_preference::{self as row, Column, Fyi},
};
use sea_orm::{ActiveEnum as _, ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait as _, sea_query::OnConflict};
use time::{Duration, OffsetDateTime, Time};

use super::{PushError, untold::untold};
use crate::{clock::JAPAN, config::QuietHours};

/// The longest that quiet hours may be.
pub const LONGEST_QUIET: u8 = 12;
/// So many minutes of the day they leave together with those of the city: otherwise what everybody has to read would never ring.
const LEAST_LEFT: usize = 120;

/// Hours of the day in Japan, from the beginning of one to the beginning of the other; they may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// The first quiet hour, 0 to 23.
    pub from: u8,
    /// The first one after.
    pub to: u8,
}

impl Quiet {
    /// Two different hours, at most [`LONGEST_QUIET`] from one to the other; none otherwise.
    #[must_use]
    pub fn between(from: u8, to: u8) -> Option<Self> {
        let hours = (i16::from(to) - i16::from(from)).rem_euclid(24);
        (from < 24 && to < 24 && (1..=i16::from(LONGEST_QUIET)).contains(&hours)).then_some(Self { from, to })
    }

    /// Whether, with those of the city besides, two hours of the day are left in which all rings.
    #[must_use]
    pub fn leaves_enough(self, city: Option<QuietHours>) -> bool {
        let day = (0..24).flat_map(|hour| (0..60).filter_map(move |minute| Time::from_hms(hour, minute, 0).ok()));
        let left = day.filter(|time| !self.has(time.hour()) && !city.is_some_and(|city| city.contains(*time)));
        left.count() >= LEAST_LEFT
    }

    fn has(self, hour: u8) -> bool {
        let after = |hour: u8| (i16::from(hour) - i16::from(self.from)).rem_euclid(24);
        after(hour) < after(self.to)
    }

    /// When they are over, if `now` is among them.
    #[must_use]
    pub fn over(self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let here = now.to_offset(JAPAN);
        let gone = (i16::from(here.hour()) - i16::from(self.from)).rem_euclid(24);
        let all = (i16::from(self.to) - i16::from(self.from)).rem_euclid(24);
        let begun = here.replace_time(Time::from_hms(here.hour(), 0, 0).ok()?);
        (gone < all).then(|| begun + Duration::hours(i64::from(all - gone)))
    }
}

/// What somebody chose, or what holds where they chose nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Hours in which emergencies alone ring.
    pub quiet: Option<Quiet>,
    /// How what is merely good to know rings.
    pub fyi: Fyi,
    /// The day of the weekly summary, 1 (Monday) to 7.
    pub weekday: u8,
    /// Its hour, 0 to 23.
    pub hour: u8,
    /// What does not ring.
    pub muted: Vec<Category>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { quiet: None, fyi: Fyi::Weekly, weekday: 6, hour: 10, muted: Vec::new() }
    }
}

/// How a phone rings for something at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// At once.
    Now,
    /// Not before that moment.
    At(OffsetDateTime),
    /// With the weekly summary.
    Weekly,
    /// Not at all.
    Never,
}

impl Preferences {
    /// How a notice rings at `now`.
    #[must_use]
    pub fn ring(&self, notice: &notice::Model, now: OffsetDateTime) -> Ring {
        match notice.importance {
            Importance::Emergency => Ring::Now,
            Importance::MustRead => self.in_peace(now),
            _ if self.muted.contains(&notice.category) => Ring::Never,
            Importance::Fyi if self.fyi == Fyi::Never => Ring::Never,
            Importance::Fyi if self.fyi == Fyi::Weekly => Ring::Weekly,
            Importance::Normal | Importance::Fyi => self.in_peace(now),
        }
    }

    /// At once, or when the quiet hours are over.
    #[must_use]
    pub fn in_peace(&self, now: OffsetDateTime) -> Ring {
        self.quiet.and_then(|quiet| quiet.over(now)).map_or(Ring::Now, Ring::At)
    }

    /// As a row has it: quiet hours, what is good to know, the summary's day and hour, what is muted.
    #[must_use]
    pub fn read(quiet: [Option<i16>; 2], fyi: Fyi, [weekday, hour]: [i16; 2], muted: &[String]) -> Self {
        let small = |number: i16| u8::try_from(number).unwrap_or_default();
        Self {
            quiet: quiet[0].zip(quiet[1]).and_then(|(from, to)| Quiet::between(small(from), small(to))),
            fyi,
            weekday: small(weekday),
            hour: small(hour),
            // What a later version knows and this one does not rings.
            muted: muted.iter().filter_map(|one| Category::try_from_value(one).ok()).collect(),
        }
    }
}

impl From<row::Model> for Preferences {
    fn from(row: row::Model) -> Self {
        Self::read([row.quiet_from, row.quiet_to], row.fyi, [row.weekday, row.hour], &row.muted)
    }
}

/// What somebody chose.
///
/// # Errors
/// The database's.
pub async fn preferences(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<Preferences, DbErr> {
    Ok(row::Entity::find_by_id((city, person)).one(db).await?.map(Preferences::from).unwrap_or_default())
}

/// Keeps what somebody chose, in place of what they chose before.
///
/// # Errors
/// The database's.
pub async fn choose(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    chosen: &Preferences,
    now: OffsetDateTime,
) -> Result<(), PushError> {
    let hour = |hour: u8| Set(Some(i16::from(hour)));
    let mut muted: Vec<String> = chosen.muted.iter().map(Category::to_value).collect();
    muted.sort_unstable();
    muted.dedup();
    let untold = untold(db, (city, person), now).await?;
    let row = row::ActiveModel {
        city_id: Set(city),
        person_id: Set(person),
        quiet_from: chosen.quiet.map_or(Set(None), |quiet| hour(quiet.from)),
        quiet_to: chosen.quiet.map_or(Set(None), |quiet| hour(quiet.to)),
        fyi: Set(chosen.fyi),
        weekday: Set(chosen.weekday.into()),
        hour: Set(chosen.hour.into()),
        muted: Set(muted),
        changed_at: Set(now),
        untold_from: Set(untold.map(|[from, _]| from)),
        untold_until: Set(untold.map(|[_, until]| until)),
    };
    let again = OnConflict::columns([Column::CityId, Column::PersonId])
        .update_columns([Column::QuietFrom, Column::QuietTo, Column::Fyi, Column::Weekday, Column::Hour])
        .update_columns([Column::Muted, Column::ChangedAt, Column::UntoldFrom, Column::UntoldUntil])
        .to_owned();
    row::Entity::insert(row).on_conflict(again).exec_without_returning(db).await?;
    Ok(())
}

/// Forgets what somebody chose.
///
/// # Errors
/// The database's.
pub async fn forget(db: &impl ConnectionTrait, whose: (CityId, PersonId)) -> Result<(), DbErr> {
    row::Entity::delete_by_id(whose).exec(db).await.map(drop)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn row_in_peace_quiet_hours_end_at_the_next_full_hour_that_was_chosen() {
        let night = Quiet::between(20, 8).expect("a night");
        for (now, over) in [
            (datetime!(2026-11-23 19:59 +9), None),
            (datetime!(2026-11-23 20:00 +9), Some(datetime!(2026-11-24 08:00 +9))),
            (datetime!(2026-11-23 23:59:59 +9), Some(datetime!(2026-11-24 08:00 +9))),
            (datetime!(2026-11-24 00:00 +9), Some(datetime!(2026-11-24 08:00 +9))),
            (datetime!(2026-11-24 07:59 +9), Some(datetime!(2026-11-24 08:00 +9))),
            (datetime!(2026-11-24 08:00 +9), None),
            // The same evening, as Greenwich has it.
            (datetime!(2026-11-23 11:30 UTC), Some(datetime!(2026-11-24 08:00 +9))),
        ] {
            assert_eq!(night.over(now), over, "{now}");
        }
        let noon = Quiet::between(12, 13).expect("an hour");
        assert_eq!(noon.over(datetime!(2026-11-23 12:30 +9)), Some(datetime!(2026-11-23 13:00 +9)));
        assert_eq!(noon.over(datetime!(2026-11-23 13:00 +9)), None);
    }

    #[test]
    fn row_in_peace_some_of_the_day_is_always_left() {
        let city = |text: &str| Some(text.parse::<QuietHours>().expect("hours"));
        for ((from, to), city, enough) in [
            ((8, 20), None, true),
            ((8, 20), city("21:00-07:00"), true),
            ((8, 20), city("20:00-08:00"), false),
            ((8, 20), city("20:00-06:00"), true),
            ((8, 20), city("20:00-06:01"), false),
            ((10, 20), city("20:00-08:00"), true),
            ((20, 8), city("20:00-08:00"), true),
            ((1, 2), city("00:00-23:59"), false),
        ] {
            let quiet = Quiet::between(from, to).expect("hours");
            assert_eq!(quiet.leaves_enough(city), enough, "{from}-{to} {city:?}");
        }
        for (from, to, may) in
            [(20, 8, true), (8, 20, true), (20, 9, false), (7, 7, false), (24, 3, false), (0, 12, true)]
        {
            assert_eq!(Quiet::between(from, to).is_some(), may, "{from}-{to}");
        }
    }
}
