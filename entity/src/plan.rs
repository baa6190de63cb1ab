//! How far the batches of one revision of a notice have been made.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{CityId, NoticeId};

/// A row of `plan`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plan")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// The notice.
    #[sea_orm(primary_key, auto_increment = false)]
    pub notice_id: NoticeId,
    /// Its revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// When.
    pub planned_at: OffsetDateTime,
    /// How many subscriptions were found.
    pub subscriptions: i32,
    /// Whether that is all.
    pub complete: bool,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
