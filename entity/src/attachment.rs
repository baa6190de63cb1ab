//! A file beside a notice: a PDF or a picture.

use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

use crate::ids::{AttachmentId, CityId, NoticeId, PersonId};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// PDF
    #[sea_orm(string_value = "pdf")]
    Pdf,
    /// A picture, JPEG.
    #[sea_orm(string_value = "jpeg")]
    Jpeg,
    /// A picture, PNG.
    #[sea_orm(string_value = "png")]
    Png,
}

/// A row of `attachment`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttachmentId,
    /// The notice.
    pub notice_id: NoticeId,
    /// What it is called, 1 to 100 characters; ends as its kind does.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Pages of a PDF, from 1.
    pub pages: Option<i16>,
    /// Length in bytes.
    pub size: i32,
    /// SHA-256.
    pub sum: Vec<u8>,
    /// SHA-256 of its preview, where there is one.
    pub preview_sum: Option<Vec<u8>>,
    /// Width of the preview in pixels.
    pub preview_width: Option<i16>,
    /// Height of the preview in pixels.
    pub preview_height: Option<i16>,
    /// The first revision of the notice that has it.
    pub since_revision: i32,
    /// The first revision of the notice that has it no more.
    pub until_revision: Option<i32>,
    /// When it was handed in.
    pub added_at: OffsetDateTime,
    /// By whom; none: before this was kept.
    pub added_by: Option<PersonId>,
}

impl Model {
    /// Whether a revision of the notice has it.
    #[must_use]
    pub fn is_of(&self, revision: i32) -> bool {
        self.since_revision <= revision && self.until_revision.is_none_or(|until| revision < until)
    }
}

impl Entity {
    /// The files of one notice, of all its revisions, in the order in which they were handed in.
    #[must_use]
    pub fn of(city: CityId, notice: NoticeId) -> Select<Self> {
        use sea_orm::QueryOrder as _;
        Self::find().filter(Column::CityId.eq(city)).filter(Column::NoticeId.eq(notice)).order_by_asc(Column::Id)
    }
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
