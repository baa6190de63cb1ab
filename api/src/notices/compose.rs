//! Writing a notice and sending it, as pages: the form, then what it will look like and whom it will reach, then the button.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, ServiceConfig},
};
use entity::{
    area::Kind,
    notice::{self, Addressees, Category, Importance},
    person,
};
use sea_orm::{ConnectionTrait, EntityTrait as _};
use serde::Deserialize;
use time::{OffsetDateTime, PrimitiveDateTime, macros::format_description};

use super::{
    Editable, Facts, Publishing, Sendable, Versions,
    attachments::view::{EditingView, looked_at},
    audience_areas, category,
    details_form::{DetailsForm, faults},
    facts_view::FactsView,
    json::{AudienceIn, NoticeIn, PublishIn, ids},
    office_view::{AreaChoice, ComposePage, ConfirmPage, Reach, Step, shown_to},
    publish::needs_another,
    reach,
    view::{Marks, shown},
};
use crate::{
    areas, audit,
    clock::{Clock, JAPAN},
    identity::Caller,
    lock_screen::LockScreen,
    postgres::cities::Cities,
    problem::Problem,
    say::{Language, Message},
    web::{
        Form,
        dates::{Day, Moment},
        page::{Faults, Frame, Section, Who, again, for_people, html, see_other},
        validate,
    },
};

/// How many names of areas are shown before "and so many more".
const NAMES: usize = 8;

pub(super) fn pages(config: &mut ServiceConfig) {
    config.service(compose_page).service(compose_form).service(confirm_page).service(publish_form);
}

/// What was typed. All of it is text until it is judged, so that the form can be shown again as it was.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ComposeForm {
    title: String,
    body: String,
    importance: String,
    category: String,
    areas: Vec<String>,
    to: String,
    circulate_until: String,
    publish_at: String,
    drill: Option<String>,
    #[serde(flatten)]
    details: DetailsForm,
}

impl ComposeForm {
    /// The same as a program would send it.
    fn read(&self) -> Result<NoticeIn, Problem> {
        let choice = |field: &str, text: &str| serde_json::from_value(text.into()).map_err(|_| chosen_nothing(field));
        let importance = choice("/importance", &self.importance)?;
        let category = category::row(&self.category).map(Into::into).unwrap_or_default();
        let to = serde_json::from_value(self.to.as_str().into()).map_err(|_| chosen_nothing("/to"))?;
        let publish_at = match self.publish_at.trim() {
            "" => None,
            text => {
                let read = PrimitiveDateTime::parse(text, format_description!("[year]-[month]-[day]T[hour]:[minute]"));
                let wrong = |_| Problem::invalid_field("/publish_at", "fault-choose-moment");
                Some(read.map_err(wrong)?.assume_offset(JAPAN))
            }
        };
        let circulate_until = Some(self.circulate_until.trim().to_owned()).filter(|text| !text.is_empty());
        let audience = AudienceIn { areas: self.areas.clone(), to };
        let (title, body, drill) = (self.title.clone(), self.body.clone(), self.drill.is_some());
        let (facts, versions) = (self.details.facts(), self.details.versions());
        let notice = NoticeIn {
            title,
            body,
            importance,
            category,
            audience,
            circulate_until,
            publish_at,
            drill,
            facts,
            versions,
        };
        validate(&notice)?;
        Ok(notice)
    }
}

fn chosen_nothing(field: &str) -> Problem {
    Problem::invalid_field(field, "fault-choose-one")
}

#[get("/notices/new")]
async fn compose_page(cities: Data<Cities>, caller: Caller) -> Result<HttpResponse, Problem> {
    let form = ComposeForm { importance: "normal".into(), to: "everyone".into(), ..Default::default() };
    let tx = cities.look(caller.city).await?;
    html(&compose(&tx, &caller, form, Faults::default()).await?)
}

/// A form about areas, filled in as it was.
async fn compose(
    db: &impl ConnectionTrait,
    caller: &Caller,
    form: ComposeForm,
    faults: Faults,
) -> Result<ComposePage, Problem> {
    if caller.seats.is_empty() {
        return Err(super::NoticeError::NoSeat.into());
    }
    let mut choices = areas::choices(db, caller).await?;
    let only = choices.len() == 1;
    let choices = choices.drain(..).map(|choice| AreaChoice {
        checked: only || form.areas.contains(&choice.area.code),
        code: choice.area.code,
        name: choice.area.name,
        kind: kind_name(choice.area.kind),
        depth: choice.depth,
    });
    Ok(ComposePage {
        frame: Frame::new("compose-title", Who::from(caller)).at(Section::Compose),
        faults,
        action: "/notices/new".into(),
        areas: choices.collect(),
        title: form.title,
        body: form.body,
        importance: form.importance,
        categories: category::choices(category::row(&form.category).or(Some(Category::Other))),
        to: form.to,
        circulate_until: form.circulate_until,
        publish_at: form.publish_at,
        drill: form.drill.is_some(),
        details: form.details,
    })
}

/// A key.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::City => "compose-city",
        Kind::Ward => "compose-ward",
        Kind::District => "compose-district",
        Kind::Centre => "compose-centre",
        Kind::Association => "compose-association",
        Kind::Group => "compose-group",
    }
}

