//! The caller: the person behind a request, with their household and seats as they are at this moment.

use std::{
    future::{Ready, ready},
    net::IpAddr,
};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    http::{Method, header},
};
use entity::{
    area, household,
    ids::{CityId, HouseholdId, PersonId, ReaderId, SeatId, SessionId},
    seat::Role,
};
use futures_util::future::LocalBoxFuture;
use time::Date;

use super::{
    load::{Callers, SignIn},
    session as sign_ins,
    token::Tokens,
    whose::SignedIn,
};
use crate::{
    audit::By,
    clock::Clock,
    config::Origin,
    problem::Problem,
    purposes::PURPOSES,
    web::{
        client::{address, same_origin},
        part,
        problem_page::Unauthenticated,
    },
};

/// Who is calling.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Their city: nothing of another one is ever theirs to see.
    pub city: CityId,
    /// The person.
    pub person: PersonId,
    /// What they are called, if they said.
    pub name: Option<String>,
    /// The version of the purposes of their data that they agreed to.
    pub agreed_to: Option<i16>,
    /// The sign-in.
    pub session: SessionId,
    /// Their household, if they belong to one.
    pub home: Option<Home>,
    /// The seats that they hold today.
    pub seats: Vec<Seat>,
    /// From where they are calling; none where it is not a request.
    pub address: Option<IpAddr>,
    /// Another sign-in of theirs, which this one has not been told of.
    pub further: Option<SessionId>,
    /// The last day on which this sign-in was used, or the day on which it was made.
    pub(super) seen_on: Date,
}

/// A household and where it lives.
#[derive(Clone, Debug)]
pub struct Home {
    /// The household.
    pub household: HouseholdId,
    /// How its association names it.
    pub label: String,
    /// How it wants its notices.
    pub delivery: household::Delivery,
    /// Its group or association.
    pub area: area::Model,
}

/// A seat and where it is.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The seat.
    pub id: SeatId,
    /// As what.
    pub role: Role,
    /// The department of a member of staff.
    pub department: Option<String>,
    /// Its last day.
    pub ends_on: Option<Date>,
    /// Where.
    pub area: area::Model,
}

impl Caller {
    /// Whose stamp the caller's receipts are.
    #[must_use]
    pub fn reader(&self) -> ReaderId {
        self.home.as_ref().map_or(self.person.into(), |home| home.household.into())
    }

    /// Whether the caller is of a household and has not agreed to what the data is for, as it is said at present.
    #[must_use]
    pub fn is_to_agree(&self) -> bool {
        self.home.is_some() && self.agreed_to != Some(PURPOSES.version)
    }

    /// The caller as the audit log names them, acting by one of their seats.
    #[must_use]
    pub fn by(&self, seat: &Seat) -> By {
        By { seat: Some(seat.id), ..self.into() }
    }

    /// By what they are signed in.
    #[must_use]
    pub fn sign_in(&self) -> SignIn {
        SignIn::Session(self.city, self.session)
    }
}

/// Who holds a single seat acts by it, whatever they do.
impl From<&Caller> for By {
    fn from(caller: &Caller) -> Self {
        let seat = if let [only] = &*caller.seats { Some(only.id) } else { None };
        Self { city: caller.city, person: Some(caller.person), seat, address: caller.address }
    }
}

impl SignIn {
    /// What a request says: `Authorization: Bearer`, or our cookie; with the cookie, a writing request must come from our own pages.
    ///
    /// # Errors
    /// `unauthenticated`, `foreign_origin`.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        if let Some(value) = request.headers().get(header::AUTHORIZATION) {
            let (tokens, now) = (part::<Tokens>(request)?, part::<Clock>(request)?.now());
            let words = value.to_str().ok().and_then(|v| v.split_once(' '));
            let token = words.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
            let session = token.and_then(|(_, token)| tokens.verify(token.trim(), now));
            let (city, session) = session.ok_or_else(Problem::unauthenticated)?;
            return Ok(Self::Session(city, session));
        }
        let origin = part::<Origin>(request)?;
        let cookie = request.cookie(sign_ins::cookie_name(&origin)).ok_or_else(Problem::unauthenticated)?;
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            same_origin(request)?;
        }
        Ok(Self::Cookie(sign_ins::hash(cookie.value())))
    }
}

/// For a handler whose verb finds the caller itself.
impl FromRequest for SignIn {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let mut caller = part::<Callers>(&request)?.load(SignIn::of(&request)?).await.inspect_err(|problem| {
                // Who is let in as a stranger all the same is not signed in either.
                if problem.is_unauthenticated() {
                    request.extensions_mut().insert(Unauthenticated);
                }
            })?;
            request.extensions_mut().insert(SignedIn { session: caller.session, seen_on: caller.seen_on });
            caller.address = Some(address(&request));
            request.extensions_mut().insert(By::from(&caller));
            Ok(caller)
        })
    }
}

/// Who is calling, where nobody in particular may be as well.
#[derive(Debug)]
pub struct Visitor(pub Option<Caller>);

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        Box::pin(async move {
            match caller.await {
                Ok(caller) => Ok(Self(Some(caller))),
                Err(problem) if problem.is_unauthenticated() => Ok(Self(None)),
                Err(problem) => Err(problem),
            }
        })
    }
}
