//! One's devices, as JSON.

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::StatusCode,
    post,
    web::{Json, Path},
};
use entity::ids::SessionId;
use garde::Validate;
use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{admit, draw, end_one, end_others, known, list};
use crate::{
    clock::JAPAN,
    identity::{
        Caller,
        api::{Parts, TokensOut, tokens_out},
        session::Device,
    },
    problem::Problem,
    web::{Once, Page, Parsed},
};

/// A device that is signed in.
#[derive(Serialize, ToSchema)]
pub struct SessionOut {
    /// Id of the sign-in.
    id: Uuid,
    /// What people call it: iPhoneのSafari. Absent where it was not noted.
    device: Option<String>,
    /// When it signed in.
    created_at: String,
    /// The last day on which it was used, `2027-03-31`.
    seen_on: String,
    /// Whether it is the one that asks.
    current: bool,
    /// Whether it is the one that the asking device has not been told of.
    further: bool,
}

/// Nothing to say.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A code that lets in a further device.
#[derive(Serialize, ToSchema)]
pub struct DeviceCodeOut {
    /// As it is typed.
    #[schema(example = "ACDE-FGHJ-KMNP-QRTW")]
    code: String,
    /// What a QR picture of it says: the page on which it is handed in, with the code behind the `#`.
    url: String,
    /// When it ends: five minutes from now.
    expires_at: String,
}

/// A code that another device shows.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceIn {
    /// The code, as typed or scanned.
    #[garde(length(chars, max = 200))]
    code: String,
}

/// The caller's devices: the one that asks first, then the newest. All of them come at once.
#[utoipa::path(tag = "identity", responses((status = 200, body = Page<SessionOut>)))]
#[get("/api/v1/sessions")]
pub async fn sessions(parts: Parts, caller: Caller) -> Result<Json<Page<SessionOut>>, Problem> {
    let mut items = Vec::new();
    for one in list(&parts.cities.look(caller.city).await?, &caller).await? {
        let created_at = one.created_at.to_offset(JAPAN).format(&Rfc3339).map_err(Problem::internal)?;
        let (seen_on, device) = (one.seen_on.to_string(), one.device);
        items.push(SessionOut {
            id: one.id.0,
            device,
            created_at,
            seen_on,
            current: one.current,
            further: one.further,
        });
    }
    Ok(Json(Page { items, next_cursor: None }))
}

/// End one of the caller's devices: its tokens or cookie are over, and it rings no more.
#[utoipa::path(tag = "identity", params(("id" = Uuid, Path)), responses((status = 204)))]
#[delete("/api/v1/sessions/{id}")]
pub async fn end(parts: Parts, caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = Uuid::try_parse(&id).map(SessionId).map_err(|_| Problem::not_found())?;
    let (who, now) = ((caller.city, caller.person), parts.clock.now());
    let ended = parts.cities.write(Some(caller.city), async move |tx| Ok(end_one(tx, who, id, now).await?)).await?;
    if ended { Ok(HttpResponse::NoContent().finish()) } else { Err(Problem::not_found()) }
}

/// End all of the caller's devices but the one that asks.
#[utoipa::path(tag = "identity", responses((status = 204)))]
#[delete("/api/v1/sessions")]
pub async fn end_all_others(parts: Parts, caller: Caller) -> Result<HttpResponse, Problem> {
    let now = parts.clock.now();
    parts.cities.write(Some(caller.city), async move |tx| Ok(end_others(tx, &caller, now).await?)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The caller has looked at their devices: `further_session` of `me` is empty from now on.
#[utoipa::path(tag = "identity", request_body = Nothing, responses((status = 204)))]
#[post("/api/v1/sessions/known")]
pub async fn know(parts: Parts, caller: Caller, _: Parsed<Nothing>) -> Result<HttpResponse, Problem> {
    let told = async move |tx: &_| Ok(known(tx, (caller.city, caller.session)).await?);
    parts.cities.write(Some(caller.city), told).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Draw a code by which a further device of the caller's signs in; the one before is over. Not for those who have an account.
#[utoipa::path(tag = "identity", request_body = Nothing, responses((status = 201, body = DeviceCodeOut)))]
#[post("/api/v1/device-codes")]
pub async fn draw_code(
    parts: Parts,
    caller: Caller,
    once: Once,
    body: Parsed<Nothing>,
) -> Result<HttpResponse, Problem> {
    let now = parts.clock.now();
    once.within(caller.city)
        .write(caller.person.0, body.digest, async move |tx| {
            let link = draw(tx, &caller, now).await?;
            let code = link.code.to_print();
            let expires_at = link.expires_at.to_offset(JAPAN).format(&Rfc3339).map_err(Problem::internal)?;
            let url = format!("{}/device#{code}", parts.origin.as_str());
            Ok((StatusCode::CREATED, DeviceCodeOut { code, url, expires_at }))
        })
        .await
}

/// Sign in with the code that another device of the same person shows.
#[utoipa::path(tag = "identity", request_body = DeviceIn, responses((status = 201, body = TokensOut)), security(()))]
#[post("/api/v1/device")]
pub async fn use_code(
    request: HttpRequest,
    parts: Parts,
    once: Once,
    body: Parsed<DeviceIn>,
) -> Result<HttpResponse, Problem> {
    let code = body.value.code;
    parts.count_code(&request, &code)?;
    let counting = parts.clone();
    once.write(code.clone(), body.digest, async move |tx| {
        let opened = admit(tx, &code, Device::Program(parts.agent), parts.clock.now()).await?;
        Ok((StatusCode::CREATED, tokens_out(tx, &parts.tokens, &opened, &parts.clock).await?))
    })
    .await
    .map_err(|problem| counting.heed(&request, problem))
}
