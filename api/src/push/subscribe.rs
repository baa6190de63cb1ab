//! Registering a browser, and taking it out again.
//!
//! A known endpoint that comes from another account moves there only with the same keys: the authentication secret is known to the
//! browser alone, so who has it holds the phone, as when another person of the house signs in on it. With an endpoint alone, which may have
//! leaked, nobody can silence its owner.
//!
//! A browser goes on giving out an endpoint that its push service has given up. Such a one stays ended, whoever brings it, and the page is told to
//! subscribe again; where the same endpoint comes with other keys, the browser has done so.
//!
//! A browser that says in place of which endpoint it has its own takes over that one's row, if that is the same person's at the same service. So
//! what waits for the morning rings where the phone can be reached by then.

use entity::{
    ids::{CityId, PersonId, SubscriptionId},
    subscription,
};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::{NotSet, Set},
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::OnConflict,
};
use time::OffsetDateTime;

use super::{PushError, endpoint::Endpoint, trial};
use crate::{identity::Caller, postgres::sql, say::Language};

/// Browsers that a person may have registered.
const MOST: i64 = 20;

/// A browser as it is registered.
#[derive(Debug)]
pub struct Registered {
    /// Its row.
    pub row: subscription::Model,
    /// Whether the caller did not have it before.
    pub fresh: bool,
}

/// A browser's subscription as it is brought.
#[derive(Debug)]
pub struct Brought {
    /// Where it is reached.
    pub endpoint: Endpoint,
    /// The id of the VAPID key under which it subscribed.
    pub vapid_key: String,
    /// The SHA-256 of the endpoint that it had before, where it says so.
    pub replaces: Option<Vec<u8>>,
    /// The language in which it is to be rung.
    pub language: Language,
}

/// Registers the caller's browser.
///
/// # Errors
/// [`PushError::EndpointTaken`].
pub async fn subscribe(
    db: &impl ConnectionTrait,
    caller: &Caller,
    Brought { endpoint, vapid_key, replaces, language }: Brought,
    now: OffsetDateTime,
) -> Result<Registered, PushError> {
    let row = subscription::ActiveModel {
        city_id: Set(caller.city),
        id: Set(SubscriptionId::new()),
        person_id: Set(caller.person),
        session_id: Set(caller.session),
        origin: Set(endpoint.origin.clone()),
        endpoint_hash: Set(endpoint.hash()),
        endpoint: Set(endpoint.address.clone()),
        p256dh: Set(endpoint.p256dh.clone()),
        auth: Set(endpoint.auth.clone()),
        vapid_key: Set(vapid_key.clone()),
        created_at: Set(now),
        renew: Set(false),
        gone_at: Set(None),
        area_id: NotSet,
        language: Set(language.code().to_owned()),
    };
    // Two tabs register at once: one of them is first, and the other finds it.
    let first = OnConflict::column(subscription::Column::EndpointHash).do_nothing().to_owned();
    let fresh = subscription::Entity::insert(row).on_conflict(first).exec_without_returning(db).await? == 1;
    let known = subscription::Entity::find()
        .filter(subscription::Column::EndpointHash.eq(endpoint.hash()))
        .lock_exclusive()
        .one(db)
        .await?
        .ok_or(DbErr::RecordNotFound("the subscription just registered".into()))?;
    if fresh {
        if let Some(before) = replaces
            && let Some(row) = take_over(db, &known, before).await?
        {
            return Ok(Registered { row, fresh: false });
        }
        forget_oldest(db, (caller.city, caller.person)).await?;
        return Ok(Registered { row: known, fresh });
    }
    let same_person = known.city_id == caller.city && known.person_id == caller.person;
    let holds_the_phone = known.auth == endpoint.auth && known.p256dh == endpoint.p256dh;
    if !same_person && !holds_the_phone {
        return Err(PushError::EndpointTaken);
    }
    // What ended because somebody signed out is not marked so.
    let given_up = known.gone_at.filter(|_| known.renew && holds_the_phone);
    if !same_person {
        // A fresh row: what was on its way to the one before must not ring for the other.
        subscription::Entity::delete_by_id((known.city_id, known.id)).exec(db).await?;
        let mut row = subscription::ActiveModel::from(known);
        row.city_id = Set(caller.city);
        row.id = Set(SubscriptionId::new());
        row.person_id = Set(caller.person);
        row.session_id = Set(caller.session);
        row.created_at = Set(now);
        row.gone_at = Set(given_up);
        row.language = Set(language.code().to_owned());
        let row = row.reset_all().insert(db).await?;
        return Ok(Registered { row, fresh: true });
    }
    let mut row = subscription::ActiveModel::from(known);
    row.session_id = Set(caller.session);
    row.p256dh = Set(endpoint.p256dh);
    row.auth = Set(endpoint.auth);
    row.gone_at = Set(given_up);
    row.language = Set(language.code().to_owned());
    if !holds_the_phone {
        row.vapid_key = Set(vapid_key);
        row.renew = Set(false);
    }
    Ok(Registered { row: row.update(db).await?, fresh: false })
}

