//! What is looked for in a list, as calls and links say it.

use entity::category::Category as CategoryRow;
use sea_orm::{ActiveEnum as _, Iterable as _};
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use utoipa::IntoParams;

use super::{
    Search, SentBy,
    category::{self, Category},
};
use crate::{
    problem::Problem,
    say::Message,
    web::{Cursor, PageQuery, plain_text, told},
};

/// The longest that can be looked for, in characters.
pub const LONGEST: usize = 100;

/// A page of a list, and what is looked for in it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FindQuery {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items, from 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u64>,
    /// Words, at most 100 characters. Each must be in the title, the text, the sender's name or the category's; ごみ, ゴミ and ｺﾞﾐ are one.
    #[param(max_length = 100)]
    q: Option<String>,
    /// From whom: `city` (staff of the city, a ward, a district or a centre) or `association` (officers and leaders).
    #[param(pattern = "^(city|association)$")]
    from: Option<String>,
    /// About what.
    #[param(value_type = Option<Category>)]
    category: Option<String>,
}

impl FindQuery {
    /// What is looked for, if anything, from where on, and how many of it.
    ///
    /// # Errors
    /// `invalid`, naming the parameter.
    pub fn read(self) -> Result<(Option<Search>, Option<Cursor>, u64), Problem> {
        let Self { cursor, limit, q, from, category } = self;
        let (cursor, limit) = PageQuery { cursor, limit }.read()?;
        let senders = SentBy::ALL.map(SentBy::value).join("、");
        let from = known(("from", from.as_deref()), by, &senders)?;
        let categories: Vec<String> = CategoryRow::iter().map(|one| one.to_value()).collect();
        let category = known(("category", category.as_deref()), category::row, &categories.join("、"))?;
        let search = Search { words: words(q.as_deref().unwrap_or_default())?, from, category };
        Ok((Some(search).filter(|search| !search.is_empty()), cursor, limit))
    }
}

fn by(value: &str) -> Option<SentBy> {
    SentBy::ALL.into_iter().find(|by| by.value() == value)
}

fn known<T>(
    (field, value): (&str, Option<&str>),
    read: impl Fn(&str) -> Option<T>,
    choices: &str,
) -> Result<Option<T>, Problem> {
    let unknown = |value: &str| {
        let detail = Message::new("fault-unknown-choice").with("value", value).with("choices", choices);
        Problem::invalid_field(field, detail)
    };
    value.map(|value| read(value).ok_or_else(|| unknown(value))).transpose()
}

/// The words of what somebody typed.
fn words(typed: &str) -> Result<Vec<String>, Problem> {
    if typed.chars().count() > LONGEST {
        return Err(Problem::invalid_field("q", Message::new("fault-too-long").with("value", LONGEST)));
    }
    plain_text(typed, &()).map_err(|error| Problem::invalid_field("q", told(&error)))?;
    Ok(typed.split_whitespace().map(str::to_owned).collect())
}

/// The address of a page of a list. Links from elsewhere bring parameters of their own along, and old ones what is no longer known: neither
/// narrows anything.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ListQuery {
    cursor: Option<String>,
    #[serde(default)]
    q: String,
    from: Option<String>,
    category: Option<String>,
}

/// What a page of a list was asked.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The words, as they were typed.
    pub q: String,
    /// From whom.
    pub from: Option<SentBy>,
    /// About what.
    pub category: Option<CategoryRow>,
    /// From where on.
    pub cursor: Option<Cursor>,
}

impl ListQuery {
    /// What is asked.
    ///
    /// # Errors
    /// `invalid`: a cursor that is none, words that are too long or can't be typed.
    pub fn read(self) -> Result<Asked, Problem> {
        let (cursor, _) = PageQuery { cursor: self.cursor, limit: None }.read()?;
        let q = words(&self.q)?.join(" ");
        let (from, category) = (self.from.as_deref().and_then(by), self.category.as_deref().and_then(category::row));
        Ok(Asked { q, from, category, cursor })
    }
}

impl Asked {
    /// What is looked for, if anything.
    #[must_use]
    pub fn search(&self) -> Option<Search> {
        let words = self.q.split_whitespace().map(str::to_owned).collect();
        Some(Search { words, from: self.from, category: self.category }).filter(|search| !search.is_empty())
    }

    /// The address of what is asked in the list at `path`.
    #[must_use]
    pub fn href(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        if !self.q.is_empty() {
            query.append_pair("q", &self.q);
        }
        let from = self.from.map(|from| ("from", from.value().to_owned()));
        let category = self.category.map(|category| ("category", category.to_value()));
        let cursor = self.cursor.map(|cursor| ("cursor", cursor.to_text()));
        query.extend_pairs([from, category, cursor].into_iter().flatten());
        match query.finish() {
            empty if empty.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_looked_for_and_nothing_else() {
        let query: ListQuery =
            serde_html_form::from_str("q=+%E5%A4%9C%E3%80%80%E8%AD%A6+&from=nobody&category=garbage&utm=x")
                .expect("a query");
        let asked = query.read().expect("what is asked");
        assert_eq!(asked.href("/"), "/?q=%E5%A4%9C+%E8%AD%A6&category=garbage");
        assert_eq!(Asked::default().href("/"), "/");
        assert_eq!(Asked::default().search(), None);
    }
}
