//! Up to 500 subscriptions of one push service, to be sent one notice, the weekly summary, or a test.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{BatchId, CityId, NoticeId, PersonId};

/// A row of `batch`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "batch")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BatchId,
    /// The notice; none: a test or the weekly summary.
    pub notice_id: Option<NoticeId>,
    /// Who asked for the test that it is.
    pub asked_by: Option<PersonId>,
    /// The revision that was planned; sending takes the newest.
    pub revision: i32,
    /// Whether it is an emergency's.
    pub urgent: bool,
    /// The push service.
    pub origin: String,
    /// Whom it is for.
    pub subscription_ids: Vec<Uuid>,
    /// What became of each, once done.
    pub outcomes: Option<Vec<i16>>,
    /// Which try this is, from 1.
    pub attempt: i16,
    /// Not before.
    pub due_at: OffsetDateTime,
    /// Not after.
    pub expires_at: OffsetDateTime,
    /// Raised with every claim: who holds an older one cannot record.
    pub fence: i64,
    /// Until when its claim holds.
    pub leased_until: Option<OffsetDateTime>,
    /// When its outcomes were recorded.
    pub done_at: Option<OffsetDateTime>,
    /// When the service took the first message.
    pub first_accepted_at: Option<OffsetDateTime>,
    /// When it took the last.
    pub last_accepted_at: Option<OffsetDateTime>,
    /// By which the service knows the messages, one a line.
    pub message_ids: Option<String>,
    /// Seconds that the service keeps a message, where it is less than was asked for.
    pub shortened_to: Option<i32>,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
