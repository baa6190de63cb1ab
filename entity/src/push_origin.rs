//! What all workers know of a push service: its breaker.

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
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
