//! A code by which a signed-in browser goes on from the home screen of the same phone, whose pages share nothing with it.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{CityId, SessionId};

/// A row of `home_code`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "home_code")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// SHA-256 of the code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code_hash: Vec<u8>,
    /// The browser that is to go on from the home screen.
    pub session_id: SessionId,
    /// When it ends.
    pub expires_at: OffsetDateTime,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
