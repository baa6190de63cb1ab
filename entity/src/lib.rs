//! The schema as it is at present: identifiers and one file per table, with its scoped finders.
//!
//! Rows stay rows: what goes over the wire is a struct of the room that sends it, so nothing here knows serde.

pub mod account;
pub mod area;
pub mod attachment;
pub mod audit;
pub mod batch;
pub mod category;
pub mod channel;
pub mod circulation;
pub mod city;
pub mod device_code;
pub mod digest;
pub mod home_code;
pub mod household;
pub mod ids;
pub mod invitation;
pub mod kept_answer;
pub mod notice;
pub mod passkey;
pub mod person;
pub mod plan;
pub mod proxy;
pub mod proxy_code;
pub mod push_origin;
pub mod push_preference;
pub mod receipt;
pub mod recovery_code;
pub mod refresh_token;
pub mod retention;
pub mod revision;
pub mod seat;
pub mod session;
pub mod slip;
pub mod subscription;
pub mod way_back;
