//! The calls for seats.

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    post,
    web::{Data, Json, Query},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use entity::area;
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use time::{Date, Duration, OffsetDateTime};
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    Appointed, Appointment, Holder, Kept, Open, SeatError, Successor, Term, holders,
    json::{
        AppointedOut, EndedOut, HandoverOut, HolderOut, LinkOut, NextOut, NothingIn, OpenNoticeOut, OpenOut, SeatIn,
        SuccessorIn, read_day,
    },
    last_day, may_appoint, sees_seats_of,
};
use crate::{
    areas, audit,
    clock::{Clock, JAPAN},
    config::Origin,
    identity::Caller,
    postgres::cities::Cities,
    problem::Problem,
    web::{Once, Page, Parsed, plain_text},
};

/// Whose seats are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct SeatsQuery {
    /// Code of an area: its seats, and those below it.
    area: String,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items, from 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 100)]
    limit: Option<u64>,
}

/// The seats of an area and below it that have not ended. A look at it is in the audit log.
#[utoipa::path(tag = "seats", params(SeatsQuery), responses((status = 200, body = Page<HolderOut>)))]
#[get("/api/v1/seats")]
pub async fn list(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    query: Query<SeatsQuery>,
) -> Result<Json<Page<HolderOut>>, Problem> {
    let limit = query.limit.unwrap_or(100);
    if !(1..=100).contains(&limit) {
        return Err(Problem::invalid_field("limit", "fault-limit"));
    }
    if plain_text(&query.area, &()).is_err() {
        return Err(Problem::not_found());
    }
    let after = query.cursor.as_deref().filter(|text| !text.is_empty()).map(read_cursor).transpose()?;
    let (now, today, query) = (clock.now(), clock.today(), query.into_inner());
    let mut found = cities
        .write(Some(caller.city), async move |tx| {
            let area = areas::find(tx, Some(caller.city), &query.area).await?;
            look(tx, (&caller, &area), (after, limit + 1), (now, today)).await
        })
        .await?;
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(100));
    let last = found.last().filter(|_| more);
    let next_cursor = last.map(|one| BASE64URL.encode([one.seat.id.0.as_bytes(), one.area.code.as_bytes()].concat()));
    Ok(Json(Page { items: found.iter().map(HolderOut::from).collect(), next_cursor }))
}

fn read_cursor(text: &str) -> Result<(String, Uuid), Problem> {
    let read = || {
        let bytes = BASE64URL.decode(text).ok()?;
        let (id, code) = bytes.split_at_checked(16)?;
        let code = String::from_utf8(code.to_vec()).ok().filter(|code| plain_text(code, &()).is_ok())?;
        Some((code, Uuid::from_slice(id).ok()?))
    };
    read().ok_or_else(|| Problem::invalid_field("cursor", "fault-cursor"))
}

/// The seats of an area as far as the caller sees them, with the look in the audit log.
pub(super) async fn look(
    db: &impl ConnectionTrait,
    (caller, area): (&Caller, &area::Model),
    page: (Option<(String, Uuid)>, u64),
    (now, today): (OffsetDateTime, Date),
) -> Result<Vec<Holder>, Problem> {
    let roles = sees_seats_of(caller, area);
    if roles.is_empty() {
        return Err(Problem::not_found());
    }
    let found = holders(db, (area, &roles), page, today).await?;
    let seen = found.iter().map(|holder| holder.seat.person_id.0).collect();
    audit::look(db, caller, ("look at seats", area.code.clone()), seen, now).await?;
    Ok(found)
}

/// Give somebody a seat.
#[utoipa::path(tag = "seats", request_body = SeatIn, responses((status = 201, body = AppointedOut)))]
#[post("/api/v1/seats")]
pub async fn create(
    clock: Data<Clock>,
    origin: Data<Origin>,
    caller: Caller,
    once: Once,
    body: Parsed<SeatIn>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    once.within(caller.city)
        .write(caller.person.0, body.digest, async move |tx| {
            let appointed = appoint(tx, &caller, body.value, now).await?;
            Ok((StatusCode::CREATED, AppointedOut::new(&origin, &appointed)))
        })
        .await
}

