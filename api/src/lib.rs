//! Kairan: a city's notices reach its phones, and reading leaves a receipt in place of the stamp.
//!
//! The rooms, from top to ground; each imports only what stands below it. `docs/ARCHITECTURE.md` walks through them.

pub mod bench;
pub mod up;

pub mod demo;
pub mod openapi;
pub mod server;
pub mod worker;

pub mod privacy;

pub mod seats;

pub mod households;

pub mod proxies;

pub mod receipts;

pub mod notices;
pub mod push;

pub mod areas;
pub mod audit;
pub mod identity;
pub mod web;

pub mod clock;
pub mod config;
pub mod files;
pub mod keys;
pub mod lock_screen;
pub mod postgres;
pub mod problem;
pub mod purposes;
pub mod say;
pub mod workshop;
