//! Looking for notices: from whom, about what, and by words.
//!
//! Words are held against title, text, facts, versions, the sender's name and what the notice is about, all of them in one way of writing (the function
//! `searchable` of the database), and each must be found in one of these. It is asked of what the caller may read and of nothing else, newest
//! first: a resident's are some hundred, for which no index of words is needed.

use std::sync::LazyLock;

use entity::category::Category;
use sea_orm::{ActiveEnum as _, Iterable as _, Value};

use super::category::name;
use crate::say::{Language, Says as _, Target};

/// Who sent a notice, as readers tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentBy {
    /// Staff of the city, a ward, a district or a centre.
    City,
    /// Officers and leaders of an association.
    Association,
}

impl SentBy {
    /// Both.
    pub const ALL: [Self; 2] = [Self::City, Self::Association];

    /// As links and calls have it.
    #[must_use]
    pub fn value(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::Association => "association",
        }
    }

    fn roles(self) -> Vec<String> {
        match self {
            Self::City => vec!["staff".to_owned()],
            Self::Association => vec!["officer".to_owned(), "leader".to_owned()],
        }
    }
}

/// What is looked for; all of it must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Words, as they were typed.
    pub words: Vec<String>,
    /// From whom.
    pub from: Option<SentBy>,
    /// About what.
    pub category: Option<Category>,
}

/// The categories that words can mean, and their names in all languages.
static SUBJECTS: LazyLock<(Vec<String>, Vec<String>)> = LazyLock::new(|| {
    let names = |category| Language::ALL.map(|language| name(category).say(language, Target::Plain)).join("|");
    Category::iter().filter(|one| *one != Category::Other).map(|one| (one.to_value(), names(one))).unzip()
});

impl Search {
    /// Whether nothing is looked for, and every notice is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// For a `WITH`: the words as notices are searched by them, each with the categories that it means. The values are
    /// [`values`](Self::values) from `$first` on.
    pub(super) fn word(first: usize) -> String {
        format!(
            "word AS MATERIALIZED (
             SELECT searchable(typed) AS said, ARRAY(
                SELECT category FROM unnest(${}::text[], ${}::text[]) AS subject (category, names)
                WHERE strpos(searchable(names), searchable(typed)) > 0) AS categories
             FROM unnest(${first}::text[]) AS typed)",
            first + 1,
            first + 2
        )
    }

    /// Whether a notice `n` is what is looked for. The words are asked in a question of their own and not in a join, so that they come before the
    /// question whether the caller may read it, which takes ten times as long.
    pub(super) fn condition(first: usize) -> String {
        format!(
            "(${0}::text[] IS NULL OR n.sender_role = ANY(${0})) AND (${1}::text IS NULL OR n.category = ${1})
             AND (SELECT coalesce(bool_and(
                    strpos(n.search_text, word.said) > 0 OR n.category = ANY(word.categories) OR EXISTS (
                        SELECT FROM area sender
                        WHERE sender.city_id = n.city_id AND sender.id = n.sender_area_id AND strpos(sender.search_text, word.said) > 0)), true)
                  FROM word)",
            first + 3,
            first + 4
        )
    }

    /// The values of [`word`](Self::word) and [`condition`](Self::condition).
    pub(super) fn values(&self) -> [Value; 5] {
        let (categories, names) = SUBJECTS.clone();
        [
            self.words.clone().into(),
            categories.into(),
            names.into(),
            self.from.map(SentBy::roles).into(),
            self.category.map(|category| category.to_value()).into(),
        ]
    }
}
