//! Joining, as JSON.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, post};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    identity::{
        api::{Parts, TokensOut, tokens_out},
        session::Device,
    },
    problem::Problem,
    web::{Once, Parsed, plain_text},
};

/// A joining code.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinIn {
    /// The code of the household's slip, as typed or scanned.
    #[garde(length(chars, max = 200))]
    #[schema(example = "ACDE-FGHJ-KMNP-QRTW")]
    code: String,
    /// What to be called; may stay empty.
    #[garde(inner(length(chars, max = 50), custom(plain_text)))]
    name: Option<String>,
}

/// Become a person of the household that the code belongs to.
#[utoipa::path(tag = "households", request_body = JoinIn, responses((status = 201, body = TokensOut)), security(()))]
#[post("/api/v1/join")]
pub async fn join(
    request: HttpRequest,
    parts: Parts,
    once: Once,
    body: Parsed<JoinIn>,
) -> Result<HttpResponse, Problem> {
    let JoinIn { code, name } = body.value;
    parts.count_code(&request, &code)?;
    let counting = parts.clone();
    once.write(code.clone(), body.digest, async move |tx| {
        let opened = super::join(tx, (&code, name), Device::Program(parts.agent), parts.clock.now()).await?;
        Ok((StatusCode::CREATED, tokens_out(tx, &parts.tokens, &opened, &parts.clock).await?))
    })
    .await
    .map_err(|problem| counting.heed(problem))
}
