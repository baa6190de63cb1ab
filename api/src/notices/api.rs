//! The calls for notices.

use actix_web::{
    HttpResponse, get,
    http::{StatusCode, header::ContentType},
    post,
    web::{Data, Json, Query},
};

use super::{
    Editable, Lists, Publishing, Readable, Sendable, Wanted,
    json::{CorrectIn, NoticeIn, NoticeOut, PublishIn, WithdrawIn, ids, one_out},
    query::FindQuery,
};
use crate::{
    audit,
    clock::Clock,
    identity::Caller,
    postgres::cities::Cities,
    problem::Problem,
    web::{Once, Page, Parsed},
};

/// Draft a notice.
#[utoipa::path(tag = "notices", request_body = NoticeIn, responses((status = 201, body = NoticeOut)))]
#[post("/api/v1/notices")]
pub async fn create(
    clock: Data<Clock>,
    caller: Caller,
    once: Once,
    body: Parsed<NoticeIn>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    once.within(caller.city)
        .write(caller.person.0, body.digest, async move |tx| {
            let notice = super::draft(tx, &caller, body.value.into(), now).await?;
            Ok((StatusCode::CREATED, one_out(tx, &caller, notice, now).await?))
        })
        .await
}

/// What the caller may read, newest first, each with their own receipt; with `q`, `from` or `category` only what is looked for.
#[utoipa::path(tag = "notices", params(FindQuery), responses((status = 200, body = Page<NoticeOut>)))]
#[get("/api/v1/notices")]
pub async fn list(lists: Data<Lists>, caller: Caller, query: Query<FindQuery>) -> Result<HttpResponse, Problem> {
    let (only, cursor, limit) = query.into_inner().read()?;
    let page = lists.read(Wanted { caller, cursor, limit, only }).await?;
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(page))
}

/// One notice, with the caller's receipt.
#[utoipa::path(tag = "notices", params(("id" = Uuid, Path)), responses((status = 200, body = NoticeOut)))]
#[get("/api/v1/notices/{id}")]
pub async fn show(cities: Data<Cities>, clock: Data<Clock>, found: Readable) -> Result<Json<NoticeOut>, Problem> {
    let tx = cities.look(found.caller.city).await?;
    Ok(Json(one_out(&tx, &found.caller, found.notice, clock.now()).await?))
}

/// Publish a draft, at once or at its time. An emergency needs another person than its author, or `alone` with a reason.
#[utoipa::path(tag = "notices", params(("id" = Uuid, Path)), request_body = PublishIn,
    responses((status = 200, body = NoticeOut)))]
#[post("/api/v1/notices/{id}/publish")]
pub async fn publish(
    clock: Data<Clock>,
    Sendable(found): Sendable,
    once: Once,
    body: Parsed<PublishIn>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    let alone = match (body.value.alone, body.value.reason) {
        (true, None) => return Err(Problem::invalid_field("/reason", "fault-alone-why")),
        (true, reason) => reason,
        (false, _) => None,
    };
    let publishing = Publishing { alone, files: body.value.attachments.map(ids) };
    once.within(found.caller.city)
        .write(found.caller.person.0, body.digest, async move |tx| {
            let Editable { caller, notice } = found;
            let id = notice.id.to_string();
            let notice = super::publish(tx, notice, (caller.person, publishing), now).await?;
            let act = if notice.alone_reason.is_some() { "publish alone" } else { "publish" };
            audit::record(tx, &caller, act, (id, notice.title.clone()), now).await?;
            Ok((StatusCode::OK, one_out(tx, &caller, notice, now).await?))
        })
        .await
}

/// Withdraw a notice: nothing more leaves.
#[utoipa::path(tag = "notices", params(("id" = Uuid, Path)), request_body = WithdrawIn,
    responses((status = 200, body = NoticeOut)))]
#[post("/api/v1/notices/{id}/withdraw")]
pub async fn withdraw(
    clock: Data<Clock>,
    found: Editable,
    once: Once,
    body: Parsed<WithdrawIn>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    once.within(found.caller.city)
        .write(found.caller.person.0, body.digest, async move |tx| {
            let Editable { caller, notice } = found;
            let notice = super::withdraw(tx, notice, body.value.reason, now).await?;
            audit::record(tx, &caller, "withdraw", (notice.id.to_string(), notice.title.clone()), now).await?;
            Ok((StatusCode::OK, one_out(tx, &caller, notice, now).await?))
        })
        .await
}

/// Correct a notice: the revision rises, and those who got the original are rung again.
#[utoipa::path(tag = "notices", params(("id" = Uuid, Path)), request_body = CorrectIn,
    responses((status = 200, body = NoticeOut)))]
#[post("/api/v1/notices/{id}/correct")]
pub async fn correct(
    clock: Data<Clock>,
    Sendable(found): Sendable,
    once: Once,
    body: Parsed<CorrectIn>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    once.within(found.caller.city)
        .write(found.caller.person.0, body.digest, async move |tx| {
            let Editable { caller, notice } = found;
            let notice = super::correct(tx, notice, (caller.person, body.value.into()), now).await?;
            audit::record(tx, &caller, "correct", (notice.id.to_string(), notice.title.clone()), now).await?;
            Ok((StatusCode::OK, one_out(tx, &caller, notice, now).await?))
        })
        .await
}
