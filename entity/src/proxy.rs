//! The person of another household who answers for a household: at most one.

use sea_orm::entity::prelude::*;
use time::{Date, OffsetDateTime};

use crate::ids::{CityId, HouseholdId, PersonId};

/// A row of `proxy`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "proxy")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// The household that is answered for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub household_id: HouseholdId,
    /// Who answers for it.
    pub person_id: PersonId,
    /// The day on which the household agreed.
    pub consented_on: Date,
    /// When they began.
    pub since: OffsetDateTime,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
