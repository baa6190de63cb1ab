//! The calls for joining, the roster and its households.

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::StatusCode,
    post, put,
    web::{Data, Json, Query},
};
use entity::{area, ids::HouseholdId};
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::IntoParams;

use super::{
    HouseholdError, Listed, Standing, Tended, areas_of, by_seat, change as verbs,
    json::{
        ChangeIn, CodeOut, FullOut, HouseholdIn, IdOut, JoinIn, ListedOut, MergeIn, NothingIn, RelocateIn, SplitIn,
    },
    members, roster, standing_in,
};
use crate::{
    areas::{self, AreaError},
    audit::{self, By},
    clock::Clock,
    config::Origin,
    identity::{
        Caller,
        api::{Parts, TokensOut, tokens_out},
        session::Device,
    },
    postgres::cities::Cities,
    problem::Problem,
    proxies::{Proxy, proxy_of},
    web::{Once, Page, Parsed, plain_text, tidy},
};

/// Become a person of the household that the code belongs to; with the code of a lost phone, be again who one was.
#[utoipa::path(tag = "households", request_body = JoinIn, responses((status = 201, body = TokensOut)), security(()))]
#[post("/api/v1/join")]
pub async fn join(
    request: HttpRequest,
    parts: Parts,
    once: Once,
    body: Parsed<JoinIn>,
) -> Result<HttpResponse, Problem> {
    let JoinIn { code, name, consent } = body.value;
    parts.count_code(&request, &code)?;
    let counting = parts.clone();
    once.write(code.clone(), body.digest, async move |tx| {
        let opened = super::join(tx, (&code, name, consent), Device::Program(parts.agent), parts.clock.now()).await?;
        Ok((StatusCode::CREATED, tokens_out(tx, &parts.tokens, &opened, &parts.clock).await?))
    })
    .await
    .map_err(|problem| counting.heed(&request, problem))
}

/// Which part of the roster is asked for.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RosterQuery {
    /// A part of a household's or a person's name.
    pub q: Option<String>,
    /// The `next_cursor` of the page before: the id of its last household.
    pub cursor: Option<String>,
    /// How many items, from 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 100)]
    pub limit: Option<u64>,
}

/// The households of the caller's association or group, with their people. Each look is in the audit log.
#[utoipa::path(tag = "households", params(RosterQuery), responses((status = 200, body = Page<ListedOut>)))]
#[get("/api/v1/households")]
pub async fn list(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    query: Query<RosterQuery>,
) -> Result<Json<Page<ListedOut>>, Problem> {
    let (now, query) = (clock.now(), query.into_inner());
    let (found, next_cursor) =
        cities.write(Some(caller.city), async move |tx| look(tx, &caller, query, now).await).await?;
    Ok(Json(Page { items: found.into_iter().map(ListedOut::from).collect(), next_cursor }))
}

/// A page of the roster, with the look in the audit log, and where the next one begins.
pub(super) async fn look(
    db: &impl ConnectionTrait,
    caller: &Caller,
    query: RosterQuery,
    now: OffsetDateTime,
) -> Result<(Vec<Listed>, Option<String>), Problem> {
    let areas = areas_of(caller);
    if areas.is_empty() {
        return Err(HouseholdError::NoRoster.into());
    }
    let limit = query.limit.unwrap_or(100);
    if !(1..=100).contains(&limit) {
        return Err(Problem::invalid_field("limit", "fault-limit"));
    }
    let q = tidy(&query.q.unwrap_or_default());
    if plain_text(&q, &()).is_err() || q.chars().count() > 100 {
        return Err(Problem::invalid_field("q", "fault-odd-or-long"));
    }
    let after = match query.cursor.as_deref().filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => {
            let bad = || Problem::invalid_field("cursor", "fault-cursor");
            let id = text.parse().map(HouseholdId).map_err(|_| bad())?;
            let last = Tended::find(db, caller, id).await?.ok_or_else(bad)?;
            Some((last.area.code, last.household.label, id.0))
        }
    };
    let mut found = roster(db, (caller.city, areas), &q, (after, limit + 1)).await?;
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(100));
    audit::look(db, caller, ("look at roster", q), found.iter().map(|home| home.id).collect(), now).await?;
    let next = found.last().filter(|_| more).map(|home| home.id.to_string());
    Ok((found, next))
}

