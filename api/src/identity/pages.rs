//! Signing in and out, as pages.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Query, ServiceConfig},
};
use askama::Template;
use entity::seat::Role;
use garde::Validate;
use sea_orm::DatabaseTransaction;
use secrecy::SecretString;
use serde::Deserialize;
use time::OffsetDateTime;

use super::{
    Caller, Credentials, IdentityError, Visitor,
    address::in_ascii,
    api::Parts,
    arrival, devices, oidc, passkeys, recovery,
    session::{self, Device, Opened},
    sign_in,
    ways::Ways,
};
use crate::{
    problem::Problem,
    web::{
        Form, filters,
        page::{Faults, Frame, Section, Who, again, for_people, html, local_path, see_other},
        plain_text,
    },
};

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(sign_in_page).service(sign_in_form).service(sign_out_page).service(sign_out_form);
    arrival::pages(config);
    devices::pages::pages(config);
    passkeys::pages::pages(config);
    recovery::pages::pages(config);
    oidc::pages::pages(config);
}

impl From<&Caller> for Who {
    fn from(caller: &Caller) -> Self {
        let (sign_in, further) = (caller.session, caller.further.is_some());
        let of_association = |seat: &super::Seat| seat.role != Role::Staff;
        match (caller.seats.is_empty(), caller.seats.iter().any(of_association)) {
            (true, _) => Self::Resident { sign_in, further, asked: caller.is_to_agree() },
            (false, true) => Self::Officer { sign_in, further },
            (false, false) => Self::Staff { sign_in, further },
        }
    }
}

/// Where somebody wanted to go before they were asked to sign in.
#[derive(Deserialize)]
pub(super) struct Wish {
    pub(super) next: Option<String>,
}

/// What was typed at the sign-in.
#[derive(Deserialize, Validate)]
struct SignInForm {
    #[garde(length(chars, min = 1, max = 254), custom(plain_text), custom(in_ascii))]
    email: String,
    #[garde(length(chars, min = 1, max = 200))]
    password: String,
    #[garde(skip)]
    totp: Option<String>,
    #[garde(length(chars, max = 100))]
    #[serde(default)]
    recovery: String,
    #[garde(skip)]
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "identity/sign_in.html")]
struct SignInPage<'a> {
    frame: Frame,
    faults: Faults,
    email: &'a str,
    next: Option<&'a str>,
    ask_totp: bool,
    /// The other ways in.
    ways: Ways,
}

#[derive(Template)]
#[template(path = "identity/sign_out.html")]
struct SignOutPage {
    frame: Frame,
}

/// How an attempt to sign in went, short of a failure.
pub(super) enum Attempt {
    /// Signed in.
    In(Opened),
    /// The six digits are missing; the address is for an app that does not know the account yet.
    Asked(Option<String>),
}

impl Attempt {
    /// Being asked for the second factor changes nothing but the question: it is no failure of the transaction.
    pub fn of(result: Result<Opened, IdentityError>) -> Result<Self, Problem> {
        match result {
            Ok(opened) => Ok(Self::In(opened)),
            Err(IdentityError::SecondFactorNeeded(url)) => Ok(Self::Asked(url)),
            Err(error) => Err(error.into()),
        }
    }
}

#[get("/signin")]
async fn sign_in_page(parts: Parts, wish: Query<Wish>) -> Result<HttpResponse, Problem> {
    html(&SignInPage {
        frame: Frame::new("signin-title", Who::Nobody).at(Section::SignIn),
        faults: Faults::default(),
        email: "",
        next: wish.next.as_deref().and_then(local_path),
        ask_totp: parts.insist(),
        ways: Ways::of(&parts, wish.next.as_deref()),
    })
}

/// The sign-in once more, for somebody whom the provider did not let in.
///
/// # Errors
/// When the template can't be rendered.
pub(super) fn again_at_sign_in(parts: &Parts, problem: &Problem, next: Option<&str>) -> Result<HttpResponse, Problem> {
    let page = SignInPage {
        frame: Frame::new("signin-title", Who::Nobody).at(Section::SignIn),
        faults: problem.into(),
        email: "",
        next: next.and_then(local_path),
        ask_totp: parts.insist(),
        ways: Ways::of(parts, next),
    };
    again(problem, &page)
}

