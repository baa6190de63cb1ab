//! The roster, as pages.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, Query, ServiceConfig},
};
use serde::Deserialize;

use super::{
    HouseholdError, Standing,
    api::{RosterQuery, look, note, own_area},
    areas_of, arrive, by_seat, change as verbs, files,
    json::ChangeIn,
    own::{self, places},
    proxy, standing_in,
    view::{NewPage, RosterPage, RosterRow},
};
use crate::{
    clock::Clock,
    identity::Caller,
    postgres::cities::Cities,
    problem::Problem,
    web::{
        Form,
        page::{Faults, Frame, Section, Who, again, for_people, html, see_other},
        validate,
    },
};

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    arrive::pages(config);
    config.service(roster_page).service(new_page).service(new_form);
    own::pages(config);
    files::pages(config);
    proxy::pages(config);
}

/// Whether the caller is an officer of some association.
fn is_officer(caller: &Caller) -> bool {
    caller.seats.iter().any(|seat| standing_in(caller, &seat.area) == Some(Standing::Officer))
}

#[derive(Deserialize)]
struct RosterPageQuery {
    q: Option<String>,
    cursor: Option<String>,
}

#[get("/roster")]
async fn roster_page(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    query: Query<RosterPageQuery>,
) -> Result<HttpResponse, Problem> {
    let (now, asking, RosterPageQuery { q, cursor }) = (clock.now(), caller.clone(), query.into_inner());
    let wanted = RosterQuery { q: q.clone(), cursor, limit: None };
    let (found, next) = cities.write(Some(caller.city), async move |tx| look(tx, &asking, wanted, now).await).await?;
    let q = q.unwrap_or_default();
    let more = next.map(|cursor| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &q)
            .append_pair("cursor", &cursor)
            .finish();
        format!("/roster?{query}")
    });
    html(&RosterPage {
        frame: Frame::new("roster-title", Who::from(&caller)).at(Section::Roster),
        rows: found.into_iter().map(RosterRow::from).collect(),
        officer: is_officer(&caller),
        home: caller.home.is_some(),
        more,
        q,
    })
}

async fn new_household(cities: &Cities, caller: &Caller) -> Result<NewPage, Problem> {
    if !is_officer(caller) || areas_of(caller).is_empty() {
        return Err(HouseholdError::NoRoster.into());
    }
    Ok(NewPage {
        frame: Frame::new("new-household-title", Who::from(caller)).at(Section::Roster),
        faults: Faults::default(),
        areas: places(&cities.look(caller.city).await?, caller, None).await?,
        label: String::new(),
    })
}

#[get("/households/new")]
async fn new_page(cities: Data<Cities>, caller: Caller) -> Result<HttpResponse, Problem> {
    html(&new_household(&cities, &caller).await?)
}

/// A household, as typed.
#[derive(Deserialize)]
struct NewForm {
    area: String,
    label: String,
}

#[post("/households/new")]
async fn new_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    form: Form<NewForm>,
) -> Result<HttpResponse, Problem> {
    let (now, asking, Form(NewForm { area, label })) = (clock.now(), caller.clone(), form);
    let (code, typed) = (area.clone(), label.clone());
    let done = cities.write(Some(caller.city), async move |tx| {
        validate(&ChangeIn { label: Some(typed.clone()), delivery: None })?;
        let area = own_area(tx, &asking, &code).await?;
        let fresh = verbs::add(tx, &area, (&typed, entity::household::Delivery::Undecided), now).await?;
        note(tx, by_seat(&asking, &area), ("add household", fresh.id, area.code), now).await?;
        Ok(fresh)
    });
    match done.await {
        Ok(fresh) => Ok(see_other(&format!("/households/{}", fresh.id))),
        Err(problem) => {
            let problem = for_people(problem)?;
            let mut page = new_household(&cities, &caller).await?;
            page.areas.iter_mut().for_each(|choice| choice.current = choice.value == area);
            again(&problem, &NewPage { faults: Faults::from(&problem), label, ..page })
        }
    }
}
