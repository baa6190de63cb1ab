//! Counts of households, as they may be shown.

use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        OneOfBuilder, RefOr, Schema,
        schema::{ObjectBuilder, Type},
    },
};

/// A number of households. To who is not of the association, one to four show as "<5", so that no count tells of a single home;
/// none at all tells of nobody and shows as 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// The number.
    Exact(i64),
    /// One to four.
    Few,
}

impl Count {
    /// The count as shown to somebody `of_association` or not.
    #[must_use]
    pub fn shown(number: i64, of_association: bool) -> Self {
        if !of_association && (1..5).contains(&number) { Self::Few } else { Self::Exact(number) }
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Exact(number) => serializer.serialize_i64(*number),
            Self::Few => serializer.serialize_str("<5"),
        }
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(number) => number.fmt(f),
            Self::Few => f.write_str("<5"),
        }
    }
}

impl PartialSchema for Count {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
        let few = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["<5"]));
        OneOfBuilder::new()
            .item(number)
            .item(few)
            .description(Some("Households; one to four are \"<5\" to who is not of the association."))
            .into()
    }
}

impl ToSchema for Count {}
