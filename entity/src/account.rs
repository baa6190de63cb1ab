//! How a seat holder signs in.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{CityId, PersonId};

/// A row of `account`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// Their address, in lower case; unique everywhere.
    pub email: String,
    /// Argon2id, as a PHC string; none before the first sign-in.
    pub password_hash: Option<String>,
    /// The second factor's secret, base32.
    pub totp_secret: Option<String>,
    /// Whether the second factor has been proven once.
    pub totp_enrolled: bool,
    /// The last time step that signed in, so that a code serves once.
    pub totp_step: Option<i64>,
    /// Wrong digits in a row, from 0 to 4: with the fifth they are counted anew.
    pub wrong_digits: i16,
    /// Before this, digits are taken from known browsers alone.
    pub digits_from: Option<OffsetDateTime>,
    /// When its owner first signed in; none before, and again once it is started anew.
    pub opened_at: Option<OffsetDateTime>,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
