//! A person: a resident, or someone who holds a seat, or both.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{CityId, HouseholdId, PersonId};

/// A row of `person`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Their id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    /// Their household, if they belong to one.
    pub household_id: Option<HouseholdId>,
    /// What they are called; may stay empty.
    pub name: Option<String>,
    /// When they joined.
    pub created_at: OffsetDateTime,
    /// Which version of the purposes of their data they agreed to; none: they were not asked.
    pub consent_version: Option<i16>,
    /// When they agreed.
    pub consented_at: Option<OffsetDateTime>,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
