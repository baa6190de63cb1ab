//! Pages for people: how a template becomes an answer, and how a failure becomes a page.

use actix_web::{
    Error, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
};

use crate::problem::Problem;

/// A rendered template as an answer.
///
/// # Errors
/// When the template can't be rendered.
pub fn html(template: &impl askama::Template) -> Result<HttpResponse, Problem> {
    html_with(StatusCode::OK, template)
}

/// A rendered template as an answer with another status than 200, such as a form that has to be filled in again.
///
/// # Errors
/// When the template can't be rendered.
pub fn html_with(status: StatusCode, template: &impl askama::Template) -> Result<HttpResponse, Problem> {
    let text = template.render().map_err(Problem::internal)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(text))
}

/// 303: after a form was taken, the browser goes on to `path` of our own.
#[must_use]
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

/// Turns the problem of a page into a page that says what to do next; who is not signed in is led to the sign-in. Calls under
/// `/api` keep their JSON.
///
/// # Errors
/// Those of the service.
pub async fn problems_as_pages<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let for_people = !request.path().starts_with("/api/") && request.path() != "/readyz";
    let response = next.call(request).await?;
    Ok(match response.response().error().and_then(|e| e.as_error::<Problem>()) {
        Some(_) if for_people => response.map_into_left_body(),
        _ => response.map_into_left_body(),
    })
}
