//! Writing once: `Idempotency-Key`.
//!
//! A phone in a lift sends again what may have arrived. With the same key and body it gets the first answer again for a day, and
//! nothing happens twice. The answer is kept in the transaction of the work itself, so there is no moment at which one exists
//! without the other. Answers may hold tokens: they are sealed with a key that only the server and this very request make.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, http::StatusCode, web::Data};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    digest::{Context, SHA256},
    hmac,
};
use entity::{
    ids::CityId,
    kept_answer::{self, Entity as KeptAnswer},
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseConnection, DatabaseTransaction, DbErr,
    EntityTrait as _, QueryFilter as _, sea_query::OnConflict,
};
use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::part;
use crate::{
    clock::Clock,
    keys::{Keys, TokenKey},
    postgres::cities::Cities,
    problem::Problem,
};

/// How long an answer is kept.
const KEPT_FOR: Duration = Duration::hours(24);
/// The longest key.
const KEY_LENGTH: usize = 200;

/// The request's `Idempotency-Key`, if it has one, and what it takes to honour it.
#[derive(Debug)]
pub struct Once {
    key: Option<String>,
    call: String,
    cities: Data<Cities>,
    city: Option<CityId>,
    keys: Data<Keys>,
    now: OffsetDateTime,
}

impl FromRequest for Once {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready((|| {
            let key = match request.headers().get("Idempotency-Key") {
                None => None,
                Some(value) => {
                    let text = value.to_str().ok().filter(|t| (1..=KEY_LENGTH).contains(&t.len()));
                    let bad = || Problem::invalid_field("Idempotency-Key", "fault-idempotency-key");
                    Some(text.ok_or_else(bad)?.to_owned())
                }
            };
            Ok(Self {
                key,
                call: format!("{} {}", request.method(), request.path()),
                cities: part(request)?,
                city: None,
                keys: part(request)?,
                now: part::<Clock>(request)?.now(),
            })
        })())
    }
}

impl Once {
    /// Writing within a city. Without one, `work` sees nothing until it has gone through a [`Door`](crate::postgres::cities::Door).
    #[must_use]
    pub fn within(self, city: CityId) -> Self {
        Self { city: Some(city), ..self }
    }

    /// Runs `work` in one transaction and answers with what it gives, or gives the first answer again. `caller` says whose key
    /// it is; `body` is the digest of what they sent.
    ///
    /// # Errors
    /// Those of `work`; `idempotency_key_reused` where the key came with another body.
    pub async fn write<T: Serialize + 'static>(
        self,
        caller: impl AsRef<[u8]>,
        body: [u8; 32],
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<(StatusCode, T), Problem> + 'static,
    ) -> Result<HttpResponse, Problem> {
        let (cities, city) = (self.cities.clone(), self.city);
        let kept = self.key.as_ref().map(|key| Kept::new(&self, key, caller.as_ref(), body));
        let (status, answer) = cities
            .write(city, async move |transaction| {
                if let Some(kept) = &kept
                    && let Some(first) = kept.begin(transaction).await?
                {
                    return Ok(first);
                }
                let done = work(transaction).await;
                if let (Err(problem), Some(kept)) = (&done, &kept)
                    && problem.is_noted()
                {
                    kept.forget(transaction).await?;
                }
                let (status, answer) = done?;
                let answer = serde_json::to_vec(&answer).map_err(Problem::internal)?;
                if let Some(kept) = &kept {
                    kept.finish(transaction, status, &answer).await?;
                }
                Ok((status, answer))
            })
            .await?;
        Ok(HttpResponse::build(status).content_type("application/json").body(answer))
    }
}

/// One kept answer.
struct Kept {
    scope: Vec<u8>,
    body: Vec<u8>,
    key: String,
    keys: Data<Keys>,
    now: OffsetDateTime,
}

impl Kept {
    fn new(once: &Once, key: &str, caller: &[u8], body: [u8; 32]) -> Self {
        let mut scope = Context::new(&SHA256);
        for part in [caller, once.call.as_bytes(), key.as_bytes()] {
            scope.update(&(part.len() as u64).to_be_bytes());
            scope.update(part);
        }
        let scope = scope.finish().as_ref().to_vec();
        Self { scope, body: body.to_vec(), key: key.to_owned(), keys: once.keys.clone(), now: once.now }
    }

