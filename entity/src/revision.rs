//! What a correction replaced, and why.

use sea_orm::entity::prelude::*;
use time::{Date, OffsetDateTime, Time};

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
    /// The day on which it begins that the notice tells of.
    pub starts_on: Option<Date>,
    /// The hour, in Japan.
    pub starts_time: Option<Time>,
    /// The day on which that ends.
    pub ends_on: Option<Date>,
    /// The hour, in Japan.
    pub ends_time: Option<Time>,
    /// Where.
    pub place: Option<String>,
    /// For whom it is, in words.
    pub for_whom: Option<String>,
    /// What it costs, in words.
    pub fee: Option<String>,
    /// The last day on which to answer or to apply.
    pub answer_by: Option<Date>,
    /// Whom to ask.
    pub contact_name: Option<String>,
    /// Their telephone number.
    pub contact_phone: Option<String>,
    /// Their mail address.
    pub contact_mail: Option<String>,
    /// The title in easy Japanese.
    pub easy_title: Option<String>,
    /// The text in easy Japanese.
    pub easy_body: Option<String>,
    /// The title in English.
    pub english_title: Option<String>,
    /// The text in English.
    pub english_body: Option<String>,
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
