//! Appointing: a person gets a seat in an area for a term, and an account to sign in with.

use entity::{
    account,
    area::{self, Kind},
    ids::{CityId, PersonId, SeatId},
    seat::{self, Role},
};
use sea_orm::{
    ActiveEnum as _,
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _, Value,
    sea_query::{Expr, ExprTrait as _, LockType, OnConflict},
};
use time::{Date, OffsetDateTime};

use super::{
    Giver, SeatError, last_day,
    vouch::{has_home, held_by},
};
use crate::{
    clock::JAPAN,
    households,
    identity::{self, IdentityError, Invitation},
    postgres::sql,
    web,
};

/// Who is to hold which seat.
#[derive(Clone, Debug)]
pub struct Appointment {
    /// Their mail address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// As what.
    pub role: Role,
    /// The department of a member of staff.
    pub department: Option<String>,
}

/// A first and a last day; none: until it is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The first day.
    pub starts_on: Date,
    /// The last day.
    pub ends_on: Option<Date>,
}

/// A seat that was given.
#[derive(Debug)]
pub struct Appointed {
    /// The seat.
    pub seat: seat::Model,
    /// The link for the first sign-in; none for who signs in already.
    pub invitation: Option<Invitation>,
}

/// Whether what somebody typed can be a mail address of at most 254 characters.
#[must_use]
pub fn is_mail_address(text: &str) -> bool {
    let graphic = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && c != '@');
    text.len() <= 254 && text.split_once('@').is_some_and(|(user, host)| graphic(user) && graphic(host))
}

impl Appointment {
    /// What somebody typed, if it can be a mail address (at most 254 characters) and a name (1 to 50, on one line).
    ///
    /// # Errors
    /// What is wrong with which of them.
    pub fn new(email: String, name: String, role: Role, department: Option<String>) -> Result<Self, String> {
        if !is_mail_address(&email) {
            return Err(format!("--email {email:?} is no mail address"));
        }
        if web::a_name(&name, &()).is_err() || name.chars().count() > 50 {
            return Err("--name must be 1 to 50 characters without line breaks".into());
        }
        Ok(Self { email, name, role, department })
    }
}

/// Gives somebody a seat in `area` from today on, for a term of the usual length. A mail address that already has an account in this city gets
/// the seat besides, or the one that it holds for another such term, and its account is started anew. Gives whose seat it is and a fresh one-time link,
/// which also serves who lost password and authenticator app. That is for whoever runs the server: for others there is [`give`].
///
/// # Errors
/// [`SeatError::WrongSeat`]; [`IdentityError::EmailTaken`] where the address belongs to another city.
pub async fn appoint(
    db: &impl ConnectionTrait,
    area: &area::Model,
    appointment: Appointment,
    now: OffsetDateTime,
) -> Result<(PersonId, Invitation), SeatError> {
    let today = now.to_offset(JAPAN).date();
    let term = Term { starts_on: today, ends_on: last_day(appointment.role, today) };
    fits(area, appointment.role)?;
    let city = area.city_id;
    let (person, invitation) = match account_of(db, city, &appointment.email).await? {
        Some(person) => (person, identity::start_anew(db, (city, person), (city, None), now).await?),
        None => register(db, city, &appointment, now).await?,
    };
    // Who holds it, holds it on.
    let values: [Value; 7] = [
        area.city_id.0.into(),
        person.0.into(),
        area.id.0.into(),
        appointment.role.to_value().into(),
        appointment.department.clone().into(),
        term.ends_on.into(),
        today.into(),
    ];
    let held = sql(
        "UPDATE seat SET department = $5, ends_on = $6
         WHERE city_id = $1 AND person_id = $2 AND area_id = $3 AND role = $4
           AND starts_on <= $7 AND (ends_on IS NULL OR ends_on >= $7)",
        values,
    );
    if db.execute_raw(held).await?.rows_affected() == 0 {
        insert(db, (area, person), (appointment.role, appointment.department), (term, None)).await?;
    }
    Ok((person, invitation))
}

/// Gives somebody a seat in `area` for a term, in which it follows the seat `follows`. An account that another seat vouches for gets it as it is, and no
/// link: with one, whoever appoints could take it over. Without, nobody knows whose hands the account is in: it is started anew, if its seats are
/// the giver's to give and it is no resident's.
///
/// # Errors
/// [`SeatError::WrongSeat`], [`SeatError::HoldsItAlready`], [`SeatError::NotVouchedFor`]; [`IdentityError::EmailTaken`].
pub async fn give(
    db: &impl ConnectionTrait,
    area: &area::Model,
    appointment: Appointment,
    (term, follows, giver): (Term, Option<SeatId>, &Giver),
    now: OffsetDateTime,
) -> Result<Appointed, SeatError> {
    fits(area, appointment.role)?;
    let (person, invitation) = match account_of(db, area.city_id, &appointment.email).await? {
        Some(person) => (person, trusted(db, (area, person), (appointment.role, giver), now).await?),
        None => register(db, area.city_id, &appointment, now).await.map(|(person, link)| (person, Some(link)))?,
    };
    let overlapping = sql(
        "SELECT 1 AS one FROM seat WHERE city_id = $1 AND person_id = $2 AND area_id = $3 AND role = $4
           AND (ends_on IS NULL OR ends_on >= $5) AND starts_on <= coalesce($6, 'infinity'::date)",
        [
            area.city_id.0.into(),
            person.0.into(),
            area.id.0.into(),
            appointment.role.to_value().into(),
            term.starts_on.into(),
            term.ends_on.into(),
        ],
    );
    if db.query_one_raw(overlapping).await?.is_some() {
        return Err(SeatError::HoldsItAlready);
    }
    let seat = insert(db, (area, person), (appointment.role, appointment.department), (term, follows)).await?;
    Ok(Appointed { seat, invitation })
}

