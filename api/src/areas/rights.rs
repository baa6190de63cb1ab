//! How far a seat reaches in the tree.

use entity::{
    area::{self, Kind},
    ids::AreaId,
    seat::Role,
};
use uuid::Uuid;

use crate::identity::{Caller, Seat};

/// The path of the area in and below which a seat acts: its own, or for the staff of a centre the district that the centre is for.
#[must_use]
pub fn scope_of(seat: &Seat) -> &[Uuid] {
    let path = &seat.area.path;
    if seat.area.kind == Kind::Centre { &path[..path.len().saturating_sub(1)] } else { path }
}

/// Whether a seat may publish to an area: staff to their own and what is below, a centre to its district, an officer in their
/// association, a leader in their group.
#[must_use]
pub fn may_publish_to(seat: &Seat, area: &area::Model) -> bool {
    let within = area.path.starts_with(scope_of(seat));
    within && (seat.role == Role::Staff || matches!(area.kind, Kind::Association | Kind::Group))
}

/// The association that a household's or seat's area belongs to: itself, or the area above the group.
#[must_use]
pub fn association_of(area: &area::Model) -> Option<AreaId> {
    match area.kind {
        Kind::Association => Some(area.id),
        Kind::Group => area.parent_id,
        Kind::City | Kind::Ward | Kind::District | Kind::Centre => None,
    }
}

/// Where notices go round that reach an area: at its association and, where it is a group, at that group. Nothing goes round elsewhere.
#[must_use]
pub fn rounds_of(area: &area::Model) -> Vec<Uuid> {
    match association_of(area) {
        Some(association) if association == area.id => vec![area.id.0],
        Some(association) => vec![association.0, area.id.0],
        None => Vec::new(),
    }
}

/// Whether the caller belongs to an association, by household or by a seat as officer or leader: then its exact numbers are
/// theirs to see.
#[must_use]
pub fn is_of_association(caller: &Caller, association: AreaId) -> bool {
    let home = caller.home.iter().map(|home| &home.area);
    let seats = caller.seats.iter().filter(|seat| seat.role != Role::Staff).map(|seat| &seat.area);
    home.chain(seats).any(|area| association_of(area) == Some(association))
}
