//! Seats as pages: who holds which, giving one, handing over, ending.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, Query, ServiceConfig},
};
use entity::{
    area::{self, Kind},
    seat::Role,
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde::Deserialize;

use super::{
    Holder, Kept,
    api::{another_link, appoint, dismiss, look, succeed, take_back, what_is_open},
    holders,
    json::{RoleIn, SeatIn, SuccessorIn},
    may_appoint,
    view::{self, EndPage, EndedPage, HandoverPage, Link, LinkPage, ListPage, NewPage, OpenView, SeatRow, SeatsOf},
};
use crate::{
    areas::{self, association_of},
    audit,
    clock::Clock,
    config::Origin,
    identity::Caller,
    postgres::{self, cities::Cities},
    problem::Problem,
    say::Message,
    web::{
        Form,
        dates::Day,
        page::{Faults, Frame, Section, Who, again, for_people, html, see_other},
        plain_text, tidy, validate,
    },
};

/// Seats on a page.
const ON_A_PAGE: u64 = 500;

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    config
        .service(list_page)
        .service(new_page)
        .service(new_form)
        .service(handover_page)
        .service(handover_form)
        .service(undo_form)
        .service(link_form)
        .service(end_page)
        .service(end_form);
}

fn frame(title: &'static str, caller: &Caller) -> Frame {
    Frame::new(title, Who::from(caller)).at(Section::Seats)
}

#[derive(Deserialize)]
struct ListQuery {
    area: Option<String>,
    q: Option<String>,
}

/// Where the caller's own seats are to be looked at: associations, and the areas of staff.
fn own_areas(caller: &Caller) -> Vec<uuid::Uuid> {
    let of = |seat: &crate::identity::Seat| association_of(&seat.area).unwrap_or(seat.area.id).0;
    let mut areas: Vec<_> = caller.seats.iter().filter(|seat| seat.area.kind != Kind::Centre).map(of).collect();
    areas.sort_unstable();
    areas.dedup();
    areas
}

#[get("/seats")]
async fn list_page(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    if caller.seats.is_empty() {
        return Err(Problem::not_found());
    }
    let (now, today) = (clock.now(), clock.today());
    let ListQuery { area, q } = query.into_inner();
    let clean = |text: String| (plain_text(&text, &()).is_ok() && !text.trim().is_empty()).then(|| tidy(&text));
    let (area, q) = (area.and_then(clean), q.and_then(clean).unwrap_or_default());
    let page = cities.write(Some(caller.city), async move |tx| {
        let staff = caller.seats.iter().find(|seat| seat.role == Role::Staff && seat.area.kind != Kind::Centre);
        let found = match staff {
            Some(seat) if !q.is_empty() => associations(tx, &seat.area, &q).await?,
            _ => Vec::new(),
        };
        let places = match &area {
            Some(code) => vec![areas::find(tx, Some(caller.city), code).await?],
            None => {
                let own = area::Entity::of(caller.city).filter(area::Column::Id.is_in(own_areas(&caller)));
                own.order_by_asc(area::Column::Code).all(tx).await?
            }
        };
        let mut lists = Vec::new();
        for place in places {
            // Of a whole city or ward the staff alone are shown: associations are looked for by name.
            let all = area.is_some() || association_of(&place).is_some();
            let found = if all {
                look(tx, (&caller, &place), (None, ON_A_PAGE), (now, today)).await?
            } else {
                let found = holders(tx, (&place, &["staff"]), (None, ON_A_PAGE), today).await?;
                let seen = found.iter().map(|holder| holder.seat.person_id.0).collect();
                audit::look(tx, &caller, ("look at seats", place.code.clone()), seen, now).await?;
                found
            };
            let row = |holder: Holder| {
                let kept = Kept::of(&caller, &holder);
                SeatRow::new(&holder, kept.as_ref(), today)
            };
            lists.push(SeatsOf { name: place.name, rows: found.into_iter().map(row).collect() });
        }
        let appoints = caller.seats.iter().any(|seat| seat.role != Role::Leader && seat.area.kind != Kind::Centre);
        Ok(ListPage { frame: frame("seats-title", &caller), areas: lists, search: staff.is_some(), q, found, appoints })
    });
    html(&page.await?)
}

