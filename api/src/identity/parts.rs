//! What signing in needs of the server, and how tries are counted.

use std::{
    future::{Ready, ready},
    net::IpAddr,
};

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, web::Data};
use secrecy::{ExposeSecret as _, SecretString};
use time::OffsetDateTime;

use super::{
    Agent, Caller, Callers, Credentials, Proven, SignIn, Tokens, Visit, account_of,
    code::Code,
    known_browser,
    passkeys::Passkeys,
    password::{Hashed, Passwords},
    prove, recovery,
    session::{self, Device, Opened},
    whose::CLEAR,
};
use crate::{
    clock::Clock,
    config::{Environment, Origin, Settings},
    keys::Keys,
    postgres::cities::Cities,
    problem::Problem,
    web::{Limits, client, part},
};

/// What signing in needs of the server.
#[derive(Clone)]
pub struct Parts {
    /// The database.
    pub cities: Data<Cities>,
    /// Makes access tokens.
    pub tokens: Data<Tokens>,
    /// The time.
    pub clock: Data<Clock>,
    /// How often one may try.
    pub limits: Data<Limits>,
    /// The only origin that is put into links and cookies.
    pub origin: Data<Origin>,
    /// What the client says of itself.
    pub agent: Agent,
    /// From where it calls.
    pub address: IpAddr,
    pub(super) settings: Data<Settings>,
    pub(super) keys: Data<Keys>,
    passwords: Data<Passwords>,
    pub(super) passkeys: Option<Data<Passkeys>>,
}

impl Parts {
    /// Whether a second factor is insisted on.
    #[must_use]
    pub fn insist(&self) -> bool {
        self.settings.env == Environment::Production
    }

    /// Somebody at the door, on a device that may be `known` to the account.
    #[must_use]
    pub fn visit(&self, device: Device, known: bool) -> Visit {
        Visit { device, insist: self.insist(), known, address: self.address }
    }

    /// Whether it is a browser that has signed in to the account of a mail address before.
    #[must_use]
    pub fn knows(&self, request: &HttpRequest, email: &str) -> bool {
        known_browser::known(request, (&self.keys, &self.origin), email).is_some()
    }

    /// Proves an address and a password. It takes a processor for a while, so no connection is held meanwhile.
    ///
    /// # Errors
    /// `wrong_credentials`; `unavailable` where too many passwords wait; the database's.
    pub async fn prove(&self, credentials: Credentials) -> Result<Proven, Problem> {
        let email = credentials.email.clone();
        let account = self.cities.write(None, async move |tx| Ok(account_of(tx, &email).await?)).await?;
        Ok(prove(&self.passwords, account, credentials).await?)
    }

    /// Proves the caller's own password once more, in the same way.
    ///
    /// # Errors
    /// `wrong_credentials`; the database's.
    pub async fn prove_again(&self, caller: &Caller, password: SecretString) -> Result<(), Problem> {
        let account = recovery::account(&self.cities.look(caller.city).await?, caller).await?;
        Ok(recovery::prove_again(&self.passwords, account, password).await?)
    }

    /// The hash of a password that somebody chooses with a code. One that reads badly is not worth the work.
    ///
    /// # Errors
    /// `invalid` at the code; `unavailable` where too many passwords wait.
    pub async fn hash(&self, code: &str, password: SecretString) -> Result<Hashed, Problem> {
        Code::parse(code)?;
        Ok(self.passwords.hash(password).await?)
    }

