//! What is kept of people, as pages: for everybody, of oneself, and how to end it.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, ServiceConfig},
};
use askama::Template;
use serde::Deserialize;
use time::OffsetDateTime;

use super::{Export, Retention, SECOND_THOUGHTS, api::RetentionIn, retention::seat_of_the_city};
use crate::{
    clock::{Clock, JAPAN},
    households,
    identity::{Caller, Visitor, api::Parts},
    postgres::cities::Cities,
    problem::Problem,
    purposes::{PURPOSES, Purposes},
    say::Message,
    web::{
        Form,
        dates::{Ago, Day, Moment},
        filters,
        page::{Faults, Frame, Section, Who, again, for_people, html, see_other},
        validate,
    },
};

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    config
        .service(privacy)
        .service(consent)
        .service(periods_page)
        .service(periods_form)
        .service(mine)
        .service(leave_page)
        .service(leave_form);
}

/// What is kept of everybody.
#[derive(Template)]
#[template(path = "privacy/privacy.html")]
struct PrivacyPage {
    frame: Frame,
    purposes: Purposes,
    /// Whether the viewer has yet to agree.
    asks: bool,
    periods: Option<Retention>,
    /// Whether the viewer may change the periods.
    sets_periods: bool,
}

#[get("/privacy")]
async fn privacy(cities: Data<Cities>, Visitor(caller): Visitor) -> Result<HttpResponse, Problem> {
    let title = "privacy-title";
    let Some(caller) = caller else {
        return html(&PrivacyPage {
            frame: Frame::new(title, Who::Nobody),
            purposes: PURPOSES,
            asks: false,
            periods: None,
            sets_periods: false,
        });
    };
    let tx = cities.look(caller.city).await?;
    html(&PrivacyPage {
        frame: Frame::new(title, Who::from(&caller)).at(Section::Privacy),
        purposes: PURPOSES,
        asks: caller.is_to_agree(),
        periods: Some(super::retention(&tx, caller.city).await?),
        sets_periods: seat_of_the_city(&caller).is_some(),
    })
}

/// What was agreed to.
#[derive(Debug, Deserialize)]
struct ConsentForm {
    version: i16,
}

#[post("/privacy/consent")]
async fn consent(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    form: Form<ConsentForm>,
) -> Result<HttpResponse, Problem> {
    let (whose, now) = ((caller.city, caller.person), clock.now());
    let agree = async move |tx: &_| Ok(households::agree(tx, whose, form.0.version, now).await?);
    match cities.write(Some(caller.city), agree).await {
        // Other words meanwhile: the page shows them.
        Ok(()) => Ok(see_other("/")),
        Err(problem) => for_people(problem).map(|_| see_other("/privacy")),
    }
}

/// The periods, to be changed.
#[derive(Template)]
#[template(path = "privacy/periods.html")]
struct PeriodsPage {
    frame: Frame,
    faults: Faults,
    exact_days: String,
    receipt_months: String,
    sign_in_months: String,
    /// Until when what was changed last can be changed back.
    settles: Option<Moment>,
}

/// What was typed.
#[derive(Debug, Deserialize)]
struct PeriodsForm {
    exact_days: String,
    receipt_months: String,
    sign_in_months: String,
}

impl PeriodsForm {
    fn read(&self) -> Result<RetentionIn, Problem> {
        let number = |field: &str, text: &str| {
            let number = text.trim().parse();
            number.map_err(|_| Problem::invalid_field(format!("/{field}"), "fault-number"))
        };
        let asked = RetentionIn {
            exact_days: number("exact_days", &self.exact_days)?,
            receipt_months: number("receipt_months", &self.receipt_months)?,
            sign_in_months: number("sign_in_months", &self.sign_in_months)?,
        };
        validate(&asked)?;
        Ok(asked)
    }
}

fn periods(caller: &Caller, form: PeriodsForm, faults: Faults, settles: Option<Moment>) -> PeriodsPage {
    let PeriodsForm { exact_days, receipt_months, sign_in_months } = form;
    let frame = Frame::new("periods-title", Who::from(caller));
    PeriodsPage { frame, faults, exact_days, receipt_months, sign_in_months, settles }
}

fn settles(kept: &Retention, now: OffsetDateTime) -> Option<Moment> {
    kept.changed.map(|(at, _)| at + SECOND_THOUGHTS).filter(|at| *at > now).map(Moment)
}

