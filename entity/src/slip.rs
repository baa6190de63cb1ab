//! A household's joining code (加入票), kept as a hash: what is printed can't be read back.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{CityId, HouseholdId};

/// A row of `slip`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "slip")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// The household that it admits to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub household_id: HouseholdId,
    /// SHA-256 of the code.
    pub code_hash: Vec<u8>,
    /// How many persons it has admitted, at most eight.
    pub admitted: i16,
    /// When it was made.
    pub issued_at: OffsetDateTime,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
