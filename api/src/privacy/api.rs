//! Personal data as JSON.

use actix_web::{
    HttpResponse, delete, get,
    http::header::{CONTENT_DISPOSITION, ContentDisposition, DispositionParam, DispositionType},
    put,
    web::{Data, Json},
};
use garde::Validate;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{Export, Retention};
use crate::{
    clock::{Clock, JAPAN},
    households,
    identity::Caller,
    postgres::cities::Cities,
    problem::Problem,
    purposes::{PURPOSES, Purposes},
    web::Parsed,
};

/// How long a city is to keep what people did.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionIn {
    /// Days for which the time of reading is kept; then it becomes a day.
    #[garde(range(min = 1, max = 90))]
    #[schema(minimum = 1, maximum = 90)]
    pub(super) exact_days: i16,
    /// Months for which receipts are kept.
    #[garde(range(min = 12, max = 120))]
    #[schema(minimum = 12, maximum = 120)]
    pub(super) receipt_months: i16,
    /// Months for which sign-ins that ended are kept.
    #[garde(range(min = 1, max = 24))]
    #[schema(minimum = 1, maximum = 24)]
    pub(super) sign_in_months: i16,
}

/// How long a city keeps what people did.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionOut {
    /// Days for which the time of reading is kept; then it becomes a day.
    exact_days: i16,
    /// Months for which receipts are kept.
    receipt_months: i16,
    /// Months for which sign-ins that ended are kept.
    sign_in_months: i16,
    /// When it was last changed: a change holds a day later.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    changed_at: Option<OffsetDateTime>,
}

impl From<RetentionIn> for Retention {
    fn from(RetentionIn { exact_days, receipt_months, sign_in_months }: RetentionIn) -> Self {
        Self { exact_days, receipt_months, sign_in_months, changed: None }
    }
}

impl From<Retention> for RetentionOut {
    fn from(Retention { exact_days, receipt_months, sign_in_months, changed }: Retention) -> Self {
        let changed_at = changed.map(|(at, _)| at.to_offset(JAPAN));
        Self { exact_days, receipt_months, sign_in_months, changed_at }
    }
}

/// Which version somebody agreed to.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentIn {
    /// As `GET /api/v1/purposes` says it.
    #[garde(skip)]
    version: i16,
}

/// What personal data is for: what people agree to when they join.
#[utoipa::path(tag = "privacy", responses((status = 200, body = Purposes)), security(()))]
#[get("/api/v1/purposes")]
pub async fn purposes() -> Json<Purposes> {
    Json(PURPOSES)
}

/// Agree to it.
#[utoipa::path(tag = "privacy", request_body = ConsentIn, responses((status = 204)))]
#[put("/api/v1/me/consent")]
pub async fn consent(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    body: Parsed<ConsentIn>,
) -> Result<HttpResponse, Problem> {
    let (whose, now) = ((caller.city, caller.person), clock.now());
    let agree = async move |tx: &_| Ok(households::agree(tx, whose, body.value.version, now).await?);
    cities.write(Some(caller.city), agree).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// All that is kept of the caller.
#[utoipa::path(tag = "privacy", responses((status = 200, body = Export)))]
#[get("/api/v1/me/data")]
pub async fn data(cities: Data<Cities>, clock: Data<Clock>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tx = cities.look(caller.city).await?;
    let export = super::export(&tx, &caller, clock.now()).await?;
    let file = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename("kairan.json".into())],
    };
    Ok(HttpResponse::Ok().insert_header((CONTENT_DISPOSITION, file)).json(export))
}

/// Leave: all that is kept of the caller is forgotten.
#[utoipa::path(tag = "privacy", responses((status = 204)))]
#[delete("/api/v1/me")]
pub async fn leave(cities: Data<Cities>, clock: Data<Clock>, caller: Caller) -> Result<HttpResponse, Problem> {
    let (city, now) = (caller.city, clock.now());
    cities.write(Some(city), async move |tx| Ok(super::erase(tx, &caller, now).await?)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// How long the caller's city keeps what people did.
#[utoipa::path(tag = "privacy", responses((status = 200, body = RetentionOut)))]
#[get("/api/v1/retention")]
pub async fn retention(cities: Data<Cities>, caller: Caller) -> Result<Json<RetentionOut>, Problem> {
    let tx = cities.look(caller.city).await?;
    Ok(Json(super::retention(&tx, caller.city).await?.into()))
}

/// Set it, as staff of the whole city; it holds a day later.
#[utoipa::path(tag = "privacy", request_body = RetentionIn, responses((status = 200, body = RetentionOut)))]
#[put("/api/v1/retention")]
pub async fn set_retention(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    body: Parsed<RetentionIn>,
) -> Result<Json<RetentionOut>, Problem> {
    let (city, now) = (caller.city, clock.now());
    let set = async move |tx: &_| Ok(super::set(tx, &caller, body.value.into(), now).await?);
    Ok(Json(cities.write(Some(city), set).await?.into()))
}
