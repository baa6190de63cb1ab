//! Every page as people hold it, in a real browser: that nothing stands in anybody's way, what it weighs, that it fits, and that keys are enough.
//!
//! The pages stand in one list (`measured/pages.rs`), and one is missing from it as little as from the source. What depends on how fast the machine
//! is, times, is printed by `script/measure` and is no test; `script/screens` takes the pictures.

mod axe;
mod fit;
mod keys;
mod pages;
mod screens;
mod stage;
mod weight;
