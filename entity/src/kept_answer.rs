//! The first answer to a request that carried an `Idempotency-Key`, kept for a day.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

/// A row of `kept_answer`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "kept_answer")]
pub struct Model {
    /// Hash of the caller, the call and the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: Vec<u8>,
    /// SHA-256 of the request's body.
    pub body_hash: Vec<u8>,
    /// The status of the answer.
    pub status: i16,
    /// The answer's body, sealed: it may hold tokens.
    pub answer: Vec<u8>,
    /// When it was given.
    pub created_at: OffsetDateTime,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
