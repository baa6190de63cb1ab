//! Taking a seat away, or giving it up: at once, with all that was still to come of it.

use entity::{
    area, notice,
    seat::{self, Role},
};
use sea_orm::ConnectionTrait;
use time::OffsetDateTime;

use super::{SeatError, hand_over::forget_link, keep};
use crate::{clock::JAPAN, households, notices, postgres::sql, proxies};

/// Ends a seat before today, so that from the next request on it is none. What its holder had scheduled and has not come out is a draft again;
/// gives these. A seat that has not begun is gone altogether, and one that was to follow another gives its time back to that.
///
/// # Errors
/// The database's.
pub async fn dismiss(
    db: &impl ConnectionTrait,
    (seat, area): (&seat::Model, &area::Model),
    now: OffsetDateTime,
) -> Result<Vec<notice::Model>, SeatError> {
    let today = now.to_offset(JAPAN).date();
    let key = || [seat.city_id.0.into(), seat.id.0.into()];
    if seat.starts_on > today {
        if let Some(before) = super::find(db, seat.city_id, seat.follows).await? {
            keep(db, &before, today).await?;
        } else {
            db.execute_raw(sql("DELETE FROM seat WHERE city_id = $1 AND id = $2", key())).await?;
            forget_link(db, seat, today).await?;
        }
        return Ok(Vec::new());
    }
    let [city, id] = key();
    let statement = sql(
        "UPDATE seat SET ends_on = $3, planned_until = NULL WHERE city_id = $1 AND id = $2",
        [city, id, today.previous_day().into()],
    );
    db.execute_raw(statement).await?;
    forget_link(db, seat, today).await?;
    if seat.role != Role::Staff {
        // Codes that they may have drawn for others, and kept.
        households::forget_ways_back(db, area).await?;
        proxies::forget_codes(db, area).await?;
    }
    Ok(notices::take_back(db, seat.person_id, (area, seat.role), now).await?)
}
