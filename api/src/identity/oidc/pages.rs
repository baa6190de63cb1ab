//! To the provider and back, as pages.

use std::net::IpAddr;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    web::{Data, Query, ServiceConfig},
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::Deserialize;

use super::{Journey, OidcError, Provider, admit, journey};
use crate::{
    identity::{
        api::Parts,
        pages::again_at_sign_in,
        session::{Device, Opened},
    },
    problem::Problem,
    web::{
        client,
        page::{local_path, see_other},
    },
};

/// The pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(leave).service(back);
}

/// Where somebody wanted to go before they were asked to sign in.
#[derive(Deserialize)]
struct Wish {
    next: Option<String>,
}

#[get("/oidc/start")]
async fn leave(request: HttpRequest, parts: Parts, wish: Query<Wish>) -> Result<HttpResponse, Problem> {
    let provider = provider(&request)?;
    parts.limits.count_journey(&request)?;
    let (now, next) = (parts.clock.now(), wish.next.as_deref().and_then(local_path).map(str::to_owned));
    let (url, journey) = match provider.send(next).await {
        Ok(sent) => sent,
        Err(error) => return again_at_sign_in(&parts, &error.into(), wish.next.as_deref()),
    };
    let cookie = journey.cookie((&parts.keys.tokens, &parts.origin), now);
    let cookie = cookie.ok_or_else(|| Problem::internal("a journey could not be sealed"))?;
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, url.as_str())).cookie(cookie).finish())
}

/// What the provider says in the address that leads back.
#[derive(Deserialize)]
struct Return {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

#[get("/oidc/back")]
async fn back(request: HttpRequest, parts: Parts, said: Query<Return>) -> Result<HttpResponse, Problem> {
    let provider = provider(&request)?;
    parts.limits.count_journey(&request)?;
    let journey = request.cookie(journey::name(&parts.origin));
    let journey = journey.and_then(|cookie| Journey::read(cookie.value(), &parts.keys.tokens, parts.clock.now()));
    let next = journey.as_ref().and_then(|journey| journey.next.clone());
    let mut response = match arrive((&parts, client::address(&request)), &provider, journey, said.into_inner()).await {
        Ok(opened) => {
            parts.signed_in(&request, see_other(next.as_deref().and_then(local_path).unwrap_or("/")), &opened).await
        }
        Err(error) => again_at_sign_in(&parts, &error, next.as_deref())?,
    };
    // Whatever came of it, it is over: the same code and state serve no second time.
    response.add_cookie(&journey::over(&parts.origin)).map_err(Problem::internal)?;
    Ok(response)
}

async fn arrive(
    (parts, address): (&Parts, IpAddr),
    provider: &Data<Provider>,
    journey: Option<Journey>,
    said: Return,
) -> Result<Opened, Problem> {
    let journey = journey.ok_or(OidcError::Interrupted)?;
    let state = said.state.unwrap_or_default();
    // RFC 9207: one who says who they are must be the one whom we asked.
    let by_another = said.iss.is_some_and(|iss| iss != provider.issuer());
    if verify_slices_are_equal(state.as_bytes(), journey.state.as_bytes()).is_err() || by_another {
        return Err(OidcError::Interrupted.into());
    }
    let code = match (said.code, said.error) {
        (Some(code), None) => code,
        (_, error) => return Err(OidcError::Refused(error.unwrap_or_default()).into()),
    };
    let email = provider.welcome(&journey, code).await?;
    let (provider, device, now) = (provider.clone(), Device::Browser(parts.agent), parts.clock.now());
    let admit =
        async move |tx: &_| Ok(admit(tx, (provider.city(), &email, provider.issuer()), (device, address), now).await?);
    parts.cities.write(None, admit).await
}

/// The provider, where there is one: otherwise these pages do not exist.
fn provider(request: &HttpRequest) -> Result<Data<Provider>, Problem> {
    request.app_data::<Data<Provider>>().cloned().ok_or_else(Problem::not_found)
}
