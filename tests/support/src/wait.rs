//! Waiting for an event instead of sleeping: the condition is asked again until it holds or the limit is over.

use std::thread;
use std::time::{Duration, Instant};

/// Short against a round trip to a busy server, long against the cost of asking.
const PAUSE: Duration = Duration::from_millis(2);

/// Blocks until `condition` holds.
///
/// # Panics
///
/// When it does not hold within `limit`; `what` names the thing waited for.
#[track_caller]
pub fn eventually(what: &str, limit: Duration, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < limit, "not within {limit:?}: {what}");
        thread::sleep(PAUSE);
    }
}

/// Waits, without blocking the runtime, until `condition` holds.
///
/// # Panics
///
/// When it does not hold within `limit`; `what` names the thing waited for.
pub async fn eventually_async(what: &str, limit: Duration, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}
