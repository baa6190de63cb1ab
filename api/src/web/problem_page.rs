//! A failure as a page: what happened, and what somebody can do about it.

use actix_web::{
    Error, HttpMessage as _, HttpResponse, ResponseError as _,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, StatusCode},
    middleware::Next,
};
use askama::Template;

use super::{
    filters,
    page::{Fault, Frame, Who, again, see_other, way_in},
};
use crate::{problem::Problem, say::Message};

/// A failure as a page.
#[derive(Template)]
#[template(path = "web/problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    detail: &'a Message,
    errors: Vec<Fault>,
    next: NextStep,
}

/// What somebody can do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NextStep {
    /// Sign in.
    SignIn,
    /// Leave it to others.
    Others,
    /// Start at the first page.
    Home,
    /// Go back, put it right and send it again.
    Back,
    /// Wait, then load again.
    Wait,
}

impl NextStep {
    fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::SignIn,
            StatusCode::FORBIDDEN => Self::Others,
            StatusCode::NOT_FOUND | StatusCode::GONE => Self::Home,
            StatusCode::TOO_MANY_REQUESTS => Self::Wait,
            status if status.is_server_error() => Self::Wait,
            _ => Self::Back,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::SignIn => "next-sign-in-title",
            Self::Others | Self::Home => "next-home-title",
            Self::Back => "next-back-title",
            Self::Wait => "next-wait-title",
        }
    }
}

fn problem_page(problem: &Problem) -> Result<HttpResponse, Problem> {
    let next = NextStep::of(problem.status_code());
    again(
        problem,
        &ProblemPage {
            frame: Frame::new(next.title(), Who::Unknown),
            detail: problem.detail(),
            errors: problem.errors().iter().map(Fault::from).collect(),
            next,
        },
    )
}

/// What a request is marked with to which nobody who is signed in belongs, whatever it has brought.
#[derive(Clone, Copy, Debug)]
pub struct Unauthenticated;

/// Whether a path is called by programs, which want their problems as JSON.
pub(super) fn for_programs(path: &str) -> bool {
    path.starts_with("/api/") || matches!(path, "/api" | "/healthz" | "/readyz" | "/metrics")
}

/// Turns the problem of a page into a page that says what to do next; who is not signed in is led to where they come in. Calls under
/// `/api` keep their JSON.
///
/// # Errors
/// Those of the service.
pub async fn problems_as_pages<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let response = next.call(request).await?;
    let problem = response.response().error().and_then(|error| error.as_error::<Problem>());
    if problem.is_some_and(Problem::is_unauthenticated) {
        response.request().extensions_mut().insert(Unauthenticated);
    }
    if for_programs(response.request().path()) {
        return Ok(response.map_into_left_body());
    }
    let Some(page) = response.response().error().map(|error| as_page(response.request(), error)) else {
        return Ok(response.map_into_left_body());
    };
    Ok(response.into_response(page.map_into_right_body()))
}

fn as_page(request: &actix_web::HttpRequest, error: &Error) -> HttpResponse<BoxBody> {
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let status = error.as_response_error().status_code();
    if reading && status == StatusCode::UNAUTHORIZED {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        return see_other(&way_in(path));
    }
    let page = match error.as_error::<Problem>() {
        Some(problem) => problem_page(problem),
        // The framework's own, such as an id in an address that is none.
        None if status.is_server_error() => problem_page(&Problem::internal(error)),
        None if reading => problem_page(&Problem::not_found()),
        None => problem_page(&Problem::new(status, "refused", "problem-refused")),
    };
    page.unwrap_or_else(|problem| problem.error_response())
}

#[cfg(test)]
mod tests {
    use actix_web::test as http;
    use actix_web::{App, test::TestRequest, web};

    use actix_web::http::header;

    use super::*;

    fn text<'a>(headers: &'a header::HeaderMap, name: &str) -> &'a str {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    async fn answer(path: &str, method: Method, problem: fn() -> Problem) -> (StatusCode, header::HeaderMap, String) {
        let service = App::new()
            .wrap(actix_web::middleware::from_fn(problems_as_pages))
            .default_service(web::to(move || std::future::ready(Err::<HttpResponse, _>(problem()))));
        let app = http::init_service(service).await;
        let response = http::call_service(&app, TestRequest::default().method(method).uri(path).to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = http::read_body(response).await;
        (status, headers, String::from_utf8_lossy(&body).into_owned())
    }

    #[actix_web::test]
    async fn people_get_a_page_and_programs_their_json() {
        let (status, headers, body) = answer("/n/1", Method::GET, Problem::not_found).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(text(&headers, "content-type"), "text/html; charset=utf-8");
        assert!(body.contains("見つかりませんでした") && body.contains("lang=\"ja\"") && body.contains("href=\"/\""));
        for path in ["/api/v1/notices", "/readyz", "/healthz", "/metrics"] {
            let (_, headers, body) = answer(path, Method::GET, Problem::not_found).await;
            assert_eq!(text(&headers, "content-type"), "application/problem+json", "{path}");
            assert!(body.starts_with('{'), "{path}");
        }
    }

    #[actix_web::test]
    async fn who_is_not_signed_in_is_led_to_where_they_come_in_and_back() {
        let (status, headers, _) = answer("/n/1?a=b", Method::GET, Problem::unauthenticated).await;
        assert_eq!((status, text(&headers, "location")), (StatusCode::SEE_OTHER, "/join?next=%2Fn%2F1%3Fa%3Db"));
        let (_, headers, _) = answer("//host/x", Method::GET, Problem::unauthenticated).await;
        assert_eq!(text(&headers, "location"), "/signin");
        // What was being sent can't be kept over a sign-in: say so instead of losing it in silence.
        let (status, _, body) = answer("/n/1/acknowledge", Method::POST, Problem::unauthenticated).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert!(body.contains("href=\"/signin\""));
    }

    #[actix_web::test]
    async fn what_is_wrong_is_told_field_by_field_and_escaped() {
        let wrong = || Problem::invalid_field("/title", "<b>長すぎます</b>".to_owned());
        let (status, _, body) = answer("/notices", Method::POST, wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(body.contains("長すぎます") && !body.contains("<b>"));
        let (_, headers, _) = answer("/join", Method::POST, || Problem::too_many(30)).await;
        assert_eq!(text(&headers, "retry-after"), "30");
    }
}
