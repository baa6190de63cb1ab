//! When and for what somebody is rung, and the test, as JSON.

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post, put,
    web::{Data, Json},
};
use entity::{category::Category, push_preference::Fyi};
use garde::Validate;
use sea_orm::ActiveEnum as _;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{
    preferences::{self, Preferences, Quiet},
    trial::{self, Trial},
};
use crate::{
    clock::{Clock, JAPAN},
    config::{self, Settings},
    identity::Caller,
    postgres::cities::Cities,
    problem::{FieldError, Problem},
    web::{Limits, Once, Parsed},
};

/// Hours of the day in Japan, which may go over midnight: at most twelve, and with those of the city at least two hours of the day must be left.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// The first hour in which only emergencies ring, 0 to 23.
    pub from: u8,
    /// The first one in which everything rings again, 0 to 23.
    pub to: u8,
}

/// How what is merely good to know rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FyiRings {
    /// One by one, as it comes out.
    AtOnce,
    /// Once a week, together.
    Weekly,
    /// Not at all; it stands in the list.
    Never,
}

/// The hour of the weekly summary.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Weekly {
    /// 1 (Monday) to 7 (Sunday).
    pub weekday: u8,
    /// 0 to 23, in Japan.
    pub hour: u8,
}

/// When and for what somebody is rung. Emergencies always ring; what everybody has to read rings whatever is muted.
#[derive(Clone, Debug, Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    /// Hours in which only emergencies ring, besides those of the city; the rest rings when they are over.
    #[garde(skip)]
    pub quiet_hours: Option<QuietHours>,
    /// How what is merely good to know rings.
    #[garde(skip)]
    pub fyi: FyiRings,
    /// When the weekly summary does.
    #[garde(skip)]
    pub weekly: Weekly,
    /// Categories that don't ring: disaster, garbage, health, children, event, works, safety, office, other.
    #[garde(skip)]
    pub muted: Vec<String>,
}

impl Choices {
    /// What was chosen, if it can be beside the quiet hours of the `city`.
    ///
    /// # Errors
    /// `invalid`, with every field that is wrong.
    pub fn read(self, city: Option<config::QuietHours>) -> Result<Preferences, Problem> {
        let mut wrong = Vec::new();
        let mut refuse = |pointer: &str, detail: &'static str| wrong.push(FieldError::new(pointer, detail));
        let quiet = self.quiet_hours.and_then(|QuietHours { from, to }| {
            let quiet = Quiet::between(from, to);
            if quiet.is_none() {
                refuse("/quiet_hours", "fault-quiet-hours");
            }
            if quiet.is_some_and(|quiet| !quiet.leaves_enough(city)) {
                refuse("/quiet_hours", "fault-quiet-hours-with-city");
            }
            quiet
        });
        let Weekly { weekday, hour } = self.weekly;
        if !(1..=7).contains(&weekday) {
            refuse("/weekly/weekday", "fault-weekday");
        }
        if hour > 23 {
            refuse("/weekly/hour", "fault-hour");
        }
        let muted = self.muted.iter().filter_map(|one| Category::try_from_value(one).ok()).collect::<Vec<_>>();
        if muted.len() != self.muted.len() {
            refuse("/muted", "fault-category");
        }
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        Ok(Preferences { quiet, fyi: self.fyi.into(), weekday, hour, muted })
    }
}

impl From<FyiRings> for Fyi {
    fn from(rings: FyiRings) -> Self {
        match rings {
            FyiRings::AtOnce => Self::AtOnce,
            FyiRings::Weekly => Self::Weekly,
            FyiRings::Never => Self::Never,
        }
    }
}

impl From<Fyi> for FyiRings {
    fn from(rings: Fyi) -> Self {
        match rings {
            Fyi::AtOnce => Self::AtOnce,
            Fyi::Weekly => Self::Weekly,
            Fyi::Never => Self::Never,
        }
    }
}

impl From<&Preferences> for Choices {
    fn from(chosen: &Preferences) -> Self {
        Self {
            quiet_hours: chosen.quiet.map(|Quiet { from, to }| QuietHours { from, to }),
            fyi: chosen.fyi.into(),
            weekly: Weekly { weekday: chosen.weekday, hour: chosen.hour },
            muted: chosen.muted.iter().map(Category::to_value).collect(),
        }
    }
}

/// How a test went.
#[derive(Serialize, ToSchema)]
pub struct TestOut {
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    asked_at: OffsetDateTime,
    /// Browsers that it is for.
    browsers: i64,
    /// Of these, those whose push service took it.
    accepted: i64,
    /// Those to which it is still to be sent, for ten minutes at most.
    waiting: i64,
    /// Those that the service no longer knows.
    gone: i64,
}

impl From<Trial> for TestOut {
    fn from(trial: Trial) -> Self {
        let asked_at = trial.asked_at().to_offset(JAPAN);
        let Trial { browsers, accepted, waiting, gone, .. } = trial;
        Self { asked_at, browsers, accepted, waiting, gone }
    }
}

/// When and for what the caller is rung.
#[utoipa::path(tag = "push", responses((status = 200, body = Choices)))]
#[get("/api/v1/push/preferences")]
pub async fn show(cities: Data<Cities>, caller: Caller) -> Result<Json<Choices>, Problem> {
    let tx = cities.look(caller.city).await?;
    Ok(Json((&preferences::preferences(&tx, (caller.city, caller.person)).await?).into()))
}

/// Choose when and for what to be rung.
#[utoipa::path(tag = "push", request_body = Choices, responses((status = 200, body = Choices)))]
#[put("/api/v1/push/preferences")]
pub async fn choose(
    (cities, settings, clock): (Data<Cities>, Data<Settings>, Data<Clock>),
    caller: Caller,
    body: Parsed<Choices>,
) -> Result<Json<Choices>, Problem> {
    let (chosen, now) = (body.value.read(settings.quiet_hours)?, clock.now());
    let kept = cities.write(Some(caller.city), async move |tx| {
        let whose = (caller.city, caller.person);
        preferences::choose(tx, whose, &chosen, now).await?;
        Ok(preferences::preferences(tx, whose).await?)
    });
    Ok(Json((&kept.await?).into()))
}

/// Nothing.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Ring the caller's browsers, to see whether notifications arrive. A few times an hour.
#[utoipa::path(tag = "push", responses((status = 202, body = TestOut)))]
#[post("/api/v1/push/test")]
pub async fn test(
    (clock, limits): (Data<Clock>, Data<Limits>),
    caller: Caller,
    once: Once,
    body: Parsed<Nothing>,
) -> Result<HttpResponse, Problem> {
    limits.count_test(caller.person.0.as_bytes().to_vec())?;
    let now = clock.now();
    once.within(caller.city)
        .write(caller.person.0, body.digest, async move |tx| {
            Ok((StatusCode::ACCEPTED, TestOut::from(trial::ask(tx, &caller, now).await?)))
        })
        .await
}

/// How the caller's last test went.
#[utoipa::path(tag = "push", responses((status = 200, body = TestOut)))]
#[get("/api/v1/push/test")]
pub async fn last_test(cities: Data<Cities>, caller: Caller) -> Result<Json<TestOut>, Problem> {
    let tx = cities.look(caller.city).await?;
    Ok(Json(trial::last(&tx, &caller).await?.ok_or_else(Problem::not_found)?.into()))
}
