//! Correcting and withdrawing, as pages.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, ServiceConfig},
};
use entity::{notice, revision};
use sea_orm::{ActiveEnum as _, ConnectionTrait, EntityTrait as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, from_value, to_value};

use super::{
    Content, Editable, Sendable, Versions,
    attachments::view::{EditingView, looked_at},
    category,
    checks::lines,
    details_form::{DetailsForm, faults},
    json::{CorrectIn, WithdrawIn},
    office_view::{CorrectPage, WithdrawPage, shown_to},
};
use crate::{
    audit,
    clock::Clock,
    identity::Caller,
    postgres::{cities::Cities, sql},
    problem::Problem,
    say::Message,
    web::{
        Form,
        page::{Fault, Faults, Frame, Section, Who, again, for_people, html, see_other},
        validate,
    },
};

pub(super) fn pages(config: &mut ServiceConfig) {
    config.service(correct_page).service(correct_form).service(withdraw_page).service(withdraw_form);
}

/// What was typed.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct CorrectForm {
    /// The revision that the form began with.
    revision: Option<i32>,
    /// The files that were looked at.
    files: Option<String>,
    title: String,
    body: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    circulate_until: String,
    #[serde(default)]
    reason: String,
    #[serde(flatten)]
    details: DetailsForm,
}

impl CorrectForm {
    /// A form that is filled in with what stands in a revision.
    fn of(revision: i32, content: Content) -> Self {
        Self {
            revision: Some(revision),
            files: None,
            title: content.title,
            body: content.body,
            category: content.category.to_value(),
            circulate_until: content.circulate_until.map(|day| day.to_string()).unwrap_or_default(),
            reason: String::new(),
            details: DetailsForm::of(&content.facts, &content.versions),
        }
    }

    /// The same on what stands there `now`: each field that nobody has touched since `base` as it is now, and the others as they were typed; with the
    /// fields that both have touched, and what stands in them now.
    fn onto(self, base: &Self, now: Self) -> Result<(Self, Vec<Fault>), serde_json::Error> {
        let revision = now.revision;
        let (base, mut typed, now) = (to_value(base)?, to_value(self)?, to_value(now)?);
        let same = |one: &Value, other: &Value| match (one, other) {
            (Value::String(one), Value::String(other)) => lines(one) == lines(other),
            (one, other) => one == other,
        };
        let mut both = Vec::new();
        for (field, said) in typed.as_object_mut().into_iter().flatten() {
            if same(said, &base[field]) {
                *said = now[field].clone();
            } else if field != "revision" && !same(&base[field], &now[field]) && !same(said, &now[field]) {
                let stands = now[field].as_str().filter(|text| !text.is_empty());
                let stands = stands.map_or(Message::new("notice-nothing"), |text| Message::text(text.to_owned()));
                both.push(Fault::new(field.clone(), Message::new("fault-corrected-meanwhile").with("now", stands)));
            }
        }
        Ok((Self { revision, ..from_value(typed)? }, both))
    }
}

#[get("/notices/{id}/correct")]
async fn correct_page(cities: Data<Cities>, clock: Data<Clock>, found: Editable) -> Result<HttpResponse, Problem> {
    let form = CorrectForm::of(found.notice.revision, Content::from(&found.notice));
    let tx = cities.look(found.caller.city).await?;
    html(&correcting(&tx, &found, (form, Faults::default()), clock.now()).await?)
}

async fn correcting(
    db: &impl ConnectionTrait,
    found: &Editable,
    (form, faults): (CorrectForm, Faults),
    now: time::OffsetDateTime,
) -> Result<CorrectPage, Problem> {
    let reached = "SELECT count(*) AS number FROM batch b CROSS JOIN LATERAL unnest(b.outcomes) AS outcome
                   WHERE b.city_id = $1 AND b.notice_id = $2 AND outcome = 1";
    Ok(CorrectPage {
        frame: Frame::new("correct-title", Who::from(&found.caller)).at(Section::Office),
        faults,
        action: format!("/notices/{}/correct", found.notice.id),
        back: format!("/n/{}", found.notice.id),
        drill: found.notice.drill,
        needs_another: found.notice.is_corrected_by_another_than(found.caller.person),
        revision: form.revision.unwrap_or(found.notice.revision),
        title: form.title,
        body: form.body,
        categories: category::choices(category::row(&form.category)),
        circulate_until: form.circulate_until,
        reason: form.reason,
        versions: Versions::from(&found.notice),
        files: EditingView::of(db, &found.notice, now).await?,
        details: form.details,
        reached: match found.notice.published_at {
            Some(at) if at <= now => Some(number(db, &found.notice, reached).await?.to_string()),
            _ => None,
        },
    })
}

async fn number(db: &impl ConnectionTrait, notice: &notice::Model, query: &str) -> Result<i64, Problem> {
    let row = db.query_one_raw(sql(query, [notice.city_id.0.into(), notice.id.0.into()])).await?;
    Ok(row.map(|row| row.try_get("", "number")).transpose()?.unwrap_or_default())
}

