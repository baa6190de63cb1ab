//! Going on from the home screen, as pages. An iPhone's home screen has cookies of its own, so who joined in the browser would be a stranger there: the
//! manifest that the browser is given names an address with a code, and what is opened from there hands it in.

use actix_web::{HttpResponse, get, web::ServiceConfig};
use askama::Template;

use super::draw_for_home;
use crate::{
    identity::{Visitor, api::Parts},
    problem::Problem,
    web::{
        assets, filters,
        page::{Frame, Who, html, see_other},
    },
};

/// The pages.
pub(super) fn pages(config: &mut ServiceConfig) {
    config.service(manifest).service(start_page);
}

/// The manifest, with a code for whom it is of use.
#[get("/home.webmanifest")]
async fn manifest(parts: Parts, Visitor(caller): Visitor) -> Result<HttpResponse, Problem> {
    let now = parts.clock.now();
    let code = match caller {
        Some(caller) if parts.agent.keeps_home_apart() => {
            let city = caller.city;
            let draw = async move |tx: &_| Ok(draw_for_home(tx, &caller, now).await?);
            parts.cities.write(Some(city), draw).await?
        }
        // A home screen that keeps nothing apart needs none, and who is not signed in has none.
        _ => None,
    };
    let mut manifest: serde_json::Value = assets::read("manifest.webmanifest")
        .and_then(|text| serde_json::from_slice(&text).ok())
        .ok_or_else(|| Problem::internal("the manifest can't be read"))?;
    if let Some(code) = code {
        // Behind the #: it is in no log.
        manifest["start_url"] = format!("/start#{}", code.to_print()).into();
    }
    Ok(HttpResponse::Ok().content_type("application/manifest+json").body(manifest.to_string()))
}

#[derive(Template)]
#[template(path = "identity/start.html")]
struct StartPage {
    frame: Frame,
}

/// What the home screen opens, every time: the notices, or the first time a button that hands the code in.
#[get("/start")]
async fn start_page(Visitor(caller): Visitor) -> Result<HttpResponse, Problem> {
    match caller {
        // An empty one, so that the browser does not carry the code on.
        Some(_) => Ok(see_other("/#")),
        None => html(&StartPage { frame: Frame::new("start-title", Who::Nobody) }),
    }
}
