//! Receipts and coverage as JSON.

use actix_web::{
    HttpRequest, get, put,
    web::{Data, Json, Query},
};
use entity::ids::{NoticeId, SessionId};
use garde::Validate;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{By, Receipts, Row, Waited};
use crate::{
    areas::Count,
    audit,
    clock::Clock,
    identity::{SignIn, api::AreaOut},
    notices::{Readable, json::ReceiptOut},
    postgres::cities::Cities,
    problem::Problem,
    web::{Page, Parsed, id_in},
};

/// What the caller did.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptIn {
    /// Whether they acknowledged; false: only opened. An acknowledgement is never taken back.
    #[garde(skip)]
    acknowledged: bool,
    /// Of an acknowledgement that waited on a phone for the net: when the button was pressed, by the phone's clock. Kept beside the time at which it
    /// came, where it can be: not before the notice was out, nor later than now.
    #[garde(skip)]
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<OffsetDateTime>,
    /// By which sign-in it was pressed. Where another person sends it, nothing is recorded.
    #[garde(skip)]
    sign_in: Option<Uuid>,
}

/// By what the coverage is broken down.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CoverageQuery {
    /// Wards, districts, associations; groups and households for the association's own people.
    by: ByIn,
}

/// By what the coverage is broken down.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ByIn {
    /// 区
    Ward,
    /// 校区
    District,
    /// 自治会・町内会
    Association,
    /// 班・組
    Group,
    /// 世帯
    Household,
}

impl From<ByIn> for By {
    fn from(by: ByIn) -> Self {
        match by {
            ByIn::Ward => Self::Ward,
            ByIn::District => Self::District,
            ByIn::Association => Self::Association,
            ByIn::Group => Self::Group,
            ByIn::Household => Self::Household,
        }
    }
}

/// One line of a coverage.
#[derive(Serialize, ToSchema)]
pub struct CoverageOut {
    /// The area; by household, its id and how the association names it.
    area: AreaOut,
    /// Households that the notice is for; of an officers' notice, seat holders' households.
    households: Count,
    /// Have read.
    read: Count,
    /// Have acknowledged.
    acknowledged: Count,
    /// Get paper.
    paper: Count,
    /// No paper comes, no phone rings, and they have not read.
    unreached: Count,
}

impl From<Row> for CoverageOut {
    fn from(row: Row) -> Self {
        let Row { code, name, households, read, acknowledged, paper, unreached } = row;
        Self { area: AreaOut { code, name }, households, read, acknowledged, paper, unreached }
    }
}

/// Leave the receipt of the caller's household.
#[utoipa::path(tag = "receipts", params(("id" = Uuid, Path)), request_body = ReceiptIn,
    responses((status = 200, body = ReceiptOut)))]
#[put("/api/v1/notices/{id}/receipt")]
pub async fn put(
    receipts: Data<Receipts>,
    request: HttpRequest,
    who: SignIn,
    body: Parsed<ReceiptIn>,
) -> Result<Json<ReceiptOut>, Problem> {
    let ReceiptIn { acknowledged, at, sign_in } = body.value;
    let waited = Waited { at, sign_in: sign_in.map(SessionId) };
    let receipt = receipts.put_late(who, NoticeId(id_in(&request, "id")?), acknowledged, waited).await?;
    Ok(Json(ReceiptOut::from(&receipt)))
}

/// How far a notice has come. A table rather than a list: it comes whole, and `next_cursor` is always null.
#[utoipa::path(tag = "receipts", params(("id" = Uuid, Path), CoverageQuery),
    responses((status = 200, body = Page<CoverageOut>)))]
#[get("/api/v1/notices/{id}/coverage")]
pub async fn coverage(
    cities: Data<Cities>,
    clock: Data<Clock>,
    found: Readable,
    query: Query<CoverageQuery>,
) -> Result<Json<Page<CoverageOut>>, Problem> {
    let rows = look(&cities, &clock, found, query.by.into()).await?;
    Ok(Json(Page { items: rows.into_iter().map(CoverageOut::from).collect(), next_cursor: None }))
}

/// The coverage, with a look at named households written into the audit log.
///
/// # Errors
/// Of the caller's rights.
pub async fn look(cities: &Cities, clock: &Clock, found: Readable, by: By) -> Result<Vec<Row>, Problem> {
    let (now, today) = (clock.now(), clock.today());
    cities
        .write(Some(found.caller.city), async move |tx| {
            let Readable { caller, notice, .. } = found;
            let rows = super::coverage(tx, &caller, (&notice, by), today).await?;
            if by == By::Household {
                let seen = rows.iter().filter_map(|row| row.code.parse().ok()).collect();
                audit::look(tx, &caller, ("look at households", notice.id.to_string()), seen, now).await?;
            }
            Ok(rows)
        })
        .await
}
