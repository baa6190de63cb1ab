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
use url::Url;

use super::{
    Acceptance, Caller, Credentials, Hashed, IdentityError, accept,
    address::in_ascii,
    api::Parts,
    devices, oidc, passkeys, recovery,
    session::{self, Device, Opened},
    sign_in,
    ways::Ways,
};
use crate::{
    problem::Problem,
    web::{
        Form,
        page::{Fault, Faults, Frame, NOTIFICATIONS, Section, Who, again, for_people, html, local_path, see_other},
        plain_text,
        qr::QrPicture,
    },
};

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    config
        .service(sign_in_page)
        .service(sign_in_form)
        .service(sign_out_page)
        .service(sign_out_form)
        .service(welcome_page)
        .service(welcome_form);
    devices::pages::pages(config);
    passkeys::pages::pages(config);
    recovery::pages::pages(config);
    oidc::pages::pages(config);
}

impl From<&Caller> for Who {
    fn from(caller: &Caller) -> Self {
        let further = caller.further.is_some();
        let of_association = |seat: &super::Seat| seat.role != Role::Staff;
        match (caller.seats.is_empty(), caller.seats.iter().any(of_association)) {
            (true, _) => Self::Resident { further, asked: caller.is_to_agree() },
            (false, true) => Self::Officer { further },
            (false, false) => Self::Staff { further },
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

/// What was typed at the first sign-in.
#[derive(Deserialize, Validate)]
struct WelcomeForm {
    #[garde(length(chars, min = 1, max = 200))]
    code: String,
    #[garde(length(chars, min = 10, max = 200), custom(plain_text))]
    password: String,
    #[garde(skip)]
    totp: Option<String>,
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

#[derive(Template)]
#[template(path = "identity/welcome.html")]
struct WelcomePage<'a> {
    frame: Frame,
    faults: Faults,
    code: &'a str,
    enrolment: Option<Enrolment>,
    ask_totp: bool,
}

/// What an authenticator app needs to know, in three forms.
struct Enrolment {
    url: String,
    secret: String,
    qr: Option<QrPicture>,
}

/// How an attempt to sign in went, short of a failure.
enum Attempt {
    /// Signed in.
    In(Opened),
    /// The six digits are missing; the address is for an app that does not know the account yet.
    Asked(Option<String>),
}

impl Attempt {
    /// Being asked for the second factor changes nothing but the question: it is no failure of the transaction.
    fn of(result: Result<Opened, IdentityError>) -> Result<Self, Problem> {
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
        frame: Frame::new("サインイン", Who::Nobody).at(Section::SignIn),
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
        frame: Frame::new("サインイン", Who::Nobody).at(Section::SignIn),
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
        Ok(Attempt::In(opened)) => return Ok(parts.signed_in(see_other(next.unwrap_or("/")), &opened)),
        Ok(Attempt::Asked(_)) => IdentityError::SecondFactorNeeded(None).into(),
        Err(problem) => for_people(problem)?,
    };
    let page = SignInPage {
        frame: Frame::new("サインイン", Who::Nobody).at(Section::SignIn),
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
    proceed(parts, form).await.map_err(|problem| parts.heed_sign_in(request, &form.0.email, problem))
}

async fn proceed(parts: &Parts, form: &Form<SignInForm>) -> Result<Attempt, Problem> {
    let credentials = Credentials {
        email: form.0.email.clone(),
        password: SecretString::from(form.0.password.clone()),
        totp: typed(form.0.totp.as_deref()).or_else(|| typed(Some(&form.0.recovery))),
    };
    let proven = parts.prove(credentials).await?;
    let (device, insist, now) = (Device::Browser(parts.agent), parts.insist(), parts.clock.now());
    let city = proven.city;
    let sign_in = async move |tx: &_| Attempt::of(sign_in(tx, proven, (device, insist), now).await);
    parts.cities.write(Some(city), sign_in).await
}

#[get("/signout")]
async fn sign_out_page(caller: Caller) -> Result<HttpResponse, Problem> {
    html(&SignOutPage { frame: Frame::new("サインアウト", Who::from(&caller)) })
}

/// Who is signed out already only loses the cookie. That the form is ours is seen to by [`Caller`].
#[post("/signout")]
async fn sign_out_form(parts: Parts, caller: Result<Caller, Problem>) -> Result<HttpResponse, Problem> {
    match caller {
        Ok(caller) => {
            let now = parts.clock.now();
            parts.cities.write(Some(caller.city), async move |tx| leave(tx, &caller, now).await).await?;
        }
        Err(problem) if problem.code() == Problem::unauthenticated().code() => {}
        Err(problem) => return Err(problem),
    }
    Ok(parts.signed_out(see_other("/")))
}

/// All that ends when somebody signs out in a browser.
async fn leave(tx: &DatabaseTransaction, caller: &Caller, now: OffsetDateTime) -> Result<(), Problem> {
    session::end(tx, caller.city, caller.session, now).await?;
    Ok(())
}

#[get("/welcome")]
async fn welcome_page() -> Result<HttpResponse, Problem> {
    html(&WelcomePage {
        frame: Frame::new("ようこそ", Who::Nobody),
        faults: Faults::default(),
        code: "",
        enrolment: None,
        ask_totp: false,
    })
}

#[post("/welcome")]
async fn welcome_form(request: HttpRequest, parts: Parts, form: Form<WelcomeForm>) -> Result<HttpResponse, Problem> {
    let (problem, url) = match try_welcome(&request, &parts, &form).await {
        Ok(Attempt::In(opened)) => return Ok(parts.signed_in(see_other(NOTIFICATIONS), &opened)),
        Ok(Attempt::Asked(url)) => (IdentityError::SecondFactorNeeded(None).into(), url),
        Err(problem) => {
            let problem = for_people(problem)?;
            let shown_before = form.0.totp.is_some() && problem.code() != "too_many_tries";
            (problem, if shown_before { enrolment_url(&parts, form.0.code.clone()).await } else { None })
        }
    };
    let page = WelcomePage {
        frame: Frame::new("ようこそ", Who::Nobody),
        faults: faults(&problem),
        code: &form.0.code,
        enrolment: url.and_then(Enrolment::read),
        ask_totp: about_totp(&problem) || form.0.totp.is_some(),
    };
    again(&problem, &page)
}

async fn try_welcome(request: &HttpRequest, parts: &Parts, form: &Form<WelcomeForm>) -> Result<Attempt, Problem> {
    parts.count_code(request, &form.0.code)?;
    form.validate()?;
    let password = parts.hash(&form.0.code, SecretString::from(form.0.password.clone())).await?;
    let acceptance = Acceptance { code: form.0.code.clone(), password, totp: typed(form.0.totp.as_deref()) };
    let (device, insist, now) = (Device::Browser(parts.agent), parts.insist(), parts.clock.now());
    let accept = async move |tx: &_| Attempt::of(accept(tx, acceptance, (device, insist), now).await);
    parts.cities.write(None, accept).await.map_err(|problem| parts.heed(request, problem))
}

/// The address for the authenticator app once more, after wrong digits. Insisting on a second factor and giving none, this
/// is always answered with the question and never lets anybody in.
async fn enrolment_url(parts: &Parts, code: String) -> Option<String> {
    let (device, now) = (Device::Browser(parts.agent), parts.clock.now());
    let attempt = parts.cities.write(None, async move |tx| {
        let acceptance = Acceptance { code, password: Hashed::default(), totp: None };
        Attempt::of(accept(tx, acceptance, (device, true), now).await)
    });
    match attempt.await {
        Ok(Attempt::Asked(url)) => url,
        Ok(Attempt::In(_)) | Err(_) => None,
    }
}

impl Enrolment {
    fn read(url: String) -> Option<Self> {
        let parsed = Url::parse(&url).ok()?;
        let secret = parsed.query_pairs().find(|(name, _)| name == "secret").map(|(_, value)| value.into_owned())?;
        let letters: Vec<char> = secret.chars().collect();
        let secret = letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ");
        let qr = QrPicture::of(&url);
        Some(Self { url, secret, qr })
    }
}

fn about_totp(problem: &Problem) -> bool {
    matches!(problem.code(), "second_factor_needed" | "wrong_second_factor")
}

/// A problem at the field that it is about, so that the message leads there.
fn faults(problem: &Problem) -> Faults {
    let field = match problem.code() {
        "second_factor_needed" | "wrong_second_factor" => "totp",
        "wrong_credentials" => "email",
        "invalid_code" => "code",
        _ => return problem.into(),
    };
    let fault = Fault { field: field.to_owned(), detail: problem.detail().to_owned() };
    Faults { message: None, fields: vec![fault] }
}

/// A field left empty says nothing.
fn typed(text: Option<&str>) -> Option<String> {
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

    const URL: &str = "otpauth://totp/Kairan:a%40b.jp?secret=ABCDEFGHIJKLMNOP&issuer=Kairan";

    fn welcome(problem: &Problem, url: Option<&str>) -> String {
        let page = WelcomePage {
            frame: Frame::new("ようこそ", Who::Nobody),
            faults: faults(problem),
            code: "AAAA\"<",
            enrolment: url.map(str::to_owned).and_then(Enrolment::read),
            ask_totp: about_totp(problem),
        };
        page.render().expect("a page")
    }

    #[test]
    fn the_sign_in_keeps_the_address_and_names_the_fault_at_its_field() {
        let problem = IdentityError::WrongCredentials.into();
        let page = SignInPage {
            frame: Frame::new("サインイン", Who::Nobody).at(Section::SignIn),
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
    fn the_second_factor_is_drawn_and_spelled_out() {
        let html = welcome(&IdentityError::SecondFactorNeeded(None).into(), Some(URL));
        assert!(html.contains("<svg class=\"qr\"") && html.contains("ABCD EFGH IJKL MNOP"), "{html}");
        assert!(html.contains("name=\"totp\"") && html.contains("autocomplete=\"one-time-code\""), "{html}");
        assert!(!html.contains("style=") && !html.contains("AAAA\"<"), "{html}");
    }

    #[test]
    fn without_question_there_is_neither_picture_nor_digits() {
        let html = welcome(&IdentityError::InvalidCode.into(), None);
        assert!(!html.contains("class=\"qr\"") && !html.contains("name=\"totp\""), "{html}");
        assert!(html.contains("href=\"#field-code\""), "{html}");
    }

    #[test]
    fn digits_may_be_typed_wide_and_spaced() {
        assert_eq!(typed(Some(" １２３ 456")).as_deref(), Some("123456"));
        assert_eq!((typed(Some("  ")), typed(None)), (None, None));
    }
}
