//! The project's own measurements, each a command: `kairan bench …`.
//!
//! A measurement drives the real program from outside, over HTTP, and says which part of the machine did the work.

pub mod surge;
