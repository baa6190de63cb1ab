//! Whose page an answer is. A phone keeps pages for where there is no net, and keeps them apart by this; what it keeps of somebody who is not signed
//! in any more goes with the page that says so. `Clear-Site-Data` comes with signing out alone: on an answer that a service worker is fetching,
//! browsers wait for the worker's end, and the worker for the answer.

use actix_web::{
    Error, HttpMessage as _,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::Next,
};
use entity::ids::SessionId;
use time::Date;

use super::session;
use crate::{
    clock::Clock,
    config::Origin,
    web::{along::Choices, part, problem_page::Unauthenticated},
};

/// The id of the sign-in that a page was made for, or `none` where there is none. Where nobody asked whose it is, it is not said.
const HEADER: HeaderName = HeaderName::from_static("kairan-sign-in");
/// Everything that a browser keeps of us: copies of pages, stamps that wait, choices, the service worker with its push subscription.
pub(super) const CLEAR: (HeaderName, HeaderValue) =
    (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"storage\""));

/// What a request is marked with whose caller was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct SignedIn {
    pub session: SessionId,
    /// When it was last used before.
    pub seen_on: Date,
}

/// Says whose a page is, and takes away a cookie that opens nothing any more. One that does is given anew with the first page of a day, and what was chosen
/// with it: browsers keep a cookie for 400 days from when it was given, however often it is used.
///
/// # Errors
/// Those of the request.
pub async fn said<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let origin = part::<Origin>(request.request())?;
    let today = part::<Clock>(request.request())?.today();
    let brought = request.cookie(session::cookie_name(&origin));
    let by_token = request.headers().contains_key(header::AUTHORIZATION);
    let mut response = next.call(request).await?;
    if by_token {
        return Ok(response);
    }
    let (whose, over) = {
        let extensions = response.request().extensions();
        (extensions.get::<SignedIn>().copied(), extensions.contains::<Unauthenticated>())
    };
    if brought.is_some() && over {
        response.response_mut().add_cookie(&session::no_cookie(&origin))?;
    }
    let page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    // The first thing that a home screen opens leads on to a page.
    let opened = page || response.status().is_redirection();
    if let (true, Some(cookie), Some(SignedIn { seen_on, .. })) = (opened, &brought, whose)
        && seen_on < today
        && response.response().cookies().all(|one| one.name() != cookie.name())
    {
        let kept = Choices::kept(response.request()).cookies(&origin);
        for cookie in std::iter::once(session::cookie(&origin, cookie.value())).chain(kept) {
            response.response_mut().add_cookie(&cookie)?;
        }
    }
    let whose = match whose {
        Some(SignedIn { session, .. }) => Some(session.to_string()),
        None => (brought.is_none() || over).then(|| "none".to_owned()),
    };
    if let Some(whose) = whose.filter(|_| page)
        && let Ok(value) = HeaderValue::from_str(&whose)
    {
        response.headers_mut().insert(HEADER, value);
    }
    Ok(response)
}
