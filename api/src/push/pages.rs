//! Turning notifications on and off, and how a notice's pushes went, as pages.

use actix_web::{
    HttpResponse, get,
    web::{Data, Path, Query, ServiceConfig},
};
use askama::Template;
use entity::{ids::NoticeId, notice};
use sea_orm::EntityTrait as _;
use serde::Deserialize;
use uuid::Uuid;

use super::delivery::delivery;
use crate::{
    identity::Caller,
    postgres::cities::Cities,
    problem::Problem,
    web::{
        dates::Moment,
        filters,
        page::{Frame, Section, Who, html},
    },
};

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(settings_page).service(delivery_page);
}

#[derive(Template)]
#[template(path = "push/settings.html")]
struct SettingsPage {
    frame: Frame,
    /// The first page after joining.
    joined: bool,
}

#[derive(Deserialize)]
struct SettingsQuery {
    joined: Option<String>,
}

#[get("/notifications")]
async fn settings_page(caller: Caller, query: Query<SettingsQuery>) -> Result<HttpResponse, Problem> {
    let frame = Frame::new("push-title", Who::from(&caller)).at(Section::Notifications);
    html(&SettingsPage { frame, joined: query.joined.is_some() })
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
    subscriptions: i64,
    accepted: i64,
    retrying: i64,
    gone: i64,
    given_up: i64,
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
    let percent = (numbers.accepted * 100).checked_div(numbers.subscriptions).unwrap_or_default();
    html(&DeliveryPage {
        frame: Frame::new("push-delivery-title", Who::from(&caller)).at(Section::Office),
        href: format!("/n/{id}"),
        title: notice.title,
        percent: u8::try_from(percent).unwrap_or(100),
        subscriptions: numbers.subscriptions,
        accepted: numbers.accepted,
        retrying: numbers.retrying,
        gone: numbers.gone,
        given_up: numbers.given_up + numbers.expired + numbers.left,
        first: numbers.first_accepted_at.map(Moment),
        last: numbers.last_accepted_at.map(Moment),
        shortened: numbers.shortened > 0,
        going_on: numbers.planning || numbers.retrying > 0,
    })
}
