//! The stories: one binary, a module for each part of what people do.

mod joining;
mod notices;
mod receipts;
mod signing_in;