/// A group or association in which the caller is an officer; to all others it looks like none.
pub(super) async fn own_area(db: &impl ConnectionTrait, caller: &Caller, code: &str) -> Result<area::Model, Problem> {
    let unknown = || Problem::invalid_field("/area", "fault-unknown-area");
    plain_text(code, &()).map_err(|_| unknown())?;
    match areas::find(db, Some(caller.city), code).await {
        Ok(area) if standing_in(caller, &area) == Some(Standing::Officer) => Ok(area),
        Err(AreaError::Db(error)) => Err(error.into()),
        _ => Err(unknown()),
    }
}

/// A word in the audit log about a household.
pub(super) async fn note(
    db: &impl ConnectionTrait,
    by: impl Into<By>,
    (act, household, detail): (&str, HouseholdId, String),
    now: OffsetDateTime,
) -> Result<(), Problem> {
    audit::record(db, by, act, (household.to_string(), detail), now).await?;
    Ok(())
}

/// Who answers for a household, and the look at both in the audit log, unless it is one's own.
pub(super) async fn look_at(
    db: &impl ConnectionTrait,
    tended: &Tended,
    now: OffsetDateTime,
) -> Result<Option<Proxy>, Problem> {
    let id = tended.household.id;
    let proxy = proxy_of(db, (tended.caller.city, id)).await?;
    if tended.standing > Standing::Own {
        let seen = std::iter::once(id.0).chain(proxy.as_ref().map(|proxy| proxy.person)).collect();
        audit::look(db, tended.by(), ("look at household", id.to_string()), seen, now).await?;
    }
    Ok(proxy)
}

/// Add a household to one's association.
#[utoipa::path(tag = "households", request_body = HouseholdIn, responses((status = 201, body = IdOut)))]
#[post("/api/v1/households")]
pub async fn add(
    clock: Data<Clock>,
    caller: Caller,
    once: Once,
    body: Parsed<HouseholdIn>,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    once.within(caller.city)
        .write(caller.person.0, body.digest, async move |tx| {
            let HouseholdIn { area, label, delivery } = body.value;
            let area = own_area(tx, &caller, &area).await?;
            let fresh = verbs::add(tx, &area, (&label, delivery.into()), now).await?;
            note(tx, by_seat(&caller, &area), ("add household", fresh.id, area.code), now).await?;
            Ok((StatusCode::CREATED, IdOut { id: fresh.id.0 }))
        })
        .await
}

/// A household with its people: for itself, its leader and its officers.
#[utoipa::path(tag = "households", params(("id" = Uuid, Path)), responses((status = 200, body = FullOut)))]
#[get("/api/v1/households/{id}")]
pub async fn show(cities: Data<Cities>, clock: Data<Clock>, tended: Tended) -> Result<Json<FullOut>, Problem> {
    let now = clock.now();
    cities
        .write(Some(tended.caller.city), async move |tx| {
            let people = members(tx, (tended.caller.city, tended.household.id)).await?;
            let proxy = look_at(tx, &tended, now).await?;
            Ok(Json(FullOut::new(&tended, people, proxy)))
        })
        .await
}

/// Change how a household wants its notices, or, as an officer, what it is called.
#[utoipa::path(tag = "households", params(("id" = Uuid, Path)), request_body = ChangeIn,
    responses((status = 200, body = FullOut)))]
#[put("/api/v1/households/{id}")]
pub async fn change(
    cities: Data<Cities>,
    clock: Data<Clock>,
    tended: Tended,
    body: Parsed<ChangeIn>,
) -> Result<Json<FullOut>, Problem> {
    let (now, ChangeIn { label, delivery }) = (clock.now(), body.value);
    let wanted = if label.is_some() { Standing::Officer } else { Standing::Own };
    let tended = tended.at_least(wanted)?;
    let by = tended.by();
    cities
        .write(Some(tended.caller.city), async move |tx| {
            let Tended { caller, household, area, standing } = tended;
            let household = verbs::change(tx, household, (label.as_deref(), delivery.map(Into::into))).await?;
            note(tx, by, ("change household", household.id, household.label.clone()), now).await?;
            let people = members(tx, (caller.city, household.id)).await?;
            let proxy = proxy_of(tx, (caller.city, household.id)).await?;
            Ok(Json(FullOut::new(&Tended { caller, household, area, standing }, people, proxy)))
        })
        .await
}

