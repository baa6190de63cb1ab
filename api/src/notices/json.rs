//! What notices look like over the wire, and how that becomes rows and back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{
    area,
    ids::{AttachmentId, CityId, NoticeId},
    notice, receipt,
};
use garde::Validate;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult as _};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Audience, BODY, Correction, Draft, REASON, TITLE,
    attachments::{AttachmentOut, MOST, changed, counts, of_revision},
    category::Category,
    checks::{day, day_or_none, not_blank, read_day},
    details::{FactsJson, VersionsJson},
    facts::Facts,
    importance::{Addressees, Importance},
    last_correction,
    versions::Versions,
};
pub use super::{correction_json::CorrectionOut, receipt_json::ReceiptOut};
use crate::{
    clock::JAPAN,
    identity::{Caller, api::AreaOut},
    postgres::sql,
    problem::Problem,
    web::plain_text,
};

/// A notice to be drafted.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeIn {
    /// Title, 1 to 100 characters. It shows on lock screens: no names, no addresses.
    #[garde(length(chars, min = 1, max = TITLE), custom(plain_text), custom(not_blank))]
    #[schema(min_length = 1, max_length = 100)]
    pub(super) title: String,
    /// Text, 1 to 20,000 characters, plain.
    #[garde(length(chars, min = 1, max = BODY), custom(plain_text), custom(not_blank))]
    #[schema(min_length = 1, max_length = 20_000)]
    pub(super) body: String,
    /// How it rings.
    #[garde(skip)]
    pub(super) importance: Importance,
    /// What it is about; without it, `other`.
    #[garde(skip)]
    #[serde(default)]
    pub(super) category: Category,
    /// Whom it is for.
    #[garde(dive)]
    pub(super) audience: AudienceIn,
    /// The last day on which it matters: `2026-12-01`, or a time whose day in Japan is meant.
    #[garde(inner(custom(day)))]
    pub(super) circulate_until: Option<String>,
    /// When it is to go out once published; without it, at once.
    #[garde(skip)]
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) publish_at: Option<OffsetDateTime>,
    /// Whether it is a drill (訓練).
    #[garde(skip)]
    #[serde(default)]
    pub(super) drill: bool,
    /// What it tells of, in fields of their own.
    #[garde(dive)]
    #[serde(default)]
    pub(super) facts: FactsJson,
    /// Its text in easy Japanese and in English.
    #[garde(dive)]
    #[serde(default)]
    pub(super) versions: VersionsJson,
}

/// Whom a notice is for.
#[derive(Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AudienceIn {
    /// Codes of areas, at most 3,000.
    #[garde(length(min = 1, max = 3000), inner(length(chars, max = 200), custom(plain_text)))]
    pub(super) areas: Vec<String>,
    /// Everyone there, or only who holds a seat there.
    #[garde(skip)]
    pub(super) to: Addressees,
}

/// How a notice is published.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishIn {
    /// An emergency by one person: announced to all staff.
    #[garde(skip)]
    #[serde(default)]
    pub(super) alone: bool,
    /// Why there is no second person; needed with `alone`.
    #[garde(inner(length(chars, min = 1, max = REASON), custom(plain_text), custom(not_blank)))]
    pub(super) reason: Option<String>,
    /// The ids of the files that readers will have, as they were looked at: where there are others by now, the answer is 409
    /// `attachments_changed`. Needed for an emergency that has files.
    #[garde(inner(length(max = MOST)))]
    pub(super) attachments: Option<Vec<Uuid>>,
}

/// Why a notice is withdrawn.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawIn {
    /// Shown to whoever opens it.
    #[garde(inner(length(chars, min = 1, max = REASON), custom(plain_text)))]
    pub(super) reason: Option<String>,
}

