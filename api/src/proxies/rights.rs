//! The right to answer for a household, as an extractor that hands over the caller in its place.

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use entity::ids::{HouseholdId, NoticeId};
use futures_util::future::LocalBoxFuture;
use sea_orm::{ConnectionTrait, DbErr};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    identity::{Caller, Home},
    notices::Readable,
    postgres::cities::Cities,
    problem::Problem,
    receipts::on_behalf,
};

/// Somebody who answers for a household.
#[derive(Clone, Debug)]
pub struct Answering {
    /// Who is calling, as themselves.
    pub caller: Caller,
    /// The same in the household's place: what they read and stamp is its own.
    pub in_place: Caller,
    /// The household.
    pub home: Home,
}

impl Answering {
    /// A notice, if it reaches the household.
    ///
    /// # Errors
    /// The database's.
    pub async fn readable(
        &self,
        db: &impl ConnectionTrait,
        notice: NoticeId,
        now: OffsetDateTime,
    ) -> Result<Option<Readable>, DbErr> {
        Ok(Readable::find_all(db, vec![(self.in_place.clone(), notice)], now).await?.pop().flatten())
    }
}

/// The household that a path names.
///
/// # Errors
/// `not_found`, where it is no id.
pub(super) fn household_in(request: &HttpRequest) -> Result<HouseholdId, Problem> {
    id_in(request, "id").map(HouseholdId)
}

/// The notice that a path names beside the household.
///
/// # Errors
/// `not_found`, where it is no id.
pub(super) fn notice_in(request: &HttpRequest) -> Result<NoticeId, Problem> {
    id_in(request, "notice").map(NoticeId)
}

fn id_in(request: &HttpRequest, name: &str) -> Result<Uuid, Problem> {
    let id = request.match_info().get(name).and_then(|text| Uuid::try_parse(text).ok());
    id.ok_or_else(Problem::not_found)
}

impl FromRequest for Answering {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let caller = caller.await?;
            let missing = || Problem::internal("the server was put together without its parts");
            let cities = request.app_data::<Data<Cities>>().ok_or_else(missing)?;
            let id = household_in(&request)?;
            let in_place = on_behalf(&cities.look(caller.city).await?, &caller, id).await?;
            let in_place = in_place.ok_or_else(Problem::not_found)?;
            let home = in_place.home.clone().ok_or_else(Problem::not_found)?;
            Ok(Self { caller, in_place, home })
        })
    }
}
