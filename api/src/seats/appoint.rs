//! Appointing: a person gets a seat in an area, and an account to sign in with.

use entity::{
    account,
    area::{self, Kind},
    ids::SeatId,
    seat::{self, Role},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, sea_query::OnConflict,
};
use time::OffsetDateTime;

use super::SeatError;
use crate::{
    clock::JAPAN,
    households,
    identity::{self, IdentityError, Invitation},
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

impl Appointment {
    /// What somebody typed, if it can be a mail address (at most 254 characters) and a name (1 to 50, on one line).
    ///
    /// # Errors
    /// What is wrong with which of them.
    pub fn new(email: String, name: String, role: Role, department: Option<String>) -> Result<Self, String> {
        let graphic = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && c != '@');
        if !email.split_once('@').is_some_and(|(user, host)| graphic(user) && graphic(host)) || email.len() > 254 {
            return Err(format!("--email {email:?} is no mail address"));
        }
        if name.trim().is_empty() || name.chars().count() > 50 || name.chars().any(char::is_control) {
            return Err("--name must be 1 to 50 characters without line breaks".into());
        }
        Ok(Self { email, name, role, department })
    }
}

/// Gives somebody a seat in `area` from today on. A mail address that already has an account in this city gets the seat besides;
/// either way the answer is a fresh one-time link, which also serves who forgot their password.
///
/// # Errors
/// [`SeatError::WrongSeat`]; [`IdentityError::EmailTaken`] where the address belongs to another city.
pub async fn appoint(
    db: &impl ConnectionTrait,
    area: &area::Model,
    appointment: Appointment,
    now: OffsetDateTime,
) -> Result<Invitation, SeatError> {
    let (role, fits, kinds): (_, _, &[Kind]) = match appointment.role {
        Role::Staff => {
            ("staff", "a city, ward, district or centre", &[Kind::City, Kind::Ward, Kind::District, Kind::Centre])
        }
        Role::Officer => ("officer", "an association", &[Kind::Association]),
        Role::Leader => ("leader", "a group", &[Kind::Group]),
    };
    if !kinds.contains(&area.kind) {
        return Err(SeatError::WrongSeat { role, fits, code: area.code.clone() });
    }
    let email = appointment.email.trim().to_lowercase();
    let account = account::Entity::find().filter(account::Column::Email.eq(&email)).one(db).await?;
    let (person, invitation) = match account {
        Some(account) if account.city_id == area.city_id => {
            let who = (account.city_id, account.person_id);
            (account.person_id, identity::renew_invitation(db, who, now).await?)
        }
        Some(_) => return Err(IdentityError::EmailTaken.into()),
        None => {
            let person = households::register(db, (area.city_id, None), Some(appointment.name), now).await?;
            (person, identity::invite(db, (area.city_id, person), &email, now).await?)
        }
    };
    let seat = seat::ActiveModel {
        city_id: Set(area.city_id),
        id: Set(SeatId::new()),
        person_id: Set(person),
        area_id: Set(area.id),
        role: Set(appointment.role),
        department: Set(appointment.department),
        starts_on: Set(now.to_offset(JAPAN).date()),
        ends_on: Set(None),
    };
    let held = [seat::Column::CityId, seat::Column::PersonId, seat::Column::AreaId, seat::Column::Role];
    let again = OnConflict::columns(held).update_columns([seat::Column::Department, seat::Column::EndsOn]).to_owned();
    seat::Entity::insert(seat).on_conflict(again).exec_without_returning(db).await?;
    Ok(invitation)
}
