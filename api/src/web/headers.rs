//! The headers that every answer carries: nothing from elsewhere runs in our pages, and nobody frames them.

use actix_web::middleware::DefaultHeaders;

/// No inline script or style, nothing from another origin; a page may only be framed by nobody.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// The headers for everything.
#[must_use]
pub fn security() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("Content-Security-Policy", POLICY))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "same-origin"))
        .add(("Cross-Origin-Opener-Policy", "same-origin"))
        .add(("Permissions-Policy", "geolocation=(), camera=(), microphone=()"))
        .add(("Cache-Control", "no-store"))
}
