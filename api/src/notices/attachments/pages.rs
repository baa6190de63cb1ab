//! Files as pages: shown to readers, added and taken away by who wrote the notice. Adding is a page of its own and no part of the form in which one writes:
//! a form that comes back with a fault has lost the files that were chosen.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post, routes,
    web::{Data, ServiceConfig},
};
use entity::{ids::AttachmentId, notice};
use serde::Deserialize;

use super::{
    LARGEST, MOST, Refused, Waits, Why,
    api::take_away,
    attach, file_of, keep, list,
    tools::{Left, Tools, record},
    view::{AttachmentsPage, EditingView},
};
use crate::{
    clock::Clock,
    notices::{Editable, Readable},
    postgres::cities::Cities,
    problem::Problem,
    web::{
        Form, HandedIn, id_in,
        page::{Faults, Frame, Section, Who, again, for_people, html, html_with, see_other},
    },
};

pub(in crate::notices) fn pages(config: &mut ServiceConfig) {
    config.service(file).service(attachments).service(add).service(take).service(leave);
}

#[routes]
#[get("/n/{id}/files/{file}")]
#[get("/n/{id}/files/{file}/preview")]
async fn file(request: HttpRequest, cities: Data<Cities>, found: Readable) -> Result<HttpResponse, Problem> {
    file_of(&request, &cities, &found).await
}

/// Where its writer goes on, and how that is called: a draft is looked over and sent, what is out is corrected, and what is scheduled goes out.
fn next(notice: &notice::Model, now: time::OffsetDateTime) -> (String, &'static str) {
    match (notice.published_at, Waits::of(notice, now)) {
        (None, _) => (format!("/notices/{}/confirm", notice.id), "attachments-next"),
        (_, Some(_)) => (format!("/notices/{}/correct", notice.id), "attachments-correct"),
        (Some(_), None) => (format!("/n/{}", notice.id), "attachments-back"),
    }
}

async fn page(
    cities: &Cities,
    found: &Editable,
    (refused, faults): (&[Refused], Faults),
    now: time::OffsetDateTime,
) -> Result<AttachmentsPage, Problem> {
    let tx = cities.look(found.caller.city).await?;
    let (next, go_on) = next(&found.notice, now);
    Ok(AttachmentsPage {
        frame: Frame::new("attachments-heading", Who::from(&found.caller)).at(Section::Office),
        faults,
        refused: refused.iter().map(Refused::message).collect(),
        title: found.notice.title.clone(),
        editing: EditingView::of(&tx, &found.notice, now).await?,
        next,
        go_on,
    })
}

#[get("/notices/{id}/attachments")]
async fn attachments(cities: Data<Cities>, clock: Data<Clock>, found: Editable) -> Result<HttpResponse, Problem> {
    html(&page(&cities, &found, (&[], Faults::default()), clock.now()).await?)
}

/// Takes what can be taken and says what is wrong with the rest.
#[post("/notices/{id}/attachments")]
async fn add(tools: Tools, found: Editable, mut form: HandedIn) -> Result<HttpResponse, Problem> {
    let now = tools.clock.now();
    let there = {
        let tx = tools.cities.look(found.caller.city).await?;
        list::for_editor(&tx, &found.notice).await?.iter().filter(|row| row.until_revision.is_none()).count()
    };
    let (mut good, mut refused, mut failed) = (Vec::new(), Vec::new(), None);
    loop {
        let handed = match form.next(LARGEST).await {
            Ok(Some(handed)) => handed,
            Ok(None) => break,
            Err(problem) => {
                failed = Some(problem);
                break;
            }
        };
        if there + good.len() >= MOST {
            refused.push(Refused { name: super::name::shown(&handed.name), why: Why::TooMany });
            continue;
        }
        if let Err(problem) = tools.count(&found.caller) {
            failed = Some(problem);
            break;
        }
        match tools.prepare(&found.caller, handed).await {
            Ok(prepared) => good.push(prepared),
            Err(Left::Refused(why)) => refused.push(why),
            Err(Left::Problem(problem)) => {
                failed = Some(problem);
                break;
            }
        }
    }
    if good.is_empty() && refused.is_empty() && failed.is_none() {
        refused.push(Refused { name: String::new(), why: Why::Nothing });
    }
    if !good.is_empty() {
        let (caller, notice) = (found.caller.clone(), found.notice.clone());
        let clock = tools.clock.clone();
        let write = tools.cities.write(Some(caller.city), async move |tx| {
            // Not the time at which the files began to come: it may be published by now.
            let now = clock.now();
            let attached = attach(tx, &notice, (caller.person, good), now).await?;
            if attached.waits {
                record(tx, &caller, ("attach", &notice), (&attached.kept, now)).await?;
            }
            Ok::<_, Problem>(attached.beyond)
        });
        refused.extend(write.await?.into_iter().map(|name| Refused { name, why: Why::TooMany }));
    }
    match failed.map(for_people).transpose()? {
        Some(problem) => again(&problem, &page(&tools.cities, &found, (&refused, Faults::from(&problem)), now).await?),
        None if refused.is_empty() => Ok(see_other(&back(&found.notice))),
        None => {
            let page = page(&tools.cities, &found, (&refused, Faults::default()), now).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// After something was done: to the page on which a draft is looked over, which shows its files as well; otherwise to that of the files.
fn back(notice: &notice::Model) -> String {
    match notice.published_at {
        None => format!("/notices/{}/confirm#files", notice.id),
        Some(_) => format!("/notices/{}/attachments", notice.id),
    }
}

/// A form that is a button alone.
#[derive(Deserialize)]
struct Nothing {}

#[post("/notices/{id}/attachments/{file}/remove")]
async fn take(
    request: HttpRequest,
    cities: Data<Cities>,
    clock: Data<Clock>,
    found: Editable,
    _ours: Form<Nothing>,
) -> Result<HttpResponse, Problem> {
    let back = back(&found.notice);
    take_away(&cities, found, AttachmentId(id_in(&request, "file")?), clock.now()).await?;
    Ok(see_other(&back))
}

#[post("/notices/{id}/attachments/{file}/keep")]
async fn leave(
    request: HttpRequest,
    cities: Data<Cities>,
    clock: Data<Clock>,
    found: Editable,
    _ours: Form<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (id, now, back) = (AttachmentId(id_in(&request, "file")?), clock.now(), back(&found.notice));
    let Editable { caller, notice } = found;
    cities
        .write(Some(caller.city), async move |tx| {
            let row = keep(tx, &notice, id).await?.ok_or_else(Problem::not_found)?;
            record(tx, &caller, ("attach", &notice), (&[row], now)).await
        })
        .await?;
    Ok(see_other(&back))
}
