//! HTTP at the edge: what comes in becomes a type or a clear problem, what goes out has the right headers.
//!
//! Nothing here knows a notice from a household; every room above uses it.

pub mod along;
pub mod assets;
pub mod away;
mod body;
mod checks;
pub mod client;
pub mod dates;
mod faults;
pub(crate) mod filters;
mod handed_in;
pub mod headers;
pub mod language;
mod limits;
mod list;
pub mod metrics;
mod name;
mod once;
pub mod page;
pub mod problem_page;
pub mod qr;
mod request;
pub mod size;
mod upload;

pub use body::{Form, Parsed};
pub use checks::{plain_text, told, validate};
pub use handed_in::{FileBody, Handed, HandedIn};
pub use limits::{Limits, Subject};
pub use list::{Cursor, Page, PageQuery};
pub use name::{a_name, optional_name, tidy};
pub use once::{Once, purge_kept_answers};
pub use request::{id_in, part};
pub use upload::{CsvBody, FileForm};