/// What a correction changes.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectIn {
    /// The title to be.
    #[garde(inner(length(chars, min = 1, max = TITLE), custom(plain_text), custom(not_blank)))]
    pub(super) title: Option<String>,
    /// The text to be.
    #[garde(inner(length(chars, min = 1, max = BODY), custom(plain_text), custom(not_blank)))]
    pub(super) body: Option<String>,
    /// What it is about.
    #[garde(skip)]
    pub(super) category: Option<Category>,
    /// The last day to be; empty: none any more. Left out, it stays.
    #[garde(inner(custom(day_or_none)))]
    pub(super) circulate_until: Option<String>,
    /// All facts as they are to be; left out, they stay.
    #[garde(dive)]
    pub(super) facts: Option<FactsJson>,
    /// All versions as they are to be. Left out, they stay, or go where title or text is corrected: a version never outlives the text that it
    /// was made from.
    #[garde(dive)]
    pub(super) versions: Option<VersionsJson>,
    /// Why; shown to the readers.
    #[garde(length(chars, min = 1, max = REASON), custom(plain_text), custom(not_blank))]
    pub(super) reason: String,
    /// The `revision` that it is made from: where another one stands by now, the answer is 409 `corrected_meanwhile`, and nobody's correction is
    /// taken back unseen. Left out, whatever stands there is corrected.
    #[garde(skip)]
    pub(super) revision: Option<i32>,
    /// The ids of the files that readers will have after it, as they were looked at: where there are others by now, the answer is 409
    /// `attachments_changed`. Needed for an emergency whose files change with it.
    #[garde(inner(length(max = MOST)))]
    pub(super) attachments: Option<Vec<Uuid>>,
}

/// A notice.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticeOut {
    id: Uuid,
    title: String,
    body: String,
    importance: Importance,
    /// What it is about.
    category: Category,
    /// In whose name.
    sender: AreaOut,
    /// Whom it is for.
    audience: AudienceOut,
    /// draft, scheduled, published, withdrawn.
    state: &'static str,
    drill: bool,
    /// What it tells of, in fields of their own.
    facts: FactsJson,
    /// Its text in easy Japanese and in English.
    versions: VersionsJson,
    /// 1, and one more with each correction.
    revision: i32,
    /// The last correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    correction: Option<CorrectionOut>,
    /// Last day on which it matters.
    circulate_until: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    publish_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<OffsetDateTime>,
    /// Why one person alone published an emergency; told to staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    alone_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    withdrawn_at: Option<OffsetDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_reason: Option<String>,
    /// How many files it has.
    attachment_count: i64,
    /// The files; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    attachments: Option<Vec<AttachmentOut>>,
    // The last: lists write it apart from what they have in common.
    /// The caller's own receipt.
    receipt: Option<ReceiptOut>,
}

/// Whom a notice is for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AudienceOut {
    /// The areas.
    areas: Vec<AreaOut>,
    /// Everyone there, or only who holds a seat there.
    to: Addressees,
}

impl From<NoticeIn> for Draft {
    fn from(body: NoticeIn) -> Self {
        let NoticeIn {
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
        } = body;
        Self {
            title,
            body,
            importance: importance.into(),
            category: category.into(),
            audience: Audience { areas: audience.areas, to: audience.to.into() },
            circulate_until: circulate_until.as_deref().and_then(read_day),
            publish_at,
            drill,
            facts: facts.into(),
            versions: versions.into(),
        }
    }
}

impl From<CorrectIn> for Correction {
    fn from(body: CorrectIn) -> Self {
        let CorrectIn { title, body, category, circulate_until, facts, versions, reason, revision, attachments } = body;
        Self {
            title,
            body,
            category: category.map(Into::into),
            circulate_until: circulate_until.as_deref().map(read_day),
            facts: facts.map(Into::into),
            versions: versions.map(Into::into),
            reason,
            revision,
            files: attachments.map(ids),
        }
    }
}

/// Files that are named.
pub(super) fn ids(named: Vec<Uuid>) -> Vec<AttachmentId> {
    named.into_iter().map(AttachmentId).collect()
}

/// What notices look like, but for the caller's receipt.
pub(super) async fn without_receipt<'a>(
    db: &impl ConnectionTrait,
    notices: impl Iterator<Item = &'a notice::Model>,
    now: OffsetDateTime,
) -> Result<HashMap<(CityId, NoticeId), NoticeOut>, DbErr> {
    let notices: BTreeMap<(CityId, NoticeId), &notice::Model> =
        notices.map(|notice| ((notice.city_id, notice.id), notice)).collect();
    let areas = areas_of(db, notices.values().copied()).await?;
    let files = counts(db, notices.keys().copied()).await?;
    let mut out = HashMap::with_capacity(notices.len());
    for (key, notice) in notices {
        let attachment_count = files.get(&key).copied().unwrap_or_default();
        out.insert(key, NoticeOut { attachment_count, ..bare(db, notice, &areas, now).await? });
    }
    Ok(out)
}

