//! Somebody's devices: where they are signed in, how one lets in another, and how each is ended.
//!
//! A resident has no password, so a device that is signed in vouches for the next: it shows a code as a QR picture, good for five minutes and once.
//! Whoever has an account signs in on each device instead, so that nobody gets round the second factor. Of a further device all the others are told
//! until somebody has looked.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod api;
mod end;
mod home_screen;
mod link;
mod list;
pub mod pages;

pub use end::{end_one, end_others};
pub use link::{Link, admit, draw, draw_for_home, may_link};
pub use list::{Signed, known, list};

/// The calls.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(api::sessions)
        .service(api::end)
        .service(api::end_all_others)
        .service(api::know)
        .service(api::draw_code)
        .service(api::use_code);
}
