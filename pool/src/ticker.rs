//! The coarse clock of a link. It belongs to the link's task and rests when there is no traffic.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::time::{Instant, Sleep};

use crate::shared::Shared;
use crate::tickets::{Status, TICK, Tick};

/// The clock keeps going this long after the last traffic; a submission that finds it at rest pays a wake-up.
const TICKING_AFTER_TRAFFIC: Tick = 40;

/// The coarse clock of a link; it belongs to the link's task and rests when there is no traffic.
#[derive(Debug)]
pub(crate) struct Ticker {
    sleep: Pin<Box<Sleep>>,
    armed: bool,
    /// Its waker is registered.
    waits: bool,
}

impl Ticker {
    pub(crate) fn new() -> Self {
        Self { sleep: Box::pin(tokio::time::sleep(TICK)), armed: false, waits: false }
    }

    fn reset(&mut self) {
        let now = Instant::now();
        self.sleep.as_mut().reset(now.checked_add(TICK).unwrap_or(now));
        self.waits = false;
    }

    /// Sets the clock going. Called whenever a caller may have found it at rest.
    pub(crate) fn rouse(&mut self, cx: &mut Context<'_>, wanted: bool) {
        if wanted && !self.armed {
            self.armed = true;
            self.reset();
            self.waits = self.sleep.as_mut().poll(cx).is_pending();
        }
    }

    /// Whether a tick has passed. The timer is polled once to leave its waker; after that a look is enough, since
    /// this is always the same task.
    fn is_due(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.armed {
            return false;
        }
        if self.waits {
            return self.sleep.is_elapsed();
        }
        self.waits = self.sleep.as_mut().poll(cx).is_pending();
        !self.waits
    }

    /// Expires what is overdue at each tick. `Ready` after a tick that was due, so that more can be checked.
    pub(crate) fn poll_tick(&mut self, cx: &mut Context<'_>, shared: &Shared, busy: bool) -> Poll<()> {
        if !self.is_due(cx) {
            return Poll::Pending;
        }
        let now = shared.clock();
        let mut wakers: Vec<Waker> = Vec::new();
        let mut inner = shared.lock();
        inner.core.expire(now, &mut wakers);
        let last = inner.core.last_heard.max(inner.core.last_sent);
        if !busy && inner.core.is_idle() && now.saturating_sub(last) > TICKING_AFTER_TRAFFIC {
            inner.core.ticking = false;
            self.armed = false;
        } else {
            self.reset();
        }
        shared.unlock(inner, false);
        for waker in wakers {
            waker.wake();
        }
        Poll::Ready(())
    }
}

/// Keeps the clock of a link without a socket: callers fail at their own deadline.
pub(crate) fn poll_rest(ticker: &mut Ticker, shared: &Shared, cx: &mut Context<'_>) -> Poll<()> {
    while ticker.poll_tick(cx, shared, false).is_ready() {}
    let mut inner = shared.lock();
    ticker.rouse(cx, inner.core.ticking);
    if matches!(inner.core.status, Status::Ended(_)) {
        return Poll::Ready(());
    }
    match &mut inner.waker {
        Some(waker) => waker.clone_from(cx.waker()),
        none => *none = Some(cx.waker().clone()),
    }
    Poll::Pending
}
