//! The right to a seat, as an extractor that hands over the row.
//!
//! A seat as officer or leader is seen by who holds it, by the officers of its association and, where it is an officer's, by the staff above.
//! Staff seats are seen by their holders and by the staff above them. All others don't know that it exists.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use entity::{
    area::{self, Kind},
    ids::SeatId,
    seat::Role,
};
use futures_util::future::LocalBoxFuture;
use time::Date;

use super::{Giver, Holder, SeatError, named};
use crate::{
    areas::association_of,
    audit::By,
    clock::Clock,
    identity::{Caller, Seat},
    postgres::cities::Cities,
    problem::Problem,
    web::{id_in, part},
};

/// A seat that the caller may see, and what they are to it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Who is calling.
    pub caller: Caller,
    /// The seat.
    pub holder: Holder,
    /// Whether it is the caller's own.
    pub own: bool,
    /// Whether the caller is an officer of its association.
    pub fellow: bool,
    /// Whether the caller is of the staff above it.
    pub above: bool,
}

/// The caller's seat as an officer of the association that an area belongs to.
fn officer_of<'a>(caller: &'a Caller, area: &area::Model) -> Option<&'a Seat> {
    let association = association_of(area)?;
    let mut officers = caller.seats.iter().filter(|seat| seat.role == Role::Officer);
    officers.find(|seat| association_of(&seat.area) == Some(association))
}

/// The caller's seat as staff above such a seat in an area. A centre's staff is above nobody, and a leader is the association's.
fn staff_above<'a>(caller: &'a Caller, (area, role): (&area::Model, Role)) -> Option<&'a Seat> {
    let mut staff = caller.seats.iter().filter(|seat| seat.role == Role::Staff && seat.area.kind != Kind::Centre);
    let above = |seat: &&Seat| area.path.starts_with(&seat.area.path) && area.id != seat.area.id;
    if role == Role::Leader { None } else { staff.find(above) }
}

/// The caller's right to give such a seat in an area: staff above, officers those of leaders. An officer who could make another one would be two
/// people, where an emergency takes two.
#[must_use]
pub fn may_appoint(caller: &Caller, area: &area::Model, role: Role) -> Option<Giver> {
    let above = staff_above(caller, (area, role));
    let officer = officer_of(caller, area).filter(|_| role == Role::Leader);
    let giver =
        Giver { by: caller.into(), of_association: officer.is_some(), staff_of: above.map(|seat| seat.area.id) };
    (above.is_some() || officer.is_some()).then_some(giver)
}

/// The roles of an area's seats that the caller sees in a list; none where the area is not theirs to look at.
#[must_use]
pub fn sees_seats_of(caller: &Caller, area: &area::Model) -> Vec<&'static str> {
    let association = association_of(area);
    let mut seats = caller.seats.iter().filter(|seat| seat.role != Role::Staff);
    if association.is_some() && seats.any(|seat| association_of(&seat.area) == association) {
        return vec!["officer", "leader"];
    }
    let staff = caller.seats.iter().filter(|seat| seat.role == Role::Staff && seat.area.kind != Kind::Centre);
    if staff.map(|seat| &seat.area).any(|own| area.path.starts_with(&own.path)) {
        return vec!["staff", "officer"];
    }
    Vec::new()
}

impl Kept {
    /// What the caller is to a seat, if they may see it.
    #[must_use]
    pub fn of(caller: &Caller, holder: &Holder) -> Option<Self> {
        let own = holder.seat.person_id == caller.person;
        let fellow = holder.seat.role != Role::Staff && officer_of(caller, &holder.area).is_some();
        let above = staff_above(caller, (&holder.area, holder.seat.role)).is_some();
        let kept = || Self { caller: caller.clone(), holder: holder.clone(), own, fellow, above };
        (own || fellow || above).then(kept)
    }

    /// The caller as the audit log names them: by the seat itself where they hold it, or by that which gives them the right.
    #[must_use]
    pub fn by(&self) -> By {
        let Self { caller, holder, .. } = self;
        let held = caller.seats.iter().find(|seat| seat.id == holder.seat.id);
        let right = || officer_of(caller, &holder.area).or(staff_above(caller, (&holder.area, holder.seat.role)));
        held.or_else(right).map_or_else(|| caller.into(), |seat| caller.by(seat))
    }

    /// The caller's right to name who comes next.
    #[must_use]
    pub fn giver(&self) -> Giver {
        let Self { caller, holder, .. } = self;
        let own = Some(holder.area.id).filter(|_| self.own && holder.seat.role == Role::Staff);
        let above = staff_above(caller, (&holder.area, holder.seat.role)).map(|seat| seat.area.id);
        let of_association = self.fellow || self.own && holder.seat.role != Role::Staff;
        Giver { by: self.by(), of_association, staff_of: above.or(own) }
    }

    /// Whether the caller may take the seat away, or give it up: its holder, the staff above, and officers that of a leader.
    #[must_use]
    pub fn may_end(&self) -> bool {
        self.own || self.above || self.fellow && self.holder.seat.role == Role::Leader
    }

    /// That the caller may end it.
    ///
    /// # Errors
    /// [`SeatError::NotYours`].
    pub fn to_end(self) -> Result<Self, SeatError> {
        if self.may_end() { Ok(self) } else { Err(SeatError::NotYours) }
    }

    /// That the caller may name who comes next on some day: a fellow officer's term is not theirs to shorten.
    ///
    /// # Errors
    /// [`SeatError::FirstDay`].
    pub fn to_hand_over_on(&self, first: Option<Date>) -> Result<(), SeatError> {
        let after = self.holder.seat.ends_on.and_then(Date::next_day);
        if self.may_end() || first.is_none() || first == after { Ok(()) } else { Err(SeatError::FirstDay) }
    }

    /// That the caller may have another link for its holder: one to a fellow officer's account is theirs only where that one was named as a
    /// successor.
    ///
    /// # Errors
    /// [`SeatError::NotYours`].
    pub fn to_link(&self) -> Result<(), SeatError> {
        if self.may_end() || self.holder.seat.follows.is_some() { Ok(()) } else { Err(SeatError::NotYours) }
    }

    /// Whether what is open may be shown to the caller: it is the association's own.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        // Who is named sees nothing before their day.
        let held = self.caller.seats.iter().any(|seat| seat.id == self.holder.seat.id);
        self.fellow || self.own && held
    }
}

impl FromRequest for Kept {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let caller = caller.await?;
            let (id, today) = (SeatId(id_in(&request, "id")?), part::<Clock>(&request)?.today());
            let tx = part::<Cities>(&request)?.look(caller.city).await?;
            let holder = named(&tx, (caller.city, id), today).await?;
            holder.and_then(|holder| Self::of(&caller, &holder)).ok_or_else(Problem::not_found)
        })
    }
}
