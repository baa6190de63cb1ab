//! The code with which somebody begins to answer for a household, kept as a hash.

use sea_orm::entity::prelude::*;
use time::{Date, OffsetDateTime};

use crate::ids::{CityId, HouseholdId};

/// A row of `proxy_code`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "proxy_code")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// The household that is to be answered for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub household_id: HouseholdId,
    /// SHA-256 of the code.
    pub code_hash: Vec<u8>,
    /// The day on which the household agreed.
    pub consented_on: Date,
    /// When it was made.
    pub issued_at: OffsetDateTime,
    /// When it ends.
    pub expires_at: OffsetDateTime,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
