//! What nothing has told somebody of when they choose otherwise.
//!
//! A summary tells of the week before its hour. Who moves theirs to another day, or wants each notice at once from now on, would never hear of what came
//! out since the last one. So it is kept from when on that is, and the next summary tells of it; who wants each at once gets a last one, at the
//! hour that was theirs.

use entity::{
    ids::{CityId, PersonId},
    push_preference::{self as row, Fyi},
};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, QuerySelect as _};
use time::{Duration, OffsetDateTime, Time};

use super::{message::LONGEST_LIFE, preferences::Preferences};
use crate::{clock::JAPAN, postgres::sql};

/// After when and by when that came out of which nothing has told somebody, as they have chosen until `now`. None where there is no such thing, or
/// they did not want to be told.
///
/// # Errors
/// The database's.
pub async fn untold(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    now: OffsetDateTime,
) -> Result<Option<[OffsetDateTime; 2]>, DbErr> {
    let former = row::Entity::find_by_id((city, person)).lock_exclusive().one(db).await?;
    let changed = former.as_ref().map(|row| (row.changed_at, row.untold_from.zip(row.untold_until).map(Into::into)));
    let chosen = former.map(Preferences::from).unwrap_or_default();
    // An hour that nobody has planned told nobody anything.
    let planned = db.query_one_raw(sql("SELECT planned_until FROM digest WHERE city_id = $1", [city.0.into()])).await?;
    let planned: Option<OffsetDateTime> = planned.map(|row| row.try_get("", "planned_until")).transpose()?;
    let untold = between(&chosen, changed, (planned.unwrap_or(now).min(now), now));
    Ok(untold.map(|[from, until]| [from.max(now - LONGEST_LIFE), until]))
}

/// The same by what they have `chosen`, when they changed to it and what was untold then, and until when summaries are planned.
fn between(
    chosen: &Preferences,
    changed: Option<(OffsetDateTime, Option<[OffsetDateTime; 2]>)>,
    (planned, now): (OffsetDateTime, OffsetDateTime),
) -> Option<[OffsetDateTime; 2]> {
    let last = last((chosen.weekday, chosen.hour), planned);
    match (chosen.fyi, changed) {
        (Fyi::Never, _) => None,
        // Their hour has not come since.
        (Fyi::Weekly, Some((at, untold))) if at > last => Some([untold.map_or(at, |[from, _]| from), now]),
        (Fyi::AtOnce, Some((at, untold))) if at > last => untold,
        (Fyi::Weekly, _) => Some([last, now]),
        (Fyi::AtOnce, _) => None,
    }
}

/// When it was last this hour of this day of the week, by `until`.
fn last((weekday, hour): (u8, u8), until: OffsetDateTime) -> OffsetDateTime {
    let here = until.to_offset(JAPAN);
    let back = (7 + i64::from(here.weekday().number_from_monday()) - i64::from(weekday)) % 7;
    let then = here.replace_time(Time::from_hms(hour, 0, 0).unwrap_or(Time::MIDNIGHT)) - Duration::days(back);
    if then > until { then - Duration::WEEK } else { then }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_hour_of_the_week_comes_round() {
        for (until, then) in [
            (datetime!(2026-11-28 10:00 +9), datetime!(2026-11-28 10:00 +9)),
            (datetime!(2026-11-28 09:59 +9), datetime!(2026-11-21 10:00 +9)),
            (datetime!(2026-11-29 00:00 +9), datetime!(2026-11-28 10:00 +9)),
            (datetime!(2026-11-27 23:59 +9), datetime!(2026-11-21 10:00 +9)),
            // The same Saturday, as Greenwich has it.
            (datetime!(2026-11-28 01:30 UTC), datetime!(2026-11-28 10:00 +9)),
        ] {
            assert_eq!(last((6, 10), until), then, "{until}");
        }
    }

    #[test]
    fn what_nothing_has_told_of_goes_along_from_change_to_change() {
        let saturday = datetime!(2026-11-28 10:00 +9);
        let (before, after) = (saturday - Duration::DAY, saturday + Duration::DAY);
        let earlier = [datetime!(2026-11-18 09:00 +9), datetime!(2026-11-20 09:00 +9)];
        let chosen = |fyi| Preferences { fyi, ..Preferences::default() };
        let now = saturday + Duration::days(2);
        for (fyi, changed, untold) in [
            (Fyi::Weekly, None, Some([saturday, now])),
            (Fyi::Weekly, Some((before, Some(earlier))), Some([saturday, now])),
            (Fyi::Weekly, Some((after, Some(earlier))), Some([earlier[0], now])),
            (Fyi::Weekly, Some((after, None)), Some([after, now])),
            (Fyi::AtOnce, Some((before, Some(earlier))), None),
            (Fyi::AtOnce, Some((after, Some(earlier))), Some(earlier)),
            (Fyi::AtOnce, Some((after, None)), None),
            (Fyi::Never, Some((after, Some(earlier))), None),
        ] {
            assert_eq!(between(&chosen(fyi), changed, (now, now)), untold, "{fyi:?} {changed:?}");
        }
    }
}
