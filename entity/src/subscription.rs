//! One browser's push subscription.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{AreaId, CityId, PersonId, SessionId, SubscriptionId};

/// A row of `subscription`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "subscription")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubscriptionId,
    /// Whose phone it is.
    pub person_id: PersonId,
    /// The sign-in that it lives with.
    pub session_id: SessionId,
    /// Scheme, host and port of the endpoint.
    pub origin: String,
    /// The address to send to: a secret.
    pub endpoint: String,
    /// SHA-256 of the endpoint.
    pub endpoint_hash: Vec<u8>,
    /// The browser's public key, 65 bytes.
    pub p256dh: Vec<u8>,
    /// The browser's authentication secret, 16 bytes.
    pub auth: Vec<u8>,
    /// Id of the VAPID key it was subscribed under.
    pub vapid_key: String,
    /// When it was registered, at the address that it has.
    pub created_at: OffsetDateTime,
    /// Whether the page has to subscribe again; always where the service said that it is gone.
    pub renew: bool,
    /// When it ended: the service said that it is gone, or its person signed out.
    pub gone_at: Option<OffsetDateTime>,
    /// Where its person lives; the database keeps it.
    pub area_id: Option<AreaId>,
    /// The language in which it is rung (BCP 47): ja, ja-yasashii, en.
    pub language: String,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
