//! The caller: the person behind a request, with their household and seats as they are at this moment.

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{Method, header},
    web::Data,
};
use entity::{
    area, household,
    ids::{AreaId, CityId, HouseholdId, PersonId, ReaderId, SeatId, SessionId},
    person,
    seat::{self, Role},
    session,
};
use futures_util::future::LocalBoxFuture;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};
use time::Date;

use super::{session as sign_ins, token::Tokens};
use crate::{clock::Clock, config::Origin, problem::Problem, web::client::same_origin};

/// Who is calling.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Their city: nothing of another one is ever theirs to see.
    pub city: CityId,
    /// The person.
    pub person: PersonId,
    /// What they are called, if they said.
    pub name: Option<String>,
    /// The sign-in.
    pub session: SessionId,
    /// Their household, if they belong to one.
    pub home: Option<Home>,
    /// The seats that they hold today.
    pub seats: Vec<Seat>,
}

/// A household and where it lives.
#[derive(Clone, Debug)]
pub struct Home {
    /// The household.
    pub household: HouseholdId,
    /// How its association names it.
    pub label: String,
    /// How it wants its notices.
    pub delivery: household::Delivery,
    /// Its group or association.
    pub area: area::Model,
}

/// A seat and where it is.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The seat.
    pub id: SeatId,
    /// As what.
    pub role: Role,
    /// The department of a member of staff.
    pub department: Option<String>,
    /// Its last day.
    pub ends_on: Option<Date>,
    /// Where.
    pub area: area::Model,
}

impl Caller {
    /// Whose stamp the caller's receipts are.
    #[must_use]
    pub fn reader(&self) -> ReaderId {
        self.home.as_ref().map_or(self.person.into(), |home| home.household.into())
    }

    /// Reads the person of a sign-in that has not ended.
    ///
    /// # Errors
    /// The database's.
    pub async fn load(
        db: &impl ConnectionTrait,
        city: CityId,
        session: SessionId,
        today: Date,
    ) -> Result<Option<Self>, DbErr> {
        let signed_in = session::Entity::find_by_id((city, session)).filter(session::Column::EndedAt.is_null());
        let Some(signed_in) = signed_in.one(db).await? else { return Ok(None) };
        let Some(person) = person::Entity::find_by_id((city, signed_in.person_id)).one(db).await? else {
            return Ok(None);
        };
        let home = match person.household_id {
            Some(id) => home(db, city, id).await?,
            None => None,
        };
        let seats = seats(db, city, person.id, today).await?;
        Ok(Some(Self { city, person: person.id, name: person.name, session, home, seats }))
    }
}

async fn home(db: &impl ConnectionTrait, city: CityId, id: HouseholdId) -> Result<Option<Home>, DbErr> {
    let Some(row) = household::Entity::find_by_id((city, id)).one(db).await? else { return Ok(None) };
    let area = area::Entity::find_by_id((city, row.area_id)).one(db).await?;
    Ok(area.map(|area| Home { household: row.id, label: row.label, delivery: row.delivery, area }))
}

async fn seats(db: &impl ConnectionTrait, city: CityId, person: PersonId, today: Date) -> Result<Vec<Seat>, DbErr> {
    let rows = seat::Entity::find()
        .filter(seat::Column::CityId.eq(city))
        .filter(seat::Column::PersonId.eq(person))
        .filter(seat::Column::StartsOn.lte(today))
        .filter(Condition::any().add(seat::Column::EndsOn.is_null()).add(seat::Column::EndsOn.gte(today)))
        .order_by_asc(seat::Column::Id)
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<AreaId> = rows.iter().map(|row| row.area_id).collect();
    let areas = area::Entity::of(city).filter(area::Column::Id.is_in(ids)).all(db).await?;
    let seat = |row: seat::Model| {
        let area = areas.iter().find(|area| area.id == row.area_id)?.clone();
        Some(Seat { id: row.id, role: row.role, department: row.department, ends_on: row.ends_on, area })
    };
    Ok(rows.into_iter().filter_map(seat).collect())
}

/// By `Authorization: Bearer`, or by our cookie; with the cookie, a writing request must come from our own pages.
impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let missing = || Problem::internal("the server was put together without its parts");
            let db = request.app_data::<Data<DatabaseConnection>>().ok_or_else(missing)?;
            let clock = request.app_data::<Data<Clock>>().ok_or_else(missing)?;
            let (city, session) = if let Some(value) = request.headers().get(header::AUTHORIZATION) {
                let tokens = request.app_data::<Data<Tokens>>().ok_or_else(missing)?;
                let token = value
                    .to_str()
                    .ok()
                    .and_then(|v| v.split_once(' '))
                    .filter(|(s, _)| s.eq_ignore_ascii_case("bearer"));
                token
                    .and_then(|(_, token)| tokens.verify(token.trim(), clock.now()))
                    .ok_or_else(Problem::unauthenticated)?
            } else {
                let origin = request.app_data::<Data<Origin>>().ok_or_else(missing)?;
                let cookie = request.cookie(sign_ins::cookie_name(origin)).ok_or_else(Problem::unauthenticated)?;
                if !matches!(*request.method(), Method::GET | Method::HEAD) {
                    same_origin(&request)?;
                }
                sign_ins::of_cookie(db.as_ref(), cookie.value()).await?.ok_or_else(Problem::unauthenticated)?
            };
            Self::load(db.as_ref(), city, session, clock.today()).await?.ok_or_else(Problem::unauthenticated)
        })
    }
}
