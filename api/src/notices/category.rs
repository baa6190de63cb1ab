//! What notices are about, over the wire and in words.

use entity::category::Category as CategoryRow;
use sea_orm::{ActiveEnum as _, Iterable as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a notice is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// 防災・災害
    Disaster,
    /// ごみ・環境
    Garbage,
    /// 健康・福祉
    Health,
    /// 子ども・学校
    Children,
    /// 催し・行事
    Event,
    /// 工事・交通
    Works,
    /// 防犯・交通安全
    Safety,
    /// 役所・手続き
    Office,
    /// そのほか
    #[default]
    Other,
}

impl From<Category> for CategoryRow {
    fn from(category: Category) -> Self {
        match category {
            Category::Disaster => Self::Disaster,
            Category::Garbage => Self::Garbage,
            Category::Health => Self::Health,
            Category::Children => Self::Children,
            Category::Event => Self::Event,
            Category::Works => Self::Works,
            Category::Safety => Self::Safety,
            Category::Office => Self::Office,
            Category::Other => Self::Other,
        }
    }
}

impl From<CategoryRow> for Category {
    fn from(category: CategoryRow) -> Self {
        match category {
            CategoryRow::Disaster => Self::Disaster,
            CategoryRow::Garbage => Self::Garbage,
            CategoryRow::Health => Self::Health,
            CategoryRow::Children => Self::Children,
            CategoryRow::Event => Self::Event,
            CategoryRow::Works => Self::Works,
            CategoryRow::Safety => Self::Safety,
            CategoryRow::Office => Self::Office,
            CategoryRow::Other => Self::Other,
        }
    }
}

/// Its name: a key of `locales/`.
#[must_use]
pub fn name(category: CategoryRow) -> &'static str {
    match category {
        CategoryRow::Disaster => "category-disaster",
        CategoryRow::Garbage => "category-garbage",
        CategoryRow::Health => "category-health",
        CategoryRow::Children => "category-children",
        CategoryRow::Event => "category-event",
        CategoryRow::Works => "category-works",
        CategoryRow::Safety => "category-safety",
        CategoryRow::Office => "category-office",
        CategoryRow::Other => "category-other",
    }
}

/// Its name, where it says anything.
#[must_use]
pub fn telling_name(category: CategoryRow) -> Option<&'static str> {
    (category != CategoryRow::Other).then(|| name(category))
}

/// The one that a form or a link means, if any.
#[must_use]
pub fn row(value: &str) -> Option<CategoryRow> {
    CategoryRow::try_from_value(&value.to_owned()).ok()
}

/// One of the categories to choose from.
#[derive(Clone, Debug)]
pub struct Choice {
    /// As forms and links have it.
    pub value: String,
    /// A key.
    pub name: &'static str,
    /// Whether it is the chosen one.
    pub chosen: bool,
}

/// All of them, in the order in which they are offered.
pub fn choices(chosen: Option<CategoryRow>) -> Vec<Choice> {
    let choice = |one| Choice { value: CategoryRow::to_value(&one), name: name(one), chosen: chosen == Some(one) };
    CategoryRow::iter().map(choice).collect()
}
