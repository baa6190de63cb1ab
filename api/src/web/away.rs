//! The page for where there is no net: the service worker keeps it, and shows it where it has no copy of what was asked for.

use actix_web::{HttpResponse, get, web::ServiceConfig};
use askama::Template;

use super::{
    filters,
    page::{Frame, Who, html},
};
use crate::problem::Problem;

/// The page.
pub fn pages(config: &mut ServiceConfig) {
    config.service(offline);
}

#[derive(Template)]
#[template(path = "web/offline.html")]
struct OfflinePage {
    frame: Frame,
}

/// Tells of nobody: it is the same for everyone who speaks the language.
#[get("/offline")]
async fn offline() -> Result<HttpResponse, Problem> {
    html(&OfflinePage { frame: Frame::new("offline-title", Who::Unknown) })
}
