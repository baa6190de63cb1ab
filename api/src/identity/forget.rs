//! Forgetting how somebody signed in: what ended long ago, and all of a person who goes.

use entity::ids::{CityId, PersonId};
use sea_orm::{ConnectionTrait, DbErr, Value};
use time::{Duration, OffsetDateTime};

use crate::postgres::sql;

/// How long a refresh token is kept after its use: one that comes again in that time has been copied, and ends the sign-in. None is good for longer.
const USED_TOKENS: Duration = Duration::days(90);

/// Forgets the refresh tokens of a city that were used more than 90 days ago; gives how many. Repeatable at any point without harm.
///
/// # Errors
/// The database's.
pub async fn forget_used_tokens(db: &impl ConnectionTrait, city: CityId, now: OffsetDateTime) -> Result<u64, DbErr> {
    let statement = "DELETE FROM refresh_token WHERE city_id = $1 AND used_at < $2";
    let forgotten = db.execute_raw(sql(statement, [city.0.into(), (now - USED_TOKENS).into()])).await?;
    Ok(forgotten.rows_affected())
}

/// Forgets the sign-ins of a city that ended before a moment and that no browser's notifications hang on; gives how many.
///
/// # Errors
/// The database's.
pub async fn forget_ended(db: &impl ConnectionTrait, city: CityId, before: OffsetDateTime) -> Result<u64, DbErr> {
    let ended = "city_id = $1 AND ended_at < $2 AND NOT EXISTS (
        SELECT FROM subscription WHERE subscription.city_id = session.city_id AND subscription.session_id = session.id)";
    forget_sessions(db, ended, [city.0.into(), before.into()]).await
}

/// Forgets a person's account, with all by which they could sign in, and their sign-ins; their browsers' notifications must be forgotten already.
///
/// # Errors
/// The database's.
pub async fn forget_person(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<(), DbErr> {
    let whose = "city_id = $1 AND person_id = $2";
    forget_sessions(db, whose, [city.0.into(), person.0.into()]).await?;
    for theirs in ["DELETE FROM recovery_code", "DELETE FROM passkey", "DELETE FROM invitation", "DELETE FROM account"]
    {
        db.execute_raw(sql(&format!("{theirs} WHERE {whose}"), [city.0.into(), person.0.into()])).await?;
    }
    Ok(())
}

/// With their refresh tokens and the codes that they show, which hang on them.
async fn forget_sessions(db: &impl ConnectionTrait, which: &str, values: [Value; 2]) -> Result<u64, DbErr> {
    for theirs in ["DELETE FROM refresh_token AS one", "DELETE FROM device_code AS one", "DELETE FROM home_code AS one"]
    {
        let text = format!(
            "{theirs} USING (SELECT id FROM session WHERE {which}) AS going WHERE one.city_id = $1 AND one.session_id = going.id"
        );
        db.execute_raw(sql(&text, values.clone())).await?;
    }
    Ok(db.execute_raw(sql(&format!("DELETE FROM session WHERE {which}"), values)).await?.rows_affected())
}