/// Puts what was just registered in the place of what the same person had there before, by the SHA-256 of its endpoint; none where they had no such
/// thing at this service. What is on its way to the former address may yet be answered that it is gone: that is not heeded, since the row is
/// younger (`record.rs`).
async fn take_over(
    db: &impl ConnectionTrait,
    fresh: &subscription::Model,
    before: Vec<u8>,
) -> Result<Option<subscription::Model>, DbErr> {
    let former = subscription::Entity::find()
        .filter(subscription::Column::CityId.eq(fresh.city_id))
        .filter(subscription::Column::PersonId.eq(fresh.person_id))
        .filter(subscription::Column::EndpointHash.eq(before))
        // A batch that waits is one service's.
        .filter(subscription::Column::Origin.eq(&*fresh.origin))
        .lock_exclusive()
        .one(db)
        .await?;
    let Some(former) = former else { return Ok(None) };
    subscription::Entity::delete_by_id((fresh.city_id, fresh.id)).exec(db).await?;
    let row = subscription::ActiveModel::from(subscription::Model { id: former.id, ..fresh.clone() });
    row.reset_all().update(db).await.map(Some)
}

/// Lets the oldest go of more browsers than a person has: each is called with every notice, and a stranger can name any number.
async fn forget_oldest(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<(), DbErr> {
    let statement = sql(
        "DELETE FROM subscription WHERE city_id = $1 AND id IN (
            SELECT id FROM subscription WHERE city_id = $1 AND person_id = $2
            ORDER BY created_at DESC, id DESC OFFSET $3)",
        [city.0.into(), person.0.into(), MOST.into()],
    );
    db.execute_raw(statement).await?;
    Ok(())
}

/// Takes one of the caller's browsers out. False when they have none with this id.
///
/// # Errors
/// The database's.
pub async fn unsubscribe(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    id: SubscriptionId,
) -> Result<bool, DbErr> {
    let done = subscription::Entity::delete_many()
        .filter(subscription::Column::CityId.eq(city))
        .filter(subscription::Column::PersonId.eq(person))
        .filter(subscription::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends the subscriptions whose person has signed out: they are not rung any more, and need not be planned for.
///
/// # Errors
/// The database's.
pub async fn end_signed_out(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let statement = sql(
        "UPDATE subscription s SET gone_at = e.ended_at FROM session e
         WHERE e.city_id = s.city_id AND e.id = s.session_id AND e.ended_at IS NOT NULL AND s.gone_at IS NULL",
        [],
    );
    Ok(db.execute_raw(statement).await?.rows_affected())
}

/// Forgets the subscriptions of a city that ended before a moment; gives how many.
///
/// # Errors
/// The database's.
pub async fn forget(db: &impl ConnectionTrait, city: CityId, before: OffsetDateTime) -> Result<u64, DbErr> {
    let ended = subscription::Entity::delete_many()
        .filter(subscription::Column::CityId.eq(city))
        .filter(subscription::Column::GoneAt.lt(before));
    Ok(ended.exec(db).await?.rows_affected)
}

/// Forgets the subscriptions of a person, and the tests of these that they asked for.
///
/// # Errors
/// The database's.
pub async fn forget_person(db: &impl ConnectionTrait, (city, person): (CityId, PersonId)) -> Result<(), DbErr> {
    let theirs = subscription::Entity::delete_many()
        .filter(subscription::Column::CityId.eq(city))
        .filter(subscription::Column::PersonId.eq(person));
    theirs.exec(db).await?;
    trial::forget(db, (city, person)).await
}
