//! Recovery codes, as JSON.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post, web::Json};
use garde::Validate;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    audit,
    identity::{Caller, IdentityError, api::Parts},
    problem::Problem,
    web::{Once, Parsed},
};

/// The caller's password once more.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawIn {
    /// The password.
    #[garde(length(chars, min = 1, max = 200))]
    password: String,
}

/// Codes that are shown once.
#[derive(Serialize, ToSchema)]
pub struct CodesOut {
    /// Ten of them.
    #[schema(example = json!(["ACDE-FGHJ-KMNP-QRTW"]))]
    codes: Vec<String>,
}

/// How many are left.
#[derive(Serialize, ToSchema)]
pub struct RemainingOut {
    /// From 0 to 10.
    remaining: u64,
}

/// Draw ten recovery codes; those of before are over.
#[utoipa::path(tag = "identity", request_body = DrawIn, responses((status = 201, body = CodesOut)))]
#[post("/api/v1/recovery-codes")]
pub async fn draw(
    request: HttpRequest,
    (parts, caller): (Parts, Caller),
    once: Once,
    body: Parsed<DrawIn>,
) -> Result<HttpResponse, Problem> {
    parts.count_own_password(&request, &caller)?;
    let (who, now) = ((caller.city, caller.person), parts.clock.now());
    parts.prove_again(&caller, SecretString::from(body.value.password)).await?;
    once.within(caller.city)
        .write(caller.person.0, body.digest, async move |tx| {
            let codes = super::draw(tx, who).await?;
            audit::record(tx, &caller, "draw recovery codes", (who.1.to_string(), String::new()), now).await?;
            Ok((StatusCode::CREATED, CodesOut { codes: codes.iter().map(|code| code.to_print()).collect() }))
        })
        .await
}

/// How many recovery codes the caller has left.
#[utoipa::path(tag = "identity", responses((status = 200, body = RemainingOut)))]
#[get("/api/v1/recovery-codes")]
pub async fn remaining(parts: Parts, caller: Caller) -> Result<Json<RemainingOut>, Problem> {
    let left = super::remaining(&parts.cities.look(caller.city).await?, &caller).await?;
    Ok(Json(RemainingOut { remaining: left.ok_or(IdentityError::NoSecondFactor)? }))
}
