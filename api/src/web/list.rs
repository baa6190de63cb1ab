//! Lists: a page of items and where the next one begins.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use garde::Validate;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::problem::Problem;

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}

/// Which page is asked for.
#[derive(Clone, Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// The `next_cursor` of the page before.
    #[garde(skip)]
    pub cursor: Option<String>,
    /// How many items, from 1 to 100.
    #[garde(skip)]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u64>,
}

/// A place in a list that is ordered by time and id, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The time of the last item seen.
    pub at: OffsetDateTime,
    /// Its id.
    pub id: Uuid,
}

impl Cursor {
    /// The cursor as text that a caller hands back untouched.
    #[must_use]
    pub fn to_text(self) -> String {
        let micros = i64::try_from(self.at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX);
        BASE64URL.encode([&micros.to_be_bytes()[..], self.id.as_bytes()].concat())
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL.decode(text).ok()?;
        let (micros, id) = bytes.split_first_chunk::<8>()?;
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(i64::from_be_bytes(*micros)) * 1_000).ok()?;
        let sensible = (2000..2200).contains(&at.year());
        Some(Self { at, id: Uuid::from_slice(id).ok()? }).filter(|_| sensible)
    }
}

impl PageQuery {
    /// The cursor and the number of items.
    ///
    /// # Errors
    /// `invalid`, naming the parameter.
    pub fn read(&self) -> Result<(Option<Cursor>, u64), Problem> {
        let cursor = match self.cursor.as_deref() {
            None | Some("") => None,
            Some(text) => {
                let bad = || Problem::invalid_field("cursor", "fault-cursor");
                Some(Cursor::parse(text).ok_or_else(bad)?)
            }
        };
        match self.limit.unwrap_or(20) {
            limit @ 1..=100 => Ok((cursor, limit)),
            _ => Err(Problem::invalid_field("limit", "fault-limit")),
        }
    }
}