/// Gives a seat as the caller asks, if it is theirs to give.
pub(super) async fn appoint(
    db: &impl ConnectionTrait,
    caller: &Caller,
    wanted: SeatIn,
    now: OffsetDateTime,
) -> Result<Appointed, Problem> {
    let unknown = || Problem::invalid_field("/area", "fault-unknown-area");
    let SeatIn { area, role, email, name, department, starts_on, ends_on } = wanted;
    plain_text(&area, &()).map_err(|_| unknown())?;
    let area = areas::find(db, Some(caller.city), &area).await.map_err(|error| match error {
        areas::AreaError::Db(error) => error.into(),
        _ => unknown(),
    })?;
    let role = role.into();
    let giver = may_appoint(caller, &area, role).ok_or_else(unknown)?;
    let today = now.to_offset(JAPAN).date();
    let first = starts_on.as_deref().and_then(read_day).unwrap_or(today);
    let last = ends_on.as_deref().and_then(read_day).or_else(|| last_day(role, first));
    if first < today || first > today.saturating_add(Duration::days(366)) {
        return Err(SeatError::FirstDay.into());
    }
    if last.is_some_and(|last| last < first || last > first.saturating_add(Duration::days(2 * 366))) {
        return Err(SeatError::LastDay.into());
    }
    let appointment = Appointment { email, name, role, department };
    let term = Term { starts_on: first, ends_on: last };
    let appointed = super::give(db, &area, appointment, (term, None, &giver), now).await?;
    let what = (appointed.seat.id.to_string(), format!("{} in {}", super::json::role(role), area.code));
    audit::record(db, caller, "appoint", what, now).await?;
    Ok(appointed)
}

/// Take a seat away, or give up one's own: at once. What its holder had scheduled becomes a draft again.
#[utoipa::path(tag = "seats", params(("id" = Uuid, Path)), responses((status = 200, body = EndedOut)))]
#[delete("/api/v1/seats/{id}")]
pub async fn end(cities: Data<Cities>, clock: Data<Clock>, kept: Kept) -> Result<Json<EndedOut>, Problem> {
    let now = clock.now();
    let kept = kept.to_end()?;
    let ended = cities.write(Some(kept.caller.city), async move |tx| dismiss(tx, &kept, now).await).await?;
    Ok(Json(EndedOut { drafts: ended.drafts, next: ended.next.as_ref().map(NextOut::from) }))
}

/// What came of ending a seat.
pub(super) struct Ended {
    /// What its holder had scheduled.
    pub(super) drafts: Vec<OpenNoticeOut>,
    /// Who is named to come next, and from when on.
    pub(super) next: Option<(String, Date)>,
}

/// Ends a seat, with a word in the audit log.
pub(super) async fn dismiss(db: &impl ConnectionTrait, kept: &Kept, now: OffsetDateTime) -> Result<Ended, Problem> {
    let Holder { seat, area, .. } = &kept.holder;
    let today = now.to_offset(JAPAN).date();
    let next = super::named(db, (seat.city_id, seat.id), today).await?.ok_or_else(Problem::not_found)?.next;
    let back = super::dismiss(db, (seat, area), now).await?;
    let act = if kept.own { "resign" } else { "dismiss" };
    let what =
        (seat.id.to_string(), format!("{} in {}, {} drafts", super::json::role(seat.role), area.code, back.len()));
    audit::record(db, kept.by(), act, what, now).await?;
    Ok(Ended { drafts: back.iter().map(OpenNoticeOut::from).collect(), next })
}

/// What is open, and who comes next. A look at homes is in the audit log.
#[utoipa::path(tag = "seats", params(("id" = Uuid, Path)), responses((status = 200, body = HandoverOut)))]
#[get("/api/v1/seats/{id}/handover")]
pub async fn show_handover(cities: Data<Cities>, clock: Data<Clock>, kept: Kept) -> Result<Json<HandoverOut>, Problem> {
    let now = clock.now();
    let (holder, open) = cities
        .write(Some(kept.caller.city), async move |tx| {
            let open = what_is_open(tx, &kept, now).await?;
            Ok((kept.holder, open))
        })
        .await?;
    Ok(Json(HandoverOut { seat: HolderOut::from(&holder), open: open.as_ref().map(OpenOut::from) }))
}

