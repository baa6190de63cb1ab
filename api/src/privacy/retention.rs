//! How long a city keeps what people did.

use std::fmt;

use entity::{ids::CityId, retention, seat::Role};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _,
    sea_query::OnConflict,
};
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
    /// When they were last changed.
    pub changed_at: Option<OffsetDateTime>,
}

/// What is changed holds after this time: until then it can be changed back, and nothing is lost.
pub const SECOND_THOUGHTS: Duration = Duration::DAY;

impl Default for Retention {
    fn default() -> Self {
        Self { exact_days: 90, receipt_months: 36, sign_in_months: 6, changed_at: None }
    }
}

impl From<&retention::Model> for Retention {
    fn from(row: &retention::Model) -> Self {
        let retention::Model { exact_days, receipt_months, sign_in_months, changed_at, .. } = *row;
        Self { exact_days, receipt_months, sign_in_months, changed_at }
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

/// The row of a city, made where there is none.
pub(super) async fn row(db: &impl ConnectionTrait, city: CityId) -> Result<retention::Model, DbErr> {
    let Retention { exact_days, receipt_months, sign_in_months, changed_at } = Retention::default();
    let row = retention::ActiveModel {
        city_id: Set(city),
        exact_days: Set(exact_days),
        receipt_months: Set(receipt_months),
        sign_in_months: Set(sign_in_months),
        changed_at: Set(changed_at),
        days_until: Set(None),
    };
    let unless_there = OnConflict::column(retention::Column::CityId).do_nothing().to_owned();
    retention::Entity::insert(row).on_conflict(unless_there).exec_without_returning(db).await?;
    let row = retention::Entity::find_by_id(city).one(db).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("a row just made".into()))
}

/// Sets what the caller's city keeps for how long; it holds a day later ([`SECOND_THOUGHTS`]).
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
    let row = row(db, caller.city).await?;
    let change = format!("{} -> {asked}", Retention::from(&row));
    let mut changed = row.into_active_model();
    changed.exact_days = Set(asked.exact_days);
    changed.receipt_months = Set(asked.receipt_months);
    changed.sign_in_months = Set(asked.sign_in_months);
    changed.changed_at = Set(Some(now));
    let changed = changed.update(db).await?;
    audit::record(db, caller.by(seat), "retention.set", (caller.city.to_string(), change), now).await?;
    Ok(Retention::from(&changed))
}

/// The caller's seat as staff of the whole city.
pub(super) fn seat_of_the_city(caller: &Caller) -> Option<&Seat> {
    caller.seats.iter().find(|seat| seat.role == Role::Staff && seat.area.parent_id.is_none())
}
