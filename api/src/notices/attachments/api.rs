//! The calls for files.

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::StatusCode,
    post,
    web::{Data, Json, Query},
};
use entity::ids::AttachmentId;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    AttachmentOut, Refused, Why, attach, file_of, list, of_revision, remove,
    tools::{Left, Tools, record},
};
use crate::{
    clock::Clock,
    notices::{Editable, Readable},
    postgres::cities::Cities,
    problem::Problem,
    web::{FileBody, Once, id_in, plain_text, validate},
};

/// What a file is called.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct NameQuery {
    /// What it is called, 1 to 200 characters. What the file is goes by its content; the ending follows that.
    #[garde(length(chars, min = 1, max = 200), custom(plain_text))]
    name: String,
}

/// The files of a notice.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentsOut {
    /// In the order in which they were added.
    items: Vec<AttachmentOut>,
}

/// The files of a notice; to who may change it with what waits for its next correction.
#[utoipa::path(tag = "notices", params(("id" = Uuid, Path)), responses((status = 200, body = AttachmentsOut)))]
#[get("/api/v1/notices/{id}/attachments")]
pub async fn attachments(cities: Data<Cities>, found: Readable) -> Result<Json<AttachmentsOut>, Problem> {
    let tx = cities.look(found.caller.city).await?;
    let items = if found.editable {
        let rows = list::for_editor(&tx, &found.notice).await?;
        rows.iter().map(|row| AttachmentOut::to_editors(row, found.notice.revision)).collect()
    } else {
        of_revision(&tx, &found.notice).await?.iter().map(AttachmentOut::to_readers).collect()
    };
    Ok(Json(AttachmentsOut { items }))
}

/// Add a file to a notice: a PDF or a picture (JPEG, PNG, WebP) of at most 10 MB, as the body. Once the notice is out, it is seen with its next correction.
#[utoipa::path(tag = "notices", params(("id" = Uuid, Path), NameQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = AttachmentOut)))]
#[post("/api/v1/notices/{id}/attachments")]
pub async fn add_attachment(
    tools: Tools,
    found: Editable,
    once: Once,
    query: Query<NameQuery>,
    body: FileBody,
) -> Result<HttpResponse, Problem> {
    validate(&*query)?;
    let clock = tools.clock.clone();
    let Editable { caller, notice } = found;
    tools.count(&caller)?;
    let handed = body.read(super::LARGEST, query.into_inner().name).await?;
    let sum = handed.sum();
    let prepared = tools.prepare(&caller, handed).await.map_err(|left| match left {
        Left::Refused(refused) => refused.into(),
        Left::Problem(problem) => problem,
    })?;
    once.within(caller.city)
        .write(caller.person.0, sum, async move |tx| {
            // Not the time at which the file began to come: it may be published by now.
            let now = clock.now();
            let attached = attach(tx, &notice, (caller.person, vec![prepared]), now).await?;
            if attached.waits {
                record(tx, &caller, ("attach", &notice), (&attached.kept, now)).await?;
            }
            match (attached.kept.first(), attached.beyond.into_iter().next()) {
                (Some(row), _) => Ok((StatusCode::CREATED, AttachmentOut::to_editors(row, notice.revision))),
                (None, name) => Err(Refused { name: name.unwrap_or_default(), why: Why::TooMany }.into()),
            }
        })
        .await
}

/// Take a file away from a notice: at once, or with the next correction where readers have it.
#[utoipa::path(tag = "notices", params(("id" = Uuid, Path), ("file" = Uuid, Path)), responses((status = 204)))]
#[delete("/api/v1/notices/{id}/attachments/{file}")]
pub async fn remove_attachment(
    request: HttpRequest,
    cities: Data<Cities>,
    clock: Data<Clock>,
    found: Editable,
) -> Result<HttpResponse, Problem> {
    let (id, now) = (AttachmentId(id_in(&request, "file")?), clock.now());
    take_away(&cities, found, id, now).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a file away, for both faces.
pub(super) async fn take_away(
    cities: &Cities,
    Editable { caller, notice }: Editable,
    id: AttachmentId,
    now: time::OffsetDateTime,
) -> Result<(), Problem> {
    cities
        .write(Some(caller.city), async move |tx| {
            let (row, waits) = remove(tx, &notice, id, now).await?.ok_or_else(Problem::not_found)?;
            if waits {
                record(tx, &caller, ("detach", &notice), (&[row], now)).await?;
            }
            Ok::<_, Problem>(())
        })
        .await
}

/// A file of a notice, as what it is.
#[utoipa::path(tag = "notices", params(("id" = Uuid, Path), ("file" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")))]
#[get("/api/v1/notices/{id}/attachments/{file}")]
pub async fn attachment(request: HttpRequest, cities: Data<Cities>, found: Readable) -> Result<HttpResponse, Problem> {
    file_of(&request, &cities, &found).await
}

/// A small JPEG of a file of a notice, or of its first page: at most 720 pixels wide and high, and 30 kB.
#[utoipa::path(tag = "notices", params(("id" = Uuid, Path), ("file" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg")))]
#[get("/api/v1/notices/{id}/attachments/{file}/preview")]
pub async fn attachment_preview(
    request: HttpRequest,
    cities: Data<Cities>,
    found: Readable,
) -> Result<HttpResponse, Problem> {
    file_of(&request, &cities, &found).await
}
