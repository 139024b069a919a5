//! The coarse clock of a link, as its driver sees it: it rests when there is no traffic, and nothing that can fall due.
//!
//! The time comes from a timer of the runtime, which belongs to the link's task; or from the clock of the process
//! (`clock.rs`), which has failed what is overdue by itself and leaves the rest to the driver.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker};

use tokio::task::unconstrained;
use tokio::time::{Instant, Sleep};

use crate::shared::{Inner, Shared};
use crate::tickets::{Status, TICK, Tick};
use crate::wakers::WakeAll;

/// The clock keeps going this long after the last traffic; a submission that finds it at rest pays a wake-up.
const TICKING_AFTER_TRAFFIC: Tick = 40;

/// What tells a driver that a tick has passed.
#[derive(Debug)]
pub(crate) struct Ticker {
    /// `None`: the clock of the process does.
    timer: Option<Timer>,
}

#[derive(Debug)]
struct Timer {
    sleep: Pin<Box<Sleep>>,
    armed: bool,
    /// Its waker is registered.
    waits: bool,
}

impl Timer {
    /// The next tick falls on the link's clock: so the clock is never read late, and lateness does not add up.
    fn reset(&mut self, next: Instant) {
        self.sleep.as_mut().reset(next);
        self.waits = false;
    }

    /// Leaves the waker with the timer. Out of tokio's budget, since a task that has used up its own would be
    /// told to wait without having been noted, and would never hear of a tick again.
    fn wait(&mut self, cx: &mut Context<'_>) -> bool {
        self.waits = pin!(unconstrained(self.sleep.as_mut())).poll(cx).is_pending();
        self.waits
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
        !self.wait(cx)
    }
}

impl Ticker {
    pub(crate) fn new(shared: &Shared) -> Self {
        let timer = || Timer { sleep: Box::pin(tokio::time::sleep(TICK)), armed: false, waits: false };
        Self { timer: shared.next_tick().map(|_| timer()) }
    }

    /// Whether a tick is told with what has come on the sockets by then.
    pub(crate) fn is_of_runtime(&self) -> bool {
        self.timer.is_some()
    }

    /// Sets the clock going if it is wanted. Called whenever a caller may have found it at rest.
    pub(crate) fn rouse(&mut self, cx: &mut Context<'_>, shared: &Shared, inner: &mut Inner) {
        if !inner.core.ticking || shared.enrol(inner) {
            return;
        }
        if let (Some(timer), Some(next)) = (&mut self.timer, shared.next_tick())
            && !timer.armed
        {
            timer.armed = true;
            timer.reset(next);
            timer.wait(cx);
        }
    }

    fn is_due(&mut self, cx: &mut Context<'_>, shared: &Shared) -> bool {
        match &mut self.timer {
            Some(timer) => timer.is_due(cx),
            None => shared.due.load(Relaxed) && shared.due.swap(false, Relaxed),
        }
    }

    /// Expires what is overdue at each tick. `Ready` after a tick that was due, so that more can be checked.
    pub(crate) fn poll_tick(&mut self, cx: &mut Context<'_>, shared: &Shared, busy: bool) -> Poll<()> {
        if !self.is_due(cx, shared) {
            return Poll::Pending;
        }
        let now = shared.clock();
        let mut wakers: Vec<Waker> = Vec::new();
        let mut inner = shared.lock();
        inner.core.tell(now);
        if self.timer.is_some() {
            inner.core.expire(&mut wakers);
        }
        let last = inner.core.last_heard.max(inner.core.last_sent);
        let rests = !busy
            && inner.core.now.saturating_sub(last) > TICKING_AFTER_TRAFFIC
            && (inner.core.is_idle() || shared.is_patient(&inner.core));
        // The process's clock may have struck it off meanwhile.
        inner.core.ticking = !rests;
        if rests {
            inner.core.rest();
            self.timer.iter_mut().for_each(|timer| timer.armed = false);
        } else if let (Some(timer), Some(next)) = (&mut self.timer, shared.next_tick()) {
            timer.reset(next);
        }
        let overdue = WakeAll::of(wakers.drain(..));
        shared.unlock(inner, false);
        overdue.wake();
        Poll::Ready(())
    }
}

/// Keeps the clock of a link without a socket: callers fail at their own deadline.
pub(crate) fn poll_rest(ticker: &mut Ticker, shared: &Shared, cx: &mut Context<'_>) -> Poll<()> {
    while ticker.poll_tick(cx, shared, false).is_ready() {}
    let mut inner = shared.lock();
    ticker.rouse(cx, shared, &mut inner);
    if matches!(inner.core.status, Status::Ended(_)) {
        return Poll::Ready(());
    }
    shared.sleep(&mut inner, cx);
    Poll::Pending
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::{Duration, Instant, timeout};

    use super::*;
    use crate::config::LinkConfig;

    #[tokio::test(start_paused = true)]
    async fn a_task_that_is_busy_when_the_clock_starts_hears_it_all_the_same() {
        let shared = Shared::new(LinkConfig::default(), None, true);
        let mut ticker = Ticker::new(&shared);
        let mut started = false;

        let tick = poll_fn(|cx| {
            if !started {
                started = true;
                while pin!(tokio::task::consume_budget()).poll(cx).is_ready() {}
                let mut inner = shared.lock();
                inner.core.ticking = true;
                ticker.rouse(cx, &shared, &mut inner);
                return Poll::Pending;
            }
            ticker.poll_tick(cx, &shared, true)
        });

        let began = Instant::now();
        timeout(Duration::from_secs(1), tick).await.unwrap();
        assert!(began.elapsed() < Duration::from_millis(50), "{:?}", began.elapsed());
    }
}
