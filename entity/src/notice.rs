//! One circular: a draft, then scheduled or published, perhaps withdrawn.

use sea_orm::entity::prelude::*;
use time::{Date, OffsetDateTime, Time};

use crate::ids::{AreaId, CityId, NoticeId, PersonId};
pub use crate::{category::Category, channel::Kind as Addressees, seat::Role};

/// How a notice rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Importance {
    /// At once, at any hour; needs a second person.
    #[sea_orm(string_value = "emergency")]
    Emergency,
    /// Everyone is asked to acknowledge it.
    #[sea_orm(string_value = "must_read")]
    MustRead,
    /// An ordinary circular.
    #[sea_orm(string_value = "normal")]
    Normal,
    /// For whoever cares; rings lowest.
    #[sea_orm(string_value = "fyi")]
    Fyi,
}

/// A row of `notice`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    /// The city it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub city_id: CityId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeId,
    /// Who drafted it; none where a telegram did.
    pub author_id: Option<PersonId>,
    /// The area in whose name it goes out.
    pub sender_area_id: AreaId,
    /// The role in which it was drafted.
    pub sender_role: Role,
    /// Its title.
    pub title: String,
    /// Its text, plain.
    pub body: String,
    /// How it rings.
    pub importance: Importance,
    /// What it is about.
    pub category: Category,
    /// Whom it reaches in its areas.
    pub addressees: Addressees,
    /// The areas that it is for.
    pub area_ids: Vec<Uuid>,
    /// The last day on which it matters.
    pub circulate_until: Option<Date>,
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
    /// When the draft asks to be published.
    pub publish_at: Option<OffsetDateTime>,
    /// Whether it is a drill (訓練).
    pub drill: bool,
    /// 1, and one more with each correction.
    pub revision: i32,
    /// When it was drafted.
    pub created_at: OffsetDateTime,
    /// When it goes out; in the future: scheduled.
    pub published_at: Option<OffsetDateTime>,
    /// Who published it.
    pub publisher_id: Option<PersonId>,
    /// Why one person alone published an emergency.
    pub alone_reason: Option<String>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<OffsetDateTime>,
    /// Why it was withdrawn.
    pub withdrawn_reason: Option<String>,
    /// Since when its receipts are no longer kept.
    pub closed_at: Option<OffsetDateTime>,
}

/// None: what joins rows is said by the queries.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether this is an emergency that `person` wrote, and which is therefore for another person to send.
    #[must_use]
    pub fn is_emergency_of(&self, person: PersonId) -> bool {
        self.importance == Importance::Emergency && self.author_id == Some(person)
    }

    /// Whether `person`, who wrote this emergency, may not correct it: what they published alone, with a reason, they correct alone.
    #[must_use]
    pub fn is_corrected_by_another_than(&self, person: PersonId) -> bool {
        let alone = self.alone_reason.is_some() && self.publisher_id == Some(person);
        self.is_emergency_of(person) && !alone
    }
}
