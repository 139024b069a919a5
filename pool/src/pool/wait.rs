//! A caller's wait in line, as a future that may be dropped at any time.
//!
//! It joins at its first poll and leaves when it is dropped; what it was given by then goes to the next in line.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::Instant;

use super::error::AcquireError;
use super::grant::{After, Grant};
use super::shared::{Manage, Shared};

/// A place in line, from the first poll on.
pub(crate) struct Wait<'a, M: Manage> {
    shared: &'a Shared<M>,
    key: Option<usize>,
    front: bool,
    since: Instant,
}

impl<'a, M: Manage> Wait<'a, M> {
    /// Not in line yet, `now`. `front`: it will join where it had been.
    pub(crate) fn new(shared: &'a Shared<M>, now: Instant, front: bool) -> Self {
        Wait { shared, key: None, front, since: now }
    }

    /// Leaves the line, with what was given meanwhile.
    pub(crate) fn leave(&mut self) -> Option<Grant<M::Connection>> {
        let key = self.key.take()?;
        self.shared.lock().waiters.leave(key)
    }
}

impl<M: Manage> Future for Wait<'_, M> {
    type Output = Result<Grant<M::Connection>, AcquireError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(key) = self.key {
            let waited = self.since.elapsed();
            let mut state = self.shared.lock();
            let Some(grant) = state.waiters.take(key, cx.waker()) else { return Poll::Pending };
            state.counts.waited(waited);
            drop(state);
            self.key = None;
            return Poll::Ready(Ok(grant));
        }
        let mut after = After::new();
        let mut state = self.shared.lock();
        let entered = state.enter(self.since, &mut after);
        if let Ok(None) = entered {
            let key = state.join(cx.waker(), self.front);
            drop(state);
            self.key = Some(key);
        } else {
            drop(state);
        }
        self.shared.finish(after);
        match entered {
            Ok(None) => Poll::Pending,
            Ok(Some(grant)) => Poll::Ready(Ok(grant)),
            Err(denied) => Poll::Ready(Err(self.shared.denied(denied))),
        }
    }
}

impl<M: Manage> Drop for Wait<'_, M> {
    fn drop(&mut self) {
        let Some(key) = self.key.take() else { return };
        let mut state = self.shared.lock();
        state.counts.cancelled = state.counts.cancelled.saturating_add(1);
        let Some(grant) = state.waiters.leave(key) else { return };
        let after = state.pass_on(grant, Instant::now());
        drop(state);
        self.shared.finish(after);
    }
}
