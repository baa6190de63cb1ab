//! Joining, and the roster, as pages.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Query, ServiceConfig},
};
use askama::Template;
use garde::Validate;
use serde::Deserialize;

use super::{
    HouseholdError, Standing,
    api::{RosterQuery, look, note, own_area},
    areas_of, by_seat, change as verbs, files,
    json::ChangeIn,
    own::{self, places},
    proxy, standing_in,
    view::{NewPage, RosterPage, RosterRow},
};
use crate::{
    clock::Clock,
    identity::{
        Caller,
        api::Parts,
        session::{Device, Opened},
    },
    postgres::cities::Cities,
    problem::Problem,
    purposes::{PURPOSES, Purposes},
    web::{
        Form, filters, optional_name,
        page::{Fault, Faults, Frame, NOTIFICATIONS, Section, Who, again, for_people, html, see_other},
        validate,
    },
};

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(join_page).service(join_form).service(roster_page).service(new_page).service(new_form);
    own::pages(config);
    files::pages(config);
    proxy::pages(config);
}

/// What was typed.
#[derive(Clone, Deserialize, Validate)]
struct JoinForm {
    #[garde(length(chars, max = 200))]
    code: String,
    #[garde(length(chars, max = 50), custom(optional_name))]
    #[serde(default)]
    name: String,
    /// The version that the page showed; absent where the square is not ticked.
    #[garde(skip)]
    consent: Option<i16>,
}

#[derive(Template)]
#[template(path = "households/join.html")]
struct JoinPage {
    frame: Frame,
    faults: Faults,
    code: String,
    name: String,
    consent: bool,
    purposes: Purposes,
}

impl JoinPage {
    fn new(faults: Faults, code: String, name: String, consent: bool) -> Self {
        Self { frame: Frame::new("参加する", Who::Nobody), faults, code, name, consent, purposes: PURPOSES }
    }
}

#[get("/join")]
async fn join_page() -> Result<HttpResponse, Problem> {
    html(&JoinPage::new(Faults::default(), String::new(), String::new(), false))
}

#[post("/join")]
async fn join_form(request: HttpRequest, parts: Parts, form: Form<JoinForm>) -> Result<HttpResponse, Problem> {
    let problem = match try_join(&request, &parts, &form).await {
        Ok(opened) => return Ok(parts.signed_in(see_other(&format!("{NOTIFICATIONS}?joined=1")), &opened)),
        Err(problem) => for_people(parts.heed(&request, problem))?,
    };
    let mut faults = Faults::from(&problem);
    let field = match problem.code() {
        "invalid_code" | "slip_is_full" => Some("code"),
        "other_purposes" => Some("consent"),
        _ => None,
    };
    if let Some(field) = field {
        faults = Faults { message: None, fields: vec![Fault { field: field.into(), detail: problem.detail().into() }] };
    }
    let JoinForm { code, name, consent } = form.0;
    again(&problem, &JoinPage::new(faults, code, name, consent.is_some()))
}

async fn try_join(request: &HttpRequest, parts: &Parts, form: &Form<JoinForm>) -> Result<Opened, Problem> {
    parts.count_code(request, &form.0.code)?;
    form.validate()?;
    if form.0.consent.is_none() {
        return Err(Problem::invalid_field("/consent", "参加するには、同意の四角に印を付けてください。"));
    }
    let JoinForm { code, name, consent } = form.0.clone();
    let now = parts.clock.now();
    let device = Device::Browser(parts.agent);
    let join = async move |tx: &_| Ok(super::join(tx, (&code, Some(name), consent), device, now).await?);
    parts.cities.write(None, join).await
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
