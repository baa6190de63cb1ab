//! The audit log: who did what to what, written in the transaction of the act itself.

use entity::{
    audit,
    ids::{AuditId, CityId, PersonId},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait as _};
use time::OffsetDateTime;

/// Writes one entry. `act` is a short fixed word, `object` an id or code, `detail` whatever else an auditor needs.
///
/// # Errors
/// The database's: then the act itself must fail.
pub async fn record(
    db: &impl ConnectionTrait,
    (city, person): (CityId, Option<PersonId>),
    act: &str,
    (object, detail): (String, String),
    now: OffsetDateTime,
) -> Result<(), DbErr> {
    let row = audit::ActiveModel {
        city_id: Set(city),
        id: Set(AuditId::new()),
        at: Set(now),
        person_id: Set(person),
        act: Set(act.to_owned()),
        object: Set(object),
        detail: Set(detail),
    };
    audit::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}
