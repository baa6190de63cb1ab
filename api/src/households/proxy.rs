//! A household lets somebody answer for it, as calls and pages: itself, or its leader or officer with its consent.

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    post,
    web::{Data, ServiceConfig},
};
use askama::Template;
use entity::household;
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use time::{Date, Duration, OffsetDateTime, macros::format_description};

use super::{
    Standing, Tended,
    api::note,
    json::{AllowIn, CodeOut},
    own::{answer, frame},
    view::ConfirmPage,
};
use crate::{
    clock::{Clock, JAPAN},
    config::Origin,
    identity::code::Code,
    postgres::cities::Cities,
    problem::Problem,
    proxies::{forget_household, offer, proxy_of},
    web::{Form, Once, Parsed, dates::Day, filters, page::Frame, page::html, qr::QrPicture},
};

/// How long ago a household may have agreed.
const RECENT: Duration = Duration::days(365);

/// These pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(allow_form).service(end_page).service(end_form);
}

/// Where the code is typed; with the code, what is scanned.
fn address(origin: &Origin, code: Option<&Code>) -> String {
    code.map_or_else(|| format!("{origin}/proxies"), |code| format!("{origin}/proxies#{}", code.to_print()))
}

/// The day on which the household agreed. Its own people agree by asking; whoever asks for it says when it did.
fn consented_on(tended: &Tended, typed: Option<&str>, today: Date) -> Result<Date, Problem> {
    let own = tended.caller.home.as_ref().is_some_and(|home| home.household == tended.household.id);
    let fault = |detail: &'static str| Problem::invalid_field("/consented_on", detail);
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else {
        return if own { Ok(today) } else { Err(fault("fault-consented")) };
    };
    let day = Date::parse(typed, format_description!("[year]-[month]-[day]"));
    let day = day.map_err(|_| fault("fault-day"))?;
    if day > today || today - day > RECENT {
        return Err(fault("fault-within-a-year"));
    }
    Ok(day)
}

/// Draws the code, with its entry in the audit log.
async fn draw(
    db: &impl ConnectionTrait,
    tended: &Tended,
    typed: Option<&str>,
    now: OffsetDateTime,
) -> Result<(Code, OffsetDateTime), Problem> {
    let consented = consented_on(tended, typed, now.to_offset(JAPAN).date())?;
    let household::Model { city_id, id, .. } = tended.household;
    let drawn = offer(db, (city_id, id), consented, now).await?;
    note(db, tended.by(), ("allow proxy", id, consented.to_string()), now).await?;
    Ok(drawn)
}

/// Let somebody of another household answer for this one: a code for them, good for seven days and once. The one before dies.
#[utoipa::path(tag = "proxies", params(("id" = Uuid, Path)), request_body = AllowIn,
    responses((status = 201, body = CodeOut)))]
#[post("/api/v1/households/{id}/proxy")]
pub async fn allow(
    clock: Data<Clock>,
    origin: Data<Origin>,
    tended: Tended,
    once: Once,
    body: Parsed<AllowIn>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    once.within(tended.caller.city)
        .write(tended.caller.person.0, body.digest, async move |tx| {
            let (code, until) = draw(tx, &tended, body.value.consented_on.as_deref(), now).await?;
            let out = CodeOut::new(&origin, &code, Some(until));
            Ok((StatusCode::CREATED, CodeOut { link: address(&origin, Some(&code)), ..out }))
        })
        .await
}

/// Let nobody answer for this household any more; a code that is out dies.
#[utoipa::path(tag = "proxies", params(("id" = Uuid, Path)), responses((status = 204)))]
#[delete("/api/v1/households/{id}/proxy")]
pub async fn end(cities: Data<Cities>, clock: Data<Clock>, tended: Tended) -> Result<HttpResponse, Problem> {
    stop(&cities, &clock, tended).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn stop(cities: &Cities, clock: &Clock, tended: Tended) -> Result<(), Problem> {
    let now = clock.now();
    cities
        .write(Some(tended.caller.city), async move |tx| {
            forget_household(tx, (tended.caller.city, tended.household.id)).await?;
            note(tx, tended.by(), ("end proxy", tended.household.id, String::new()), now).await
        })
        .await
}

/// The code, to be handed over.
#[derive(Template)]
#[template(path = "households/proxy_code.html")]
struct ProxyCodePage {
    frame: Frame,
    whose: String,
    code: String,
    qr: Option<QrPicture>,
    address: String,
    until: Day,
    back: String,
}

/// What was typed; at home nothing.
#[derive(Deserialize)]
struct AllowForm {
    consented_on: Option<String>,
}

/// Where the household's page is for the caller.
fn back(tended: &Tended) -> String {
    if tended.standing > Standing::Own { format!("/households/{}", tended.household.id) } else { "/home".to_owned() }
}

#[post("/households/{id}/proxy")]
async fn allow_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    origin: Data<Origin>,
    tended: Tended,
    form: Form<AllowForm>,
) -> Result<HttpResponse, Problem> {
    let (now, asking, Form(AllowForm { consented_on })) = (clock.now(), tended.clone(), form);
    let draw = async move |tx: &_| draw(tx, &asking, consented_on.as_deref(), now).await;
    match cities.write(Some(tended.caller.city), draw).await {
        Ok((code, until)) => html(&ProxyCodePage {
            frame: frame("proxy-code-title", &tended),
            whose: format!("{} {}", tended.area.name, tended.household.label),
            qr: QrPicture::of(&address(&origin, Some(&code))),
            address: address(&origin, None),
            code: code.to_print(),
            until: Day(until.to_offset(JAPAN).date()),
            back: back(&tended),
        }),
        Err(problem) => answer::<()>((&cities, &clock, tended), Err(problem)).await,
    }
}

#[get("/households/{id}/proxy/end")]
async fn end_page(cities: Data<Cities>, tended: Tended) -> Result<HttpResponse, Problem> {
    let tx = cities.look(tended.caller.city).await?;
    let proxy = proxy_of(&tx, (tended.caller.city, tended.household.id)).await?;
    let says = match proxy {
        Some(_) => "proxy-end-now",
        None => "proxy-end-nobody",
    };
    html(&ConfirmPage {
        frame: frame("proxy-end-title", &tended),
        says: vec![says.into(), "proxy-end-stays".into()],
        button: "proxy-end-button",
        action: format!("/households/{}/proxy/end", tended.household.id),
        back: back(&tended),
    })
}

#[post("/households/{id}/proxy/end")]
async fn end_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    tended: Tended,
    _ours: Form<AllowForm>,
) -> Result<HttpResponse, Problem> {
    let asking = tended.clone();
    let done = stop(&cities, &clock, asking).await;
    answer((&cities, &clock, tended), done).await
}
