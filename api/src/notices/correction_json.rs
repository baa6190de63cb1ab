//! What a correction looks like over the wire.

use entity::{notice, revision};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{attachments::Changed, details::FactsJson, facts::Facts, versions::Versions};
use crate::{clock::JAPAN, say::Language};

/// What a correction replaced, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CorrectionOut {
    /// Why.
    reason: String,
    /// The title that stood before.
    previous_title: String,
    /// The facts that stood before.
    previous_facts: FactsJson,
    /// The names of files that came, and of those that went; not in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    added_attachments: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed_attachments: Vec<String>,
    /// The versions that were there before and are not, as they were not corrected with the text: easy, english.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dropped_versions: Vec<&'static str>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
}

impl CorrectionOut {
    /// The last correction of a notice, without its files.
    pub(super) fn of(before: revision::Model, notice: &notice::Model) -> Self {
        let dropped = Versions::from(notice).dropped([Versions::from(&before)]);
        Self {
            previous_facts: Facts::from(&before).into(),
            dropped_versions: dropped.iter().map(|one| name(*one)).collect(),
            added_attachments: Vec::new(),
            removed_attachments: Vec::new(),
            reason: before.reason,
            previous_title: before.title,
            at: before.at.to_offset(JAPAN),
        }
    }

    /// The same with its files.
    pub(super) fn with(self, Changed { added, removed }: Changed) -> Self {
        Self { added_attachments: added, removed_attachments: removed, ..self }
    }
}

fn name(language: Language) -> &'static str {
    match language {
        Language::Japanese => "japanese",
        Language::Easy => "easy",
        Language::English => "english",
    }
}
