//! A clock that is read for nothing, for hits that are far from their end.
//!
//! Asking the system for the time can cost more than the rest of a hit (67 ns of 160 on the machine of `benches`). So a
//! task writes the time down every 25 ms while there are hits, and an entry whose end is more than [`SLACK`] away is
//! judged by that; nearer its end it is judged by the system's clock. A runtime that is held up for longer than that holds
//! up this clock as well, and with it the invalidations: what is served then is older by no more than the hold-up.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Time between two readings.
const TICK: Duration = Duration::from_millis(25);

/// How far from its end an entry is judged by this clock, in ms: four readings.
const SLACK: u64 = 100;

/// Readings without a hit after which it stops.
const IDLE: u32 = 40;

static BASE: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A time in whole milliseconds, rounded down: half the size of an `Instant`, and what ends by it never ends late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u64);

impl Moment {
    /// By the system's clock.
    pub(super) fn now() -> Self {
        // The base is 1, so that 0 is before all times.
        Moment(millis(BASE.elapsed()).saturating_add(1))
    }

    /// Before all others.
    pub(super) const NEVER: Moment = Moment(0);

    pub(super) fn after(self, time: Duration) -> Self {
        Moment(self.0.saturating_add(millis(time)))
    }

    pub(super) fn before(self, time: Duration) -> Self {
        Moment(self.0.saturating_sub(millis(time)))
    }

    /// The time from `earlier` until this one.
    pub(super) fn since(self, earlier: Moment) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// In whole milliseconds, rounded down.
pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[derive(Debug)]
pub(super) struct Clock {
    /// The last reading; 0: it is not running.
    now: AtomicU64,
    used: AtomicBool,
    wake: Notify,
}

impl Clock {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Clock { now: AtomicU64::new(0), used: AtomicBool::new(false), wake: Notify::new() })
    }

    /// Keeps it running while it is asked, until it is dropped.
    pub(super) fn start(self: &Arc<Self>) {
        tokio::spawn(run(Arc::downgrade(self)));
    }

    /// What [`is_before`](Self::is_before) compares with, for an end at `until`.
    pub(super) fn mark(until: Moment) -> Moment {
        Moment(until.0.saturating_sub(SLACK))
    }

    /// Whether it is surely before the end that was marked so. `false` says nothing.
    #[inline]
    pub(super) fn is_before(&self, mark: Moment) -> bool {
        let now = self.now.load(Ordering::Relaxed);
        if now == 0 {
            self.wake.notify_one();
            return false;
        }
        if !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Relaxed);
        }
        now <= mark.0
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
        now.now.store(Moment::now().0, Ordering::Relaxed);
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
        let far = Clock::mark(Moment::now().after(Duration::from_secs(3600)));
        assert!(!clock.is_before(far), "it does not run yet");

        clock.start();
        while !clock.is_before(far) {
            tokio::task::yield_now().await;
        }

        let near = Clock::mark(Moment::now().after(Duration::from_millis(SLACK - 1)));
        assert!(!clock.is_before(near), "so near an end the system's clock is asked");
    }

    #[tokio::test]
    async fn an_end_is_never_passed_by_its_word() {
        let clock = Clock::new();
        clock.start();
        let until = Moment::now().after(Duration::from_millis(300));
        let mark = Clock::mark(until);

        while Moment::now() < until.after(TICK) {
            // Looked at first: this thread may be held up in between.
            let now = Moment::now();
            assert!(!clock.is_before(mark) || now < until);
            tokio::task::yield_now().await;
        }
    }

    #[test]
    fn moments_have_no_ends_of_their_own() {
        let now = Moment::now();

        assert!(now.after(Duration::MAX) > now && now > Moment::NEVER);
        assert_eq!(now.before(Duration::MAX), Moment::NEVER);
        assert_eq!(now.since(now.after(Duration::from_secs(1))), Duration::ZERO);
        assert_eq!(now.after(Duration::from_secs(1)).since(now), Duration::from_secs(1));
    }
}