/// The areas that notices name.
async fn areas_of<'a>(
    db: &impl ConnectionTrait,
    notices: impl Iterator<Item = &'a notice::Model>,
) -> Result<HashMap<(CityId, Uuid), AreaOut>, DbErr> {
    let mut keys = BTreeSet::new();
    for notice in notices {
        let named = notice.area_ids.iter().copied().chain([notice.sender_area_id.0]);
        keys.extend(named.map(|id| (notice.city_id.0, id)));
    }
    let (cities, ids): (Vec<Uuid>, Vec<Uuid>) = keys.into_iter().unzip();
    let statement = sql(
        "SELECT a.* FROM unnest($1::uuid[], $2::uuid[]) AS named (city_id, id)
         JOIN area a ON a.city_id = named.city_id AND a.id = named.id",
        [cities.into(), ids.into()],
    );
    let areas = area::Model::find_by_statement(statement).all(db).await?;
    Ok(areas.into_iter().map(|area| ((area.city_id, area.id.0), AreaOut::from(&area))).collect())
}

/// A notice without anybody's receipt.
async fn bare(
    db: &impl ConnectionTrait,
    notice: &notice::Model,
    areas: &HashMap<(CityId, Uuid), AreaOut>,
    now: OffsetDateTime,
) -> Result<NoticeOut, DbErr> {
    let area = |id: &Uuid| areas.get(&(notice.city_id, *id)).cloned();
    let before = if notice.revision > 1 { last_correction(db, notice).await? } else { None };
    let correction = before.map(|before| CorrectionOut::of(before, notice));
    Ok(NoticeOut {
        id: notice.id.0,
        title: notice.title.clone(),
        body: notice.body.clone(),
        importance: notice.importance.into(),
        category: notice.category.into(),
        sender: area(&notice.sender_area_id.0).ok_or_else(|| DbErr::RecordNotFound("the sender of a notice".into()))?,
        audience: AudienceOut {
            areas: notice.area_ids.iter().filter_map(area).collect(),
            to: notice.addressees.into(),
        },
        state: state(notice, now),
        drill: notice.drill,
        facts: Facts::from(notice).into(),
        versions: Versions::from(notice).into(),
        revision: notice.revision,
        correction,
        circulate_until: notice.circulate_until.map(|day| day.to_string()),
        publish_at: notice.publish_at.map(|at| at.to_offset(JAPAN)),
        published_at: notice.published_at.map(|at| at.to_offset(JAPAN)),
        alone_reason: None,
        withdrawn_at: notice.withdrawn_at.map(|at| at.to_offset(JAPAN)),
        withdrawn_reason: notice.withdrawn_reason.clone(),
        attachment_count: 0,
        attachments: None,
        receipt: None,
    })
}

/// draft, scheduled, published, withdrawn.
pub(super) fn state(notice: &notice::Model, now: OffsetDateTime) -> &'static str {
    match (notice.published_at, notice.withdrawn_at) {
        (_, Some(_)) => "withdrawn",
        (None, None) => "draft",
        (Some(at), None) if at > now => "scheduled",
        (Some(_), None) => "published",
    }
}

pub(super) async fn one_out(
    db: &impl ConnectionTrait,
    caller: &Caller,
    notice: notice::Model,
    now: OffsetDateTime,
) -> Result<NoticeOut, Problem> {
    let receipt = receipt::Entity::find_by_id((caller.city, caller.reader(), notice.id)).one(db).await?;
    let alone_reason =
        notice.alone_reason.clone().filter(|_| caller.seats.iter().any(|seat| seat.role == entity::seat::Role::Staff));
    let mut out = without_receipt(db, std::iter::once(&notice), now).await?;
    let mut out = out.remove(&(notice.city_id, notice.id)).ok_or_else(Problem::not_found)?;
    let files = changed(db, &notice, &[notice.revision]).await?.pop().unwrap_or_default();
    out.correction = out.correction.map(|correction| correction.with(files));
    let files = of_revision(db, &notice).await?;
    let attachments = Some(files.iter().map(AttachmentOut::to_readers).collect());
    Ok(NoticeOut { alone_reason, attachments, receipt: receipt.as_ref().map(ReceiptOut::from), ..out })
}
