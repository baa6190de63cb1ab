//! The calls for the people of a household.

use actix_web::{HttpRequest, HttpResponse, delete, http::StatusCode, post, put, web::Data};

use super::{
    Standing, Tended, TendedPerson,
    api::note,
    change,
    json::{CodeOut, IdOut, MoveWithIn, NothingIn, PersonIn},
    register,
};
use crate::{
    clock::Clock,
    config::Origin,
    identity::{Caller, api::Parts},
    postgres::cities::Cities,
    problem::Problem,
    web::{Once, Parsed},
};

/// Add a person who has no phone to a household.
#[utoipa::path(tag = "households", params(("id" = Uuid, Path)), request_body = PersonIn,
    responses((status = 201, body = IdOut)))]
#[post("/api/v1/households/{id}/people")]
pub async fn add(
    clock: Data<Clock>,
    tended: Tended,
    once: Once,
    body: Parsed<PersonIn>,
) -> Result<HttpResponse, Problem> {
    let (now, tended) = (clock.now(), tended.at_least(Standing::Leader)?);
    once.within(tended.caller.city)
        .write(tended.caller.person.0, body.digest, async move |tx| {
            let home = (tended.caller.city, Some(tended.household.id));
            let person = register(tx, home, Some(body.value.name), now).await?;
            note(tx, tended.by(), ("add person", tended.household.id, person.to_string()), now).await?;
            Ok((StatusCode::CREATED, IdOut { id: person.0 }))
        })
        .await
}

/// Call a person something else: oneself, or as a leader or officer.
#[utoipa::path(tag = "households", params(("id" = Uuid, Path)), request_body = PersonIn, responses((status = 204)))]
#[put("/api/v1/people/{id}")]
pub async fn rename(
    cities: Data<Cities>,
    clock: Data<Clock>,
    found: TendedPerson,
    body: Parsed<PersonIn>,
) -> Result<HttpResponse, Problem> {
    let (now, TendedPerson { person, tended }) = (clock.now(), found.own_or_led()?);
    cities
        .write(Some(person.city_id), async move |tx| {
            super::rename(tx, (person.city_id, person.id), body.value.name).await?;
            note(tx, tended.by(), ("rename person", tended.household.id, person.id.to_string()), now).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Let a person leave their household, which keeps what it has read: oneself, or as a leader or officer.
#[utoipa::path(tag = "households", params(("id" = Uuid, Path)), responses((status = 204)))]
#[delete("/api/v1/people/{id}")]
pub async fn leave(cities: Data<Cities>, clock: Data<Clock>, found: TendedPerson) -> Result<HttpResponse, Problem> {
    let (now, TendedPerson { person, tended }) = (clock.now(), found.own_or_led()?);
    cities
        .write(Some(person.city_id), async move |tx| {
            change::leave(tx, (person.city_id, tended.household.id, person.id), now).await?;
            note(tx, tended.by(), ("person leaves", tended.household.id, person.id.to_string()), now).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A person's phone is lost: they are signed out everywhere, and come back as the same person with the code of the answer.
#[utoipa::path(tag = "households", params(("id" = Uuid, Path)), request_body = NothingIn,
    responses((status = 201, body = CodeOut)))]
#[post("/api/v1/people/{id}/lost-phone")]
pub async fn lose_phone(
    clock: Data<Clock>,
    origin: Data<Origin>,
    found: TendedPerson,
    once: Once,
    body: Parsed<NothingIn>,
) -> Result<HttpResponse, Problem> {
    let (now, TendedPerson { person, tended }) = (clock.now(), found.led()?);
    once.within(tended.caller.city)
        .write(tended.caller.person.0, body.digest, async move |tx| {
            let (code, until) = super::lose_phone(tx, (person.city_id, person.id), now).await?;
            note(tx, tended.by(), ("lost phone", tended.household.id, person.id.to_string()), now).await?;
            Ok((StatusCode::CREATED, CodeOut::new(&origin, &code, Some(until))))
        })
        .await
}

/// Be of another household from here on, with the code of its slip. What was read stays with the household before.
#[utoipa::path(tag = "households", request_body = MoveWithIn, responses((status = 200, body = IdOut)))]
#[post("/api/v1/move")]
pub async fn move_with(
    request: HttpRequest,
    parts: Parts,
    caller: Caller,
    once: Once,
    body: Parsed<MoveWithIn>,
) -> Result<HttpResponse, Problem> {
    parts.count_code(&request, &body.value.code)?;
    let (now, counting) = (parts.clock.now(), parts.clone());
    let moved = once.within(caller.city).write(caller.person.0, body.digest, async move |tx| {
        super::move_with(tx, &caller, &body.value.code, now).await?;
        Ok((StatusCode::OK, IdOut { id: caller.person.0 }))
    });
    moved.await.map_err(|problem| counting.heed(&request, problem))
}