#[post("/notices/{id}/correct")]
async fn correct_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    Sendable(mut found): Sendable,
    form: Form<CorrectForm>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    let CorrectForm { revision, files, title, body, category, circulate_until, reason, details } = &form.0;
    let same_text = title.trim() == found.notice.title && lines(body) == found.notice.body;
    let before = Versions::from(&found.notice);
    let said = CorrectIn {
        title: Some(title.clone()),
        body: Some(body.clone()),
        category: category::row(category).map(Into::into),
        circulate_until: Some(circulate_until.clone()),
        facts: Some(details.facts()),
        versions: Some(if same_text { details.versions() } else { details.corrected(&before) }),
        reason: reason.clone(),
        revision: *revision,
        attachments: files.as_deref().map(looked_at),
    };
    let (caller, notice) = (found.caller.clone(), found.notice.clone());
    let corrected = match validate(&said) {
        Err(problem) => Err(problem),
        Ok(()) => {
            cities
                .write(Some(caller.city), async move |tx| {
                    let notice = super::correct(tx, notice, (caller.person, said.into()), now).await?;
                    done(tx, &caller, ("correct", &notice), now).await
                })
                .await
        }
    };
    match corrected {
        Ok(()) => Ok(see_other(&format!("/n/{}", found.notice.id))),
        Err(problem) => {
            let problem = for_people(problem)?;
            let tx = cities.look(found.caller.city).await?;
            let (mut form, mut both) = (form.0, Vec::new());
            if problem.code() == "corrected_meanwhile" {
                (found.notice, (form, both)) = meanwhile(&tx, found.notice, form).await?;
            }
            again(&problem, &correcting(&tx, &found, (form, faults(&problem, both)), now).await?)
        }
    }
}

/// The notice as somebody else has corrected it, and the form on that, with what both have touched.
async fn meanwhile(
    db: &impl ConnectionTrait,
    notice: notice::Model,
    form: CorrectForm,
) -> Result<(notice::Model, (CorrectForm, Vec<Fault>)), Problem> {
    let notice = notice::Entity::find_by_id((notice.city_id, notice.id)).one(db).await?.unwrap_or(notice);
    let after = form.revision.map(|seen| (notice.city_id, notice.id, seen.saturating_add(1)));
    let base = match after {
        Some(after) => revision::Entity::find_by_id(after).one(db).await?,
        None => None,
    };
    let now = CorrectForm::of(notice.revision, Content::from(&notice));
    let form = match base {
        Some(base) => {
            let base = CorrectForm::of(base.revision - 1, Content::from(&base));
            form.onto(&base, now).map_err(Problem::internal)?
        }
        None => (CorrectForm { revision: now.revision, ..form }, Vec::new()),
    };
    Ok((notice, form))
}

async fn done(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    (act, notice): (&str, &notice::Model),
    now: time::OffsetDateTime,
) -> Result<(), Problem> {
    let object = (notice.id.to_string(), notice.title.clone());
    Ok(audit::record(tx, caller, act, object, now).await?)
}

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WithdrawForm {
    reason: String,
}

#[get("/notices/{id}/withdraw")]
async fn withdraw_page(cities: Data<Cities>, found: Editable) -> Result<HttpResponse, Problem> {
    let tx = cities.look(found.caller.city).await?;
    html(&withdrawing(&tx, &found, WithdrawForm::default(), Faults::default()).await?)
}

async fn withdrawing(
    db: &impl ConnectionTrait,
    found: &Editable,
    form: WithdrawForm,
    faults: Faults,
) -> Result<WithdrawPage, Problem> {
    let read =
        "SELECT coalesce(sum(read_count), 0)::bigint AS number FROM circulation WHERE city_id = $1 AND notice_id = $2";
    let senders = super::senders::senders(db, std::iter::once(&found.notice)).await?;
    Ok(WithdrawPage {
        frame: Frame::new("withdraw-title", Who::from(&found.caller)).at(Section::Office),
        faults,
        action: format!("/notices/{}/withdraw", found.notice.id),
        back: format!("/n/{}", found.notice.id),
        title: found.notice.title.clone(),
        sender: senders.first().map(|area| area.name.clone()).unwrap_or_default(),
        read: shown_to(&found.caller, number(db, &found.notice, read).await?),
        reason: form.reason,
    })
}

#[post("/notices/{id}/withdraw")]
async fn withdraw_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    found: Editable,
    form: Form<WithdrawForm>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    let said = WithdrawIn { reason: Some(form.0.reason.trim().to_owned()).filter(|text| !text.is_empty()) };
    let (caller, notice) = (found.caller.clone(), found.notice.clone());
    let withdrawn = match validate(&said) {
        Err(problem) => Err(problem),
        Ok(()) => {
            cities
                .write(Some(caller.city), async move |tx| {
                    let notice = super::withdraw(tx, notice, said.reason, now).await?;
                    done(tx, &caller, ("withdraw", &notice), now).await
                })
                .await
        }
    };
    match withdrawn {
        Ok(()) => Ok(see_other(&format!("/n/{}", found.notice.id))),
        Err(problem) => {
            let problem = for_people(problem)?;
            let faults = Faults::from(&problem);
            let tx = cities.look(found.caller.city).await?;
            again(&problem, &withdrawing(&tx, &found, form.0, faults).await?)
        }
    }
}
