//! A clock that is read for nothing, for hits that are far from their end.
//!
//! Asking the system for the time can cost more than the rest of a hit (67 ns of 160 on the machine of `benches`). So a
//! task writes the time down every 25 ms while there are hits, and an entry whose end is more than [`SLACK`] away is
//! judged by that; nearer its end it is judged by the system's clock. A runtime that is held up for longer than that holds
//! up this clock as well, and with it the invalidations: what is served then is older by no more than the hold-up.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Time between two readings.
const TICK: Duration = Duration::from_millis(25);

/// How far from its end an entry is judged by this clock: four readings.
const SLACK: Duration = Duration::from_millis(100);

/// Readings without a hit after which it stops.
const IDLE: u32 = 40;

#[derive(Debug)]
pub(super) struct Clock {
    base: Instant,
    /// Milliseconds since `base`, plus one; 0: it is not running.
    now: AtomicU64,
    used: AtomicBool,
    wake: Notify,
}

impl Clock {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Clock {
            base: Instant::now(),
            now: AtomicU64::new(0),
            used: AtomicBool::new(false),
            wake: Notify::new(),
        })
    }

    /// Keeps it running while it is asked, until it is dropped.
    pub(super) fn start(self: &Arc<Self>) {
        tokio::spawn(run(Arc::downgrade(self)));
    }

    /// What [`is_before`](Self::is_before) compares with, for an end at `until`.
    pub(super) fn mark(&self, until: Instant) -> u64 {
        let safely = until.saturating_duration_since(self.base).saturating_sub(SLACK);
        u64::try_from(safely.as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether it is surely before the end that was marked so. `false` says nothing.
    #[inline]
    pub(super) fn is_before(&self, mark: u64) -> bool {
        let now = self.now.load(Ordering::Relaxed);
        if now == 0 {
            self.wake.notify_one();
            return false;
        }
        if !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Relaxed);
        }
        now <= mark
    }
}

async fn run(clock: Weak<Clock>) {
    /// How soon a clock that nobody has any more is given up.
    const LOOK: Duration = Duration::from_secs(5);
    let mut idle = 0;
    loop {
        let Some(now) = clock.upgrade() else { return };
        if idle > IDLE {
            now.now.store(0, Ordering::Relaxed);
            if tokio::time::timeout(LOOK, now.wake.notified()).await.is_err() {
                continue;
            }
            idle = 0;
        }
        let read = u64::try_from(now.base.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        now.now.store(read, Ordering::Relaxed);
        idle = if now.used.swap(false, Ordering::Relaxed) { 0 } else { idle.saturating_add(1) };
        drop(now);
        tokio::time::sleep(TICK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_runs_while_it_is_asked_and_never_runs_ahead() {
        let clock = Clock::new();
        let far = clock.mark(Instant::now() + Duration::from_secs(3600));
        assert!(!clock.is_before(far), "it does not run yet");

        clock.start();
        while !clock.is_before(far) {
            tokio::task::yield_now().await;
        }

        let near = clock.mark(Instant::now() + SLACK);
        assert!(!clock.is_before(near.saturating_sub(1)), "so near an end the system's clock is asked");
    }

    #[tokio::test]
    async fn an_end_is_never_passed_by_its_word() {
        let clock = Clock::new();
        clock.start();
        let until = Instant::now() + Duration::from_millis(300);
        let mark = clock.mark(until);

        while Instant::now() < until + TICK {
            let before = clock.is_before(mark);
            assert!(!before || Instant::now() < until);
            tokio::task::yield_now().await;
        }
    }
}
