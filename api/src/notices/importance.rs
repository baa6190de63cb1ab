//! How a notice rings and whom it reaches, over the wire.

use entity::{channel, notice::Importance as ImportanceRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a notice rings.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Importance {
    /// At once, at any hour; a second person publishes it.
    Emergency,
    /// Everyone is asked to acknowledge it.
    MustRead,
    /// An ordinary circular.
    Normal,
    /// For whoever cares.
    Fyi,
}

/// Whom a notice reaches in its areas.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Addressees {
    /// The residents, and who holds a seat there.
    Everyone,
    /// Only who holds a seat there.
    Officers,
}

impl From<Importance> for ImportanceRow {
    fn from(importance: Importance) -> Self {
        match importance {
            Importance::Emergency => Self::Emergency,
            Importance::MustRead => Self::MustRead,
            Importance::Normal => Self::Normal,
            Importance::Fyi => Self::Fyi,
        }
    }
}

impl From<ImportanceRow> for Importance {
    fn from(importance: ImportanceRow) -> Self {
        match importance {
            ImportanceRow::Emergency => Self::Emergency,
            ImportanceRow::MustRead => Self::MustRead,
            ImportanceRow::Normal => Self::Normal,
            ImportanceRow::Fyi => Self::Fyi,
        }
    }
}

impl From<Addressees> for channel::Kind {
    fn from(to: Addressees) -> Self {
        match to {
            Addressees::Everyone => Self::Everyone,
            Addressees::Officers => Self::Officers,
        }
    }
}

impl From<channel::Kind> for Addressees {
    fn from(kind: channel::Kind) -> Self {
        match kind {
            channel::Kind::Everyone => Self::Everyone,
            channel::Kind::Officers => Self::Officers,
        }
    }
}
