//! Where somebody is signed in.

use entity::{
    ids::{CityId, PersonId, SessionId},
    session,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::Expr,
};
use time::{Date, OffsetDateTime};

use crate::{clock::JAPAN, identity::Caller};

/// The most that are shown, newest first: nobody has so many.
const MOST: u64 = 100;

/// One device.
#[derive(Debug)]
pub struct Signed {
    /// Its sign-in.
    pub id: SessionId,
    /// What people call it; none where that was not noted.
    pub device: Option<String>,
    /// When it signed in.
    pub created_at: OffsetDateTime,
    /// The last day, in Japan, on which it was used.
    pub seen_on: Date,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Whether it is the one that the asking device has not been told of.
    pub further: bool,
}

/// The caller's devices: the present one first, then the newest.
///
/// # Errors
/// The database's.
pub async fn list(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<Signed>, DbErr> {
    let rows = of(caller.city, caller.person).order_by_desc(session::Column::Id).limit(MOST).all(db).await?;
    let signed = |row: session::Model| Signed {
        current: row.id == caller.session,
        further: Some(row.id) == caller.further,
        id: row.id,
        device: row.device,
        created_at: row.created_at,
        seen_on: row.seen_on.unwrap_or(row.created_at.to_offset(JAPAN).date()),
    };
    let mut devices: Vec<Signed> = rows.into_iter().map(signed).collect();
    devices.sort_by_key(|device| !device.current);
    Ok(devices)
}

/// The caller has looked at their devices: this one need not be told any more.
///
/// # Errors
/// The database's.
pub async fn known(db: &impl ConnectionTrait, (city, session): (CityId, SessionId)) -> Result<(), DbErr> {
    session::Entity::update_many()
        .col_expr(session::Column::FurtherId, Expr::value(Option::<uuid::Uuid>::None))
        .filter(session::Column::CityId.eq(city))
        .filter(session::Column::Id.eq(session))
        .exec(db)
        .await?;
    Ok(())
}

/// A person's sign-ins that have not ended.
fn of(city: CityId, person: PersonId) -> sea_orm::Select<session::Entity> {
    session::Entity::find()
        .filter(session::Column::CityId.eq(city))
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::EndedAt.is_null())
}
