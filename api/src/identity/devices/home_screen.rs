//! Going on from the home screen, as pages. An iPhone's home screen has cookies of its own, so who joined in the browser would be a stranger there: the
//! manifest that the browser is given names an address with a code, and what is opened from there hands it in. The address also says which language and
//! size were chosen, for who is let in by it and for who signs in there.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, ServiceConfig},
};
use askama::Template;

use super::draw_for_home;
use crate::{
    config::Origin,
    identity::{Visitor, api::Parts},
    problem::Problem,
    web::{
        along::Choices,
        assets, filters,
        page::{Frame, Who, html, see_other},
    },
};

/// The pages.
pub(super) fn pages(config: &mut ServiceConfig) {
    config.service(manifest).service(start_page);
}

/// What the icon of who has an account opens: there they sign in.
const WITH_ACCOUNT: &str = "/start?account";

/// The manifest, with a code for whom it is of use, and with what they have chosen.
#[get("/home.webmanifest")]
async fn manifest(request: HttpRequest, parts: Parts, Visitor(caller): Visitor) -> Result<HttpResponse, Problem> {
    let (now, choices) = (parts.clock.now(), Choices::kept(&request));
    let start = match caller {
        Some(caller) if parts.agent.keeps_home_apart() => {
            let city = caller.city;
            let draw = async move |tx: &_| Ok(draw_for_home(tx, &caller, now).await?);
            match parts.cities.write(Some(city), draw).await? {
                // Behind the #: it is in no log.
                Some(code) => Some(format!("{}#{}", choices.along("/start"), code.to_print())),
                None => (choices != Choices::default()).then(|| choices.along(WITH_ACCOUNT)),
            }
        }
        // A home screen that keeps nothing apart needs nothing, and who is not signed in has nothing.
        _ => None,
    };
    let mut manifest: serde_json::Value = assets::read("manifest.webmanifest")
        .and_then(|text| serde_json::from_slice(&text).ok())
        .ok_or_else(|| Problem::internal("the manifest can't be read"))?;
    if let Some(start) = start {
        manifest["start_url"] = start.into();
    }
    Ok(HttpResponse::Ok().content_type("application/manifest+json").body(manifest.to_string()))
}

#[derive(Template)]
#[template(path = "identity/start.html")]
struct StartPage {
    frame: Frame,
}

/// What the home screen opens, every time: the notices, or the first time a button that hands the code in. It speaks as its browser did, and goes on
/// doing so.
#[get("/start")]
async fn start_page(
    request: HttpRequest,
    origin: Data<Origin>,
    Visitor(caller): Visitor,
) -> Result<HttpResponse, Problem> {
    let choices = Choices::brought(&request);
    let account = request.uri().path_and_query().is_some_and(|address| address.as_str().starts_with(WITH_ACCOUNT));
    let page = match caller {
        // An empty one, so that the browser does not carry the code on.
        Some(_) => see_other("/#"),
        None if account => see_other("/"),
        None => choices.show(|| html(&StartPage { frame: Frame::new("start-title", Who::Nobody) }))?,
    };
    choices.keep(page, &origin)
}
