//! The right to answer for a household, as an extractor that hands over the caller in its place.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use entity::ids::{HouseholdId, NoticeId};
use futures_util::future::LocalBoxFuture;
use sea_orm::{ConnectionTrait, DbErr};
use time::OffsetDateTime;

use crate::{
    identity::{Caller, Home},
    notices::Readable,
    postgres::cities::Cities,
    problem::Problem,
    receipts::on_behalf,
    web::{id_in, part},
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

impl FromRequest for Answering {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let caller = caller.await?;
            let id = HouseholdId(id_in(&request, "id")?);
            let tx = part::<Cities>(&request)?.look(caller.city).await?;
            let in_place = on_behalf(&tx, &caller, id).await?;
            let in_place = in_place.ok_or_else(Problem::not_found)?;
            let home = in_place.home.clone().ok_or_else(Problem::not_found)?;
            Ok(Self { caller, in_place, home })
        })
    }
}
