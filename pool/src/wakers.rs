//! Waking many at once, and running what is not ours.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;
use std::vec::Drain;

/// Those whose calls are over. When one of their wakers panics the others are woken all the same: their tickets are settled,
/// and nothing else would ever wake them.
pub(crate) struct WakeAll<'a>(Drain<'a, Waker>);

impl<'a> WakeAll<'a> {
    /// They are woken when this is dropped, at the latest.
    pub(crate) fn of(wakers: Drain<'a, Waker>) -> Self {
        Self(wakers)
    }

    /// Wakes them.
    pub(crate) fn wake(mut self) {
        self.0.by_ref().for_each(Waker::wake);
    }
}

impl Drop for WakeAll<'_> {
    fn drop(&mut self) {
        for waker in self.0.by_ref() {
            // The first panic is the one that is told.
            let _ = guarded(|| waker.wake());
        }
    }
}

/// What `run` gives; `None` if it panicked. Nobody drops what it panicked with, since that may panic again.
pub(crate) fn guarded<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).map_err(std::mem::forget).ok()
}
