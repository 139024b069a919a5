//! The budget that keeps retries from multiplying the load of a server that fails.
//!
//! Every success earns a fraction of a retry, every retry costs a whole one. When a server fails altogether its clients
//! soon send no more than one request a call, which is what it needs to recover.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A bucket of retries, shared by all calls to one server. Lock-free; a full bucket costs a success one load.
///
/// By default it holds 100 retries and ten successes earn one, so that retries add at most a tenth to the load.
#[derive(Debug)]
pub struct Budget {
    /// What is left, in shares of which `successes` make one retry.
    shares: AtomicU64,
    capacity: u64,
    successes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Budget::new(100, 10)
    }
}

impl Budget {
    /// A full bucket of `retries`, into which every `successes` calls put one more. Zero successes count as one.
    #[must_use]
    pub fn new(retries: u32, successes: u32) -> Self {
        let successes = u64::from(successes.max(1));
        let capacity = u64::from(retries).saturating_mul(successes);
        Budget { shares: AtomicU64::new(capacity), capacity, successes }
    }

    /// Notes a success.
    pub fn earn(&self) {
        // Racing successes may be lost near the brim, never gained: nothing above `capacity` is ever stored.
        if self.shares.load(Relaxed) < self.capacity {
            let _ = self.shares.fetch_update(Relaxed, Relaxed, |shares| {
                (shares < self.capacity).then(|| shares.saturating_add(1))
            });
        }
    }

    /// Pays for one retry; `false` when there is not enough left.
    #[must_use]
    pub fn try_spend(&self) -> bool {
        self.shares.fetch_update(Relaxed, Relaxed, |shares| shares.checked_sub(self.successes)).is_ok()
    }

    /// How many retries are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.shares.load(Relaxed).checked_div(self.successes).unwrap_or(0)
    }
}