#[post("/signin")]
async fn sign_in_form(request: HttpRequest, parts: Parts, form: Form<SignInForm>) -> Result<HttpResponse, Problem> {
    let next = form.0.next.as_deref().and_then(local_path);
    let problem = match try_sign_in(&request, &parts, &form).await {
        Ok(Attempt::In(opened)) => return Ok(parts.signed_in(&request, see_other(next.unwrap_or("/")), &opened).await),
        Ok(Attempt::Asked(_)) => IdentityError::SecondFactorNeeded(None).into(),
        Err(problem) => for_people(problem)?,
    };
    let page = SignInPage {
        frame: Frame::new("signin-title", Who::Nobody).at(Section::SignIn),
        faults: faults(&problem),
        email: &form.0.email,
        next,
        ask_totp: parts.insist() || about_totp(&problem) || form.0.totp.is_some(),
        ways: Ways::of(&parts, next),
    };
    again(&problem, &page)
}

async fn try_sign_in(request: &HttpRequest, parts: &Parts, form: &Form<SignInForm>) -> Result<Attempt, Problem> {
    form.validate()?;
    parts.count_sign_in(request, &form.0.email)?;
    proceed(request, parts, form).await.map_err(|problem| parts.heed_sign_in(request, &form.0.email, problem))
}

async fn proceed(request: &HttpRequest, parts: &Parts, form: &Form<SignInForm>) -> Result<Attempt, Problem> {
    let credentials = Credentials {
        email: form.0.email.clone(),
        password: SecretString::from(form.0.password.clone()),
        totp: typed(form.0.totp.as_deref()).or_else(|| typed(Some(&form.0.recovery))),
    };
    let proven = parts.prove(credentials).await?;
    let visit = parts.visit(Device::Browser(parts.agent), parts.knows(request, &form.0.email));
    let (city, now) = (proven.city, parts.clock.now());
    let sign_in = async move |tx: &_| Attempt::of(sign_in(tx, proven, visit, now).await);
    parts.cities.write(Some(city), sign_in).await
}

#[get("/signout")]
async fn sign_out_page(caller: Caller) -> Result<HttpResponse, Problem> {
    html(&SignOutPage { frame: Frame::new("leaving-title", Who::from(&caller)) })
}

/// Who is signed out already only loses the cookie. That the form is ours is seen to by [`Visitor`].
#[post("/signout")]
async fn sign_out_form(parts: Parts, Visitor(caller): Visitor) -> Result<HttpResponse, Problem> {
    if let Some(caller) = caller {
        let now = parts.clock.now();
        parts.cities.write(Some(caller.city), async move |tx| leave(tx, &caller, now).await).await?;
    }
    Ok(parts.signed_out(see_other("/")))
}

/// All that ends when somebody signs out in a browser.
async fn leave(tx: &DatabaseTransaction, caller: &Caller, now: OffsetDateTime) -> Result<(), Problem> {
    session::end(tx, caller.city, caller.session, now).await?;
    Ok(())
}

pub(super) fn about_totp(problem: &Problem) -> bool {
    matches!(problem.code(), "second_factor_needed" | "wrong_second_factor" | "digits_closed")
}

/// A problem at the field that it is about, so that the message leads there.
pub(super) fn faults(problem: &Problem) -> Faults {
    let field = match problem.code() {
        "second_factor_needed" | "wrong_second_factor" | "digits_closed" => "totp",
        "wrong_credentials" => "email",
        "invalid_code" => "code",
        _ => return Faults::from(problem).labelled(&[("email", "signin-email"), ("password", "signin-password")]),
    };
    Faults::about(field, problem)
}

/// A field left empty says nothing.
pub(super) fn typed(text: Option<&str>) -> Option<String> {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        other => other,
    };
    let digits: String = text?.chars().map(narrow).filter(|c| !c.is_whitespace()).collect();
    (!digits.is_empty()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_in_keeps_the_address_and_names_the_fault_at_its_field() {
        let problem = IdentityError::WrongCredentials.into();
        let page = SignInPage {
            frame: Frame::new("signin-title", Who::Nobody).at(Section::SignIn),
            faults: faults(&problem),
            email: "a@b.jp",
            next: local_path("/n/1?a=b"),
            ask_totp: false,
            ways: Ways::default(),
        };
        let html = page.render().expect("a page");
        assert!(html.contains("value=\"a@b.jp\"") && html.contains("value=\"/n/1?a=b\""), "{html}");
        assert!(html.contains("href=\"#field-email\"") && html.contains("aria-describedby=\"fault-email\""), "{html}");
        assert!(!html.contains("name=\"totp\"") && !html.contains("data-signed-in"), "{html}");
    }

    #[test]
    fn digits_may_be_typed_wide_and_spaced() {
        assert_eq!(typed(Some(" １２３ 456")).as_deref(), Some("123456"));
        assert_eq!((typed(Some("  ")), typed(None)), (None, None));
    }
}
