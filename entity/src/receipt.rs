//! Who has read: the stamp of a household, or of a seat holder who belongs to none.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{CityId, NoticeId, PersonId, ReaderId};

/// How a receipt came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Source {
    /// On a phone.
    #[sea_orm(string_value = "digital")]
    Digital,
    /// On the paper that went round.
    #[sea_orm(string_value = "paper")]
    Paper,
    /// By someone who answers for them.
    #[sea_orm(string_value = "proxy")]
    Proxy,
}

/// A row of `receipt`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "receipt")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Whose stamp it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub reader_id: ReaderId,
    /// What was read.
    #[sea_orm(primary_key, auto_increment = false)]
    pub notice_id: NoticeId,
    /// When it was first opened.
    pub read_at: OffsetDateTime,
    /// When it was first acknowledged.
    pub acknowledged_at: Option<OffsetDateTime>,
    /// When that was done by the phone's clock, where the phone was away from the net and its clock can be believed.
    pub pressed_at: Option<OffsetDateTime>,
    /// How.
    pub source: Source,
    /// Who opened it first.
    pub person_id: PersonId,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
