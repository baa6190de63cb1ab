//! What was refused to somebody who is signed in goes into the audit log as well: who tries what they may not is seen.
//!
//! Only a plain 403 is one. That a thing may not even be known is answered like an unknown id, and means as little.

use actix_web::{
    Error, HttpMessage as _,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::Next,
    web::Data,
};

use crate::{
    audit::{By, refuse},
    clock::Clock,
    postgres::cities::Cities,
    problem::Problem,
};

/// Writes down what is answered 403.
///
/// # Errors
/// Those of the request.
pub async fn written_down<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let act = format!("{} {}", request.method(), request.match_pattern().unwrap_or_default());
    let object = request.path().to_owned();
    let parts = (request.app_data::<Data<Cities>>().cloned(), request.app_data::<Data<Clock>>().cloned());
    let answer = next.call(request).await;
    if let (Some(cities), Some(clock)) = parts
        && let Some((by, code)) = refused(&answer)
    {
        let now = clock.now();
        let entry = async move |tx: &_| Ok(refuse(tx, by, (&act, object, code), now).await?);
        cities.write(Some(by.city), entry).await?;
    }
    answer
}

/// Who was refused, and why.
fn refused<B>(answer: &Result<ServiceResponse<B>, Error>) -> Option<(By, &'static str)> {
    let response = answer.as_ref().ok()?;
    let problem = response.response().error().and_then(|error| error.as_error::<Problem>());
    let forbidden = response.status() == StatusCode::FORBIDDEN;
    let by = response.request().extensions().get::<By>().copied().filter(|_| forbidden)?;
    Some((by, problem.map_or("", Problem::code)))
}
