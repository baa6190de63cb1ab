//! Where a browser's endpoint may be: an endpoint is an address that a stranger gives us, and we call it.

use std::str::FromStr;

use url::Url;

use super::Origin;

/// A host, or with `*.` before it every host below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern(String);

impl HostPattern {
    fn fits(&self, host: &str) -> bool {
        match self.0.strip_prefix('*') {
            Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
            None => host == self.0,
        }
    }
}

impl FromStr for HostPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.strip_prefix("*.").unwrap_or(text);
        if name.contains('.') && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err("is neither a host nor *.suffix".into())
        }
    }
}

/// Which push services may be called.
#[derive(Clone, Debug, Default)]
pub struct PushHosts {
    hosts: Vec<HostPattern>,
    test_origins: Vec<Origin>,
}

impl PushHosts {
    /// Those of a list, and the origins that tests may call besides.
    #[must_use]
    pub fn new(hosts: Vec<HostPattern>, test_origins: Vec<Origin>) -> Self {
        Self { hosts, test_origins }
    }

    /// Whether there are origins for tests.
    #[must_use]
    pub fn has_test_origins(&self) -> bool {
        !self.test_origins.is_empty()
    }

    /// The origin of an endpoint that may be called: https on port 443 of a listed host, or one of the test origins. A trailing
    /// dot, a user, a host that is an address: none of these is on the list.
    #[must_use]
    pub fn allowed(&self, endpoint: &Url) -> Option<Origin> {
        let origin = Origin(endpoint.origin().ascii_serialization());
        if endpoint.scheme() != "https" || !endpoint.username().is_empty() || endpoint.password().is_some() {
            return None;
        }
        if self.test_origins.contains(&origin) {
            return Some(origin);
        }
        let listed = endpoint.domain().is_some_and(|host| self.hosts.iter().any(|pattern| pattern.fits(host)));
        (listed && endpoint.port().is_none()).then_some(origin)
    }

    /// Whether an endpoint is at one of the origins of tests, which are on this machine and nowhere else.
    #[must_use]
    pub fn is_test_origin(&self, endpoint: &Url) -> bool {
        self.test_origins.contains(&Origin(endpoint.origin().ascii_serialization()))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Settings;

    use super::*;

    #[test]
    fn row_who_may_be_called_the_list() {
        let variables = [("KAIRAN_PUSH_TEST_ORIGINS".to_owned(), "https://localhost:8766".to_owned())];
        let push = Settings::read(variables, []).expect("settings").push;
        let allowed = |text: &str| Url::parse(text).ok().and_then(|u| push.allowed(&u)).is_some();
        for good in ["https://fcm.googleapis.com/x", "https://a.push.apple.com/x", "https://localhost:8766/x"] {
            assert!(allowed(good), "{good}");
        }
        for bad in [
            "http://fcm.googleapis.com/x",
            "https://fcm.googleapis.com:8443/x",
            "https://fcm.googleapis.com./x",
            "https://push.apple.com/x",
            "https://evilpush.apple.com.example/x",
            "https://user@fcm.googleapis.com/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://localhost/x",
        ] {
            assert!(!allowed(bad), "{bad}");
        }
    }
}
