//! A household: lives in a group, or straight in an association.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{AreaId, CityId, HouseholdId};

/// How a household wants its notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Delivery {
    /// On the phone alone.
    #[sea_orm(string_value = "digital")]
    Digital,
    /// On paper alone.
    #[sea_orm(string_value = "paper")]
    Paper,
    /// On the phone and on paper.
    #[sea_orm(string_value = "both")]
    Both,
    /// Not said yet.
    #[sea_orm(string_value = "undecided")]
    Undecided,
}

/// A row of `household`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "household")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HouseholdId,
    /// Its group, or its association where that has none.
    pub area_id: AreaId,
    /// How its association names it.
    pub label: String,
    /// How it wants its notices.
    pub delivery: Delivery,
    /// When it was imported.
    pub created_at: OffsetDateTime,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
