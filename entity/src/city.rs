//! A city: whose rows nobody of another city ever sees.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::CityId;

/// A row of `city`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "city")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CityId,
    /// The national code of the municipality.
    pub code: String,
    /// Its name.
    pub name: String,
    /// When it was imported.
    pub created_at: OffsetDateTime,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
