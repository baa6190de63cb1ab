//! Whether an account may be given a seat as it is.
//!
//! Who appoints somebody hands them the link that opens their account, and could open it instead, with anybody's mail address. So an account
//! that is there is not believed to be its owner's because it is there: it must have been in such hands already. Where it has not been, it is
//! started anew by whoever gives the seat, if all that it holds is theirs to give, or the seat is not given.

use entity::{
    area::{self, Kind},
    ids::{AreaId, CityId, PersonId},
    person, seat,
    seat::Role,
};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};
use time::Date;

use crate::{areas::association_of, audit::By};

/// Who gives a seat, and by what right.
#[derive(Clone, Copy, Debug)]
pub struct Giver {
    /// As the audit log names them.
    pub by: By,
    /// Whether they are of the seat's own association.
    pub of_association: bool,
    /// The area below which they give seats as its staff.
    pub staff_of: Option<AreaId>,
}

/// A seat in an area.
pub type Place = (Role, area::Model);

/// How much a seat opens, compared to others.
fn level(role: Role, kind: Kind) -> u8 {
    match (role, kind) {
        (Role::Leader, _) => 0,
        (Role::Officer, _) => 1,
        (Role::Staff, Kind::City) => 4,
        (Role::Staff, Kind::Ward) => 3,
        (Role::Staff, _) => 2,
    }
}

impl Giver {
    /// Whether who holds `held` is known well enough to be given a seat as `role` in `area`. Seats of an association vouch for nothing outside of it:
    /// they were given by its own people, who know nobody's mail address for certain.
    #[must_use]
    pub fn vouches(&self, (held, of): &Place, (role, area): (Role, &area::Model)) -> bool {
        let same_association = association_of(area).is_some_and(|own| association_of(of) == Some(own));
        let as_much = level(*held, of.kind) >= level(role, area.kind);
        self.of_association && same_association || as_much && (*held == Role::Staff || same_association)
    }

    /// Whether `held`, a seat that does not vouch, is theirs to give: by it they learn nothing that they may not know already.
    #[must_use]
    pub fn could_give(&self, (held, of): &Place) -> bool {
        let below = |own: AreaId| of.path.contains(&own.0) && (*held != Role::Staff || of.id != own);
        self.staff_of.is_some_and(below)
    }
}

/// The seats of a person that have not ended on a day.
///
/// # Errors
/// The database's.
pub async fn held_by(
    db: &impl ConnectionTrait,
    (city, person): (CityId, PersonId),
    today: Date,
) -> Result<Vec<Place>, DbErr> {
    let lasts = Condition::any().add(seat::Column::EndsOn.is_null()).add(seat::Column::EndsOn.gte(today));
    let seats = seat::Entity::find()
        .filter(seat::Column::CityId.eq(city))
        .filter(seat::Column::PersonId.eq(person))
        .filter(lasts)
        .all(db)
        .await?;
    let places = seats.iter().map(|seat| seat.area_id.0);
    let areas = area::Entity::of(city).filter(area::Column::Id.is_in(places)).all(db).await?;
    let place = |seat: &seat::Model| {
        let area = areas.iter().find(|area| area.id == seat.area_id)?;
        Some((seat.role, area.clone()))
    };
    Ok(seats.iter().filter_map(place).collect())
}

/// Whether a person belongs to a household.
///
/// # Errors
/// The database's.
pub async fn has_home(db: &impl ConnectionTrait, who: (CityId, PersonId)) -> Result<bool, DbErr> {
    let person = person::Entity::find_by_id(who).one(db).await?;
    Ok(person.is_some_and(|person| person.household_id.is_some()))
}
