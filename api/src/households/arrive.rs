//! Joining, as pages: somebody's own, and for whom somebody helps who is signed in on the phone at hand.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Query, ServiceConfig},
};
use askama::Template;
use garde::Validate;
use serde::Deserialize;

use super::{Standing, standing_in};
use crate::{
    identity::{
        Caller, Visitor,
        api::Parts,
        code::Code,
        session::{Device, Opened},
    },
    problem::Problem,
    purposes::{PURPOSES, Purposes},
    web::{
        Form, filters, optional_name,
        page::{Faults, Frame, NOTIFICATIONS, Who, again, for_people, html, on_to, see_other},
        qr::QrPicture,
    },
};

/// The pages.
pub(super) fn pages(config: &mut ServiceConfig) {
    config.service(join_page).service(join_form).service(show_form);
}

/// What was typed.
#[derive(Clone, Default, Deserialize, Validate)]
struct JoinForm {
    #[garde(length(chars, max = 200))]
    code: String,
    #[garde(length(chars, max = 50), custom(optional_name))]
    #[serde(default)]
    name: String,
    /// The version that the page showed; absent where the square is not ticked.
    #[garde(skip)]
    consent: Option<i16>,
    /// The notice that they came for.
    #[garde(skip)]
    #[serde(default)]
    next: String,
}

/// Where somebody comes from.
#[derive(Deserialize)]
struct JoinQuery {
    /// The notice that they came for.
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "households/join.html")]
struct JoinPage {
    frame: Frame,
    faults: Faults,
    code: String,
    name: String,
    consent: bool,
    /// The notice that they came for, or none.
    next: String,
    /// Where the form goes; who then chooses a language comes back to the same.
    action: String,
    /// Where officers and staff sign in for it.
    sign_in: String,
    purposes: Purposes,
}

impl JoinPage {
    fn new(faults: Faults, JoinForm { code, name, consent, next }: JoinForm) -> Self {
        let (frame, consent) = (Frame::new("join-title", Who::Nobody), consent.is_some());
        let (action, sign_in) = (on_to("/join", &next), on_to("/signin", &next));
        Self { frame, faults, code, name, consent, action, sign_in, next, purposes: PURPOSES }
    }
}

/// Who is signed in already wants to let somebody else in, or has moved: joining here would put another person in their place.
#[get("/join")]
async fn join_page(Visitor(caller): Visitor, query: Query<JoinQuery>) -> Result<HttpResponse, Problem> {
    match caller {
        Some(caller) => html(&HelpPage::new(&caller)),
        None => {
            html(&JoinPage::new(Faults::default(), JoinForm { next: query.into_inner().next, ..JoinForm::default() }))
        }
    }
}

#[post("/join")]
async fn join_form(request: HttpRequest, parts: Parts, form: Form<JoinForm>) -> Result<HttpResponse, Problem> {
    let problem = match try_join(&request, &parts, &form).await {
        Ok(opened) => {
            let next = on_to(&format!("{NOTIFICATIONS}?joined=1"), &form.0.next);
            return Ok(parts.signed_in(&request, see_other(&next), &opened).await);
        }
        Err(problem) => for_people(parts.heed(&request, problem))?,
    };
    let mut faults = Faults::from(&problem);
    let field = match problem.code() {
        "invalid_code" | "slip_is_full" => Some("code"),
        "other_purposes" => Some("consent"),
        _ => None,
    };
    if let Some(field) = field {
        faults = Faults::about(field, &problem);
    }
    again(&problem, &JoinPage::new(faults, form.0))
}

async fn try_join(request: &HttpRequest, parts: &Parts, form: &Form<JoinForm>) -> Result<Opened, Problem> {
    parts.count_code(request, &form.0.code)?;
    form.validate()?;
    if form.0.consent.is_none() {
        return Err(Problem::invalid_field("/consent", "fault-agree"));
    }
    let JoinForm { code, name, consent, .. } = form.0.clone();
    let now = parts.clock.now();
    let device = Device::Browser(parts.agent);
    let join = async move |tx: &_| Ok(super::join(tx, (&code, Some(name), consent), device, now).await?);
    parts.cities.write(None, join).await
}

/// For who helps somebody else to join: the other phone reads the code off this one.
#[derive(Template)]
#[template(path = "households/help.html")]
struct HelpPage {
    frame: Frame,
    faults: Faults,
    code: String,
    /// The picture of the code that was typed, and where it leads.
    shown: Option<Shown>,
    /// Whether the caller looks after homes, some of which have no phone.
    looks_after: bool,
    /// Whether the caller belongs to a home and may have moved.
    home: bool,
}

/// A code as another phone reads it.
struct Shown {
    page: String,
    qr: Option<QrPicture>,
}

impl HelpPage {
    fn new(caller: &Caller) -> Self {
        let stands = |seat: &crate::identity::Seat| {
            matches!(standing_in(caller, &seat.area), Some(Standing::Officer | Standing::Leader))
        };
        Self {
            frame: Frame::new("help-title", Who::from(caller)),
            faults: Faults::default(),
            code: String::new(),
            shown: None,
            looks_after: caller.seats.iter().any(stands),
            home: caller.home.is_some(),
        }
    }
}

/// A code that is to be shown.
#[derive(Deserialize, Validate)]
struct ShowForm {
    #[garde(length(chars, max = 200))]
    code: String,
}

/// The code as a picture. It is looked at for typing errors alone: whether it opens anything the other phone will see.
#[post("/join/show")]
async fn show_form(parts: Parts, caller: Caller, form: Form<ShowForm>) -> Result<HttpResponse, Problem> {
    let page = HelpPage::new(&caller);
    let typed = form.validate().and_then(|()| Code::parse(&form.0.code).map_err(Problem::from));
    let code = match typed {
        Ok(code) => code.to_print(),
        Err(problem) => {
            let problem = for_people(problem)?;
            return again(&problem, &HelpPage { faults: (&problem).into(), code: form.0.code, ..page });
        }
    };
    let join = format!("{}/join", parts.origin.as_str());
    let qr = QrPicture::of(&format!("{join}#{code}"));
    html(&HelpPage { shown: Some(Shown { page: join, qr }), code, ..page })
}
