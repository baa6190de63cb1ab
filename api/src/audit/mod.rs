//! The audit log: every privileged act, and every look at a list of named people. Who, by which seat, from where, when, what, and whether it was refused.
//!
//! An entry is written in the transaction of the act itself: an act that can't be accounted for does not happen. The application can only add to the
//! log. Entries of a city are a chain of hashes, made in the database (`migration`), so that one that is missing or was changed shows
//! ([`verify`]); who keeps the number and hash of the last entry elsewhere also sees whether the end was cut off.

mod record;
mod search;
mod verify;

pub use record::{By, look, record, refuse};
pub use search::{Found, Period, Seen, search, seen_by};
pub use verify::{Broken, Whole, verify};
