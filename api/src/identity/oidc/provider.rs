//! The provider: where it is found, how somebody is sent there, and what it says of them when they come back.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use openidconnect::{
    AccessTokenHash, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
    core::{
        CoreClient, CoreErrorResponseType, CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreProviderMetadata,
        CoreResponseType, CoreTokenResponse, CoreUserInfoClaims,
    },
};
use secrecy::ExposeSecret as _;
use url::Url;

use super::{Journey, OidcError, http::Http};
use crate::config::{Oidc, Origin};

/// How long what the provider says of itself is believed before it is asked again. Who comes back is always judged by what it says then.
const FRESH: Duration = Duration::from_secs(600);
/// Signatures by keys that only the provider has.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The provider of the settings.
#[derive(Debug)]
pub struct Provider {
    settings: Oidc,
    issuer: IssuerUrl,
    back: RedirectUrl,
    http: Http,
    known: Mutex<Option<(Instant, CoreProviderMetadata)>>,
}

impl Provider {
    /// The provider, which sends people back to `origin`.
    ///
    /// # Errors
    /// When the system has no roots to trust.
    pub fn new(settings: Oidc, origin: &Origin) -> Result<Self, OidcError> {
        let plain = settings.issuer.scheme() == "http";
        // As it was typed: what the provider calls itself must be the same to the letter, and `Url` adds a slash to a bare host.
        let issuer = match settings.issuer.path() {
            "/" => settings.issuer.as_str().trim_end_matches('/').to_owned(),
            _ => settings.issuer.to_string(),
        };
        Ok(Self {
            issuer: IssuerUrl::new(issuer).map_err(failed)?,
            back: RedirectUrl::new(format!("{}/oidc/back", origin.as_str())).map_err(failed)?,
            http: Http::new(plain).map_err(failed)?,
            known: Mutex::new(None),
            settings,
        })
    }

    /// The code of the city whose staff it is for, where the settings name one.
    #[must_use]
    pub fn city(&self) -> Option<&str> {
        self.settings.city.as_deref()
    }

    /// What it calls itself.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// Where to send somebody, and what they take along; afterwards they go on to `next`.
    ///
    /// # Errors
    /// [`OidcError::Provider`].
    pub async fn send(&self, next: Option<String>) -> Result<(Url, Journey), OidcError> {
        let remembered = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let metadata = match remembered.filter(|(at, _)| at.elapsed() < FRESH) {
            Some((_, metadata)) => metadata,
            None => self.discover().await?,
        };
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = self
            .client(metadata)
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("email".into()))
            .set_pkce_challenge(challenge)
            .url();
        let (state, nonce, verifier) = (state.into_secret(), nonce.secret().clone(), verifier.into_secret());
        Ok((url, Journey { state, nonce, verifier, next }))
    }

    /// The verified mail address of whoever comes back with `code` from this journey.
    ///
    /// # Errors
    /// [`OidcError::MailNotVerified`]; [`OidcError::Provider`] where it says what no provider may say.
    pub async fn welcome(&self, journey: &Journey, code: String) -> Result<String, OidcError> {
        let client = self.client(self.discover().await?);
        let asked = client.exchange_code(AuthorizationCode::new(code)).map_err(failed)?;
        let tokens: CoreTokenResponse = asked
            .set_pkce_verifier(PkceCodeVerifier::new(journey.verifier.clone()))
            .request_async(&self.http)
            .await
            .map_err(|error| match &error {
                // A code that is too old, was used before, or was given for another journey.
                RequestTokenError::ServerResponse(said) if *said.error() == CoreErrorResponseType::InvalidGrant => {
                    OidcError::Interrupted
                }
                _ => failed(error),
            })?;
        let id = tokens.id_token().ok_or_else(|| failed("it gave no ID token"))?;
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
        let claims: &CoreIdTokenClaims = id.claims(&verifier, &Nonce::new(journey.nonce.clone())).map_err(failed)?;
        if let Some(expected) = claims.access_token_hash() {
            let (algorithm, key) = (id.signing_alg().map_err(failed)?, id.signing_key(&verifier).map_err(failed)?);
            let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).map_err(failed)?;
            if actual != *expected {
                return Err(failed("its access token is not the one of the ID token"));
            }
        }
        if let Some(email) = claims.email() {
            return verified(email, claims.email_verified());
        }
        // Many keep it for whoever asks again.
        let asked = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())).map_err(failed)?;
        let claims: CoreUserInfoClaims = asked.request_async(&self.http).await.map_err(failed)?;
        let email = claims.email().ok_or(OidcError::MailNotVerified)?;
        verified(email, claims.email_verified())
    }

    async fn discover(&self) -> Result<CoreProviderMetadata, OidcError> {
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await.map_err(failed)?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), found.clone()));
        Ok(found)
    }

    fn client(&self, metadata: CoreProviderMetadata) -> Client {
        let secret = ClientSecret::new(self.settings.client_secret.expose_secret().to_owned());
        let id = ClientId::new(self.settings.client_id.clone());
        CoreClient::from_provider_metadata(metadata, id, Some(secret)).set_redirect_uri(self.back.clone())
    }
}

fn verified(email: &str, verified: Option<bool>) -> Result<String, OidcError> {
    match verified {
        Some(true) => Ok(email.to_owned()),
        Some(false) | None => Err(OidcError::MailNotVerified),
    }
}

/// The whole chain of causes: what a provider answers is often in the last.
fn failed(cause: impl Into<Box<dyn std::error::Error>>) -> OidcError {
    let cause = cause.into();
    let mut text = cause.to_string();
    let mut next = cause.source();
    while let Some(cause) = next {
        text += &format!(": {cause}");
        next = cause.source();
    }
    OidcError::Provider(text)
}
