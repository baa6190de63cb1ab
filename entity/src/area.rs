//! A node of the tree of areas, from the city down to the group. Depth is data: cities differ.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{AreaId, CityId};

/// What an area is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// 市
    #[sea_orm(string_value = "city")]
    City,
    /// 区
    #[sea_orm(string_value = "ward")]
    Ward,
    /// 校区
    #[sea_orm(string_value = "district")]
    District,
    /// 市民センター
    #[sea_orm(string_value = "centre")]
    Centre,
    /// 自治会・町内会
    #[sea_orm(string_value = "association")]
    Association,
    /// 班・組
    #[sea_orm(string_value = "group")]
    Group,
}

/// A row of `area`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "area")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AreaId,
    /// The area above; none for the city.
    pub parent_id: Option<AreaId>,
    /// The areas from the city down to this one.
    pub path: Vec<Uuid>,
    /// What it is.
    pub kind: Kind,
    /// Its code, unique in the city.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// When it was imported.
    pub created_at: OffsetDateTime,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The areas of one city.
    #[must_use]
    pub fn of(city: CityId) -> Select<Self> {
        Self::find().filter(Column::CityId.eq(city))
    }

    /// The areas of one city that carry one of these codes.
    #[must_use]
    pub fn with_codes(city: CityId, codes: &[String]) -> Select<Self> {
        Self::of(city).filter(Column::Code.is_in(codes))
    }
}
