//! How long a city keeps what people did.

use std::fmt;

use entity::{ids::CityId, retention, seat::Role};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait as _, Iterable as _, sea_query::OnConflict};
use time::{Duration, OffsetDateTime};

use super::PrivacyError;
use crate::{
    audit,
    identity::{Caller, Seat},
};

/// What a city has set, or what holds where it has set nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days for which the time of reading is kept, 1 to 90; then it becomes a day.
    pub exact_days: i16,
    /// Months for which receipts are kept, 12 to 120.
    pub receipt_months: i16,
    /// Months for which sign-ins that ended are kept, 1 to 24.
    pub sign_in_months: i16,
    /// When they were last changed, and what held until then: days, months for receipts, months for sign-ins.
    pub changed: Option<(OffsetDateTime, [i16; 3])>,
}

/// What is changed holds after this time: until then it can be changed back, and nothing is lost that either would keep.
pub const SECOND_THOUGHTS: Duration = Duration::DAY;

impl Default for Retention {
    fn default() -> Self {
        Self { exact_days: 90, receipt_months: 36, sign_in_months: 6, changed: None }
    }
}

impl From<&retention::Model> for Retention {
    fn from(row: &retention::Model) -> Self {
        let retention::Model { exact_days, receipt_months, sign_in_months, changed_at, .. } = *row;
        let was = [
            row.was_exact_days.unwrap_or(exact_days),
            row.was_receipt_months.unwrap_or(receipt_months),
            row.was_sign_in_months.unwrap_or(sign_in_months),
        ];
        Self { exact_days, receipt_months, sign_in_months, changed: changed_at.map(|at| (at, was)) }
    }
}

impl Retention {
    /// What holds at a moment: within a day of a change, of what was and what is to be the longer.
    #[must_use]
    pub fn held_at(self, now: OffsetDateTime) -> Self {
        match self.changed {
            Some((at, [days, receipts, sign_ins])) if now < at + SECOND_THOUGHTS => Self {
                exact_days: self.exact_days.max(days),
                receipt_months: self.receipt_months.max(receipts),
                sign_in_months: self.sign_in_months.max(sign_ins),
                ..self
            },
            _ => self,
        }
    }

    fn periods(&self) -> [i16; 3] {
        [self.exact_days, self.receipt_months, self.sign_in_months]
    }
}

/// As the audit log says it.
impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { exact_days, receipt_months, sign_in_months, .. } = self;
        write!(f, "times {exact_days} d, receipts {receipt_months} months, sign-ins {sign_in_months} months")
    }
}

/// What a city has set.
///
/// # Errors
/// The database's.
pub async fn retention(db: &impl ConnectionTrait, city: CityId) -> Result<Retention, DbErr> {
    Ok(retention::Entity::find_by_id(city).one(db).await?.as_ref().map(Retention::from).unwrap_or_default())
}

/// Sets what the caller's city keeps for how long; it holds a day later ([`SECOND_THOUGHTS`]). What is set already is no change.
///
/// # Errors
/// [`PrivacyError::NotTheCity`] to everybody but staff of the whole city.
pub async fn set(
    db: &impl ConnectionTrait,
    caller: &Caller,
    asked: Retention,
    now: OffsetDateTime,
) -> Result<Retention, PrivacyError> {
    let seat = seat_of_the_city(caller).ok_or(PrivacyError::NotTheCity)?;
    let before = retention(db, caller.city).await?;
    if before.periods() == asked.periods() {
        return Ok(before);
    }
    let was = before.held_at(now).periods();
    let row = retention::ActiveModel {
        city_id: Set(caller.city),
        exact_days: Set(asked.exact_days),
        receipt_months: Set(asked.receipt_months),
        sign_in_months: Set(asked.sign_in_months),
        changed_at: Set(Some(now)),
        was_exact_days: Set(Some(was[0])),
        was_receipt_months: Set(Some(was[1])),
        was_sign_in_months: Set(Some(was[2])),
    };
    let there = OnConflict::column(retention::Column::CityId)
        .update_columns(retention::Column::iter().filter(|column| !matches!(column, retention::Column::CityId)))
        .to_owned();
    retention::Entity::insert(row).on_conflict(there).exec_without_returning(db).await?;
    let change = format!("{before} -> {asked}");
    audit::record(db, caller.by(seat), "retention.set", (caller.city.to_string(), change), now).await?;
    Ok(Retention { changed: Some((now, was)), ..asked })
}

/// The caller's seat as staff of the whole city.
pub(super) fn seat_of_the_city(caller: &Caller) -> Option<&Seat> {
    caller.seats.iter().find(|seat| seat.role == Role::Staff && seat.area.parent_id.is_none())
}
