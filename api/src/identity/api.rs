//! Signing in and out, as JSON.

use std::{cell::Cell, rc::Rc};

use actix_web::{HttpRequest, HttpResponse, delete, get, http::StatusCode, post, web::Json};
use entity::seat::Role;
use garde::Validate;
use sea_orm::ConnectionTrait;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use super::parts::Parts;
use super::{
    Acceptance, Caller, Credentials, Home, IdentityError, Seat, accept,
    address::in_ascii,
    code::Code,
    done,
    refresh::{self, Refreshed},
    session::{self, Device, Opened},
    sign_in,
    token::{self, Tokens},
};
use crate::{
    clock::Clock,
    problem::Problem,
    web::{Once, Parsed, plain_text},
};

/// The first sign-in of a seat holder.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WelcomeIn {
    /// The code of the link, as printed or typed.
    #[garde(length(chars, max = 200))]
    code: String,
    /// The password to be: 10 characters at least.
    #[garde(length(chars, min = 10, max = 200), custom(plain_text))]
    password: String,
    /// Six digits of the authenticator app.
    #[garde(skip)]
    totp: Option<String>,
}

/// A sign-in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionIn {
    /// Mail address.
    #[garde(length(chars, min = 1, max = 254), custom(plain_text), custom(in_ascii))]
    email: String,
    /// Password.
    #[garde(length(chars, min = 1, max = 200))]
    password: String,
    /// Six digits of the authenticator app, where it is enrolled, or a recovery code.
    #[garde(skip)]
    totp: Option<String>,
}

/// A refresh token to be changed.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshIn {
    /// The token; it serves once.
    #[garde(length(chars, min = 1, max = 200))]
    refresh_token: String,
}

/// Tokens of a sign-in, and whose it is.
#[derive(Serialize, ToSchema)]
pub struct TokensOut {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    /// To be changed for the next pair, once.
    pub refresh_token: String,
    /// Seconds until the access token ends.
    pub expires_in: i64,
    /// Who signed in.
    pub person: PersonOut,
    /// Their household, if they belong to one.
    pub household: Option<HouseholdOut>,
}

/// A person.
#[derive(Serialize, ToSchema)]
pub struct PersonOut {
    /// Id.
    id: Uuid,
    /// What they are called; may be absent.
    name: Option<String>,
}

/// A household.
#[derive(Serialize, ToSchema)]
pub struct HouseholdOut {
    /// Id.
    id: Uuid,
    /// How its association names it.
    label: String,
    /// How it wants its notices: digital, paper, both, undecided.
    delivery: String,
    /// Its group or association.
    area: AreaOut,
}

/// An area, in short.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AreaOut {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A seat.
#[derive(Serialize, ToSchema)]
pub struct SeatOut {
    /// Id.
    id: Uuid,
    /// staff, officer or leader.
    role: &'static str,
    /// Department of a member of staff.
    department: Option<String>,
    /// Last day, `2027-03-31`; absent while none is set.
    ends_on: Option<String>,
    /// Where.
    area: AreaOut,
}

/// Who is calling.
#[derive(Serialize, ToSchema)]
pub struct MeOut {
    person: PersonOut,
    household: Option<HouseholdOut>,
    seats: Vec<SeatOut>,
    /// Another sign-in of theirs that this one has not been told of, until `POST /api/v1/sessions/known`.
    further_session: Option<Uuid>,
}

impl From<&entity::area::Model> for AreaOut {
    fn from(area: &entity::area::Model) -> Self {
        Self { code: area.code.clone(), name: area.name.clone() }
    }
}

impl From<&Home> for HouseholdOut {
    fn from(home: &Home) -> Self {
        let delivery = sea_orm::ActiveEnum::to_value(&home.delivery);
        Self { id: home.household.0, label: home.label.clone(), delivery, area: (&home.area).into() }
    }
}

impl From<&Seat> for SeatOut {
    fn from(seat: &Seat) -> Self {
        let role = match seat.role {
            Role::Staff => "staff",
            Role::Officer => "officer",
            Role::Leader => "leader",
        };
        let ends_on = seat.ends_on.map(|day| day.to_string());
        Self { id: seat.id.0, role, department: seat.department.clone(), ends_on, area: (&seat.area).into() }
    }
}

/// Tokens of a sign-in with a password.
#[derive(Serialize, ToSchema)]
pub struct SignedInOut {
    #[serde(flatten)]
    tokens: TokensOut,
    /// Ten codes, each good once in place of `totp`; there, and never again, where that has just been proven for the first time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["ACDE-FGHJ-KMNP-QRTW"]))]
    recovery_codes: Vec<String>,
}

impl SignedInOut {
    fn new(tokens: TokensOut, opened: &Opened) -> Self {
        Self { tokens, recovery_codes: opened.recovery_codes.iter().map(Code::to_print).collect() }
    }
}

/// The tokens of a sign-in just made, with who it is.
///
/// # Errors
/// The database's, or the token library's.
pub async fn tokens_out(
    db: &impl ConnectionTrait,
    tokens: &Tokens,
    opened: &Opened,
    clock: &Clock,
) -> Result<TokensOut, Problem> {
    let caller = Caller::load(db, opened.city, opened.session, clock.today()).await?;
    let caller = caller.ok_or_else(|| Problem::internal("a sign-in vanished"))?;
    Ok(TokensOut {
        access_token: tokens.issue(opened.city, opened.person, opened.session, clock.now())?,
        refresh_token: opened.secret.expose_secret().to_owned(),
        expires_in: token::ACCESS.whole_seconds(),
        person: PersonOut { id: caller.person.0, name: caller.name },
        household: caller.home.as_ref().map(HouseholdOut::from),
    })
}

