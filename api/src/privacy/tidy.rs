//! The chore of forgetting: what a city no longer keeps becomes coarser, or goes. It may be done by several workers at once, and be broken off
//! at any point, without harm.

use entity::{city, ids::CityId};
use sea_orm::{DatabaseConnection, DbErr, EntityTrait as _};
use time::{Date, Duration, OffsetDateTime};

use super::retention;
use crate::{clock::JAPAN, identity, notices, push, receipts};

/// What was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Receipts whose times became days.
    pub times: u64,
    /// Receipts.
    pub receipts: u64,
    /// Sign-ins.
    pub sign_ins: u64,
}

/// Forgets, city by city, what is no longer kept at `now`. Where one fails, the others' is forgotten all the same.
///
/// # Errors
/// The first of the database's.
pub async fn tidy(db: &DatabaseConnection, now: OffsetDateTime) -> Result<Forgotten, DbErr> {
    let (mut forgotten, mut failed) = (Forgotten::default(), None);
    for city in city::Entity::find().all(db).await? {
        match tidy_city(db, city.id, now).await {
            Ok(Forgotten { times, receipts, sign_ins }) => {
                forgotten.times += times;
                forgotten.receipts += receipts;
                forgotten.sign_ins += sign_ins;
            }
            Err(error) => {
                tracing::warn!(%error, city = city.code, "what a city no longer keeps could not be forgotten");
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(forgotten), Err)
}

async fn tidy_city(db: &DatabaseConnection, city: CityId, now: OffsetDateTime) -> Result<Forgotten, DbErr> {
    let kept = retention(db, city).await?.held_at(now);
    let times = receipts::to_days(db, city, now - Duration::days(kept.exact_days.into())).await?;
    let closed = notices::close(db, city, months_ago(now, kept.receipt_months), now).await?;
    // What was broken off is taken up with the next notice that is closed.
    let receipts = if closed > 0 { receipts::forget_closed(db, city).await? } else { 0 };
    identity::end_idle(db, city, now).await?;
    identity::forget_used_tokens(db, city, now).await?;
    let before = months_ago(now, kept.sign_in_months);
    push::subscribe::forget(db, city, before).await?;
    let sign_ins = identity::forget_ended(db, city, before).await?;
    Ok(Forgotten { times, receipts, sign_ins })
}

/// Midnight in Japan, so many months before a moment; where that month is too short, of its last day.
fn months_ago(now: OffsetDateTime, months: i16) -> OffsetDateTime {
    let today = now.to_offset(JAPAN).date();
    let month = today.year() * 12 + i32::from(u8::from(today.month())) - 1 - i32::from(months);
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12));
    let month = time::Month::January.nth_next(u8::try_from(month).unwrap_or_default());
    let day = today.day().min(month.length(year));
    Date::from_calendar_date(year, month, day).unwrap_or(Date::MIN).midnight().assume_offset(JAPAN)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn months_are_those_of_the_calendar() {
        for (now, months, then) in [
            (datetime!(2026-11-23 12:00 +9), 36, datetime!(2023-11-23 00:00 +9)),
            (datetime!(2026-03-31 12:00 +9), 1, datetime!(2026-02-28 00:00 +9)),
            (datetime!(2028-02-29 00:30 +9), 12, datetime!(2027-02-28 00:00 +9)),
            (datetime!(2026-01-15 12:00 +9), 13, datetime!(2024-12-15 00:00 +9)),
            (datetime!(2026-12-31 15:30 UTC), 6, datetime!(2026-07-01 00:00 +9)),
        ] {
            assert_eq!(months_ago(now, months), then, "{months} months before {now}");
        }
    }
}