#[post("/notices/new")]
async fn compose_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    form: Form<ComposeForm>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    let author = caller.clone();
    let drafted = match form.0.read() {
        Ok(notice) => {
            let draft = async move |tx: &_| Ok(super::draft(tx, &author, notice.into(), now).await?);
            cities.write(Some(caller.city), draft).await
        }
        Err(problem) => Err(problem),
    };
    match drafted {
        Ok(notice) => Ok(see_other(&format!("/notices/{}/confirm", notice.id))),
        Err(problem) => {
            let problem = for_people(problem)?;
            let tx = cities.look(caller.city).await?;
            again(&problem, &compose(&tx, &caller, form.0, faults(&problem, Vec::new())).await?)
        }
    }
}

#[get("/notices/{id}/confirm")]
async fn confirm_page(cities: Data<Cities>, clock: Data<Clock>, found: Editable) -> Result<HttpResponse, Problem> {
    if found.notice.published_at.is_some() {
        return Ok(see_other(&format!("/n/{}", found.notice.id)));
    }
    let tx = cities.look(found.caller.city).await?;
    html(&confirm(&tx, &found.caller, &found.notice, (Faults::default(), String::new(), clock.now())).await?)
}

async fn confirm(
    db: &impl ConnectionTrait,
    caller: &Caller,
    notice: &notice::Model,
    (faults, reason, now): (Faults, String, OffsetDateTime),
) -> Result<ConfirmPage, Problem> {
    let areas = audience_areas(db, notice).await?;
    let numbers = reach(db, notice.city_id, (&notice.area_ids, notice.addressees), now.to_offset(JAPAN).date()).await?;
    let senders = super::senders::senders(db, std::iter::once(notice)).await?;
    let sender = senders.first().map(|area| area.name.clone()).unwrap_or_default();
    let emergency = notice.importance == Importance::Emergency;
    let needs_another = needs_another(db, notice, caller.person).await?;
    let author = match notice.author_id {
        Some(id) => person::Entity::find_by_id((notice.city_id, id)).one(db).await?.and_then(|person| person.name),
        None => None,
    };
    let author = match author {
        Some(name) => Message::new("confirm-author").with("name", name),
        None if notice.author_id.is_none() => "confirm-telegram".into(),
        None => "confirm-somebody".into(),
    };
    Ok(ConfirmPage {
        frame: Frame::new("confirm-title", Who::from(caller)).at(Section::Compose),
        faults,
        title: notice.title.clone(),
        body: notice.body.clone(),
        facts: FactsView::of(&Facts::from(notice), None),
        versions: shown(&Versions::from(notice)),
        files: EditingView::of(db, notice, now).await?,
        pushes: pushes(notice, &sender),
        sender,
        marks: Marks::of(notice),
        to_officers: notice.addressees == Addressees::Officers,
        until: notice.circulate_until.map(Day),
        publish_at: notice.publish_at.map(Moment),
        reach: Reach {
            names: areas.iter().take(NAMES).map(|area| area.name.clone()).collect(),
            more_names: areas.len().saturating_sub(NAMES),
            areas: areas.len().to_string(),
            associations: numbers.associations.to_string(),
            households: shown_to(caller, numbers.households),
            phones: shown_to(caller, numbers.phones),
        },
        step: Step { needs_another, author: (emergency && !needs_another).then_some(author) },
        publish: format!("/notices/{}/publish", notice.id),
        reason,
    })
}

/// What phones will show, in each language that tells readers something of its own.
fn pushes(notice: &notice::Model, sender: &str) -> Vec<LockScreen> {
    let versions = Versions::from(notice);
    let languages = std::iter::once(Language::Japanese).chain(versions.languages());
    let mut pushes: Vec<LockScreen> = languages.map(|language| LockScreen::of(notice, sender, language)).collect();
    if notice.addressees == Addressees::Officers {
        pushes.truncate(1);
    }
    pushes
}

/// The button; for an emergency by one person, with the reason why.
#[derive(Deserialize)]
struct PublishForm {
    alone: Option<String>,
    #[serde(default)]
    reason: String,
    /// The files that were looked at.
    files: Option<String>,
}

#[post("/notices/{id}/publish")]
async fn publish_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    Sendable(found): Sendable,
    form: Form<PublishForm>,
) -> Result<HttpResponse, Problem> {
    let (now, id) = (clock.now(), found.notice.id);
    let Editable { caller, notice } = found;
    let alone = form.0.alone.as_ref().map(|_| form.0.reason.trim().to_owned());
    let attachments = form.0.files.as_deref().map(looked_at);
    let said = PublishIn { alone: alone.is_some(), reason: alone.clone(), attachments: attachments.clone() };
    let publishing = Publishing { alone, files: attachments.map(ids) };
    let (who, what) = (caller.clone(), notice.clone());
    let published = match validate(&said) {
        Err(problem) => Err(problem),
        Ok(()) => {
            cities
                .write(Some(who.city), async move |tx| {
                    let notice = super::publish(tx, what, (who.person, publishing), now).await?;
                    let act = if notice.alone_reason.is_some() { "publish alone" } else { "publish" };
                    let object = (notice.id.to_string(), notice.title.clone());
                    audit::record(tx, &who, act, object, now).await?;
                    Ok(())
                })
                .await
        }
    };
    match published {
        Ok(()) => Ok(see_other(&format!("/n/{id}"))),
        Err(problem) => {
            let problem = for_people(problem)?;
            let faults = Faults::from(&problem);
            let tx = cities.look(caller.city).await?;
            again(&problem, &confirm(&tx, &caller, &notice, (faults, form.0.reason, now)).await?)
        }
    }
}
