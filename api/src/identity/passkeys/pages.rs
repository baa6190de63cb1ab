//! Passkeys, as pages: one's own, registering and removing them, and signing in. The device is asked by `assets/passkey.js`.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path, Query, ServiceConfig},
};
use askama::Template;
use entity::{ids::PasskeyId, passkey};
use garde::Validate;
use sea_orm::DatabaseTransaction;
use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Answer, PasskeyError, Passkeys, ask_to_register, list, register, remove, sign_in};
use crate::{
    audit,
    clock::JAPAN,
    identity::{
        Caller, IdentityError,
        api::Parts,
        devices::may_link,
        pages::Wish,
        sealed,
        session::{Device, Opened},
    },
    problem::Problem,
    say::Message,
    web::{
        Form,
        dates::{Ago, Day},
        filters,
        page::{Faults, Frame, Section, Who, again, for_people, html, local_path, see_other},
    },
};

/// What challenges are sealed for.
const TO_REGISTER: &str = "registering passkeys";
const TO_SIGN_IN: &str = "signing in with passkeys";

/// The pages.
pub fn pages(config: &mut ServiceConfig) {
    config
        .service(passkeys_page)
        .service(add_page)
        .service(ask_form)
        .service(add_form)
        .service(remove_page)
        .service(remove_form)
        .service(sign_in_page)
        .service(sign_in_form);
}

/// One passkey.
struct Row {
    id: String,
    name: Message,
    since: Ago,
    /// When it was used last: today, or a day.
    used: Option<Message>,
}

impl Row {
    fn of(one: passkey::Model, now: OffsetDateTime) -> Self {
        let day = |at: OffsetDateTime| at.to_offset(JAPAN).date();
        let used = |at| {
            let on = |day| Message::new("notice-day").with("day", Day(day));
            if day(at) == day(now) { "devices-today".into() } else { on(day(at)) }
        };
        Self {
            id: one.id.to_string(),
            name: Device::known(one.name),
            since: Ago { at: one.created_at, now },
            used: one.used_at.map(used),
        }
    }
}

#[derive(Template)]
#[template(path = "identity/passkeys.html")]
struct PasskeysPage {
    frame: Frame,
    passkeys: Vec<Row>,
}

#[derive(Template)]
#[template(path = "identity/add_passkey.html")]
struct AddPage {
    frame: Frame,
    faults: Faults,
    /// What the device is asked and what comes back with its answer, once the password is proven.
    asked: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "identity/remove_passkey.html")]
struct RemovePage {
    frame: Frame,
    row: Row,
}

#[derive(Template)]
#[template(path = "identity/passkey_sign_in.html")]
struct SignInPage<'a> {
    frame: Frame,
    faults: Faults,
    options: String,
    ticket: String,
    next: Option<&'a str>,
}

/// The password once more.
#[derive(Deserialize, Validate)]
struct AskForm {
    #[garde(length(chars, min = 1, max = 200))]
    password: String,
}

/// What a device answered.
#[derive(Deserialize, Validate)]
struct AnswerForm {
    #[garde(length(max = 30_000))]
    ticket: String,
    #[garde(length(max = 30_000))]
    credential: String,
    #[garde(skip)]
    next: Option<String>,
}

impl AnswerForm {
    /// What was asked, when, and what the device answered.
    fn read<T: DeserializeOwned, C: DeserializeOwned>(
        &self,
        parts: &Parts,
        purpose: &'static str,
    ) -> Result<(T, OffsetDateTime, C), Problem> {
        let asked = sealed::open(&parts.keys.tokens, purpose, &self.ticket, parts.clock.now());
        let (state, at) = asked.ok_or(PasskeyError::Interrupted)?;
        let credential = serde_json::from_str(&self.credential).map_err(|_| PasskeyError::Interrupted)?;
        Ok((state, at, credential))
    }
}

/// Where there are no passkeys these pages do not exist.
fn ready(parts: &Parts) -> Result<Data<Passkeys>, Problem> {
    parts.passkeys.clone().ok_or_else(Problem::not_found)
}

/// A look at the caller's city, for those who have an account.
async fn look(parts: &Parts, caller: &Caller) -> Result<DatabaseTransaction, Problem> {
    let tx = parts.cities.look(caller.city).await?;
    if may_link(&tx, (caller.city, caller.person)).await? { Err(IdentityError::NoAccount.into()) } else { Ok(tx) }
}

fn frame(caller: &Caller, title: &'static str) -> Frame {
    Frame::new(title, Who::from(caller)).at(Section::Devices)
}

#[get("/passkeys")]
async fn passkeys_page(parts: Parts, caller: Caller) -> Result<HttpResponse, Problem> {
    ready(&parts)?;
    let (tx, now) = (look(&parts, &caller).await?, parts.clock.now());
    let passkeys = list(&tx, (caller.city, caller.person)).await?;
    let passkeys = passkeys.into_iter().map(|one| Row::of(one, now)).collect();
    html(&PasskeysPage { frame: frame(&caller, "passkeys-title"), passkeys })
}

#[get("/passkeys/add")]
async fn add_page(parts: Parts, caller: Caller) -> Result<HttpResponse, Problem> {
    ready(&parts)?;
    look(&parts, &caller).await?;
    html(&AddPage { frame: frame(&caller, "passkey-add-title"), faults: Faults::default(), asked: None })
}

