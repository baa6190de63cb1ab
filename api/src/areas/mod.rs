//! The tree of areas, from the city down to the group, and how far a seat reaches in it.
//!
//! A city hands in its tree as CSV. Depth is data: an area knows its path from the city down, and "everything below" is a question about
//! paths. Groups come into being when households are said to live in them.

use sea_orm::DbErr;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::problem::Problem;

pub mod api;
mod count;
pub mod csv;
mod groups;
mod import_areas;
mod rights;
mod tree;

pub use count::Count;
pub use groups::{NewGroup, add_groups};
pub use import_areas::{ImportError, ImportedAreas, import_areas};
pub use rights::{association_of, is_of_association, may_publish_to, rounds_of, scope_of};
pub use tree::{Child, Choice, children, choices, find};

/// What can go wrong among the areas.
#[derive(Debug, thiserror::Error)]
pub enum AreaError {
    /// No such area, or none that the caller may know.
    #[error("there is no area {0}")]
    UnknownArea(String),
    /// The same code in two cities.
    #[error("the code {0} is used in more than one city")]
    AmbiguousArea(String),
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<AreaError> for Problem {
    fn from(error: AreaError) -> Self {
        match error {
            AreaError::UnknownArea(_) | AreaError::AmbiguousArea(_) => Self::not_found(),
            AreaError::Db(error) => error.into(),
        }
    }
}

/// The room's calls.
pub fn routes(config: &mut ServiceConfig) {
    config.service(api::areas);
}
