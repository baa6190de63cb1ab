//! A person holding a role in an area for a term; it ends by itself.

use sea_orm::entity::prelude::*;
use time::Date;

use crate::ids::{AreaId, CityId, PersonId, SeatId};

/// What a seat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Role {
    /// Of a city, a ward or a centre.
    #[sea_orm(string_value = "staff")]
    Staff,
    /// Of an association.
    #[sea_orm(string_value = "officer")]
    Officer,
    /// Of a group (班長).
    #[sea_orm(string_value = "leader")]
    Leader,
}

/// A row of `seat`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "seat")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SeatId,
    /// Who holds it.
    pub person_id: PersonId,
    /// Where.
    pub area_id: AreaId,
    /// As what.
    pub role: Role,
    /// The department of a member of staff.
    pub department: Option<String>,
    /// Its first day.
    pub starts_on: Date,
    /// Its last day; none until it is ended. One that was taken away ends before the day of that.
    pub ends_on: Option<Date>,
    /// The seat that is handed over to this one.
    pub follows: Option<SeatId>,
    /// Its last day before it was handed over.
    pub planned_until: Option<Date>,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