#[post("/passkeys/add")]
async fn ask_form(
    request: HttpRequest,
    parts: Parts,
    caller: Caller,
    form: Form<AskForm>,
) -> Result<HttpResponse, Problem> {
    let frame = frame(&caller, "passkey-add-title");
    let problem = match try_ask(&request, &parts, &caller, form).await {
        Ok(asked) => return html(&AddPage { frame, faults: Faults::default(), asked: Some(asked) }),
        Err(problem) => for_people(problem)?,
    };
    let mut faults = Faults::from(&problem);
    if problem.code() == "wrong_credentials" {
        faults = Faults::of("password", "problem-wrong-password");
    }
    again(&problem, &AddPage { frame, faults, asked: None })
}

async fn try_ask(
    request: &HttpRequest,
    parts: &Parts,
    caller: &Caller,
    form: Form<AskForm>,
) -> Result<(String, String), Problem> {
    let passkeys = ready(parts)?;
    parts.count_own_password(request, caller)?;
    form.validate()?;
    look(parts, caller).await?;
    parts.prove_again(caller, SecretString::from(form.0.password)).await?;
    let asked = ask_to_register(&look(parts, caller).await?, &passkeys, caller).await?;
    let ticket = sealed::seal(&parts.keys.tokens, TO_REGISTER, &asked.state, parts.clock.now());
    Ok((asked.options, ticket.ok_or_else(|| Problem::internal("a challenge could not be sealed"))?))
}

#[post("/passkeys")]
async fn add_form(parts: Parts, caller: Caller, form: Form<AnswerForm>) -> Result<HttpResponse, Problem> {
    let page_frame = frame(&caller, "passkey-add-title");
    match try_add(&parts, caller, form).await {
        Ok(()) => Ok(see_other("/passkeys")),
        Err(problem) => {
            let problem = for_people(problem)?;
            again(&problem, &AddPage { frame: page_frame, faults: (&problem).into(), asked: None })
        }
    }
}

async fn try_add(parts: &Parts, caller: Caller, form: Form<AnswerForm>) -> Result<(), Problem> {
    let passkeys = ready(parts)?;
    form.validate()?;
    let (state, _, answer) = form.0.read(parts, TO_REGISTER)?;
    let (agent, now) = (parts.agent, parts.clock.now());
    let city = caller.city;
    let register = async move |tx: &_| {
        let (id, name) = register(tx, &passkeys, (&caller, agent), (state, answer), now).await?;
        Ok(audit::record(tx, &caller, "register passkey", (id.to_string(), name), now).await?)
    };
    parts.cities.write(Some(city), register).await
}

#[get("/passkeys/{id}/remove")]
async fn remove_page(parts: Parts, caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    ready(&parts)?;
    let passkeys = list(&parts.cities.look(caller.city).await?, (caller.city, caller.person)).await?;
    let one = passkeys.into_iter().find(|one| one.id.to_string() == **id).ok_or_else(Problem::not_found)?;
    html(&RemovePage { frame: frame(&caller, "passkey-remove-title"), row: Row::of(one, parts.clock.now()) })
}

#[post("/passkeys/{id}/remove")]
async fn remove_form(parts: Parts, caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    ready(&parts)?;
    let id = Uuid::try_parse(&id).map(PasskeyId).map_err(|_| Problem::not_found())?;
    let (city, now) = (caller.city, parts.clock.now());
    let remove = async move |tx: &_| {
        if !remove(tx, (caller.city, caller.person), id).await? {
            return Err(Problem::not_found());
        }
        Ok(audit::record(tx, &caller, "remove passkey", (id.to_string(), String::new()), now).await?)
    };
    parts.cities.write(Some(city), remove).await?;
    Ok(see_other("/passkeys"))
}

/// The page with a challenge of its own.
fn sign_in_with<'a>(parts: &Parts, faults: Faults, next: Option<&'a str>) -> Result<SignInPage<'a>, Problem> {
    let asked = ready(parts)?.ask()?;
    let ticket = sealed::seal(&parts.keys.tokens, TO_SIGN_IN, &asked.state, parts.clock.now());
    Ok(SignInPage {
        frame: Frame::new("passkey-sign-in-title", Who::Nobody).at(Section::SignIn),
        faults,
        options: asked.options,
        ticket: ticket.ok_or_else(|| Problem::internal("a challenge could not be sealed"))?,
        next: next.and_then(local_path),
    })
}

#[get("/signin/passkey")]
async fn sign_in_page(parts: Parts, wish: Query<Wish>) -> Result<HttpResponse, Problem> {
    html(&sign_in_with(&parts, Faults::default(), wish.next.as_deref())?)
}

#[post("/signin/passkey")]
async fn sign_in_form(request: HttpRequest, parts: Parts, form: Form<AnswerForm>) -> Result<HttpResponse, Problem> {
    let next = form.0.next.as_deref().and_then(local_path);
    match try_sign_in(&request, &parts, &form).await {
        Ok(opened) => Ok(parts.signed_in(&request, see_other(next.unwrap_or("/")), &opened).await),
        Err(problem) => {
            let problem = for_people(problem)?;
            again(&problem, &sign_in_with(&parts, (&problem).into(), next)?)
        }
    }
}

async fn try_sign_in(request: &HttpRequest, parts: &Parts, form: &Form<AnswerForm>) -> Result<Opened, Problem> {
    let passkeys = ready(parts)?;
    form.validate()?;
    let (state, asked_at, credential) = form.0.read(parts, TO_SIGN_IN)?;
    let answer = Answer { state, asked_at, credential };
    let (device, now) = (Device::Browser(parts.agent), parts.clock.now());
    let sign_in = async move |tx: &_| Ok(sign_in(tx, &passkeys, answer, (device, now)).await?);
    parts.cities.write(None, sign_in).await.map_err(|problem| parts.heed(request, problem))
}
