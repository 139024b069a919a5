//! The news that a lock is lost: once, to all who want to know.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// Why a lock is not ours any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LossReason {
    /// Somebody else has it.
    Stolen,
    /// Its time was over, or somebody deleted it, or the server lost its data.
    Expired,
    /// It could not be renewed before its time was over; the server may still count it as ours.
    Unreachable,
    /// It was given back, or the locks of its client were closed.
    Closed,
    /// It was held for as long as it may be.
    MaxHold,
}

impl fmt::Display for LossReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stolen => "somebody else has it",
            Self::Expired => "its time is over",
            Self::Unreachable => "it could not be renewed in time",
            Self::Closed => "it was given back or closed",
            Self::MaxHold => "it was held for as long as it may be",
        })
    }
}

/// What ran under a lock was ended because the lock was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("lock lost: {reason}")]
#[non_exhaustive]
pub struct LockLost {
    /// Why.
    pub reason: LossReason,
}

type Callback = Box<dyn FnOnce(LossReason) + Send>;

/// The signal of one lock.
#[derive(Default)]
pub(crate) struct Loss {
    told: CancellationToken,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    reason: Option<LossReason>,
    callbacks: Vec<Callback>,
}

impl Loss {
    /// Tells everybody, if nobody was told before. What was given back is no loss to those who asked to be called.
    pub(crate) fn tell(&self, reason: LossReason, given_back: bool) -> bool {
        let callbacks = {
            let mut state = self.state();
            if state.reason.is_some() {
                return false;
            }
            state.reason = Some(reason);
            std::mem::take(&mut state.callbacks)
        };
        self.told.cancel();
        if !given_back {
            for callback in callbacks {
                call(callback, reason);
            }
        }
        true
    }

    pub(crate) fn reason(&self) -> Option<LossReason> {
        self.state().reason
    }

    /// Waits for the news.
    pub(crate) async fn wait(&self) -> LossReason {
        self.told.cancelled().await;
        // It is set before anybody is told.
        self.reason().unwrap_or(LossReason::Closed)
    }

    /// Cancelled by the news; whoever cancels it cancels nothing else.
    pub(crate) fn token(&self) -> CancellationToken {
        self.told.child_token()
    }

    /// Has `callback` called with the news, at once if it is old.
    pub(crate) fn subscribe(&self, callback: Callback) {
        let mut state = self.state();
        match state.reason {
            None => state.callbacks.push(callback),
            Some(reason) => {
                drop(state);
                call(callback, reason);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A callback that panics must not take the watchdog with it, which looks after all other locks.
fn call(callback: Callback, reason: LossReason) {
    if catch_unwind(AssertUnwindSafe(|| callback(reason))).is_err() {
        tracing::error!(target: "redlane::lock", ?reason, "what was to be called at the loss of a lock has panicked");
    }
}

impl fmt::Debug for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loss").field("reason", &self.reason()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn it_is_told_once_and_to_everybody() {
        let (loss, calls) = (Loss::default(), Arc::new(AtomicU32::new(0)));
        let count = |calls: &Arc<AtomicU32>| -> Callback {
            let calls = Arc::clone(calls);
            Box::new(move |_| _ = calls.fetch_add(1, Ordering::Relaxed))
        };
        let token = loss.token();
        loss.subscribe(count(&calls));
        loss.subscribe(Box::new(|_| panic!("on purpose")));
        loss.subscribe(count(&calls));

        assert!(loss.tell(LossReason::Stolen, false));
        assert!(!loss.tell(LossReason::Expired, false));

        assert_eq!((loss.wait().await, token.is_cancelled()), (LossReason::Stolen, true));
        assert_eq!(calls.load(Ordering::Relaxed), 2);
        loss.subscribe(count(&calls));
        assert_eq!(calls.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn whoever_cancels_a_token_tells_nobody() {
        let loss = Loss::default();

        loss.token().cancel();

        assert!(loss.reason().is_none() && !loss.token().is_cancelled());
    }

    #[test]
    fn what_was_given_back_is_no_loss_to_callbacks() {
        let loss = Loss::default();
        loss.subscribe(Box::new(|_| panic!("it was not lost")));

        assert!(loss.tell(LossReason::Closed, true));

        assert_eq!(loss.reason(), Some(LossReason::Closed));
        assert_eq!(LockLost { reason: LossReason::Expired }.to_string(), "lock lost: its time is over");
    }
}
