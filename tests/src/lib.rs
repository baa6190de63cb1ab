//! The harness: the real app on a free port, with a database of its own, and people who use it.
//!
//! A test tells what people do (`resident`, `officer`, `staff`) and looks at what they get. The worker is turned by hand, so that
//! a test says when phones ring; whatever would be left to do when the app goes is a failure of the test.

pub mod actor;
pub mod app;
pub mod broken;
pub mod browser;
pub mod chromium;
pub mod link;
pub mod npm;
pub mod oidc_provider;
pub mod own_process;
pub mod patience;
pub mod push_service;
pub mod sealed;
pub mod server;
pub mod town;
pub mod wire;

pub use actor::{Actor, Answer};
pub use app::TestApp;
pub use browser::Browser;
pub use chromium::Chromium;
pub use oidc_provider::OidcProvider;
pub use own_process::in_own_process;
pub use patience::until;
pub use push_service::{Manner, Phone, PushService, Reply};
