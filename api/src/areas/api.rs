//! Looking at the tree, as JSON.

use actix_web::{
    get,
    web::{Data, Json, Query},
};
use entity::ids::AreaId;
use sea_orm::ActiveEnum as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Child, Count, children, is_of_association};
use crate::{
    identity::Caller,
    postgres::cities::Cities,
    problem::Problem,
    web::{Page, plain_text},
};

/// An area below another.
#[derive(Serialize, ToSchema)]
pub struct ChildOut {
    /// Code.
    code: String,
    /// Name.
    name: String,
    /// city, ward, district, centre, association, group.
    kind: String,
    /// Households in and below it.
    households: Count,
}

/// Whose children are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AreasQuery {
    /// Code of the area above; none: the city itself.
    parent: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items, from 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 100)]
    limit: Option<u64>,
}

/// The areas below one, with counts of households.
#[utoipa::path(tag = "areas", params(AreasQuery), responses((status = 200, body = Page<ChildOut>)))]
#[get("/api/v1/areas")]
pub async fn areas(
    cities: Data<Cities>,
    caller: Caller,
    query: Query<AreasQuery>,
) -> Result<Json<Page<ChildOut>>, Problem> {
    let limit = query.limit.unwrap_or(100);
    if !(1..=100).contains(&limit) {
        return Err(Problem::invalid_field("limit", "fault-limit"));
    }
    for (name, text) in [("parent", &query.parent), ("cursor", &query.cursor)] {
        if text.as_ref().is_some_and(|text| plain_text(text, &()).is_err()) {
            return Err(Problem::invalid_field(name, "fault-odd-letters"));
        }
    }
    let after = query.cursor.as_deref().unwrap_or_default();
    let tx = cities.look(caller.city).await?;
    let mut found = children(&tx, caller.city, query.parent.as_deref(), (after, limit + 1)).await?;
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(100));
    let next_cursor = found.last().filter(|_| more).map(|child| child.code.clone());
    Ok(Json(Page { items: found.into_iter().map(|child| child_out(&caller, child)).collect(), next_cursor }))
}

fn child_out(caller: &Caller, child: Child) -> ChildOut {
    let own = child.path.iter().any(|id| is_of_association(caller, AreaId(*id)));
    let households = Count::shown(child.households, own);
    ChildOut { code: child.code, name: child.name, kind: child.kind.to_value(), households }
}
