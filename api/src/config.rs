//! The settings: read once at the start, each into a type that can't hold nonsense.
//!
//! `config.default.toml` is both the documentation and the defaults; the environment goes before it and the command line before
//! both. Whatever is wrong is said in one line that names the setting, its value and what it may be.

use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf, str::FromStr};

use ipnet::IpNet;
use secrecy::SecretString;
use time::{Time, macros::format_description};
use url::Url;

use crate::files::Place;

pub use oidc::Oidc;
pub use push_hosts::PushHosts;

mod oidc;
mod push_hosts;

/// What stands in `config.default.toml`.
const DEFAULTS: &str = include_str!("../config.default.toml");
/// The variables' common beginning.
const PREFIX: &str = "KAIRAN_";

/// What the program was told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Development or production.
    pub env: Environment,
    /// Where the database is; none: `up` starts its own.
    pub database_url: Option<SecretString>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The only origin that is put into links; none: the address listened on.
    pub public_origin: Option<Origin>,
    /// Whose `Forwarded` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Where the keys are.
    pub keys_dir: Option<PathBuf>,
    /// Where files are kept that people hand in; none: in the data directory.
    pub files: Option<Place>,
    /// Who a push service may write to.
    pub vapid_subject: String,
    /// Where a browser's endpoint may be.
    pub push: PushHosts,
    /// One more trusted authority for pushing.
    pub push_ca_file: Option<PathBuf>,
    /// Whether tries are limited.
    pub limits: bool,
    /// By what provider staff sign in.
    pub oidc: Option<Oidc>,
    /// When emergencies alone ring.
    pub quiet_hours: Option<QuietHours>,
    /// A filter for the log.
    pub log: String,
    /// How the log is written.
    pub log_format: LogFormat,
}

/// What the installation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// On one's own machine.
    Development,
    /// For people.
    Production,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

/// Scheme, host and port, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether cookies can be limited to TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// The origin of a server that listens on `address` of this machine.
    #[must_use]
    pub fn local(address: SocketAddr) -> Self {
        if address.ip().is_loopback() || address.ip().is_unspecified() {
            Self(format!("http://localhost:{}", address.port()))
        } else {
            Self(format!("http://{address}"))
        }
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|e| format!("is no address: {e}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err("must begin with https:// or http:// and name a host".into());
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err("must be scheme, host and port alone".into());
        }
        Ok(Self(url.origin().ascii_serialization()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hours of the day in Japan, which may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    from: Time,
    to: Time,
}

impl QuietHours {
    /// Whether it is quiet at this time of the day in Japan.
    #[must_use]
    pub fn contains(&self, time: Time) -> bool {
        if self.from <= self.to { self.from <= time && time < self.to } else { self.from <= time || time < self.to }
    }
}

impl FromStr for QuietHours {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let hour = |t: &str| Time::parse(t.trim(), format_description!("[hour]:[minute]"));
        text.split_once('-')
            .and_then(|(from, to)| Some(Self { from: hour(from).ok()?, to: hour(to).ok()? }))
            .ok_or_else(|| "must be like 21:00-07:00, or off".into())
    }
}

/// A setting that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{name}={value:?} {reason}")]
pub struct BadSetting {
    name: String,
    value: String,
    reason: String,
}

impl BadSetting {
    /// Says that `name` can't be `value`, and why.
    pub fn new(name: impl Into<String>, value: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), reason: reason.into() }
    }
}

/// What a line of `config.default.toml` says for each kind of installation.
struct Values {
    given: BTreeMap<String, String>,
    defaults: toml::Table,
    production: bool,
}

impl Values {
    fn text(&self, key: &str) -> &str {
        let default = || {
            let of_production = self.defaults.get("production").and_then(|t| t.get(key)).filter(|_| self.production);
            of_production.or_else(|| self.defaults.get(key)).and_then(toml::Value::as_str).unwrap_or_default()
        };
        self.given.get(key).map_or_else(default, |v| v.trim())
    }

    fn bad(&self, key: &str, reason: impl Into<String>) -> BadSetting {
        BadSetting::new(format!("{PREFIX}{}", key.to_uppercase()), self.text(key), reason)
    }

    fn parse<T: FromStr<Err: fmt::Display>>(&self, key: &str) -> Result<T, BadSetting> {
        self.text(key).parse().map_err(|e: T::Err| self.bad(key, e.to_string()))
    }

    /// None where the text is empty.
    fn option<T: FromStr<Err: fmt::Display>>(&self, key: &str) -> Result<Option<T>, BadSetting> {
        if self.text(key).is_empty() { Ok(None) } else { self.parse(key).map(Some) }
    }

