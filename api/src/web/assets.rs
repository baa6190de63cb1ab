//! What a phone downloads besides pages: style, script, icons, the service worker. All of it is in the binary, also while
//! developing, so that nothing depends on where the program was started.
//!
//! A page names a file together with its hash ([`address`]): such an address may be kept for a year, since a new version has
//! a new one. Without the right hash the browser has to ask again, and is answered 304 as long as nothing changed.

use std::borrow::Cow;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, EntityTag, IfNoneMatch},
    web::{Header, Path, ServiceConfig},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::problem::Problem;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/assets"]
struct Assets;

/// For addresses that carry the right hash.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// For addresses that stay while what they show changes.
const ASK_AGAIN: &str = "no-cache";

/// The routes of the assets.
pub fn pages(config: &mut ServiceConfig) {
    config.service(asset).service(worker).service(manifest).service(favicon);
}

/// The address of an asset, with its hash: `/assets/kairan.css?v=0123456789ab`.
#[must_use]
pub fn address(name: &str) -> String {
    match Assets::get(name) {
        Some(file) => format!("/assets/{name}?v={}", hash(&file)),
        None => format!("/assets/{name}"),
    }
}

/// The text of an asset.
#[must_use]
pub fn read(name: &str) -> Option<Cow<'static, [u8]>> {
    Assets::get(name).map(|file| file.data)
}

fn hash(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[get("/assets/{name}")]
async fn asset(request: HttpRequest, name: Path<String>, known: Header<IfNoneMatch>) -> Result<HttpResponse, Problem> {
    let file = Assets::get(&name).ok_or_else(Problem::not_found)?;
    let current = request.query_string().strip_prefix("v=") == Some(&hash(&file));
    Ok(answer(&name, file, &known, if current { FOREVER } else { ASK_AGAIN }))
}

/// At the root, since a service worker may only look after what lies below itself.
#[get("/sw.js")]
async fn worker(known: Header<IfNoneMatch>) -> Result<HttpResponse, Problem> {
    at_the_root("sw.js", &known)
}

#[get("/manifest.webmanifest")]
async fn manifest(known: Header<IfNoneMatch>) -> Result<HttpResponse, Problem> {
    at_the_root("manifest.webmanifest", &known)
}

/// Browsers ask for this address without being told of it.
#[get("/favicon.ico")]
async fn favicon(known: Header<IfNoneMatch>) -> Result<HttpResponse, Problem> {
    at_the_root("icon-192.png", &known)
}

fn at_the_root(name: &str, known: &IfNoneMatch) -> Result<HttpResponse, Problem> {
    let file = Assets::get(name).ok_or_else(Problem::not_found)?;
    Ok(answer(name, file, known, ASK_AGAIN))
}

fn answer(name: &str, file: EmbeddedFile, known: &IfNoneMatch, keep: &str) -> HttpResponse {
    // Weak: the same file may travel compressed.
    let tag = EntityTag::new_weak(hash(&file));
    let fresh = matches!(known, IfNoneMatch::Items(tags) if tags.iter().any(|known| known.weak_eq(&tag)));
    let mut response = if fresh { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::CACHE_CONTROL, keep)).insert_header(header::ETag(tag));
    if fresh { response.finish() } else { response.content_type(content_type(name)).body(file.data) }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{App, dev::ServiceResponse, http::StatusCode, test};

    use super::*;

    fn text<'a>(response: &'a ServiceResponse, name: &str) -> &'a str {
        response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[actix_web::test]
    async fn what_a_page_names_is_there_and_may_be_kept() {
        let app = test::init_service(App::new().configure(pages)).await;
        for name in Assets::iter() {
            let request = test::TestRequest::get().uri(&address(&name)).to_request();
            let response = test::call_service(&app, request).await;
            assert_eq!(response.status(), StatusCode::OK, "{name}");
            assert_ne!(text(&response, "content-type"), "application/octet-stream", "{name}");
            assert_eq!(text(&response, "cache-control"), FOREVER, "{name}");
        }
    }

    #[actix_web::test]
    async fn what_stays_at_its_address_is_asked_for_again() {
        let app = test::init_service(App::new().configure(pages)).await;
        for path in ["/sw.js", "/manifest.webmanifest", "/favicon.ico", "/assets/kairan.js", "/assets/kairan.js?v=old"]
        {
            let response = test::call_service(&app, test::TestRequest::get().uri(path).to_request()).await;
            assert_eq!(text(&response, "cache-control"), ASK_AGAIN, "{path}");
            let tag = text(&response, "etag").to_owned();
            let again = test::TestRequest::get().uri(path).insert_header(("If-None-Match", tag)).to_request();
            assert_eq!(test::call_service(&app, again).await.status(), StatusCode::NOT_MODIFIED, "{path}");
        }
    }

    #[actix_web::test]
    async fn what_is_not_there_is_not_found() {
        let app = test::init_service(App::new().configure(pages)).await;
        for path in ["/assets/nothing.css", "/assets/..%2fCargo.toml", "/assets/%2e%2e/Cargo.toml"] {
            let response = test::call_service(&app, test::TestRequest::get().uri(path).to_request()).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[actix_web::test]
    async fn the_first_page_stays_light() {
        let size = |name: &str| Assets::get(name).map_or(usize::MAX, |file| file.data.len());
        assert!(size("kairan.css") <= 24_000, "{}", size("kairan.css"));
        for script in Assets::iter().filter(|name| name.ends_with(".js")) {
            assert!(size(&script) <= 5_120, "{script}: {}", size(&script));
        }
    }
}
