//! Answering for a household, as pages: which ones, what has reached them, and the stamp in their name.

use actix_web::{
    HttpRequest, HttpResponse, get, post, routes,
    web::{Data, Query, ServiceConfig},
};
use askama::Template;
use entity::ids::{HouseholdId, NoticeId};
use serde::Deserialize;

use super::{Answered, Answering, accept, answered_by, api::stop};
use crate::{
    audit,
    clock::{Clock, JAPAN},
    identity::{Caller, SignIn, api::Parts},
    notices::{
        file_of,
        listed::{Listed, Place, listed},
        query::ListQuery,
    },
    postgres::cities::Cities,
    problem::Problem,
    receipts::{
        Receipts,
        notice_page::{Reading, notice_for},
    },
    web::{
        Form,
        dates::Day,
        filters, id_in,
        page::{Faults, Frame, Section, Who, again, for_people, html, see_other},
    },
};

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(homes).service(begin).service(list).service(end_page).service(end).service(open).service(stamp);
    config.service(file);
}

/// A form that is a button alone.
#[derive(Deserialize)]
struct Nothing {}

/// The households that the caller answers for, and where a code is typed.
#[derive(Template)]
#[template(path = "proxies/homes.html")]
struct HomesPage {
    frame: Frame,
    faults: Faults,
    homes: Vec<Home>,
    code: String,
}

/// One of them.
struct Home {
    href: String,
    name: String,
    since: Day,
}

impl From<Answered> for Home {
    fn from(one: Answered) -> Self {
        Self {
            href: format!("/proxies/{}", one.id),
            name: format!("{} {}", one.area, one.label),
            since: Day(one.since.to_offset(JAPAN).date()),
        }
    }
}

/// What has reached a household.
#[derive(Template)]
#[template(path = "proxies/list.html")]
struct ListPage {
    frame: Frame,
    name: String,
    list: Listed,
    /// Where it is ended.
    end: String,
}

/// Whether to answer for it no longer.
#[derive(Template)]
#[template(path = "proxies/end.html")]
struct EndPage {
    frame: Frame,
    name: String,
    back: String,
}

async fn homes_page(cities: &Cities, caller: &Caller, faults: Faults, code: String) -> Result<HomesPage, Problem> {
    let found = answered_by(&cities.look(caller.city).await?, caller).await?;
    let frame = Frame::new("proxies-title", Who::from(caller)).at(Section::Home);
    Ok(HomesPage { frame, faults, homes: found.into_iter().map(Home::from).collect(), code })
}

#[get("/proxies")]
async fn homes(cities: Data<Cities>, caller: Caller) -> Result<HttpResponse, Problem> {
    html(&homes_page(&cities, &caller, Faults::default(), String::new()).await?)
}

/// What was typed.
#[derive(Deserialize)]
struct CodeForm {
    code: String,
}

#[post("/proxies")]
async fn begin(
    request: HttpRequest,
    parts: Parts,
    caller: Caller,
    form: Form<CodeForm>,
) -> Result<HttpResponse, Problem> {
    let (now, asking, Form(CodeForm { code })) = (parts.clock.now(), caller.clone(), form);
    parts.count_code(&request, &code)?;
    let typed = code.clone();
    let done = parts.cities.write(Some(caller.city), async move |tx| {
        let household = accept(tx, &asking, &typed, now).await?;
        audit::record(tx, &asking, "answer for household", (household.to_string(), String::new()), now).await?;
        Ok(household)
    });
    match done.await {
        Ok(household) => Ok(see_other(&format!("/proxies/{household}"))),
        Err(problem) => {
            let problem = for_people(parts.heed(&request, problem))?;
            let faults = Faults::about("code", &problem);
            again(&problem, &homes_page(&parts.cities, &caller, faults, code).await?)
        }
    }
}

/// How the household is called to who answers for it.
fn name(answering: &Answering) -> String {
    format!("{} {}", answering.home.area.name, answering.home.label)
}

#[get("/proxies/{id}")]
async fn list(
    cities: Data<Cities>,
    clock: Data<Clock>,
    answering: Answering,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let (now, base) = (clock.now(), format!("/proxies/{}", answering.home.household));
    let asked = query.into_inner().read()?;
    let tx = cities.look(answering.caller.city).await?;
    let place = Place {
        path: base.clone(),
        base: base.clone(),
        waiting: "proxies-waiting",
        waiting_count: "proxies-waiting-count",
    };
    html(&ListPage {
        frame: Frame::new("proxies-list-title", Who::from(&answering.caller)).at(Section::Home),
        name: name(&answering),
        list: listed(&tx, &answering.in_place, (&asked, place), now).await?,
        end: format!("{base}/end"),
    })
}

#[get("/proxies/{id}/end")]
async fn end_page(answering: Answering) -> Result<HttpResponse, Problem> {
    html(&EndPage {
        frame: Frame::new("proxies-end-title", Who::from(&answering.caller)).at(Section::Home),
        name: name(&answering),
        back: format!("/proxies/{}", answering.home.household),
    })
}

#[post("/proxies/{id}/end")]
async fn end(
    cities: Data<Cities>,
    clock: Data<Clock>,
    answering: Answering,
    _ours: Form<Nothing>,
) -> Result<HttpResponse, Problem> {
    stop(&cities, &clock, answering).await?;
    Ok(see_other("/proxies"))
}

/// One notice. Looking alone leaves nothing behind: whether the household heard of it, the button says.
#[get("/proxies/{id}/n/{notice}")]
async fn open(
    request: HttpRequest,
    cities: Data<Cities>,
    clock: Data<Clock>,
    answering: Answering,
    query: Query<Reading>,
) -> Result<HttpResponse, Problem> {
    let tx = cities.look(answering.caller.city).await?;
    let found = answering.readable(&tx, NoticeId(id_in(&request, "notice")?), clock.now()).await?;
    html(&notice_for(&tx, found.ok_or_else(Problem::not_found)?, (&answering.home, &query)).await?)
}

/// A file of it, or its preview.
#[routes]
#[get("/proxies/{id}/n/{notice}/files/{file}")]
#[get("/proxies/{id}/n/{notice}/files/{file}/preview")]
async fn file(
    request: HttpRequest,
    cities: Data<Cities>,
    clock: Data<Clock>,
    answering: Answering,
) -> Result<HttpResponse, Problem> {
    let (city, notice) = (answering.caller.city, NoticeId(id_in(&request, "notice")?));
    let found = answering.readable(&cities.look(city).await?, notice, clock.now()).await?;
    file_of(&request, &cities, &found.ok_or_else(Problem::not_found)?).await
}

#[post("/proxies/{id}/n/{notice}/receipt")]
async fn stamp(
    receipts: Data<Receipts>,
    request: HttpRequest,
    who: SignIn,
    _ours: Form<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (household, notice) = (HouseholdId(id_in(&request, "id")?), NoticeId(id_in(&request, "notice")?));
    receipts.put_for(who, household, notice).await?;
    Ok(see_other(&format!("/proxies/{household}/n/{notice}")))
}