    /// Takes the key, or waits for who took it first and gives their answer.
    async fn begin(&self, transaction: &DatabaseTransaction) -> Result<Option<(StatusCode, Vec<u8>)>, Problem> {
        KeptAnswer::delete_many()
            .filter(kept_answer::Column::Scope.eq(self.scope.clone()))
            .filter(kept_answer::Column::CreatedAt.lt(self.now - KEPT_FOR))
            .exec(transaction)
            .await?;
        let row = kept_answer::ActiveModel {
            scope: Set(self.scope.clone()),
            body_hash: Set(self.body.clone()),
            status: Set(0),
            answer: Set(Vec::new()),
            created_at: Set(self.now),
        };
        let taken = KeptAnswer::insert(row)
            .on_conflict(OnConflict::column(kept_answer::Column::Scope).do_nothing().to_owned())
            .exec_without_returning(transaction)
            .await?;
        if taken == 1 {
            return Ok(None);
        }
        let first = KeptAnswer::find_by_id(self.scope.clone()).one(transaction).await?;
        let first = first.ok_or_else(|| Problem::internal("a kept answer vanished"))?;
        if first.body_hash != self.body {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "problem-idempotency-key-reused",
            ));
        }
        let status = u16::try_from(first.status).ok().and_then(|s| StatusCode::from_u16(s).ok());
        Ok(Some((status.ok_or_else(|| Problem::internal("a kept answer has no status"))?, self.open(first.answer)?)))
    }

    async fn finish(
        &self,
        transaction: &DatabaseTransaction,
        status: StatusCode,
        answer: &[u8],
    ) -> Result<(), Problem> {
        let row = kept_answer::ActiveModel {
            scope: Set(self.scope.clone()),
            status: Set(i16::try_from(status.as_u16()).map_err(Problem::internal)?),
            answer: Set(self.seal(answer)?),
            ..Default::default()
        };
        row.update(transaction).await?;
        Ok(())
    }

    /// Lets the key be tried afresh.
    async fn forget(&self, transaction: &DatabaseTransaction) -> Result<(), Problem> {
        KeptAnswer::delete_by_id(self.scope.clone()).exec(transaction).await?;
        Ok(())
    }

    fn sealer(&self, key: &TokenKey) -> Result<RandomizedNonceKey, Problem> {
        let request = [&self.scope[..], self.key.as_bytes()].concat();
        let sealing = hmac::sign(&key.secret_for("kept answers"), &request);
        RandomizedNonceKey::new(&AES_256_GCM, sealing.as_ref()).map_err(Problem::internal)
    }

    fn seal(&self, answer: &[u8]) -> Result<Vec<u8>, Problem> {
        let mut sealed = answer.to_vec();
        let sealer = self.sealer(self.keys.tokens.signing(self.now))?;
        let nonce = sealer.seal_in_place_append_tag(Aad::empty(), &mut sealed).map_err(Problem::internal)?;
        Ok([&nonce.as_ref()[..], &sealed].concat())
    }

    /// Under whichever of our keys it was sealed.
    fn open(&self, sealed: Vec<u8>) -> Result<Vec<u8>, Problem> {
        let (nonce, rest) =
            sealed.split_at_checked(12).ok_or_else(|| Problem::internal("a kept answer is too short"))?;
        for key in self.keys.tokens.all() {
            let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(Problem::internal)?;
            let mut rest = rest.to_vec();
            if let Ok(answer) = self.sealer(key)?.open_in_place(nonce, Aad::empty(), &mut rest) {
                return Ok(answer.to_vec());
            }
        }
        Err(Problem::internal("a kept answer was sealed under a key that is gone"))
    }
}

/// Forgets the answers that are older than a day.
///
/// # Errors
/// The database's.
pub async fn purge_kept_answers(db: &DatabaseConnection, now: OffsetDateTime) -> Result<u64, DbErr> {
    let old = kept_answer::Column::CreatedAt.lt(now - KEPT_FOR);
    Ok(KeptAnswer::delete_many().filter(old).exec(db).await?.rows_affected)
}