/// Associations below an area by a part of their name, at most 20: names and addresses of their seats.
async fn associations(
    db: &impl ConnectionTrait,
    above: &area::Model,
    q: &str,
) -> Result<Vec<(String, String)>, Problem> {
    let statement = postgres::sql(
        "SELECT * FROM area WHERE city_id = $1 AND path @> ARRAY[$2] AND kind = 'association' AND position($3 in name) > 0
         ORDER BY code LIMIT 20",
        [above.city_id.0.into(), above.id.0.into(), q.into()],
    );
    let found = area::Entity::find().from_raw_sql(statement).all(db).await?;
    let line = |area: area::Model| {
        let code: String = url::form_urlencoded::byte_serialize(area.code.as_bytes()).collect();
        (area.name, format!("/seats?area={code}"))
    };
    Ok(found.into_iter().map(line).collect())
}

/// Who is to hold a seat, as typed.
#[derive(Deserialize)]
struct NewForm {
    area: String,
    name: String,
    email: String,
}

/// The areas that the caller may give a seat in, two levels deep: a longer list nobody reads.
async fn choices(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<(String, Message)>, Problem> {
    let offered = areas::choices(db, caller).await?;
    let may = |area: &area::Model| role_in(area).is_some_and(|role| may_appoint(caller, area, role.into()).is_some());
    let named = |area: area::Model| {
        let role = role_in(&area).map(|role| view::role(role.into())).unwrap_or_default();
        (area.code, Message::new("seats-of").with("area", area.name).with("role", Message::new(role)))
    };
    Ok(offered.into_iter().map(|choice| choice.area).filter(may).map(named).collect())
}

/// The kind of seat that an area has.
fn role_in(area: &area::Model) -> Option<RoleIn> {
    Some(match area.kind {
        Kind::Association => RoleIn::Officer,
        Kind::Group => RoleIn::Leader,
        Kind::City | Kind::Ward | Kind::District | Kind::Centre => RoleIn::Staff,
    })
}

#[get("/seats/new")]
async fn new_page(cities: Data<Cities>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    let choices = choices(&cities.look(caller.city).await?, &caller).await?;
    if choices.is_empty() {
        return Err(Problem::not_found());
    }
    html(&NewPage {
        frame: frame("seats-give", &caller),
        faults: Faults::default(),
        choices,
        area: query.into_inner().area.unwrap_or_default(),
        name: String::new(),
        email: String::new(),
    })
}

#[post("/seats/new")]
async fn new_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    origin: Data<Origin>,
    caller: Caller,
    form: Form<NewForm>,
) -> Result<HttpResponse, Problem> {
    let (now, asking, Form(typed)) = (clock.now(), caller.clone(), form);
    let NewForm { area, name, email } = typed;
    let (code, wanted) = (area.clone(), (name.clone(), email.clone()));
    let done = cities
        .write(Some(caller.city), async move |tx| {
            let found = area::Entity::with_codes(asking.city, &[code.replace('\0', "")]).one(tx).await?;
            let role = found.as_ref().and_then(role_in).unwrap_or(RoleIn::Leader);
            let (name, email) = wanted;
            let seat = SeatIn { area: code, role, email, name, department: None, starts_on: None, ends_on: None };
            validate(&seat)?;
            appoint(tx, &asking, seat, now).await
        })
        .await;
    match done {
        Ok(appointed) => html(&LinkPage::new(frame("seats-given", &caller), &origin, (tidy(&name), &appointed))),
        Err(problem) => {
            let problem = for_people(problem)?;
            let choices = choices(&cities.look(caller.city).await?, &caller).await?;
            let faults = Faults::from(&problem).labelled(&[("name", "seats-name"), ("email", "seats-mail")]);
            again(&problem, &NewPage { frame: frame("seats-give", &caller), faults, choices, area, name, email })
        }
    }
}

/// Who comes next, as typed.
#[derive(Default, Deserialize)]
struct HandoverForm {
    email: String,
    name: String,
    #[serde(default)]
    starts_on: String,
}