    fn list<T: FromStr<Err: fmt::Display>>(&self, key: &str) -> Result<Vec<T>, BadSetting> {
        let items = self.text(key).split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| item.parse().map_err(|e: T::Err| self.bad(key, format!("has {item:?}, which {e}")))).collect()
    }

    fn one_of<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Result<T, BadSetting> {
        let found = choices.iter().find(|(name, _)| *name == self.text(key)).map(|(_, value)| *value);
        found.ok_or_else(|| {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            self.bad(key, format!("must be {}", names.join(" or ")))
        })
    }
}

impl Settings {
    /// Reads the settings from `variables` (the environment), with `flags` (a key and its value) going before them.
    ///
    /// # Errors
    /// The first setting that is unknown or can't be used.
    pub fn read(
        variables: impl IntoIterator<Item = (String, String)>,
        flags: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Self, BadSetting> {
        let defaults: toml::Table =
            DEFAULTS.parse().map_err(|e: toml::de::Error| BadSetting::new("config.default.toml", "", e.to_string()))?;
        let mut values = Values { given: BTreeMap::new(), defaults, production: false };
        let mut database_url = None;
        for (name, value) in variables {
            if name == "DATABASE_URL" && !value.is_empty() {
                database_url = Some(SecretString::from(value));
            } else if let Some(key) = name.strip_prefix(PREFIX) {
                let key = key.to_lowercase();
                if !values.defaults.get(&key).is_some_and(toml::Value::is_str) {
                    return Err(BadSetting::new(
                        name,
                        value,
                        "is no setting: see api/config.default.toml for those there are",
                    ));
                }
                values.given.insert(key, value);
            }
        }
        values.given.extend(flags.into_iter().map(|(key, value)| (key.to_owned(), value)));

        let env = values
            .one_of("env", &[("development", Environment::Development), ("production", Environment::Production)])?;
        values.production = env == Environment::Production;
        let settings = Self {
            env,
            database_url,
            listen: values.parse("listen")?,
            public_origin: values.option("public_origin")?,
            trusted_proxies: networks(&values)?,
            keys_dir: values.option("keys_dir")?,
            files: values.option("files")?,
            vapid_subject: subject(&values)?,
            push: PushHosts::new(values.list("push_hosts")?, values.list("push_test_origins")?),
            push_ca_file: values.option("push_ca_file")?,
            oidc: Oidc::read(&values)?,
            limits: values.one_of("limits", &[("on", true), ("off", false)])?,
            quiet_hours: if values.text("quiet_hours") == "off" { None } else { values.option("quiet_hours")? },
            log: values.text("log").to_owned(),
            log_format: values.one_of("log_format", &[("text", LogFormat::Text), ("json", LogFormat::Json)])?,
        };
        if values.production { settings.fit_for_production(&values) } else { Ok(settings) }
    }

    /// What can be meant so and mostly is not, in words for whoever starts the server.
    #[must_use]
    pub fn warnings(&self) -> Vec<&'static str> {
        let believes_nobody = self.env == Environment::Production && self.trusted_proxies.is_empty();
        let said = "KAIRAN_TRUSTED_PROXIES is not set: behind a proxy everybody seems to come from its address, and waits for each other's wrong tries";
        if believes_nobody { vec![said] } else { Vec::new() }
    }

    fn fit_for_production(self, values: &Values) -> Result<Self, BadSetting> {
        if !self.public_origin.as_ref().is_some_and(Origin::is_https) {
            return Err(values.bad("public_origin", "must be an https: origin in production"));
        }
        if !values.given.contains_key("vapid_subject") {
            return Err(values.bad("vapid_subject", "must be set to your own mailto: or https: address in production"));
        }
        if self.push.has_test_origins() {
            return Err(values.bad("push_test_origins", "is refused in production"));
        }
        if !self.limits {
            return Err(values.bad("limits", "is refused in production"));
        }
        Ok(self)
    }
}

fn networks(values: &Values) -> Result<Vec<IpNet>, BadSetting> {
    let parts: Vec<String> = values.list("trusted_proxies")?;
    let net = |part: &String| part.parse::<IpNet>().or_else(|_| part.parse::<std::net::IpAddr>().map(IpNet::from));
    parts
        .iter()
        .map(|p| net(p).map_err(|_| values.bad("trusted_proxies", format!("has {p:?}, which is no address"))))
        .collect()
}

