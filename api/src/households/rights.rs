//! The right to a household and to a person, as extractors that hand over the row.
//!
//! A household is known to its own people, to the leader of its group and to the officers of its association, and to nobody else: the city's staff
//! see counts.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use entity::{
    area, household,
    ids::{HouseholdId, PersonId},
    person,
    seat::Role,
};
use futures_util::future::LocalBoxFuture;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _};

use super::HouseholdError;
use crate::{
    areas::association_of,
    audit::By,
    identity::{Caller, Seat},
    postgres::cities::Cities,
    problem::Problem,
    web::{id_in, part},
};

/// What the caller is to a household; each may do what those before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// One of its people.
    Own,
    /// The leader of its group.
    Leader,
    /// An officer of its association.
    Officer,
}

/// A household that the caller may know.
#[derive(Clone, Debug)]
pub struct Tended {
    /// Who is calling.
    pub caller: Caller,
    /// The household.
    pub household: household::Model,
    /// Where it lives.
    pub area: area::Model,
    /// What the caller is to it.
    pub standing: Standing,
}

/// A person of such a household.
#[derive(Clone, Debug)]
pub struct TendedPerson {
    /// The person.
    pub person: person::Model,
    /// Their household.
    pub tended: Tended,
}

/// The seat by which the caller looks after an area of an association: as its officer, or as the leader of that group.
fn tending_seat<'a>(caller: &'a Caller, area: &area::Model) -> Option<&'a Seat> {
    let association = association_of(area)?;
    let officer = |seat: &&Seat| seat.role == Role::Officer && association_of(&seat.area) == Some(association);
    let leader = |seat: &&Seat| seat.role == Role::Leader && seat.area.id == area.id;
    caller.seats.iter().find(officer).or_else(|| caller.seats.iter().find(leader))
}

/// The caller as the audit log names them, by the seat by which they look after an area.
#[must_use]
pub fn by_seat(caller: &Caller, area: &area::Model) -> By {
    tending_seat(caller, area).map_or_else(|| caller.into(), |seat| caller.by(seat))
}

/// What the caller is to an area of an association, by seat.
#[must_use]
pub fn standing_in(caller: &Caller, area: &area::Model) -> Option<Standing> {
    let seat = tending_seat(caller, area)?;
    Some(if seat.role == Role::Officer { Standing::Officer } else { Standing::Leader })
}

impl Tended {
    /// A household of the caller's city, if they may know it.
    ///
    /// # Errors
    /// The database's.
    pub async fn find(db: &impl ConnectionTrait, caller: &Caller, id: HouseholdId) -> Result<Option<Self>, DbErr> {
        let Some(household) = household::Entity::find_by_id((caller.city, id)).one(db).await? else { return Ok(None) };
        let area = area::Entity::find_by_id((caller.city, household.area_id)).one(db).await?;
        let Some(area) = area else { return Ok(None) };
        let own = caller.home.as_ref().is_some_and(|home| home.household == id);
        let standing = standing_in(caller, &area).or(own.then_some(Standing::Own));
        let tended = |standing| Self { caller: caller.clone(), household, area, standing };
        Ok(standing.map(tended))
    }

    /// The caller as the audit log names them, by the seat that gives them the right.
    #[must_use]
    pub fn by(&self) -> By {
        by_seat(&self.caller, &self.area)
    }

    /// That the caller is at least this to the household.
    ///
    /// # Errors
    /// [`HouseholdError::NotYours`].
    pub fn at_least(self, wanted: Standing) -> Result<Self, HouseholdError> {
        if self.standing >= wanted { Ok(self) } else { Err(HouseholdError::NotYours) }
    }
}

impl FromRequest for Tended {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let caller = caller.await?;
            let tx = part::<Cities>(&request)?.look(caller.city).await?;
            let found = Self::find(&tx, &caller, HouseholdId(id_in(&request, "id")?)).await?;
            found.ok_or_else(Problem::not_found)
        })
    }
}

impl FromRequest for TendedPerson {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let caller = caller.await?;
            let tx = part::<Cities>(&request)?.look(caller.city).await?;
            let id = PersonId(id_in(&request, "id")?);
            let person = person::Entity::find_by_id((caller.city, id)).one(&tx).await?;
            let person = person.ok_or_else(Problem::not_found)?;
            let home = person.household_id.ok_or_else(Problem::not_found)?;
            let tended = Tended::find(&tx, &caller, home).await?.ok_or_else(Problem::not_found)?;
            Ok(Self { person, tended })
        })
    }
}

impl TendedPerson {
    /// That it is the caller, or that the caller is at least the leader of the group.
    ///
    /// # Errors
    /// [`HouseholdError::NotYours`].
    pub fn own_or_led(self) -> Result<Self, HouseholdError> {
        let may = self.person.id == self.tended.caller.person || self.tended.standing >= Standing::Leader;
        if may { Ok(self) } else { Err(HouseholdError::NotYours) }
    }

    /// That the caller is at least the leader of the group.
    ///
    /// # Errors
    /// [`HouseholdError::NotYours`].
    pub fn led(self) -> Result<Self, HouseholdError> {
        if self.tended.standing >= Standing::Leader { Ok(self) } else { Err(HouseholdError::NotYours) }
    }
}
