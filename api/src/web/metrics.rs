//! Numbers for whoever watches the installation, in the form of Prometheus.

use std::{sync::OnceLock, time::Instant};

use actix_web::{
    Error, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::problem::Problem;

/// The recorder of this process, which there can be one of.
static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts to count, once in a process.
pub fn start() {
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().ok());
}

/// What was counted so far, in the form of Prometheus.
///
/// # Errors
/// When nothing is counted in this process.
pub fn page() -> Result<HttpResponse, Problem> {
    let recorder = RECORDER.get().and_then(Option::as_ref).ok_or_else(|| Problem::internal("nothing is counted"))?;
    recorder.run_upkeep();
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(recorder.render()))
}

/// Counts a request by its route, never by its path, which names notices.
///
/// # Errors
/// Those of the service.
pub async fn count<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let begun = Instant::now();
    let method = request.method().as_str().to_owned();
    let response = next.call(request).await?;
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let status = response.status().as_u16().to_string();
    metrics::counter!("http_requests_total", "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("http_request_seconds", "route" => route).record(begun.elapsed().as_secs_f64());
    Ok(response)
}
