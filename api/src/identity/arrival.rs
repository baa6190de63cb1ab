//! The first sign-in of a seat holder, as pages: a password, an authenticator app, and codes to write down.

use actix_web::{HttpRequest, HttpResponse, get, post, web::ServiceConfig};
use askama::Template;
use garde::Validate;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::{
    Acceptance, Hashed, IdentityError, Visit, accept,
    api::Parts,
    pages::{Attempt, about_totp, faults, typed},
    recovery::pages::codes_page,
    session::Device,
};
use crate::{
    problem::Problem,
    web::{
        Form, filters,
        page::{Faults, Frame, NOTIFICATIONS, Who, again, for_people, html, see_other},
        plain_text,
        qr::QrPicture,
    },
};

/// The pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(welcome_page).service(welcome_form);
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
    /// The second factor's secret that the page has shown.
    #[garde(length(chars, max = 100))]
    #[serde(default)]
    shown: String,
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

#[get("/welcome")]
async fn welcome_page() -> Result<HttpResponse, Problem> {
    html(&WelcomePage {
        frame: Frame::new("welcome-title", Who::Nobody),
        faults: Faults::default(),
        code: "",
        enrolment: None,
        ask_totp: false,
    })
}

#[post("/welcome")]
async fn welcome_form(request: HttpRequest, parts: Parts, form: Form<WelcomeForm>) -> Result<HttpResponse, Problem> {
    let (problem, url) = match try_welcome(&request, &parts, &form).await {
        Ok(Attempt::In(opened)) if opened.recovery_codes.is_empty() => {
            return Ok(parts.signed_in(&request, see_other(NOTIFICATIONS), &opened).await);
        }
        Ok(Attempt::In(opened)) => {
            let frame = Frame::new("signin-recovery", Who::Nobody);
            return Ok(parts
                .signed_in(&request, codes_page(frame, &opened.recovery_codes, NOTIFICATIONS)?, &opened)
                .await);
        }
        Ok(Attempt::Asked(url)) => (IdentityError::SecondFactorNeeded(None).into(), url),
        Err(problem) => {
            let problem = for_people(problem)?;
            let shown_before = form.0.totp.is_some() && problem.code() != "too_many_tries";
            (problem, if shown_before { enrolment_url(&parts, &form.0).await } else { None })
        }
    };
    let page = WelcomePage {
        frame: Frame::new("welcome-title", Who::Nobody),
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
    let acceptance = Acceptance {
        code: form.0.code.clone(),
        password,
        totp: typed(form.0.totp.as_deref()),
        shown: typed(Some(&form.0.shown)),
    };
    let (visit, now) = (parts.visit(Device::Browser(parts.agent), false), parts.clock.now());
    let accept = async move |tx: &_| Attempt::of(accept(tx, acceptance, visit, now).await);
    parts.cities.write(None, accept).await.map_err(|problem| parts.heed(request, problem))
}

/// The address for the authenticator app once more, after wrong digits: the one that this page has shown, if nobody has asked since. Insisting on
/// a second factor and giving none, this is always answered with the question and never lets anybody in.
async fn enrolment_url(parts: &Parts, form: &WelcomeForm) -> Option<String> {
    let (code, shown) = (form.code.clone(), typed(Some(&form.shown)));
    let visit = Visit { insist: true, ..parts.visit(Device::Browser(parts.agent), false) };
    let now = parts.clock.now();
    let attempt = parts.cities.write(None, async move |tx| {
        let acceptance = Acceptance { code, password: Hashed::default(), totp: None, shown };
        Attempt::of(accept(tx, acceptance, visit, now).await)
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

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "otpauth://totp/Kairan:a%40b.jp?secret=ABCDEFGHIJKLMNOP&issuer=Kairan";

    fn welcome(problem: &Problem, url: Option<&str>) -> String {
        let page = WelcomePage {
            frame: Frame::new("welcome-title", Who::Nobody),
            faults: faults(problem),
            code: "AAAA\"<",
            enrolment: url.map(str::to_owned).and_then(Enrolment::read),
            ask_totp: about_totp(problem),
        };
        page.render().expect("a page")
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
}
