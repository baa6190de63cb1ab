//! One's devices, as pages.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Path, ServiceConfig},
};
use askama::Template;
use entity::ids::SessionId;
use garde::Validate;
use serde::Deserialize;
use uuid::Uuid;

use super::{Signed, admit, draw, end_one, end_others, home_screen, known, list, may_link};
use crate::{
    identity::{
        Caller, IdentityError,
        api::Parts,
        recovery,
        session::{Device, Opened},
    },
    problem::Problem,
    say::Message,
    web::{
        Form,
        dates::{Ago, Day},
        filters,
        page::{Faults, Frame, NOTIFICATIONS, Section, Who, again, for_people, html, see_other},
        qr::QrPicture,
    },
};

/// The pages.
pub fn pages(config: &mut ServiceConfig) {
    home_screen::pages(config);
    config
        .service(devices_page)
        .service(known_form)
        .service(add_page)
        .service(add_form)
        .service(end_page)
        .service(end_form)
        .service(device_page)
        .service(device_form);
}

#[derive(Template)]
#[template(path = "identity/devices.html")]
struct DevicesPage {
    frame: Frame,
    devices: Vec<Row>,
    /// Whether this device may let in another.
    may_link: bool,
    /// Whether there are passkeys for this person.
    passkeys: bool,
    /// How many recovery codes are left; none: not asked for.
    recovery: Option<u64>,
}

/// One device.
struct Row {
    id: String,
    name: Message,
    since: Ago,
    /// The day on which it was used last; none: today.
    seen: Option<Day>,
    current: bool,
    further: bool,
}

impl Row {
    fn of(one: Signed, now: time::OffsetDateTime) -> Self {
        let today = now.to_offset(crate::clock::JAPAN).date();
        Self {
            id: one.id.to_string(),
            name: one.device.map_or("device-unknown".into(), Device::known),
            since: Ago { at: one.created_at, now },
            seen: (one.seen_on < today).then_some(Day(one.seen_on)),
            current: one.current,
            further: one.further,
        }
    }
}

#[get("/devices")]
async fn devices_page(parts: Parts, caller: Caller) -> Result<HttpResponse, Problem> {
    let now = parts.clock.now();
    let tx = parts.cities.look(caller.city).await?;
    let devices = list(&tx, &caller).await?;
    let may_link = may_link(&tx, (caller.city, caller.person)).await?;
    html(&DevicesPage {
        may_link,
        passkeys: !may_link && parts.passkeys.is_some(),
        recovery: recovery::remaining(&tx, &caller).await?,
        devices: devices.into_iter().map(|one| Row::of(one, now)).collect(),
        frame: frame(&caller, "devices-title"),
    })
}

fn frame(caller: &Caller, title: &'static str) -> Frame {
    Frame::new(title, Who::from(caller)).at(Section::Devices)
}

#[post("/devices/known")]
async fn known_form(parts: Parts, caller: Caller) -> Result<HttpResponse, Problem> {
    let told = async move |tx: &_| Ok(known(tx, (caller.city, caller.session)).await?);
    parts.cities.write(Some(caller.city), told).await?;
    Ok(see_other("/devices"))
}

#[derive(Template)]
#[template(path = "identity/add_device.html")]
struct AddPage {
    frame: Frame,
    shown: Option<Shown>,
}

/// A code as it is shown.
struct Shown {
    code: String,
    page: String,
    qr: Option<QrPicture>,
}

#[get("/devices/add")]
async fn add_page(parts: Parts, caller: Caller) -> Result<HttpResponse, Problem> {
    let tx = parts.cities.look(caller.city).await?;
    if !may_link(&tx, (caller.city, caller.person)).await? {
        return Err(IdentityError::SignInInstead.into());
    }
    html(&AddPage { frame: frame(&caller, "add-device-title"), shown: None })
}

/// Drawn when it is asked for, and not with the page: a code that nobody looks at need not be there.
#[post("/devices/add")]
async fn add_form(parts: Parts, caller: Caller) -> Result<HttpResponse, Problem> {
    let (now, frame) = (parts.clock.now(), frame(&caller, "add-device-title"));
    let link = parts.cities.write(Some(caller.city), async move |tx| Ok(draw(tx, &caller, now).await?)).await?;
    let (code, page) = (link.code.to_print(), format!("{}/device", parts.origin.as_str()));
    let qr = QrPicture::of(&format!("{page}#{code}"));
    html(&AddPage { frame, shown: Some(Shown { code, page, qr }) })
}

#[derive(Template)]
#[template(path = "identity/end_device.html")]
struct EndPage {
    frame: Frame,
    action: String,
    /// Which one; none: all others.
    name: Option<Message>,
}

#[get("/devices/{id}/end")]
async fn end_page(parts: Parts, caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    let name = match &**id {
        "others" => None,
        id => {
            let devices = list(&parts.cities.look(caller.city).await?, &caller).await?;
            let one = devices.into_iter().find(|one| one.id.to_string() == id && !one.current);
            Some(Row::of(one.ok_or_else(Problem::not_found)?, parts.clock.now()).name)
        }
    };
    html(&EndPage { frame: frame(&caller, "end-device-title"), action: format!("/devices/{id}/end"), name })
}

#[post("/devices/{id}/end")]
async fn end_form(parts: Parts, caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    let one = match &**id {
        "others" => None,
        id => Some(Uuid::try_parse(id).map(SessionId).map_err(|_| Problem::not_found())?),
    };
    let (city, now) = (caller.city, parts.clock.now());
    let end = async move |tx: &_| {
        match one {
            None => end_others(tx, &caller, now).await?,
            Some(id) if end_one(tx, (caller.city, caller.person), id, now).await? => {}
            Some(_) => return Err(Problem::not_found()),
        }
        Ok(known(tx, (caller.city, caller.session)).await?)
    };
    parts.cities.write(Some(city), end).await?;
    Ok(see_other("/devices"))
}

/// What was typed or scanned.
#[derive(Deserialize, Validate)]
struct DeviceForm {
    #[garde(length(chars, max = 200))]
    code: String,
}

#[derive(Template)]
#[template(path = "identity/device.html")]
struct DevicePage {
    frame: Frame,
    faults: Faults,
    code: String,
}

#[get("/device")]
async fn device_page() -> Result<HttpResponse, Problem> {
    html(&DevicePage { frame: fresh(), faults: Faults::default(), code: String::new() })
}

fn fresh() -> Frame {
    Frame::new("device-title", Who::Nobody)
}

#[post("/device")]
async fn device_form(request: HttpRequest, parts: Parts, form: Form<DeviceForm>) -> Result<HttpResponse, Problem> {
    let problem = match try_device(&request, &parts, &form).await {
        Ok(opened) => {
            return Ok(parts.signed_in(&request, see_other(&format!("{NOTIFICATIONS}?joined=1")), &opened).await);
        }
        Err(problem) => for_people(parts.heed(&request, problem))?,
    };
    let mut faults = Faults::from(&problem);
    if problem.code() == "invalid_code" {
        faults = Faults::of("code", "problem-device-code");
    }
    again(&problem, &DevicePage { frame: fresh(), faults, code: form.0.code })
}

async fn try_device(request: &HttpRequest, parts: &Parts, form: &Form<DeviceForm>) -> Result<Opened, Problem> {
    parts.count_code(request, &form.0.code)?;
    form.validate()?;
    let (code, device, now) = (form.0.code.clone(), Device::Browser(parts.agent), parts.clock.now());
    parts.cities.write(None, async move |tx| Ok(admit(tx, &code, device, now).await?)).await
}
