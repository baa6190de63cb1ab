//! Turning notifications on and off, when and for what one is rung, a test, and how a notice's pushes went, as pages.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, Path, Query, ServiceConfig},
};
use askama::Template;
use entity::{ids::NoticeId, notice};
use sea_orm::EntityTrait as _;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    delivery::delivery,
    preferences::{self, Preferences, preferences as chosen_by},
    trial,
    view::{Choosing, Form as Chosen, TestView},
};
use crate::{
    clock::Clock,
    config::Settings,
    identity::Caller,
    postgres::cities::Cities,
    problem::Problem,
    web::{
        Form, Limits,
        dates::Moment,
        filters,
        page::{Faults, Frame, Section, Who, again, for_people, html, local_path, see_other},
    },
};

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(settings_page).service(choose).service(try_out).service(delivery_page);
}

#[derive(Template)]
#[template(path = "push/settings.html")]
struct SettingsPage {
    frame: Frame,
    /// The first page after joining.
    joined: bool,
    /// What comes after that: the notices, or the one that they came for.
    next: String,
    /// Who has joined, and where: who was led into another one's place sees it here.
    who: String,
    place: String,
    /// Something was just chosen.
    saved: bool,
    faults: Faults,
    /// How many browsers of theirs are rung.
    browsers: i64,
    test: Option<TestView>,
    choosing: Choosing,
}

#[derive(Deserialize)]
struct SettingsQuery {
    joined: Option<String>,
    next: Option<String>,
    saved: Option<String>,
    tested: Option<String>,
}

/// The page as things stand, with what somebody has chosen or is about to.
async fn settings(
    cities: &Cities,
    clock: &Clock,
    caller: &Caller,
    choosing: Option<Choosing>,
) -> Result<SettingsPage, Problem> {
    let (tx, whose) = (cities.look(caller.city).await?, (caller.city, caller.person));
    let choosing = match choosing {
        Some(choosing) => choosing,
        None => Choosing::from(&chosen_by(&tx, whose).await?),
    };
    Ok(SettingsPage {
        frame: Frame::new("push-title", Who::from(caller)).at(Section::Notifications),
        joined: false,
        next: "/".to_owned(),
        who: caller.name.clone().or_else(|| caller.home.as_ref().map(|home| home.label.clone())).unwrap_or_default(),
        place: caller.home.as_ref().map(|home| home.area.name.clone()).unwrap_or_default(),
        saved: false,
        faults: Faults::default(),
        browsers: trial::browsers(&tx, whose).await?,
        test: trial::last(&tx, caller).await?.map(|trial| TestView::of(&trial, clock.now())),
        choosing,
    })
}

#[get("/notifications")]
async fn settings_page(
    (cities, clock): (Data<Cities>, Data<Clock>),
    caller: Caller,
    query: Query<SettingsQuery>,
) -> Result<HttpResponse, Problem> {
    let SettingsQuery { joined, next, saved, tested } = query.into_inner();
    let page = settings(&cities, &clock, &caller, None).await?;
    let test = page.test.filter(|_| tested.is_some());
    let next = next.as_deref().and_then(local_path).map_or(page.next, str::to_owned);
    html(&SettingsPage { joined: joined.is_some(), next, saved: saved.is_some(), test, ..page })
}

#[post("/notifications")]
async fn choose(
    (cities, server, clock): (Data<Cities>, Data<Settings>, Data<Clock>),
    caller: Caller,
    form: Form<Chosen>,
) -> Result<HttpResponse, Problem> {
    let chosen: Preferences = match form.0.read(server.quiet_hours) {
        Ok(chosen) => chosen,
        Err(problem) => {
            let page = settings(&cities, &clock, &caller, Some(Choosing::from(&form.0))).await?;
            return again(&problem, &SettingsPage { faults: Faults::from(&problem), test: None, ..page });
        }
    };
    let (whose, now) = ((caller.city, caller.person), clock.now());
    cities.write(Some(caller.city), async move |tx| Ok(preferences::choose(tx, whose, &chosen, now).await?)).await?;
    Ok(see_other("/notifications?saved=1"))
}

/// A form that is a button alone.
#[derive(Deserialize)]
struct Nothing {}

#[post("/notifications/test")]
async fn try_out(
    (cities, clock, limits): (Data<Cities>, Data<Clock>, Data<Limits>),
    caller: Caller,
    _ours: Form<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (asking, now) = (caller.clone(), clock.now());
    let done = match limits.count_test(caller.person.0.as_bytes().to_vec()) {
        Ok(()) => {
            cities.write(Some(caller.city), async move |tx| Ok(trial::ask(tx, &asking, now).await?)).await.map(drop)
        }
        Err(problem) => Err(problem),
    };
    let Err(problem) = done else { return Ok(see_other("/notifications?tested=1#test")) };
    let problem = for_people(problem)?;
    let page = settings(&cities, &clock, &caller, None).await?;
    again(&problem, &SettingsPage { faults: Faults::from(&problem), test: None, ..page })
}

/// How many phones a notice reached.
#[derive(Template)]
#[template(path = "push/delivery.html")]
struct DeliveryPage {
    frame: Frame,
    /// The notice's page.
    href: String,
    title: String,
    percent: u8,
    /// But for those whose people want to be left in peace.
    to_ring: i64,
    subscriptions: i64,
    accepted: i64,
    retrying: i64,
    gone: i64,
    given_up: i64,
    in_peace: i64,
    first: Option<Moment>,
    last: Option<Moment>,
    shortened: bool,
    going_on: bool,
}

#[get("/n/{id}/delivery")]
async fn delivery_page(cities: Data<Cities>, caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = Uuid::try_parse(&id).map(NoticeId).map_err(|_| Problem::not_found())?;
    let tx = cities.look(caller.city).await?;
    let numbers = delivery(&tx, &caller, id).await?.ok_or_else(Problem::not_found)?;
    let notice = notice::Entity::find_by_id((caller.city, id)).one(&tx).await?.ok_or_else(Problem::not_found)?;
    let to_ring = numbers.subscriptions - numbers.in_peace;
    let percent = (numbers.accepted * 100).checked_div(to_ring).unwrap_or_default();
    html(&DeliveryPage {
        frame: Frame::new("push-delivery-title", Who::from(&caller)).at(Section::Office),
        href: format!("/n/{id}"),
        title: notice.title,
        percent: u8::try_from(percent).unwrap_or(100),
        to_ring,
        subscriptions: numbers.subscriptions,
        accepted: numbers.accepted,
        retrying: numbers.retrying,
        gone: numbers.gone,
        given_up: numbers.given_up + numbers.expired + numbers.left,
        in_peace: numbers.in_peace,
        first: numbers.first_accepted_at.map(Moment),
        last: numbers.last_accepted_at.map(Moment),
        shortened: numbers.shortened > 0,
        going_on: numbers.planning || numbers.retrying > 0,
    })
}
