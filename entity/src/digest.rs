//! How far the weekly summaries of a city are planned.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::CityId;

/// A row of `digest`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "digest")]
pub struct Model {
    /// The city.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// The last full hour whose summaries are planned.
    pub planned_until: OffsetDateTime,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