    /// Counts a try with a code: by the code, or where it reads badly by where it comes from.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub fn count_code(&self, request: &HttpRequest, typed: &str) -> Result<(), Problem> {
        match Code::parse(typed) {
            Ok(code) => self.limits.count_code(code.hash()),
            Err(_) => self.limits.count_wrong(request),
        }
    }

    /// Counts what turned out to be wrong by where it comes from, and a code that is nobody's besides by whomever in the world: then it is this that
    /// they are told. What is right is never refused for what others guess.
    #[must_use]
    pub fn heed(&self, request: &HttpRequest, problem: Problem) -> Problem {
        let counted = match problem.code() {
            "invalid_code" => self.limits.count_wrong(request).and_then(|()| self.limits.count_wrong_code()),
            "wrong_credentials" | "wrong_second_factor" | "passkey_refused" => self.limits.count_wrong(request),
            _ => Ok(()),
        };
        counted.err().unwrap_or(problem)
    }

    /// The same of a sign-in with a mail address; a browser that is known at it is counted by itself alone.
    #[must_use]
    pub fn heed_sign_in(&self, request: &HttpRequest, email: &str, problem: Problem) -> Problem {
        let known = known_browser::known(request, (&self.keys, &self.origin), email).is_some();
        if known { problem } else { self.heed(request, problem) }
    }

    /// Counts a sign-in with a mail address.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub fn count_sign_in(&self, request: &HttpRequest, email: &str) -> Result<(), Problem> {
        let known = known_browser::known(request, (&self.keys, &self.origin), email);
        self.limits.count_sign_in(request, known_browser::account(email), known)
    }

    /// Counts a try of somebody who is signed in with their own password.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub fn count_own_password(&self, request: &HttpRequest, caller: &Caller) -> Result<(), Problem> {
        let own = caller.person.0.as_bytes().to_vec();
        self.limits.count_sign_in(request, own.clone(), Some(own))
    }

    /// An answer that also signs the browser in, and marks it as one in which this account has been before. Whoever was signed in in it until now is
    /// signed out: their notices would go on ringing there.
    pub async fn signed_in(&self, request: &HttpRequest, mut response: HttpResponse, opened: &Opened) -> HttpResponse {
        let now = self.clock.now();
        if let Err(error) = self.end_before(request, now).await {
            tracing::warn!(?error, "who was signed in before could not be signed out");
        }
        let known =
            opened.email.as_ref().and_then(|email| known_browser::cookie((&self.keys, &self.origin), email, now));
        for cookie in std::iter::once(session::cookie(&self.origin, opened.secret.expose_secret())).chain(known) {
            // Can't fail: the values are base64url.
            if let Err(error) = response.add_cookie(&cookie) {
                tracing::error!(%error, "a cookie could not be set");
            }
        }
        response
    }

    async fn end_before(&self, request: &HttpRequest, now: OffsetDateTime) -> Result<(), Problem> {
        let Some(cookie) = request.cookie(session::cookie_name(&self.origin)) else { return Ok(()) };
        let who = SignIn::Cookie(session::hash(cookie.value()));
        match part::<Callers>(request)?.load(who).await {
            Ok(before) => {
                let end = async move |tx: &_| Ok(session::end(tx, before.city, before.session, now).await?);
                self.cities.write(Some(before.city), end).await
            }
            Err(problem) if problem.is_unauthenticated() => Ok(()),
            Err(problem) => Err(problem),
        }
    }

    /// An answer that also takes the browser's sign-in away, and all that the browser keeps of it.
    #[must_use]
    pub fn signed_out(&self, mut response: HttpResponse) -> HttpResponse {
        // Can't fail: the value is empty.
        if let Err(error) = response.add_cookie(&session::no_cookie(&self.origin)) {
            tracing::error!(%error, "a cookie could not be taken away");
        }
        response.headers_mut().insert(CLEAR.0, CLEAR.1);
        response
    }
}

impl FromRequest for Parts {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parts = || {
            Ok(Self {
                cities: part(request)?,
                tokens: part(request)?,
                clock: part(request)?,
                limits: part(request)?,
                origin: part(request)?,
                agent: Agent::of(request),
                address: client::address(request),
                settings: part(request)?,
                keys: part(request)?,
                passwords: part(request)?,
                // Where people reach the server by number there are none.
                passkeys: request.app_data().cloned(),
            })
        };
        ready(parts())
    }
}
