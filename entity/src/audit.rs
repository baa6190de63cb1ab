//! One privileged act or look at a named list.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{AuditId, CityId, PersonId, SeatId};

/// A row of `audit`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditId,
    /// When.
    pub at: OffsetDateTime,
    /// Who; none for a command on the server.
    pub person_id: Option<PersonId>,
    /// What was done.
    pub act: String,
    /// To what.
    pub object: String,
    /// What else matters.
    pub detail: String,
    /// Its number in the city's log, from 1.
    pub seq: i64,
    /// The seat by which it was done, where it is one.
    pub seat_id: Option<SeatId>,
    /// From where.
    pub address: Option<String>,
    /// done or refused.
    pub outcome: String,
    /// The households whose data was looked at.
    pub households: Vec<Uuid>,
    /// The persons whose data was looked at.
    pub persons: Vec<Uuid>,
    /// The hash of the entry before; empty at the first.
    pub previous: Vec<u8>,
    /// SHA-256 of that and of all the rest.
    pub hash: Vec<u8>,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
