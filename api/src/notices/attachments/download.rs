//! Handing a file on: to who may read its notice, as what it is, and so that a browser does nothing with it but show it.

use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::header::{self, ContentEncoding, HeaderValue},
    web::Data,
};
use entity::{attachment, attachment::Kind, ids::AttachmentId};
use futures_util::TryStreamExt as _;

use super::{list, name::ending};
use crate::{
    files::{Files, Key, Sum, hex},
    notices::Readable,
    postgres::cities::Cities,
    problem::Problem,
    web::{id_in, part},
};

/// Nothing runs in a file, whatever is in it, nothing is fetched for it, and it is of no origin. Chromium shows PDFs with it as without.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// The file or the preview that a path names (`{file}`, and `/preview` at its end), of a notice that somebody may read.
///
/// # Errors
/// `not_found`, also for a file of another notice, one that waits for a correction, and one that a correction took away.
pub async fn file_of(request: &HttpRequest, cities: &Cities, found: &Readable) -> Result<HttpResponse, Problem> {
    let id = AttachmentId(id_in(request, "file")?);
    // The connection goes back before the files' place is asked: a slow bucket must not keep everybody from the database.
    let row = list::one(&cities.look(found.caller.city).await?, found, id).await?.ok_or_else(Problem::not_found)?;
    let preview = request.path().ends_with("/preview");
    let sum = if preview { row.preview_sum.as_deref().ok_or_else(Problem::not_found)? } else { &*row.sum };
    let tag = format!("\"{}\"", hex(sum));
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::ETAG, tag.clone()))
        // Also with 304, as its headers take the place of those that a browser has kept.
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        // It is asked each time whether they still may; what they have need not travel again.
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header(("Cross-Origin-Resource-Policy", "same-origin"));
    if request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) == Some(&*tag) {
        return Ok(response.status(actix_web::http::StatusCode::NOT_MODIFIED).finish());
    }
    let files: Data<Files> = part(request)?;
    let key = Key { city: row.city_id, of: row.id.0, sum: Sum::try_from(sum).map_err(Problem::internal)? };
    let (length, pieces) = match files.get(&key).await {
        Ok(Some(found)) => found,
        Ok(None) => return Err(Problem::internal(format!("the file of attachment {} is gone", row.id))),
        Err(error) => return Err(Problem::unavailable(error)),
    };
    let kind = if preview { Kind::Jpeg } else { row.kind };
    response
        .insert_header((header::CONTENT_TYPE, mime(kind)))
        .insert_header((header::CONTENT_DISPOSITION, disposition(&row, kind)?))
        // It is as small already as it can be.
        .insert_header(ContentEncoding::Identity);
    Ok(response.body(SizedStream::new(length, pieces.map_err(actix_web::error::ErrorInternalServerError))))
}

fn mime(kind: Kind) -> &'static str {
    match kind {
        Kind::Pdf => "application/pdf",
        Kind::Jpeg => "image/jpeg",
        Kind::Png => "image/png",
    }
}

/// To be shown, and by what name to keep it (RFC 6266, RFC 8187).
fn disposition(row: &attachment::Model, kind: Kind) -> Result<HeaderValue, Problem> {
    let mut name = String::new();
    for byte in row.name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => name.push(char::from(byte)),
            _ => name.push_str(&format!("%{byte:02X}")),
        }
    }
    let text = format!("inline; filename=\"attachment.{}\"; filename*=UTF-8''{name}", ending(kind));
    HeaderValue::from_str(&text).map_err(Problem::internal)
}
