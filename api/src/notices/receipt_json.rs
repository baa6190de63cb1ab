//! A receipt as JSON.

use entity::receipt;
use sea_orm::ActiveEnum as _;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::clock::JAPAN;

/// A receipt.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceiptOut {
    /// When it was first opened. After 90 days at the latest, midnight in Japan stands for the day.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub read_at: OffsetDateTime,
    /// When it was first acknowledged.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub acknowledged_at: Option<OffsetDateTime>,
    /// When that was pressed by the phone's clock, where it waited for the net.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub pressed_at: Option<OffsetDateTime>,
    /// digital, paper, proxy.
    pub source: String,
}

impl From<&receipt::Model> for ReceiptOut {
    fn from(row: &receipt::Model) -> Self {
        let receipt::Model { read_at, acknowledged_at, pressed_at, source, .. } = row;
        let acknowledged_at = acknowledged_at.map(|at| at.to_offset(JAPAN));
        let pressed_at = pressed_at.map(|at| at.to_offset(JAPAN));
        Self { read_at: read_at.to_offset(JAPAN), acknowledged_at, pressed_at, source: source.to_value() }
    }
}
