//! The provider by which a city's staff sign in: OpenID Connect.

use secrecy::SecretString;
use url::{Host, Url};

use super::{BadSetting, Values};

/// What the program was told of the provider.
#[derive(Clone, Debug)]
pub struct Oidc {
    /// Its address, to which `/.well-known/openid-configuration` is added.
    pub issuer: Url,
    /// As what it knows us.
    pub client_id: String,
    /// What proves it.
    pub client_secret: SecretString,
    /// The code of the city whose staff it is for; none: the only one that there is.
    pub city: Option<String>,
}

impl Oidc {
    /// Reads the settings; none where no issuer is set.
    pub(super) fn read(values: &Values) -> Result<Option<Self>, BadSetting> {
        let Some(issuer) = values.option::<Url>("oidc_issuer")? else { return Ok(None) };
        let here = match issuer.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        let plain = issuer.scheme() == "http" && here && !values.production;
        if issuer.scheme() != "https" && !plain {
            return Err(values
                .bad("oidc_issuer", "must begin with https:// (on this machine and outside production, http:// too)"));
        }
        if issuer.query().is_some() || issuer.fragment().is_some() {
            return Err(values.bad("oidc_issuer", "must have neither ? nor #"));
        }
        for key in ["oidc_client_id", "oidc_client_secret"] {
            if values.text(key).is_empty() {
                return Err(values.bad(key, "must be set where KAIRAN_OIDC_ISSUER is"));
            }
        }
        Ok(Some(Self {
            issuer,
            client_id: values.text("oidc_client_id").to_owned(),
            client_secret: values.text("oidc_client_secret").to_owned().into(),
            city: values.option("oidc_city")?,
        }))
    }
}
