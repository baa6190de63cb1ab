//! The right to a notice, as extractors that hand over the row: a handler can't get one that the caller may not see.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, LazyLock},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use entity::{
    area,
    ids::{CityId, NoticeId},
    notice::{self, Importance},
    seat::Role,
};
use futures_util::future::LocalBoxFuture;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, FromQueryResult as _, IdenStatic as _, Iterable as _, QueryFilter as _,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{NoticeError, Sight};
use crate::{
    areas::may_publish_to,
    clock::Clock,
    identity::{Caller, Seat},
    postgres::{cities::Cities, sql},
    problem::Problem,
    web::{Limits, id_in, part},
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

impl Readable {
    /// The notices that are asked for, place by place, as far as who asks may read them.
    ///
    /// # Errors
    /// The database's.
    pub async fn find_all(
        db: &impl ConnectionTrait,
        asked: Vec<(Caller, NoticeId)>,
        now: OffsetDateTime,
    ) -> Result<Vec<Option<Self>>, DbErr> {
        let keys: BTreeSet<(CityId, NoticeId)> = asked.iter().map(|(caller, id)| (caller.city, *id)).collect();
        let rows = notices_of(db, keys).await?;
        let mut found = Vec::with_capacity(asked.len());
        for (caller, id) in asked {
            found.push(match rows.get(&(caller.city, id)) {
                Some(notice) => {
                    let editable = may_edit(db, &caller, notice).await?;
                    Some(Self { caller, notice: notice::Model::clone(notice), editable })
                }
                None => None,
            });
        }
        // What was withdrawn before it came out never came out.
        let is_out = |notice: &notice::Model| {
            notice.published_at.is_some_and(|at| at <= now && notice.withdrawn_at.is_none_or(|gone| gone > at))
        };
        let in_question = |one: &Self| !one.editable && is_out(&one.notice);
        let asked: Vec<(Sight, &notice::Model)> = found
            .iter()
            .flatten()
            .filter(|one| in_question(one))
            .map(|one| (Sight::of(&one.caller), &one.notice))
            .collect();
        let mut reached = if asked.is_empty() { Vec::new() } else { Sight::reach_all(db, &asked).await? }.into_iter();
        let mut may = |one: &Self| one.editable || in_question(one) && reached.next() == Some(true);
        Ok(found.into_iter().map(|one| one.filter(|one| may(one))).collect())
    }
}

/// The columns of a notice `n` that make a row of it: all but the text by which it is searched, which is as long again.
pub(super) static COLUMNS: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<String> = notice::Column::iter().map(|column| format!("n.{}", column.as_str())).collect();
    names.join(", ")
});

/// The notices with these keys, each once for however many lists it is in.
pub(super) async fn notices_of(
    db: &impl ConnectionTrait,
    keys: BTreeSet<(CityId, NoticeId)>,
) -> Result<HashMap<(CityId, NoticeId), Arc<notice::Model>>, DbErr> {
    let (cities, ids): (Vec<Uuid>, Vec<Uuid>) = keys.into_iter().map(|(city, id)| (city.0, id.0)).unzip();
    let text = format!(
        "SELECT {} FROM unnest($1::uuid[], $2::uuid[]) AS asked (city_id, id)
         JOIN notice n ON n.city_id = asked.city_id AND n.id = asked.id",
        *COLUMNS
    );
    let statement = sql(&text, [cities.into(), ids.into()]);
    let rows = notice::Model::find_by_statement(statement).all(db).await?;
    Ok(rows.into_iter().map(|notice| ((notice.city_id, notice.id), Arc::new(notice))).collect())
}

impl FromRequest for Readable {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let caller = caller.await?;
            let (id, now) = (NoticeId(id_in(&request, "id")?), part::<Clock>(&request)?.now());
            let tx = part::<Cities>(&request)?.look(caller.city).await?;
            let found = Self::find_all(&tx, vec![(caller, id)], now).await?.pop();
            found.flatten().ok_or_else(Problem::not_found)
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
                Err(Problem::forbidden("not_your_notice", "problem-not-your-notice"))
            }
        })
    }
}

/// A notice that the caller may send or correct, and has not sent too many of: what rings phones is counted, except in an emergency.
#[derive(Debug)]
pub struct Sendable(pub Editable);

impl FromRequest for Sendable {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limits = part::<Limits>(request);
        let editable = Editable::from_request(request, payload);
        Box::pin(async move {
            let found = editable.await?;
            if found.notice.importance != Importance::Emergency {
                limits?.count_publishing(found.caller.person.0.as_bytes().to_vec())?;
            }
            Ok(Self(found))
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
