//! How the provider is asked: over TLS, within ten seconds, without following where it points, and never for more than it takes to answer.

use std::{fmt, pin::Pin, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// The most that an answer of the provider may hold.
const LIMIT: usize = 512 * 1024;
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The way to the provider.
#[derive(Clone, Debug)]
pub(super) struct Http(reqwest::Client);

/// An answer that did not come, or was too long.
#[derive(Debug)]
pub(super) struct HttpError(String);

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HttpError {}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        // The address may hold a code; what it was for is known all the same.
        Self(format!("{:?}", error.without_url()))
    }
}

impl Http {
    /// One that speaks TLS alone, but where `plain` is allowed.
    ///
    /// # Errors
    /// When the system has no roots to trust.
    pub fn new(plain: bool) -> Result<Self, HttpError> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .https_only(!plain)
            .timeout(PATIENCE)
            .connect_timeout(PATIENCE)
            .user_agent("Kairan");
        Ok(Self(client.build()?))
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut answer = self.0.execute(reqwest::Request::try_from(request)?).await?;
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await? {
            if body.len() + part.len() > LIMIT {
                return Err(HttpError(format!("an answer of more than {LIMIT} bytes")));
            }
            body.extend_from_slice(&part);
        }
        let mut response = HttpResponse::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
