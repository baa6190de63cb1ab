//! Joining, as a page.

use actix_web::{HttpRequest, HttpResponse, get, post, web::ServiceConfig};
use askama::Template;
use garde::Validate;
use serde::Deserialize;

use crate::{
    identity::{
        api::Parts,
        session::{Device, Opened},
    },
    problem::Problem,
    web::{
        Form,
        page::{Fault, Faults, Frame, NOTIFICATIONS, Who, again, for_people, html, see_other},
        plain_text,
    },
};

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(join_page).service(join_form);
}

/// What was typed.
#[derive(Deserialize, Validate)]
struct JoinForm {
    #[garde(length(chars, max = 200))]
    code: String,
    #[garde(length(chars, max = 50), custom(plain_text))]
    #[serde(default)]
    name: String,
    #[garde(skip)]
    consent: Option<String>,
}

#[derive(Template)]
#[template(path = "households/join.html")]
struct JoinPage {
    frame: Frame,
    faults: Faults,
    code: String,
    name: String,
    consent: bool,
}

impl JoinPage {
    fn new(faults: Faults, code: String, name: String, consent: bool) -> Self {
        Self { frame: Frame::new("参加する", Who::Nobody), faults, code, name, consent }
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
        Err(problem) => for_people(parts.heed(problem))?,
    };
    let mut faults = Faults::from(&problem);
    if matches!(problem.code(), "invalid_code" | "slip_is_full") {
        faults =
            Faults { message: None, fields: vec![Fault { field: "code".into(), detail: problem.detail().into() }] };
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
    let (code, name, now) = (form.0.code.clone(), form.0.name.clone(), parts.clock.now());
    let device = Device::Browser(parts.agent);
    let join = async move |tx: &_| Ok(super::join(tx, (&code, Some(name)), device, now).await?);
    parts.cities.write(None, join).await
}
