//! The headers that every answer carries: nothing from elsewhere runs in our pages, and nobody frames them.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
};

/// No inline script or style, and nothing from another origin.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
/// The browser of the interface's description brings styles and pictures of its own along.
const POLICY_OF_DOCS: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; \
                              form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/// Adds the headers; what a handler has set itself stays.
///
/// # Errors
/// Those of the service.
pub async fn security<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let policy = if request.path().starts_with("/api/docs") { POLICY_OF_DOCS } else { POLICY };
    let mut response = next.call(request).await?;
    for (name, value) in [
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "geolocation=(), camera=(), microphone=()"),
        ("cache-control", "no-store"),
    ] {
        let name = HeaderName::from_static(name);
        if !response.headers().contains_key(&name) {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    Ok(response)
}
