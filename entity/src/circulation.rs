//! One notice going round in one channel.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{AreaId, ChannelId, CityId, NoticeId};

/// A row of `circulation`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "circulation")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// The notice.
    #[sea_orm(primary_key, auto_increment = false)]
    pub notice_id: NoticeId,
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: ChannelId,
    /// The association, or the one group of it that the notice is for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub area_id: AreaId,
    /// The same as the notice's: feeds are read from here.
    pub published_at: OffsetDateTime,
    /// How many of its readers have a receipt.
    pub read_count: i32,
    /// How many of them acknowledged.
    pub acknowledged_count: i32,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
