//! One privileged act or look at a named list.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{AuditId, CityId, PersonId};

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
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