/// Apple refuses `mailto:x@localhost`, brackets, and whatever is no address that could be written to.
fn subject(values: &Values) -> Result<String, BadSetting> {
    let text = values.text("vapid_subject");
    let mail = text.strip_prefix("mailto:").and_then(|m| m.split_once('@')).is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !text.contains(['<', '>', ' ']) && !host.ends_with('.')
    });
    let page =
        text.starts_with("https:") && Url::parse(text).is_ok_and(|u| u.domain().is_some_and(|d| d.contains('.')));
    if mail || page {
        Ok(text.to_owned())
    } else {
        Err(values.bad("vapid_subject", "must be a real mailto: or https: address"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let owned = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Settings::read(owned, []).map_err(|e| e.to_string())
    }

    #[test]
    fn the_defaults_can_be_used_as_they_are() {
        let settings = read(&[]).expect("defaults");
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert!(settings.quiet_hours.is_none() && settings.limits);
    }

    #[test]
    fn what_is_wrong_is_named_in_one_line() {
        for (name, value, says) in [
            ("KAIRAN_LISTNE", "x", "is no setting"),
            ("KAIRAN_PRODUCTION", "x", "is no setting"),
            ("KAIRAN_LISTEN", "nowhere", "invalid socket address"),
            ("KAIRAN_ENV", "prod", "must be development or production"),
            ("KAIRAN_PUBLIC_ORIGIN", "https://a.jp/path", "must be scheme, host and port alone"),
            ("KAIRAN_VAPID_SUBJECT", "mailto:x@localhost", "must be a real"),
            ("KAIRAN_VAPID_SUBJECT", "mailto:<a@b.jp>", "must be a real"),
            ("KAIRAN_TRUSTED_PROXIES", "10.0.0.0/8, proxy", "has \"proxy\""),
            ("KAIRAN_FILES", "ftp://host/a", "must be a directory, or like s3://bucket/path"),
            ("KAIRAN_FILES", "s3://", "names no bucket"),
            ("KAIRAN_PUSH_HOSTS", "*.com", "which is neither a host"),
            ("KAIRAN_QUIET_HOURS", "evening", "must be like 21:00-07:00"),
            ("KAIRAN_OIDC_ISSUER", "http://login.example", "must begin with https://"),
            ("KAIRAN_OIDC_ISSUER", "login.example", "relative URL"),
        ] {
            let error = read(&[(name, value)]).expect_err(name);
            assert!(error.starts_with(name) && error.contains(says) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_provider_is_set_whole_or_not_at_all() {
        let issuer = ("KAIRAN_OIDC_ISSUER", "http://localhost:4000");
        let id = ("KAIRAN_OIDC_CLIENT_ID", "kairan");
        let secret = ("KAIRAN_OIDC_CLIENT_SECRET", "s3cret");
        assert!(read(&[issuer, id]).is_err_and(|e| e.starts_with("KAIRAN_OIDC_CLIENT_SECRET")));
        assert!(read(&[id, secret]).expect("nothing to use them for").oidc.is_none());
        let settings = read(&[issuer, id, secret]).expect("a provider");
        assert!(settings.oidc.is_some() && !format!("{settings:?}").contains("s3cret"));
    }

    #[test]
    fn production_insists() {
        let good = [
            ("KAIRAN_ENV", "production"),
            ("KAIRAN_PUBLIC_ORIGIN", "https://kairan.city.example.jp"),
            ("KAIRAN_VAPID_SUBJECT", "mailto:kairan@city.example.jp"),
        ];
        let settings = read(&good).expect("good");
        assert!(settings.warnings().concat().starts_with("KAIRAN_TRUSTED_PROXIES"));
        let behind = read(&[&good[..], &[("KAIRAN_TRUSTED_PROXIES", "10.0.0.1")]].concat()).expect("good");
        assert!(behind.warnings().is_empty() && read(&[]).expect("defaults").warnings().is_empty());
        let quiet = settings.quiet_hours.expect("quiet at night");
        assert!(quiet.contains(Time::MIDNIGHT) && !quiet.contains(time::macros::time!(12:00)));
        for left_out in 1..3 {
            let mut some = good.to_vec();
            some.remove(left_out);
            assert!(read(&some).is_err(), "without {}", good[left_out].0);
        }
        for more in [("KAIRAN_LIMITS", "off"), ("KAIRAN_PUSH_TEST_ORIGINS", "https://localhost:1")] {
            assert!(read(&[&good[..], &[more]].concat()).is_err(), "{more:?}");
        }
    }
}
