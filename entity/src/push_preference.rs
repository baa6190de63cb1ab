//! When and for what somebody wants to be rung. Who has chosen nothing has no row.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{CityId, PersonId};

/// How what is merely good to know rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Fyi {
    /// One by one, as it comes out.
    #[sea_orm(string_value = "at_once")]
    AtOnce,
    /// Once a week, together.
    #[sea_orm(string_value = "weekly")]
    Weekly,
    /// Not at all; it stands in the list.
    #[sea_orm(string_value = "never")]
    Never,
}

/// A row of `push_preference`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "push_preference")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// The first hour of the day, in Japan, in which only emergencies ring.
    pub quiet_from: Option<i16>,
    /// The first one in which everything rings again.
    pub quiet_to: Option<i16>,
    /// How what is merely good to know rings.
    pub fyi: Fyi,
    /// The day of the weekly summary, 1 (Monday) to 7.
    pub weekday: i16,
    /// Its hour.
    pub hour: i16,
    /// Categories that don't ring.
    pub muted: Vec<String>,
    /// When it was last changed.
    pub changed_at: OffsetDateTime,
    /// What is merely good to know and came out after this was told of by nothing that they had chosen before; none: all was, or was not wanted.
    pub untold_from: Option<OffsetDateTime>,
    /// That which came out by then.
    pub untold_until: Option<OffsetDateTime>,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
