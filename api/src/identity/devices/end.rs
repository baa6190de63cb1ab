//! Ending a device of one's own: its tokens and its cookie are over, and it rings no more.

use entity::{
    ids::{CityId, PersonId, SessionId},
    session,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, UpdateMany,
    sea_query::Expr,
};
use time::OffsetDateTime;

use crate::identity::Caller;

/// Ends one of a person's devices; one that has ended already is as it should be. False where they never had one with this id.
///
/// # Errors
/// The database's.
pub async fn end_one(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    id: SessionId,
    now: OffsetDateTime,
) -> Result<bool, DbErr> {
    ending((city, person), now).filter(session::Column::Id.eq(id)).exec(db).await?;
    let theirs = session::Entity::find_by_id((city, id)).filter(session::Column::PersonId.eq(person));
    Ok(theirs.count(db).await? == 1)
}

/// Ends all of the caller's devices but the one that they ask with.
///
/// # Errors
/// The database's.
pub async fn end_others(db: &impl ConnectionTrait, caller: &Caller, now: OffsetDateTime) -> Result<(), DbErr> {
    ending((caller.city, caller.person), now).filter(session::Column::Id.ne(caller.session)).exec(db).await?;
    Ok(())
}

fn ending((city, person): (CityId, PersonId), now: OffsetDateTime) -> UpdateMany<session::Entity> {
    session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(now))
        .filter(session::Column::CityId.eq(city))
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::EndedAt.is_null())
}
