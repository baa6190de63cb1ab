//! How long a city keeps what people did.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::CityId;

/// A row of `retention`; a city without one keeps everything as long as the columns' defaults say.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retention")]
pub struct Model {
    /// The city.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// For how many days the time of reading is kept, 1 to 90; then it becomes a day.
    pub exact_days: i16,
    /// For how many months receipts are kept, 12 to 120.
    pub receipt_months: i16,
    /// For how many months sign-ins that ended are kept, 1 to 24.
    pub sign_in_months: i16,
    /// When somebody last changed one of these.
    pub changed_at: Option<OffsetDateTime>,
    /// How many days it was before that.
    pub was_exact_days: Option<i16>,
    /// How many months it was for receipts.
    pub was_receipt_months: Option<i16>,
    /// How many months it was for sign-ins.
    pub was_sign_in_months: Option<i16>,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
