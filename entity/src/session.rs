//! One signed-in device: the family of its tokens.

use sea_orm::entity::prelude::*;
use time::{Date, OffsetDateTime};

use crate::ids::{CityId, PersonId, SessionId};

/// A row of `session`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Who is signed in.
    pub person_id: PersonId,
    /// SHA-256 of the cookie, where it is a browser.
    pub cookie_hash: Option<Vec<u8>>,
    /// When they signed in.
    pub created_at: OffsetDateTime,
    /// When it ended.
    pub ended_at: Option<OffsetDateTime>,
    /// What people call the device; none where it was not noted.
    pub device: Option<String>,
    /// The last day, in Japan, on which it was used.
    pub seen_on: Option<Date>,
    /// Another sign-in of the same person, which this one has not been told of.
    pub further_id: Option<SessionId>,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
