//! What was refused to somebody who is signed in goes into the audit log as well: who tries what they may not is seen.
//!
//! Only a plain 403 is one. That a thing may not even be known is answered like an unknown id, and means as little.

use actix_web::{
    Error, HttpMessage as _,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::Next,
};

use crate::{
    audit::{By, refuse},
    clock::Clock,
    postgres::cities::Cities,
    problem::Problem,
    web::part,
};

/// Writes down what is answered 403.
///
/// # Errors
/// Those of the request.
pub async fn written_down<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let response = next.call(request).await?;
    if let Some((by, code)) = refused(&response) {
        // What was asked for is put together here alone: before a request has its route, finding the pattern means trying them all.
        let request = response.request();
        let act = format!("{} {}", request.method(), request.match_pattern().unwrap_or_default());
        let (object, now) = (request.path().to_owned(), part::<Clock>(request)?.now());
        let entry = async move |tx: &_| Ok(refuse(tx, by, (&act, object, code), now).await?);
        part::<Cities>(request)?.write(Some(by.city), entry).await?;
    }
    Ok(response)
}

/// Who was refused, and why.
fn refused<B>(response: &ServiceResponse<B>) -> Option<(By, &'static str)> {
    if response.status() != StatusCode::FORBIDDEN {
        return None;
    }
    let problem = response.response().error().and_then(|error| error.as_error::<Problem>());
    let by = response.request().extensions().get::<By>().copied()?;
    Some((by, problem.map_or("", Problem::code)))
}
