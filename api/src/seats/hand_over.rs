//! Handing over: who holds a seat names who comes next, and powers pass on the day, by themselves.

use entity::{area, seat};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult as _};
use time::{Date, Duration, OffsetDateTime};

use super::{Appointed, Appointment, Giver, SeatError, Term, give, last_day};
use crate::{clock::JAPAN, identity, postgres::sql};

/// How far ahead somebody can be named.
pub(super) const AHEAD: Duration = Duration::days(366);

/// Who comes next.
#[derive(Clone, Debug)]
pub struct Successor {
    /// Their mail address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their first day; none: the day after the last one of the seat.
    pub starts_on: Option<Date>,
}

/// Hands a seat over: it ends on the day before the successor's first. Nobody's term becomes longer by it.
///
/// # Errors
/// [`SeatError::NotBegun`]; [`SeatError::FirstDay`] for a day that is not to come, more than a year away or later than the day after the term,
/// [`SeatError::HandedOver`] where somebody is named already; those of [`give`].
pub async fn hand_over(
    db: &impl ConnectionTrait,
    (seat, area): (&seat::Model, &area::Model),
    (successor, giver): (Successor, &Giver),
    now: OffsetDateTime,
) -> Result<Appointed, SeatError> {
    let today = now.to_offset(JAPAN).date();
    if seat.starts_on > today {
        return Err(SeatError::NotBegun);
    }
    let after = seat.ends_on.and_then(Date::next_day);
    let first = successor.starts_on.or(after).ok_or(SeatError::FirstDay)?;
    let possible = first > today && first <= today.saturating_add(AHEAD);
    if !possible || after.is_some_and(|after| first > after) {
        return Err(SeatError::FirstDay);
    }
    let statement = sql(
        "UPDATE seat SET planned_until = ends_on, ends_on = $3 WHERE city_id = $1 AND id = $2
           AND ends_on IS NOT DISTINCT FROM $4   -- it has not been taken away meanwhile
           AND NOT EXISTS (SELECT FROM seat next WHERE next.city_id = $1 AND next.follows = $2)",
        [seat.city_id.0.into(), seat.id.0.into(), first.previous_day().into(), seat.ends_on.into()],
    );
    if db.execute_raw(statement).await?.rows_affected() == 0 {
        return Err(SeatError::HandedOver);
    }
    let Successor { email, name, .. } = successor;
    let appointment = Appointment { email, name, role: seat.role, department: seat.department.clone() };
    let term = Term { starts_on: first, ends_on: last_day(seat.role, first) };
    give(db, area, appointment, (term, Some(seat.id), giver), now).await
}

/// Takes a handing over back, until the day: the seat has its own last day again, and the link of the one who was named dies. Gives the seat
/// that is no more.
///
/// # Errors
/// [`SeatError::NotHandedOver`], also once the successor's first day has come.
pub async fn keep(db: &impl ConnectionTrait, seat: &seat::Model, today: Date) -> Result<seat::Model, SeatError> {
    let statement = sql(
        "DELETE FROM seat WHERE city_id = $1 AND follows = $2 AND starts_on > $3 RETURNING *",
        [seat.city_id.0.into(), seat.id.0.into(), today.into()],
    );
    let gone = seat::Model::find_by_statement(statement).one(db).await?.ok_or(SeatError::NotHandedOver)?;
    // Only where it still ends because of the successor: what was taken away meanwhile stays so.
    let statement = sql(
        "UPDATE seat SET ends_on = planned_until, planned_until = NULL
         WHERE city_id = $1 AND id = $2 AND ends_on = $3",
        [seat.city_id.0.into(), seat.id.0.into(), gone.starts_on.previous_day().into()],
    );
    db.execute_raw(statement).await?;
    forget_link(db, &gone, today).await?;
    Ok(gone)
}

/// Lets the link die of somebody whose seat is no more, unless it is for another seat of theirs.
pub(super) async fn forget_link(db: &impl ConnectionTrait, gone: &seat::Model, today: Date) -> Result<(), DbErr> {
    let other = sql(
        "SELECT 1 AS one FROM seat WHERE city_id = $1 AND person_id = $2 AND id <> $3
           AND (ends_on IS NULL OR ends_on >= $4)",
        [gone.city_id.0.into(), gone.person_id.0.into(), gone.id.0.into(), today.into()],
    );
    if db.query_one_raw(other).await?.is_none() {
        identity::revoke_invitations(db, (gone.city_id, gone.person_id)).await?;
    }
    Ok(())
}
