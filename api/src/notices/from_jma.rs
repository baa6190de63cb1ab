//! A draft from a telegram of the Meteorological Agency (気象庁防災情報XML).
//!
//! The telegram's own words become the text; nothing is added to them. The draft is an emergency that no person wrote, so the member
//! of staff who publishes it is the human who judged it. A drill of the Agency becomes a drill here, and what the Agency
//! sends to try its lines never becomes a notice.

use std::str::FromStr as _;

use entity::{
    area, city,
    notice::{self, Addressees, Category, Importance, Role},
};
use jmaxml::Report;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait as _};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    BODY, NoticeError, TITLE,
    draft::{Audience, Draft, insert},
    facts::Facts,
    versions::Versions,
};
use crate::web::dates;

/// A telegram that becomes no draft.
#[derive(Debug, thiserror::Error)]
pub enum TelegramError {
    /// The file.
    #[error("is no telegram in 気象庁防災情報XML: {0}")]
    Unreadable(String),
    /// 試験.
    #[error("is a test of the lines (運用種別 {0}), not a warning")]
    Test(String),
    /// 取消.
    #[error("cancels an earlier telegram (情報形態 {0}); withdraw the notice that was made of that one")]
    Cancels(String),
    /// Of somewhere else.
    #[error("does not name {city}; it names {named}")]
    Elsewhere {
        /// The city of the area asked for.
        city: String,
        /// Whom it names.
        named: String,
    },
    /// The notice.
    #[error(transparent)]
    Notice(#[from] NoticeError),
    /// The database's.
    #[error("the database: {0}")]
    Db(#[from] DbErr),
}

/// Keeps a draft for everyone in `area`, in the name of its city, from the text of a telegram.
///
/// # Errors
/// When the telegram can't be read, or is not one to be passed on to this city.
pub async fn draft_from_telegram(
    db: &impl ConnectionTrait,
    telegram: &str,
    area: &area::Model,
    now: OffsetDateTime,
) -> Result<notice::Model, TelegramError> {
    let report = Report::from_str(telegram).map_err(|e| TelegramError::Unreadable(e.to_string()))?;
    let drill = match &*report.control.status {
        "通常" => false,
        "訓練" => true,
        other => return Err(TelegramError::Test(other.to_owned())),
    };
    if report.head.info_type == "取消" {
        return Err(TelegramError::Cancels(report.head.info_type));
    }
    let city = city::Entity::find_by_id(area.city_id).one(db).await?.ok_or(NoticeError::NobodyThere)?;
    let kinds = kinds_for(&report, &city)?;
    let root = area.path.first().copied().unwrap_or(area.id.0);
    let draft = Draft {
        title: shorten(&report.head.title, TITLE - "【訓練】".chars().count()),
        body: shorten(&text(&report, &city.name, &kinds), BODY),
        importance: Importance::Emergency,
        category: Category::Disaster,
        audience: Audience { areas: vec![area.code.clone()], to: Addressees::Everyone },
        circulate_until: None,
        publish_at: None,
        drill,
        facts: Facts::default(),
        versions: Versions::default(),
    };
    let row = notice::ActiveModel {
        author_id: Set(None),
        sender_area_id: Set(entity::ids::AreaId(root)),
        sender_role: Set(Role::Staff),
        ..draft.into_row(area.city_id, std::slice::from_ref(area), now)
    };
    Ok(insert(db, row).await?)
}

/// The warnings that the telegram's headline has for the city, by municipality: the Agency's codes begin with the same five digits.
fn kinds_for(report: &Report, city: &city::Model) -> Result<Vec<String>, TelegramError> {
    let municipalities = || {
        let informations = report.head.headline.informations.iter().flat_map(|information| &information.items);
        informations.filter(|item| item.areas.code_type.contains("市町村"))
    };
    let names_city = |code: &Option<String>| {
        code.as_deref().and_then(|code| code.get(..5)).is_some_and(|start| city.code.get(..5) == Some(start))
    };
    let mut kinds: Vec<String> = Vec::new();
    for item in municipalities().filter(|item| item.areas.areas.iter().any(|area| names_city(&area.code))) {
        for kind in item.kinds.iter().map(|kind| kind.name.clone()).filter(|name| !name.is_empty()) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    let mut others: Vec<&str> =
        municipalities().flat_map(|item| &item.areas.areas).map(|area| area.name.as_str()).collect();
    if kinds.is_empty() && !others.is_empty() {
        others.dedup();
        others.truncate(5);
        return Err(TelegramError::Elsewhere { city: city.name.clone(), named: others.join("、") });
    }
    Ok(kinds)
}

fn text(report: &Report, city: &str, kinds: &[String]) -> String {
    let mut parts = Vec::new();
    if !kinds.is_empty() {
        parts.push(format!("{city}：{}", kinds.join("、")));
    }
    parts.push(report.head.headline.text.clone());
    let offices: Vec<String> = report.control.publishing_offices.clone().into();
    let at = OffsetDateTime::parse(&report.head.report_date_time.to_rfc3339(), &Rfc3339);
    let at = at.map(|at| dates::Moment(at).to_string()).unwrap_or_default();
    parts.push(format!("（{at}　{}発表）", offices.join("・")));
    parts.join("\n\n")
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