/// First sign-in of a seat holder.
#[utoipa::path(tag = "identity", request_body = WelcomeIn, responses((status = 201, body = SignedInOut)), security(()))]
#[post("/api/v1/welcome")]
pub async fn welcome(
    request: HttpRequest,
    parts: Parts,
    once: Once,
    body: Parsed<WelcomeIn>,
) -> Result<HttpResponse, Problem> {
    let WelcomeIn { code, password, totp } = body.value;
    parts.count_code(&request, &code)?;
    let (caller, counting) = (code.clone(), parts.clone());
    let password = parts.hash(&code, SecretString::from(password)).await?;
    let acceptance = Acceptance { code, password, totp, shown: None };
    once.write(caller, body.digest, async move |tx| {
        let visit = parts.visit(Device::Program(parts.agent), false);
        let opened = accept(tx, acceptance, visit, parts.clock.now()).await?;
        let tokens = tokens_out(tx, &parts.tokens, &opened, &parts.clock).await?;
        Ok((StatusCode::CREATED, SignedInOut::new(tokens, &opened)))
    })
    .await
    .map_err(|problem| counting.heed(&request, problem))
}

/// Sign in with mail address and password.
#[utoipa::path(tag = "identity", request_body = SessionIn, responses((status = 201, body = SignedInOut)), security(()))]
#[post("/api/v1/session")]
pub async fn open_session(
    request: HttpRequest,
    parts: Parts,
    once: Once,
    body: Parsed<SessionIn>,
) -> Result<HttpResponse, Problem> {
    let SessionIn { email, password, totp } = body.value;
    parts.count_sign_in(&request, &email)?;
    let (caller, counting) = (email.clone(), parts.clone());
    let visit = parts.visit(Device::Program(parts.agent), parts.knows(&request, &email));
    let heed = move |problem| counting.heed_sign_in(&request, &email, problem);
    let credentials = Credentials { email: caller.clone(), password: SecretString::from(password), totp };
    let proven = parts.prove(credentials).await.map_err(&heed)?;
    once.within(proven.city)
        .write(caller, body.digest, async move |tx| {
            let opened = sign_in(tx, proven, visit, parts.clock.now()).await?;
            let tokens = tokens_out(tx, &parts.tokens, &opened, &parts.clock).await?;
            Ok((StatusCode::CREATED, SignedInOut::new(tokens, &opened)))
        })
        .await
        .map_err(heed)
}

/// Change a refresh token for the next pair. Within ten seconds it may come again; later, one that was used before ends the session.
#[utoipa::path(tag = "identity", request_body = RefreshIn, responses((status = 200, body = TokensOut)), security(()))]
#[post("/api/v1/session/refresh")]
pub async fn refresh_session(
    request: HttpRequest,
    parts: Parts,
    once: Once,
    body: Parsed<RefreshIn>,
) -> Result<HttpResponse, Problem> {
    parts.limits.count_refresh_from(&request)?;
    let now = parts.clock.now();
    let (cities, token) = (parts.cities.clone(), body.value.refresh_token);
    let stolen = Rc::new(Cell::new(None));
    let found = stolen.clone();
    let answer =
        once.write(token.clone(), body.digest, async move |tx| match refresh::refresh(tx, &token, now).await? {
            Refreshed::Next(opened) => {
                parts.limits.count_refresh_of(opened.session.0.as_bytes().to_vec())?;
                Ok((StatusCode::OK, tokens_out(tx, &parts.tokens, &opened, &parts.clock).await?))
            }
            Refreshed::Reused(city, session) => {
                found.set(Some((city, session)));
                Err(IdentityError::InvalidRefreshToken.into())
            }
        });
    let answer = answer.await;
    if let Some((city, session)) = stolen.get() {
        // In a transaction of its own: the refusal has taken the first one back.
        cities.write(Some(city), async move |tx| Ok(session::end(tx, city, session, now).await?)).await?;
    }
    answer
}

/// Sign out: the tokens of this sign-in are over, and its phone rings no more.
#[utoipa::path(tag = "identity", responses((status = 204)))]
#[delete("/api/v1/session")]
pub async fn end_session(parts: Parts, caller: Caller) -> Result<HttpResponse, Problem> {
    let now = parts.clock.now();
    let end = async move |tx: &_| Ok(session::end(tx, caller.city, caller.session, now).await?);
    parts.cities.write(Some(caller.city), end).await?;
    Ok(done())
}

/// Who is calling.
#[utoipa::path(tag = "identity", responses((status = 200, body = MeOut)))]
#[get("/api/v1/me")]
pub async fn me(caller: Caller) -> Json<MeOut> {
    Json(MeOut {
        household: caller.home.as_ref().map(HouseholdOut::from),
        seats: caller.seats.iter().map(SeatOut::from).collect(),
        person: PersonOut { id: caller.person.0, name: caller.name },
        further_session: caller.further.map(|session| session.0),
    })
}