/// The page for handing over, with what was typed.
async fn handover(
    cities: &Cities,
    clock: &Clock,
    kept: Kept,
    (typed, faults): (HandoverForm, Faults),
) -> Result<HandoverPage, Problem> {
    let now = clock.now();
    cities
        .write(Some(kept.caller.city), async move |tx| {
            let open = what_is_open(tx, &kept, now).await?;
            let (seat, next) = (&kept.holder.seat, kept.holder.next.clone());
            let proposed = seat.ends_on.and_then(time::Date::next_day).map(|day| day.to_string()).unwrap_or_default();
            Ok(HandoverPage {
                frame: frame("handover-title", &kept.caller),
                faults,
                here: format!("/seats/{}/handover", seat.id),
                role: view::role(seat.role),
                area: kept.holder.area.name.clone(),
                holder: kept.holder.name.clone(),
                ends: seat.ends_on.map(Day),
                next: next.map(|(name, from)| (name, Day(from))),
                day_is_free: kept.may_end(),
                email: typed.email,
                name: typed.name,
                starts_on: if typed.starts_on.is_empty() { proposed } else { typed.starts_on },
                open: open.as_ref().map(|open| OpenView::new(open, now)),
            })
        })
        .await
}

#[get("/seats/{id}/handover")]
async fn handover_page(cities: Data<Cities>, clock: Data<Clock>, kept: Kept) -> Result<HttpResponse, Problem> {
    html(&handover(&cities, &clock, kept, (HandoverForm::default(), Faults::default())).await?)
}

#[post("/seats/{id}/handover")]
async fn handover_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    origin: Data<Origin>,
    kept: Kept,
    form: Form<HandoverForm>,
) -> Result<HttpResponse, Problem> {
    let (now, Form(typed)) = (clock.now(), form);
    let starts_on = (!typed.starts_on.trim().is_empty()).then(|| typed.starts_on.clone());
    let successor = SuccessorIn { email: typed.email.clone(), name: typed.name.clone(), starts_on };
    let asking = kept.clone();
    let done = cities.write(Some(kept.caller.city), async move |tx| {
        validate(&successor)?;
        succeed(tx, &asking, successor, now).await
    });
    match done.await {
        Ok(appointed) => {
            let frame = frame("handover-named", &kept.caller);
            html(&LinkPage::new(frame, &origin, (tidy(&typed.name), &appointed)))
        }
        Err(problem) => {
            let problem = for_people(problem)?;
            let faults = Faults::from(&problem).labelled(&[("name", "seats-name"), ("email", "seats-mail")]);
            again(&problem, &handover(&cities, &clock, kept, (typed, faults)).await?)
        }
    }
}

#[post("/seats/{id}/handover/undo")]
async fn undo_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    kept: Kept,
    _ours: Form<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (now, back) = (clock.now(), format!("/seats/{}/handover", kept.holder.seat.id));
    cities.write(Some(kept.caller.city), async move |tx| take_back(tx, &kept, now).await).await?;
    Ok(see_other(&back))
}

/// A form that is a button alone.
#[derive(Deserialize)]
struct Nothing {}

#[post("/seats/{id}/link")]
async fn link_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    origin: Data<Origin>,
    kept: Kept,
    _ours: Form<Nothing>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    let (name, frame) = (kept.holder.name.clone(), frame("link-title", &kept.caller));
    let invitation = cities.write(Some(kept.caller.city), async move |tx| another_link(tx, &kept, now).await).await?;
    html(&LinkPage { frame, name, from: None, link: Some(Link::new(&origin, &invitation)) })
}

#[get("/seats/{id}/end")]
async fn end_page(kept: Kept) -> Result<HttpResponse, Problem> {
    let kept = kept.to_end()?;
    html(&EndPage {
        frame: frame(if kept.own { "end-own-title" } else { "end-title" }, &kept.caller),
        here: format!("/seats/{}/end", kept.holder.seat.id),
        role: view::role(kept.holder.seat.role),
        area: kept.holder.area.name,
        holder: kept.holder.name,
    })
}

#[post("/seats/{id}/end")]
async fn end_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    kept: Kept,
    _ours: Form<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (now, kept) = (clock.now(), kept.to_end()?);
    let (holder, own) = (kept.holder.name.clone(), kept.own);
    let frame = frame(if own { "ended-own-title" } else { "ended-title" }, &kept.caller);
    let ended = cities.write(Some(kept.caller.city), async move |tx| dismiss(tx, &kept, now).await).await?;
    let line = |one: super::json::OpenNoticeOut| (one.title, format!("/notices/{}/confirm", one.id));
    let next = ended.next.map(|(name, from)| (name, Day(from)));
    html(&EndedPage { frame, holder, own, drafts: ended.drafts.into_iter().map(line).collect(), next })
}
