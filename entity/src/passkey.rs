//! A passkey: the public half of what a device signs with.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{CityId, PasskeyId, PersonId};

/// A row of `passkey`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PasskeyId,
    /// Who signs in with it.
    pub person_id: PersonId,
    /// What the device calls it; unique everywhere.
    pub credential_id: Vec<u8>,
    /// The public key and its counter, as JSON of the library.
    pub public_key: String,
    /// Where it was made.
    pub name: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When the last challenge that it answered was made.
    pub used_at: Option<OffsetDateTime>,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
