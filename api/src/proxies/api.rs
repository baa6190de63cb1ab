//! The calls of who answers for a household.

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::{StatusCode, header::ContentType},
    post, put,
    web::{Data, Json, Query},
};
use entity::ids::{HouseholdId, NoticeId};
use garde::Validate;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Answered, Answering, accept, answered_by, forget_household};
use crate::{
    audit,
    clock::{Clock, JAPAN},
    identity::{
        Caller, SignIn,
        api::{AreaOut, Parts},
    },
    notices::{
        Lists, Wanted,
        json::{NoticeOut, ReceiptOut},
        query::FindQuery,
    },
    postgres::cities::Cities,
    problem::Problem,
    receipts::Receipts,
    web::{Once, Page, Parsed, id_in},
};

/// The code of a household that wants to be answered for.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginIn {
    /// The code, as typed or scanned.
    #[garde(length(chars, max = 200))]
    #[schema(example = "ACDE-FGHJ-KMNP-QRTW")]
    pub code: String,
}

/// A call that says nothing.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StampIn)]
pub struct StampIn {}

/// A household that the caller answers for.
#[derive(Serialize, ToSchema)]
#[schema(as = AnsweredHousehold)]
pub struct AnsweredOut {
    /// Id.
    id: Uuid,
    /// How its association names it.
    label: String,
    /// Its group or association.
    area: AreaOut,
    /// Since when.
    since: String,
}

impl From<Answered> for AnsweredOut {
    fn from(one: Answered) -> Self {
        let Answered { id, label, code, area, since } = one;
        Self { id, label, area: AreaOut { code, name: area }, since: time_of(since) }
    }
}

/// A time as answers have it.
fn time_of(at: OffsetDateTime) -> String {
    at.to_offset(JAPAN).format(&Rfc3339).unwrap_or_default()
}

/// What the caller begins to answer for.
#[derive(Serialize, ToSchema)]
#[schema(as = BegunProxy)]
pub struct BegunOut {
    /// Id of the household.
    household: Uuid,
}

/// The households that the caller answers for. They are few: the list comes whole, and `next_cursor` is always null.
#[utoipa::path(tag = "proxies", responses((status = 200, body = Page<AnsweredOut>)))]
#[get("/api/v1/proxies")]
pub async fn list(cities: Data<Cities>, caller: Caller) -> Result<Json<Page<AnsweredOut>>, Problem> {
    let found = answered_by(&cities.look(caller.city).await?, &caller).await?;
    Ok(Json(Page { items: found.into_iter().map(AnsweredOut::from).collect(), next_cursor: None }))
}

/// Answer for a household, with the code that it gave to the caller.
#[utoipa::path(tag = "proxies", request_body = BeginIn, responses((status = 201, body = BegunOut)))]
#[post("/api/v1/proxies")]
pub async fn begin(
    request: HttpRequest,
    parts: Parts,
    caller: Caller,
    once: Once,
    body: Parsed<BeginIn>,
) -> Result<HttpResponse, Problem> {
    let now = parts.clock.now();
    parts.count_code(&request, &body.value.code)?;
    once.within(caller.city)
        .write(caller.person.0, body.digest, async move |tx| {
            let household = accept(tx, &caller, &body.value.code, now).await?;
            audit::record(tx, &caller, "answer for household", (household.to_string(), String::new()), now).await?;
            Ok((StatusCode::CREATED, BegunOut { household: household.0 }))
        })
        .await
        .map_err(|problem| parts.heed(&request, problem))
}

/// Answer for a household no longer.
#[utoipa::path(tag = "proxies", params(("id" = Uuid, Path)), responses((status = 204)))]
#[delete("/api/v1/proxies/{id}")]
pub async fn end(cities: Data<Cities>, clock: Data<Clock>, answering: Answering) -> Result<HttpResponse, Problem> {
    stop(&cities, &clock, answering).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends what the caller answers for, with its entry in the audit log.
pub(super) async fn stop(cities: &Cities, clock: &Clock, answering: Answering) -> Result<(), Problem> {
    let (now, Answering { caller, home, .. }) = (clock.now(), answering);
    cities
        .write(Some(caller.city), async move |tx| {
            forget_household(tx, (caller.city, home.household)).await?;
            audit::record(tx, &caller, "end proxy", (home.household.to_string(), String::new()), now).await?;
            Ok(())
        })
        .await
}

/// What goes to everyone where a household lives that the caller answers for, newest first, each with the household's receipt; with `q`, `from`
/// or `category` only what is looked for.
#[utoipa::path(tag = "proxies", params(("id" = Uuid, Path), FindQuery), responses((status = 200, body = Page<NoticeOut>)))]
#[get("/api/v1/proxies/{id}/notices")]
pub async fn notices(
    lists: Data<Lists>,
    answering: Answering,
    query: Query<FindQuery>,
) -> Result<HttpResponse, Problem> {
    let (only, cursor, limit) = query.into_inner().read()?;
    let page = lists.read(Wanted { caller: answering.in_place, cursor, limit, only }).await?;
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(page))
}

/// Leave the stamp of a household that the caller answers for.
#[utoipa::path(tag = "proxies", params(("id" = Uuid, Path), ("notice" = Uuid, Path)), request_body = StampIn,
    responses((status = 200, body = ReceiptOut)))]
#[put("/api/v1/proxies/{id}/notices/{notice}/receipt")]
pub async fn stamp(
    receipts: Data<Receipts>,
    request: HttpRequest,
    who: SignIn,
    _body: Parsed<StampIn>,
) -> Result<Json<ReceiptOut>, Problem> {
    let receipt =
        receipts.put_for(who, HouseholdId(id_in(&request, "id")?), NoticeId(id_in(&request, "notice")?)).await?;
    Ok(Json(ReceiptOut::from(&receipt)))
}
