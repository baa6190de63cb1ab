//! Files: the body of a call as `text/csv`, or one from a form of our own pages. Both are as small as any other body.

use actix_multipart::Multipart;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Bytes};
use futures_util::{StreamExt as _, TryStreamExt as _, future::LocalBoxFuture, stream};

use super::{
    body::{read, sum},
    client::same_origin,
};
use crate::problem::Problem;

/// A table that a program sends.
#[derive(Debug)]
pub struct CsvBody {
    /// The file.
    pub bytes: Bytes,
    /// SHA-256 of its bytes: whether a repeated request is the same.
    pub digest: [u8; 32],
}

impl FromRequest for CsvBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = read(request, payload, "text/csv");
        Box::pin(async move {
            let bytes = bytes.await?;
            Ok(Self { digest: sum(&bytes), bytes })
        })
    }
}

/// The one file of a form of our own pages: refused when another site sent it. A form without file has an empty one.
#[derive(Debug)]
pub struct FileForm(pub Vec<u8>);

impl FromRequest for FileForm {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let ours = same_origin(request);
        let (bytes, headers) = (read(request, payload, "multipart/form-data"), request.headers().clone());
        Box::pin(async move {
            ours?;
            let whole =
                stream::once(bytes).map(|read| read.map_err(|_| actix_web::error::PayloadError::Incomplete(None)));
            let mut parts = Multipart::new(&headers, whole);
            let broken = |_| Problem::invalid_field("/file", "problem-file");
            let Some(part) = parts.try_next().await.map_err(broken)? else { return Ok(Self(Vec::new())) };
            let chunks: Vec<Bytes> = part.try_collect().await.map_err(broken)?;
            Ok(Self(chunks.concat()))
        })
    }
}
