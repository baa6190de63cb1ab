//! The right to a notice, as extractors that hand over the row: a handler can't get one that the caller may not see.

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use entity::{
    area,
    ids::NoticeId,
    notice::{self, Importance},
    seat::Role,
};
use futures_util::future::LocalBoxFuture;
use sea_orm::{ColumnTrait as _, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::{NoticeError, Sight};
use crate::{
    areas::may_publish_to,
    clock::Clock,
    identity::{Caller, Seat},
    problem::Problem,
};

/// A notice that the caller may read: it is out and reaches them, or it is of their own office.
#[derive(Debug)]
pub struct Readable {
    /// Who is calling.
    pub caller: Caller,
    /// The notice.
    pub notice: notice::Model,
    /// Whether they may change it.
    pub editable: bool,
}

/// A notice that the caller may publish, correct and withdraw.
#[derive(Debug)]
pub struct Editable {
    /// Who is calling.
    pub caller: Caller,
    /// The notice.
    pub notice: notice::Model,
}

impl FromRequest for Readable {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let caller = caller.await?;
            let missing = || Problem::internal("the server was put together without its parts");
            let db = request.app_data::<Data<DatabaseConnection>>().ok_or_else(missing)?;
            let now = request.app_data::<Data<Clock>>().ok_or_else(missing)?.now();
            let id = request.match_info().get("id").and_then(|text| Uuid::try_parse(text).ok()).map(NoticeId);
            let id = id.ok_or_else(Problem::not_found)?;
            let notice = notice::Entity::find_by_id((caller.city, id)).one(db.as_ref()).await?;
            let notice = notice.ok_or_else(Problem::not_found)?;
            let editable = may_edit(db.as_ref(), &caller, &notice).await?;
            // What was withdrawn before it came out never came out.
            let out =
                notice.published_at.is_some_and(|at| at <= now && notice.withdrawn_at.is_none_or(|gone| gone > at));
            if editable || out && Sight::of(&caller).reaches(db.as_ref(), &notice).await? {
                Ok(Self { caller, notice, editable })
            } else {
                Err(Problem::not_found())
            }
        })
    }
}

impl FromRequest for Editable {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let readable = Readable::from_request(request, payload);
        Box::pin(async move {
            let Readable { caller, notice, editable } = readable.await?;
            if editable {
                Ok(Self { caller, notice })
            } else {
                Err(Problem::forbidden(
                    "not_your_notice",
                    "このお知らせを変えられるのは、出した役所・自治会の方だけです。",
                ))
            }
        })
    }
}

/// Staff edit what staff drew up, officers what officers and leaders did, leaders and centres their own; each only when the whole
/// audience is in their reach.
async fn may_edit(db: &impl ConnectionTrait, caller: &Caller, notice: &notice::Model) -> Result<bool, DbErr> {
    let same_kind = |seat: &&Seat| (seat.role == Role::Staff) == (notice.sender_role == Role::Staff);
    // A leader and a centre have only what they drew up themselves; the others stand in for each other.
    let own = |seat: &&Seat| may_ring_in_emergency(seat) || seat.area.id == notice.sender_area_id;
    let seats: Vec<&Seat> = caller.seats.iter().filter(same_kind).filter(own).collect();
    if seats.is_empty() {
        return Ok(false);
    }
    let areas =
        area::Entity::of(notice.city_id).filter(area::Column::Id.is_in(notice.area_ids.clone())).all(db).await?;
    Ok(publishing_seat(seats, &areas, notice.importance).is_ok())
}

/// The first of the seats that may publish a notice of this importance to all the areas.
///
/// # Errors
/// [`NoticeError::NoSeat`], [`NoticeError::OutsideArea`] with the first area that no seat reaches,
/// [`NoticeError::EmergencyNotAllowed`].
pub fn publishing_seat<'a>(
    seats: impl IntoIterator<Item = &'a Seat>,
    areas: &[area::Model],
    importance: Importance,
) -> Result<&'a Seat, NoticeError> {
    let seats: Vec<&Seat> = seats.into_iter().collect();
    let first = seats.first().ok_or(NoticeError::NoSeat)?;
    let within = |seat: &&&Seat| areas.iter().all(|area| may_publish_to(seat, area));
    let mut fitting = seats.iter().filter(within).peekable();
    if fitting.peek().is_none() {
        let outside = areas.iter().find(|area| !may_publish_to(first, area)).or(areas.first());
        return Err(NoticeError::OutsideArea(outside.map(|area| area.name.clone()).unwrap_or_default()));
    }
    let rings = |seat: &&&Seat| importance != Importance::Emergency || may_ring_in_emergency(seat);
    fitting.find(rings).copied().ok_or(NoticeError::EmergencyNotAllowed)
}

/// Leaders and centres have no emergencies of their own.
fn may_ring_in_emergency(seat: &Seat) -> bool {
    seat.role != Role::Leader && seat.area.kind != area::Kind::Centre
}