/// What is open, for who may see it, with the look in the audit log.
pub(super) async fn what_is_open(
    db: &impl ConnectionTrait,
    kept: &Kept,
    now: OffsetDateTime,
) -> Result<Option<Open>, Problem> {
    if !kept.is_inside() {
        return Ok(None);
    }
    let open = super::open(db, &kept.caller, &kept.holder, now).await?;
    let seen = open.homes.iter().map(|home| home.id).collect();
    audit::look(db, kept.by(), ("look at handover", kept.holder.seat.id.to_string()), seen, now).await?;
    Ok(Some(open))
}

/// Name who comes next. The answer has a one-time link to hand over; nothing is sent.
#[utoipa::path(tag = "seats", params(("id" = Uuid, Path)), request_body = SuccessorIn,
    responses((status = 201, body = AppointedOut)))]
#[post("/api/v1/seats/{id}/handover")]
pub async fn name_successor(
    clock: Data<Clock>,
    origin: Data<Origin>,
    kept: Kept,
    once: Once,
    body: Parsed<SuccessorIn>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    once.within(kept.caller.city)
        .write(kept.caller.person.0, body.digest, async move |tx| {
            let appointed = succeed(tx, &kept, body.value, now).await?;
            Ok((StatusCode::CREATED, AppointedOut::new(&origin, &appointed)))
        })
        .await
}

/// Hands a seat over, with a word in the audit log.
pub(super) async fn succeed(
    db: &impl ConnectionTrait,
    kept: &Kept,
    SuccessorIn { email, name, starts_on }: SuccessorIn,
    now: OffsetDateTime,
) -> Result<Appointed, Problem> {
    let Holder { seat, area, .. } = &kept.holder;
    kept.to_hand_over_on(starts_on.as_deref().and_then(read_day))?;
    let successor = Successor { email, name, starts_on: starts_on.as_deref().and_then(read_day) };
    let appointed = super::hand_over(db, (seat, area), (successor, &kept.giver()), now).await?;
    let what = (seat.id.to_string(), format!("to {} from {}", appointed.seat.id, appointed.seat.starts_on));
    audit::record(db, kept.by(), "hand over", what, now).await?;
    Ok(appointed)
}

/// Take a handing over back, until the successor's first day.
#[utoipa::path(tag = "seats", params(("id" = Uuid, Path)), responses((status = 204)))]
#[delete("/api/v1/seats/{id}/handover")]
pub async fn undo(cities: Data<Cities>, clock: Data<Clock>, kept: Kept) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    cities.write(Some(kept.caller.city), async move |tx| take_back(tx, &kept, now).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a handing over back, with a word in the audit log.
pub(super) async fn take_back(db: &impl ConnectionTrait, kept: &Kept, now: OffsetDateTime) -> Result<(), Problem> {
    let seat = &kept.holder.seat;
    let gone = super::keep(db, seat, now.to_offset(JAPAN).date()).await?;
    let what = (seat.id.to_string(), format!("not to {}", gone.id));
    audit::record(db, kept.by(), "undo handover", what, now).await?;
    Ok(())
}

/// Another link for who holds a seat and has never signed in; the one before dies.
#[utoipa::path(tag = "seats", params(("id" = Uuid, Path)), request_body = NothingIn,
    responses((status = 201, body = LinkOut)))]
#[post("/api/v1/seats/{id}/link")]
pub async fn renew_link(
    clock: Data<Clock>,
    origin: Data<Origin>,
    kept: Kept,
    once: Once,
    body: Parsed<NothingIn>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    once.within(kept.caller.city)
        .write(kept.caller.person.0, body.digest, async move |tx| {
            Ok((StatusCode::CREATED, LinkOut::new(&origin, &another_link(tx, &kept, now).await?)))
        })
        .await
}

/// Makes another link, with a word in the audit log.
pub(super) async fn another_link(
    db: &impl ConnectionTrait,
    kept: &Kept,
    now: OffsetDateTime,
) -> Result<crate::identity::Invitation, Problem> {
    kept.to_link()?;
    let seat = &kept.holder.seat;
    let link = super::link(db, seat, now).await?.ok_or(SeatError::SignsInAlready)?;
    audit::record(db, kept.by(), "renew link", (seat.id.to_string(), String::new()), now).await?;
    Ok(link)
}
