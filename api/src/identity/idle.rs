//! Sign-ins that nobody uses any more: they end, so that a device that was sold, lost or left at the office does not stay signed in for ever.
//!
//! Whoever opens Kairan once a year stays in; who holds a seat as staff sees far more than their own, and signs in again after a fortnight's absence.
//! It is judged when a caller is read, so a day counts at once, and a chore makes it so in the rows, for all that looks at them: pushes above all.

use entity::{ids::CityId, seat::Role};
use sea_orm::{ActiveEnum as _, ConnectionTrait, DbErr};
use time::{Date, Duration, OffsetDateTime};

use super::{Caller, Seat};
use crate::{clock::JAPAN, postgres::sql};

/// Days without use after which a sign-in is over: as long as browsers keep a cookie.
const ANYBODY: i64 = 400;
/// The same for who holds a seat as staff.
const STAFF: i64 = 14;

/// Whether a caller's sign-in is over on a day, for not having been used.
pub(super) fn is_over(caller: &Caller, today: Date) -> bool {
    let staff = |seat: &Seat| seat.role == Role::Staff;
    let days = if caller.seats.iter().any(staff) { STAFF } else { ANYBODY };
    today - caller.seen_on > Duration::days(days)
}

/// Ends the sign-ins of a city that have not been used for more than 400 days, or 14 where the person holds a seat as staff; gives how many.
/// Repeatable at any point without harm.
///
/// # Errors
/// The database's.
pub async fn end_idle(db: &impl ConnectionTrait, city: CityId, now: OffsetDateTime) -> Result<u64, DbErr> {
    let today = now.to_offset(JAPAN).date();
    let (anybody, staff) = (today - Duration::days(ANYBODY), today - Duration::days(STAFF));
    let statement = sql(
        "UPDATE session SET ended_at = $2
         WHERE city_id = $1 AND ended_at IS NULL
           AND COALESCE(seen_on, (created_at AT TIME ZONE 'Asia/Tokyo')::date) < CASE WHEN EXISTS (
                SELECT FROM seat WHERE seat.city_id = session.city_id AND seat.person_id = session.person_id AND seat.role = $6
                    AND seat.starts_on <= $3 AND (seat.ends_on IS NULL OR seat.ends_on >= $3))
               THEN $5::date ELSE $4::date END",
        [city.0.into(), now.into(), today.into(), anybody.into(), staff.into(), Role::Staff.to_value().into()],
    );
    Ok(db.execute_raw(statement).await?.rows_affected())
}
