//! The chore of forgetting: what a city no longer keeps becomes coarser, or goes. Repeatable at any point without harm, and done by one
//! worker at a time for each city.

use entity::{city, ids::CityId, retention};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait as _, IntoActiveModel as _, QuerySelect as _,
    TransactionTrait as _,
    sea_query::{LockBehavior, LockType},
};
use time::{Date, Duration, OffsetDateTime};

use super::retention::{SECOND_THOUGHTS, row};
use crate::{clock::JAPAN, identity, notices, push, receipts};

/// What was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Times of receipts that became days.
    pub times: u64,
    /// Receipts.
    pub receipts: u64,
    /// Sign-ins.
    pub sign_ins: u64,
}

/// Forgets, city by city, what is no longer kept at `now`.
///
/// # Errors
/// The database's; what was done until then stays done.
pub async fn tidy(db: &DatabaseConnection, now: OffsetDateTime) -> Result<Forgotten, DbErr> {
    let mut forgotten = Forgotten::default();
    for city in city::Entity::find().all(db).await? {
        row(db, city.id).await?;
        // A day of receipts at a time, so that nothing is held for long.
        while let Some((tx, kept)) = hold(db, city.id, now).await? {
            let Some((from, until)) = next_day(&tx, &kept, now).await? else { break };
            forgotten.times += receipts::to_days(&tx, city.id, (from, until)).await?;
            let mut done = kept.into_active_model();
            done.days_until = Set(Some(until));
            done.update(&tx).await?;
            tx.commit().await?;
        }
        if let Some((tx, kept)) = hold(db, city.id, now).await? {
            let before = months_ago(now, kept.receipt_months);
            notices::close(&tx, city.id, before, now).await?;
            forgotten.receipts += receipts::forget(&tx, city.id, before).await?;
            let before = months_ago(now, kept.sign_in_months);
            push::subscribe::forget(&tx, city.id, before).await?;
            forgotten.sign_ins += identity::forget_ended(&tx, city.id, before).await?;
            tx.commit().await?;
        }
    }
    Ok(forgotten)
}

/// What a city has set, held until the transaction ends; none while another worker holds it, or its staff may still think twice.
async fn hold(
    db: &DatabaseConnection,
    city: CityId,
    now: OffsetDateTime,
) -> Result<Option<(DatabaseTransaction, retention::Model)>, DbErr> {
    let tx = db.begin().await?;
    let free = retention::Entity::find_by_id(city).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let kept = free.one(&tx).await?;
    let settled = |kept: &retention::Model| kept.changed_at.is_none_or(|at| at + SECOND_THOUGHTS <= now);
    Ok(kept.filter(settled).map(|kept| (tx, kept)))
}

/// The next day's worth of receipts whose times are to become days.
async fn next_day(
    tx: &DatabaseTransaction,
    kept: &retention::Model,
    now: OffsetDateTime,
) -> Result<Option<(OffsetDateTime, OffsetDateTime)>, DbErr> {
    let last = now - Duration::days(kept.exact_days.into());
    let from = match kept.days_until {
        Some(until) if until >= last => return Ok(None),
        Some(until) => until,
        // The first time only: it reads the whole table.
        None => receipts::oldest(tx, kept.city_id).await?.unwrap_or(last).min(last),
    };
    Ok(Some((from, last.min(from + Duration::DAY))))
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
