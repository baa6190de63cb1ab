//! A stream that an association's people receive.

use sea_orm::entity::prelude::*;

use crate::ids::{AreaId, ChannelId, CityId};

/// Whom a channel, and so a notice in it, reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// The residents, and who holds a seat there.
    #[sea_orm(string_value = "everyone")]
    Everyone,
    /// Only who holds a seat there.
    #[sea_orm(string_value = "officers")]
    Officers,
}

/// A row of `channel`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "channel")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChannelId,
    /// The association.
    pub area_id: AreaId,
    /// Whom it reaches.
    pub kind: Kind,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
