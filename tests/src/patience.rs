//! Waiting for something to come true, as long as a person would, and no longer than it takes.

use std::time::{Duration, Instant};

/// Waits until `done`.
///
/// # Panics
/// When it does not come true within a minute.
pub async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !done().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody came: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
