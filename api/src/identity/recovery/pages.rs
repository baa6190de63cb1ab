//! Recovery codes, as pages: how many are left, and ten of them to write down.

use actix_web::{HttpRequest, HttpResponse, get, post, web::ServiceConfig};
use askama::Template;
use garde::Validate;
use secrecy::SecretString;
use serde::Deserialize;

use crate::{
    audit,
    identity::{Caller, IdentityError, api::Parts, code::Code},
    problem::Problem,
    web::{
        Form, filters,
        page::{Faults, Frame, Section, Who, again, for_people, html},
    },
};

/// The pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(recovery_page).service(recovery_form);
}

/// What was typed.
#[derive(Deserialize, Validate)]
struct DrawForm {
    #[garde(length(chars, min = 1, max = 200))]
    password: String,
}

#[derive(Template)]
#[template(path = "identity/recovery.html")]
struct RecoveryPage {
    frame: Frame,
    faults: Faults,
    remaining: u64,
}

#[derive(Template)]
#[template(path = "identity/recovery_codes.html")]
struct CodesPage {
    frame: Frame,
    codes: Vec<String>,
    /// Where to go on.
    next: &'static str,
}

/// The page that shows codes, once.
///
/// # Errors
/// When the template can't be rendered.
pub(in crate::identity) fn codes_page(
    frame: Frame,
    codes: &[Code],
    next: &'static str,
) -> Result<HttpResponse, Problem> {
    html(&CodesPage { frame, codes: codes.iter().map(Code::to_print).collect(), next })
}

async fn page(parts: &Parts, caller: &Caller, faults: Faults) -> Result<RecoveryPage, Problem> {
    let remaining =
        super::remaining(&parts.cities.look(caller.city).await?, caller).await?.ok_or(IdentityError::NoSecondFactor)?;
    Ok(RecoveryPage { frame: frame(caller), faults, remaining })
}

fn frame(caller: &Caller) -> Frame {
    Frame::new("signin-recovery", Who::from(caller)).at(Section::Devices)
}

#[get("/recovery")]
async fn recovery_page(parts: Parts, caller: Caller) -> Result<HttpResponse, Problem> {
    html(&page(&parts, &caller, Faults::default()).await?)
}

#[post("/recovery")]
async fn recovery_form(
    request: HttpRequest,
    parts: Parts,
    caller: Caller,
    form: Form<DrawForm>,
) -> Result<HttpResponse, Problem> {
    let problem = match try_draw(&request, &parts, &caller, form).await {
        Ok(codes) => {
            return codes_page(frame(&caller), &codes, "/devices");
        }
        Err(problem) => for_people(problem)?,
    };
    let mut faults = Faults::from(&problem);
    if problem.code() == "wrong_credentials" {
        faults = Faults::of("password", "problem-wrong-password");
    }
    again(&problem, &page(&parts, &caller, faults).await?)
}

async fn try_draw(
    request: &HttpRequest,
    parts: &Parts,
    caller: &Caller,
    form: Form<DrawForm>,
) -> Result<Vec<Code>, Problem> {
    parts.count_own_password(request, caller)?;
    form.validate()?;
    let (who, now) = ((caller.city, caller.person), parts.clock.now());
    parts.prove_again(caller, SecretString::from(form.0.password)).await?;
    let caller = caller.clone();
    let draw = async move |tx: &_| {
        let codes = super::draw(tx, who).await?;
        audit::record(tx, &caller, "draw recovery codes", (who.1.to_string(), String::new()), now).await?;
        Ok(codes)
    };
    parts.cities.write(Some(who.0), draw).await
}
