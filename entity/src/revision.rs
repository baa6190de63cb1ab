//! What a correction replaced, and why.

use sea_orm::entity::prelude::*;
use time::{Date, OffsetDateTime};

use crate::{
    category::Category,
    ids::{CityId, NoticeId, PersonId},
};

/// A row of `revision`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "revision")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// The notice.
    #[sea_orm(primary_key, auto_increment = false)]
    pub notice_id: NoticeId,
    /// The revision that the correction made, from 2.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// The title that stood before.
    pub title: String,
    /// The text that stood before.
    pub body: String,
    /// The last day that stood before.
    pub circulate_until: Option<Date>,
    /// What it was said to be about.
    pub category: Category,
    /// Why it was corrected.
    pub reason: String,
    /// Who corrected it.
    pub person_id: PersonId,
    /// When.
    pub at: OffsetDateTime,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
