//! What extractors take from a request: the parts that the server was put together with, and the ids in its path.

use actix_web::{HttpRequest, web::Data};
use uuid::Uuid;

use crate::problem::Problem;

/// A part of the server.
///
/// # Errors
/// `internal`, where the server was put together without it.
pub fn part<T: 'static>(request: &HttpRequest) -> Result<Data<T>, Problem> {
    let missing = || Problem::internal(format!("the server was put together without {}", std::any::type_name::<T>()));
    request.app_data::<Data<T>>().cloned().ok_or_else(missing)
}

/// The id that stands in the path by this name.
///
/// # Errors
/// `not_found`, where it is no id: there can be nothing by it.
pub fn id_in(request: &HttpRequest, name: &str) -> Result<Uuid, Problem> {
    let id = request.match_info().get(name).and_then(|text| Uuid::try_parse(text).ok());
    id.ok_or_else(Problem::not_found)
}
