//! What all workers know of a push service: its breaker, how much it bears, and what it has answered.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

/// A row of `push_origin`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "push_origin")]
pub struct Model {
    /// Scheme, host and port.
    #[sea_orm(primary_key, auto_increment = false)]
    pub origin: String,
    /// Failures since the last success.
    pub failures_in_row: i32,
    /// Nothing but an emergency's probe is sent before.
    pub paused_until: Option<OffsetDateTime>,
    /// When an emergency last tried it all the same.
    pub probed_at: Option<OffsetDateTime>,
    /// Why it is paused.
    pub reason: Option<String>,
    /// Messages that it bears at once.
    pub at_once: i16,
    /// When that last became less.
    pub slowed_at: Option<OffsetDateTime>,
    /// When the present minute began.
    pub minute_from: Option<OffsetDateTime>,
    /// Answers in it.
    pub minute_answers: i32,
    /// Of these, refusals of our signature.
    pub minute_refused: i32,
    /// When the present ten seconds began.
    pub moment_from: Option<OffsetDateTime>,
    /// Answers in them.
    pub moment_answers: i32,
    /// Of these, such that find us too fast.
    pub moment_too_fast: i32,
    /// Messages taken, ever.
    pub accepted: i64,
    /// Subscriptions ended, ever.
    pub gone: i64,
    /// Refusals of our signature, ever.
    pub refused: i64,
    /// Answers that found us too fast, ever.
    pub too_fast: i64,
    /// Failures of the service, ever.
    pub failed: i64,
    /// Other answers, ever.
    pub other: i64,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