/// Let a household leave: its people are signed out, and what it has read is forgotten.
#[utoipa::path(tag = "households", params(("id" = Uuid, Path)), responses((status = 204)))]
#[delete("/api/v1/households/{id}")]
pub async fn dissolve(cities: Data<Cities>, clock: Data<Clock>, tended: Tended) -> Result<HttpResponse, Problem> {
    let (now, tended) = (clock.now(), tended.at_least(Standing::Officer)?);
    cities
        .write(Some(tended.caller.city), async move |tx| {
            let (by, id) = (tended.by(), tended.household.id);
            verbs::dissolve(tx, tended.household, now).await?;
            note(tx, by, ("household leaves", id, String::new()), now).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Renew a household's slip: the old code dies. The answer is the only place where the new one ever stands.
#[utoipa::path(tag = "households", params(("id" = Uuid, Path)), request_body = NothingIn,
    responses((status = 201, body = CodeOut)))]
#[post("/api/v1/households/{id}/slip")]
pub async fn renew_slip(
    clock: Data<Clock>,
    origin: Data<Origin>,
    tended: Tended,
    once: Once,
    body: Parsed<NothingIn>,
) -> Result<HttpResponse, Problem> {
    let (now, tended) = (clock.now(), tended.at_least(Standing::Leader)?);
    once.within(tended.caller.city)
        .write(tended.caller.person.0, body.digest, async move |tx| {
            let code = super::renew_slip(tx, (tended.caller.city, tended.household.id), now).await?;
            note(tx, tended.by(), ("renew slip", tended.household.id, String::new()), now).await?;
            Ok((StatusCode::CREATED, CodeOut::new(&origin, &code, None)))
        })
        .await
}

/// Move a household to another group, or to another association of which one is an officer too.
#[utoipa::path(tag = "households", params(("id" = Uuid, Path)), request_body = RelocateIn,
    responses((status = 200, body = IdOut)))]
#[post("/api/v1/households/{id}/move")]
pub async fn relocate(
    clock: Data<Clock>,
    tended: Tended,
    once: Once,
    body: Parsed<RelocateIn>,
) -> Result<HttpResponse, Problem> {
    let (now, tended) = (clock.now(), tended.at_least(Standing::Officer)?);
    once.within(tended.caller.city)
        .write(tended.caller.person.0, body.digest, async move |tx| {
            let to = own_area(tx, &tended.caller, &body.value.area).await?;
            let by = tended.by();
            let moved = verbs::relocate(tx, tended.household, &to, now).await?;
            note(tx, by, ("move household", moved.id, to.code), now).await?;
            Ok((StatusCode::OK, IdOut { id: moved.id.0 }))
        })
        .await
}

/// Make a household of its own of some of its people.
#[utoipa::path(tag = "households", params(("id" = Uuid, Path)), request_body = SplitIn,
    responses((status = 201, body = IdOut)))]
#[post("/api/v1/households/{id}/split")]
pub async fn split(
    clock: Data<Clock>,
    tended: Tended,
    once: Once,
    body: Parsed<SplitIn>,
) -> Result<HttpResponse, Problem> {
    let (now, tended) = (clock.now(), tended.at_least(Standing::Officer)?);
    once.within(tended.caller.city)
        .write(tended.caller.person.0, body.digest, async move |tx| {
            let SplitIn { label, people } = body.value;
            let home = (&tended.household, &tended.area);
            let fresh = verbs::split(tx, home, (&label, &verbs::people(&people)), now).await?;
            note(tx, tended.by(), ("split household", tended.household.id, fresh.id.to_string()), now).await?;
            Ok((StatusCode::CREATED, IdOut { id: fresh.id.0 }))
        })
        .await
}

/// Make another household part of this one: its people and what it has read.
#[utoipa::path(tag = "households", params(("id" = Uuid, Path)), request_body = MergeIn,
    responses((status = 200, body = IdOut)))]
#[post("/api/v1/households/{id}/merge")]
pub async fn merge(
    clock: Data<Clock>,
    tended: Tended,
    once: Once,
    body: Parsed<MergeIn>,
) -> Result<HttpResponse, Problem> {
    let (now, tended) = (clock.now(), tended.at_least(Standing::Officer)?);
    once.within(tended.caller.city)
        .write(tended.caller.person.0, body.digest, async move |tx| {
            let other = HouseholdId(body.value.household);
            let (caller, id) = (&tended.caller, tended.household.id);
            let unknown = || Problem::invalid_field("/household", "fault-unknown-household");
            let found = Tended::find(tx, caller, other).await?.filter(|found| found.household.id != id);
            let found = found.filter(|found| found.standing == Standing::Officer).ok_or_else(unknown)?;
            verbs::merge(tx, (&tended.household, found.household), now).await?;
            note(tx, tended.by(), ("merge households", id, other.to_string()), now).await?;
            Ok((StatusCode::OK, IdOut { id: id.0 }))
        })
        .await
}