/// A fresh link for who holds a seat and has never signed in; none where they have, or another seat that the link would open.
///
/// # Errors
/// The database's.
pub async fn link(
    db: &impl ConnectionTrait,
    seat: &seat::Model,
    now: OffsetDateTime,
) -> Result<Option<Invitation>, SeatError> {
    let (city, person) = (seat.city_id, seat.person_id);
    let today = now.to_offset(JAPAN).date();
    let nobody_yet = sql(
        "SELECT 1 AS one FROM account a JOIN person p ON p.city_id = a.city_id AND p.id = a.person_id
         WHERE a.city_id = $1 AND a.person_id = $2 AND a.opened_at IS NULL
           AND a.password_hash IS NULL AND p.household_id IS NULL
           AND NOT EXISTS (SELECT FROM seat other WHERE other.city_id = $1 AND other.person_id = $2 AND other.id <> $3
                           AND (other.ends_on IS NULL OR other.ends_on >= $4))
         FOR NO KEY UPDATE OF a",
        [city.0.into(), person.0.into(), seat.id.0.into(), today.into()],
    );
    if db.query_one_raw(nobody_yet).await?.is_none() {
        return Ok(None);
    }
    Ok(Some(identity::renew_invitation(db, (city, person), now).await?))
}

/// Whether such an area has such a seat.
fn fits(area: &area::Model, role: Role) -> Result<(), SeatError> {
    let (role, fits, kinds): (_, _, &[Kind]) = match role {
        Role::Staff => {
            ("staff", "a city, ward, district or centre", &[Kind::City, Kind::Ward, Kind::District, Kind::Centre])
        }
        Role::Officer => ("officer", "an association", &[Kind::Association]),
        Role::Leader => ("leader", "a group", &[Kind::Group]),
    };
    let code = || area.code.clone();
    if kinds.contains(&area.kind) { Ok(()) } else { Err(SeatError::WrongSeat { role, fits, code: code() }) }
}

/// Whose account in this city has a mail address. Nobody else changes it until the transaction ends.
async fn account_of(db: &impl ConnectionTrait, city: CityId, email: &str) -> Result<Option<PersonId>, SeatError> {
    let named = account::Entity::find().filter(account::Column::Email.eq(email.trim().to_ascii_lowercase()));
    match named.lock(LockType::NoKeyUpdate).one(db).await? {
        Some(account) if account.city_id != city => Err(IdentityError::EmailTaken.into()),
        account => Ok(account.map(|account| account.person_id)),
    }
}

/// A person with a fresh account, and the link that opens it.
async fn register(
    db: &impl ConnectionTrait,
    city: CityId,
    Appointment { email, name, .. }: &Appointment,
    now: OffsetDateTime,
) -> Result<(PersonId, Invitation), SeatError> {
    let person = households::register(db, (city, None), Some(name.clone()), now).await?;
    Ok((person, identity::invite(db, (city, person), email, now).await?))
}

/// Sees to it that an account that is there is its owner's before it gets a seat: none of its seats vouching for it, it is started anew, with a link.
async fn trusted(
    db: &impl ConnectionTrait,
    (area, person): (&area::Model, PersonId),
    (role, giver): (Role, &Giver),
    now: OffsetDateTime,
) -> Result<Option<Invitation>, SeatError> {
    let who = (area.city_id, person);
    let held = held_by(db, who, now.to_offset(JAPAN).date()).await?;
    if held.iter().any(|place| giver.vouches(place, (role, area))) {
        return Ok(None);
    }
    if !held.iter().all(|place| giver.could_give(place)) || has_home(db, who).await? {
        return Err(SeatError::NotVouchedFor);
    }
    Ok(Some(identity::start_anew(db, who, giver.by, now).await?))
}

async fn insert(
    db: &impl ConnectionTrait,
    (area, person): (&area::Model, PersonId),
    (role, department): (Role, Option<String>),
    (term, follows): (Term, Option<SeatId>),
) -> Result<seat::Model, DbErr> {
    let seat = seat::ActiveModel {
        city_id: Set(area.city_id),
        id: Set(SeatId::new()),
        person_id: Set(person),
        area_id: Set(area.id),
        role: Set(role),
        department: Set(department),
        starts_on: Set(term.starts_on),
        ends_on: Set(term.ends_on),
        follows: Set(follows),
        planned_until: Set(None),
    };
    // Whose seat was taken away on its first day can have it again on that day: it is the same one.
    let again = OnConflict::columns([
        seat::Column::CityId,
        seat::Column::PersonId,
        seat::Column::AreaId,
        seat::Column::Role,
        seat::Column::StartsOn,
    ])
    .update_columns([seat::Column::EndsOn, seat::Column::Department, seat::Column::Follows, seat::Column::PlannedUntil])
    .action_and_where(Expr::col((seat::Entity, seat::Column::EndsOn)).lt(term.starts_on))
    .to_owned();
    let given = seat::Entity::insert(seat).on_conflict(again).exec_with_returning(db).await?;
    // Who was named to follow it, when it was taken away, follows nobody: it may be handed over again.
    let statement = sql(
        "UPDATE seat SET follows = NULL WHERE city_id = $1 AND follows = $2",
        [given.city_id.0.into(), given.id.0.into()],
    );
    db.execute_raw(statement).await?;
    Ok(given)
}