#[get("/privacy/retention")]
async fn periods_page(cities: Data<Cities>, clock: Data<Clock>, caller: Caller) -> Result<HttpResponse, Problem> {
    seat_of_the_city(&caller).ok_or(super::PrivacyError::NotTheCity)?;
    let tx = cities.look(caller.city).await?;
    let kept = super::retention(&tx, caller.city).await?;
    let form = PeriodsForm {
        exact_days: kept.exact_days.to_string(),
        receipt_months: kept.receipt_months.to_string(),
        sign_in_months: kept.sign_in_months.to_string(),
    };
    html(&periods(&caller, form, Faults::default(), settles(&kept, clock.now())))
}

#[post("/privacy/retention")]
async fn periods_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    form: Form<PeriodsForm>,
) -> Result<HttpResponse, Problem> {
    let (now, who) = (clock.now(), caller.clone());
    let set = match form.0.read() {
        Ok(asked) => {
            let set = async move |tx: &_| Ok(super::set(tx, &who, asked.into(), now).await?);
            cities.write(Some(caller.city), set).await.map(drop)
        }
        Err(problem) => Err(problem),
    };
    match set {
        Ok(()) => Ok(see_other("/privacy/retention")),
        Err(problem) => {
            let problem = for_people(problem)?;
            let faults = Faults::from(&problem).labelled(&[
                ("exact_days", "periods-exact"),
                ("receipt_months", "periods-receipts"),
                ("sign_in_months", "periods-sign-ins"),
            ]);
            again(&problem, &periods(&caller, form.0, faults, None))
        }
    }
}

/// What is kept of the caller.
#[derive(Template)]
#[template(path = "privacy/mine.html")]
struct MinePage {
    frame: Frame,
    kept: Export,
    joined: Day,
    /// Devices that are signed in.
    signed_in: usize,
    /// Browsers that are rung.
    rung: usize,
    looks: Vec<LookRow>,
}

/// Somebody's look at a list with the caller on it.
struct LookRow {
    at: Ago,
    who: Message,
}

/// Looks that the page shows; the file has them all.
const LOOKS: usize = 20;

#[get("/me/data")]
async fn mine(cities: Data<Cities>, clock: Data<Clock>, caller: Caller) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    let tx = cities.look(caller.city).await?;
    let kept = super::export(&tx, &caller, now).await?;
    let looks = kept.looks.iter().take(LOOKS).map(|look| {
        let role = match look.role.as_deref() {
            Some("staff") => "mine-look-staff",
            Some("officer") => "mine-look-officer",
            Some("leader") => "mine-look-leader",
            _ => "mine-look-other",
        };
        let who = Message::new(role).with("area", look.area.as_deref().unwrap_or_default());
        LookRow { at: Ago { at: look.at, now }, who }
    });
    html(&MinePage {
        frame: Frame::new("mine-title", Who::from(&caller)),
        joined: Day(kept.person.joined_at.to_offset(JAPAN).date()),
        signed_in: kept.sign_ins.iter().filter(|one| one.until.is_none()).count(),
        rung: kept.notifications.iter().filter(|one| one.until.is_none()).count(),
        looks: looks.collect(),
        kept,
    })
}

/// Leaving.
#[derive(Template)]
#[template(path = "privacy/leave.html")]
struct LeavePage {
    frame: Frame,
    faults: Faults,
    /// Whether the caller holds a seat, so that they can't.
    seated: bool,
}

#[get("/me/leave")]
async fn leave_page(caller: Caller) -> Result<HttpResponse, Problem> {
    html(&leaving(&caller, Faults::default()))
}

fn leaving(caller: &Caller, faults: Faults) -> LeavePage {
    LeavePage { frame: Frame::new("leave-title", Who::from(caller)), faults, seated: !caller.seats.is_empty() }
}

/// What was ticked.
#[derive(Debug, Deserialize)]
struct LeaveForm {
    sure: Option<String>,
}

#[post("/me/leave")]
async fn leave_form(parts: Parts, caller: Caller, form: Form<LeaveForm>) -> Result<HttpResponse, Problem> {
    let (now, who) = (parts.clock.now(), caller.clone());
    let left = match form.0.sure {
        None => Err(Problem::invalid_field("/sure", "fault-sure")),
        Some(_) => parts.cities.write(Some(caller.city), async move |tx| Ok(super::erase(tx, &who, now).await?)).await,
    };
    match left {
        Ok(()) => Ok(parts.signed_out(see_other("/"))),
        Err(problem) => {
            let problem = for_people(problem)?;
            again(&problem, &leaving(&caller, Faults::from(&problem)))
        }
    }
}
