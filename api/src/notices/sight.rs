//! What a caller can see: the one question behind every feed, page and receipt.
//!
//! A resident sees what circulates to everyone in their association or their own group. Who holds a seat sees besides what circulates at,
//! above or below the seat's area, to everyone or to officers; a centre, what the city's staff send to its district. All staff of a city see an emergency that one person published alone.

use entity::{area::Kind, ids::CityId, notice, seat::Role};
use sea_orm::{ConnectionTrait, DbErr, Value};
use uuid::Uuid;

use crate::{
    areas::{association_of, scope_of},
    identity::Caller,
    postgres::sql,
};

/// A circulation `c` of channel `ch` in area `ca` that the caller can see; `$2` to `$5` are [`Sight::values`].
pub(super) const VISIBLE: &str = "(ch.kind = 'everyone' AND c.area_id = ANY($2) OR c.area_id = ANY($3) OR ca.path && $4
    OR ca.path && $5 AND EXISTS (SELECT FROM notice sent WHERE sent.city_id = c.city_id AND sent.id = c.notice_id
                                 AND sent.sender_role = 'staff'))";

/// How far a caller sees.
#[derive(Clone, Debug)]
pub struct Sight {
    city: CityId,
    /// The caller's home and everything above it.
    home: Vec<Uuid>,
    /// The areas of the caller's seats and everything above them.
    above: Vec<Uuid>,
    /// The areas below which the caller's seats see everything.
    scopes: Vec<Uuid>,
    /// The districts of the caller's centres, below which they see what staff sent.
    districts: Vec<Uuid>,
    /// The associations whose circulations can be the caller's; all of what they see, unless they are staff.
    associations: Vec<Uuid>,
    staff: bool,
}

impl Sight {
    /// How far `caller` sees.
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        let areas = caller.home.iter().map(|home| &home.area).chain(caller.seats.iter().map(|seat| &seat.area));
        Self {
            city: caller.city,
            home: caller.home.as_ref().map(|home| home.area.path.clone()).unwrap_or_default(),
            above: caller.seats.iter().flat_map(|seat| scope_of(seat).to_vec()).collect(),
            scopes: scopes(caller, |kind| kind != Kind::Centre),
            districts: scopes(caller, |kind| kind == Kind::Centre),
            associations: areas.filter_map(association_of).map(|id| id.0).collect(),
            staff: caller.seats.iter().any(|seat| seat.role == Role::Staff),
        }
    }

    /// Whether the caller sees what circulates below an area that is no association: then their feed is read by notice.
    pub(super) fn is_staff(&self) -> bool {
        self.staff
    }

    pub(super) fn associations(&self) -> Vec<Uuid> {
        self.associations.clone()
    }

    /// The values of `$1` to `$5`.
    pub(super) fn values(&self) -> Vec<Value> {
        let areas = [&self.home, &self.above, &self.scopes, &self.districts];
        std::iter::once(self.city.0.into()).chain(areas.map(|ids| ids.clone().into())).collect()
    }

    /// Whether a notice, which must be out, circulates where the caller sees.
    ///
    /// # Errors
    /// The database's.
    pub async fn reaches(&self, db: &impl ConnectionTrait, notice: &notice::Model) -> Result<bool, DbErr> {
        if self.staff && notice.alone_reason.is_some() {
            return Ok(true);
        }
        let text = format!(
            "SELECT 1 AS visible FROM circulation c
             JOIN channel ch ON ch.city_id = c.city_id AND ch.id = c.channel_id
             JOIN area ca ON ca.city_id = c.city_id AND ca.id = c.area_id
             WHERE c.city_id = $1 AND c.notice_id = $6 AND {VISIBLE} LIMIT 1"
        );
        let mut values = self.values();
        values.push(notice.id.0.into());
        Ok(db.query_one_raw(sql(&text, values)).await?.is_some())
    }
}

/// The areas in and below which the caller's seats of some kinds of area act.
fn scopes(caller: &Caller, of: impl Fn(Kind) -> bool) -> Vec<Uuid> {
    let seats = caller.seats.iter().filter(|seat| of(seat.area.kind));
    seats.filter_map(|seat| scope_of(seat).last().copied()).collect()
}
