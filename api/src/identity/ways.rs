//! The other ways in that the sign-in offers: by the city's provider, and by a passkey.

use super::parts::Parts;
use crate::web::page::on_to;

/// Where each of them begins, if there is one; all lead on to the same page of ours.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// To the provider of the city's staff.
    pub provider: Option<String>,
    /// To the page for passkeys.
    pub passkeys: Option<String>,
}

impl Ways {
    /// Those of this installation, on to `next`.
    pub fn of(parts: &Parts, next: Option<&str>) -> Self {
        let by = |page: &str| on_to(page, next.unwrap_or_default());
        Self {
            provider: parts.settings.oidc.as_ref().map(|_| by("/oidc/start")),
            passkeys: parts.passkeys.as_ref().map(|_| by("/signin/passkey")),
        }
    }
}
