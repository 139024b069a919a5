//! Keeps a link connected: dials under backoff, greets, hands the socket to the driver, and again.
//!
//! Callers are never made to wait for its pace: while there is no socket the same task keeps the link's
//! clock, so they fail at their own deadlines. A refusal (wrong password) is told to all of them at once. The
//! driver runs in a task of its own, so that a panic in it is seen, counted and survived.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

use crate::connection::{Connection, open};
use crate::connector::Connector;
use crate::driver::{Driver, Exit};
use crate::error::CloseReason;
use crate::retry::{ReconnectDelay, Setback};
use crate::shared::Shared;
use crate::ticker::{Ticker, poll_rest};
use crate::tickets::Status;
use crate::transport::ConnectError;
use crate::wakers::{WakeAll, guarded};

/// Starts the tasks of a link that reconnects.
pub(crate) fn spawn<C: Connector>(shared: Arc<Shared>, connector: Arc<C>) {
    tokio::spawn(keep(Mourner(shared), connector, None));
}

/// Starts the tasks of a link over one greeted socket.
pub(crate) fn spawn_single<C: Connector>(shared: Arc<Shared>, connector: Arc<C>, connection: Connection) {
    shared.lock().core.status = Status::Up;
    tokio::spawn(keep(Mourner(shared), connector, Some(connection)));
}

/// Ends the link when its tasks vanish with their runtime, even if that has never run them.
struct Mourner(Arc<Shared>);

impl Drop for Mourner {
    fn drop(&mut self) {
        self.0.end(CloseReason::RuntimeGone);
    }
}

/// Runs the supervisor, and runs it again if it panicked.
async fn keep<C: Connector>(mourner: Mourner, connector: Arc<C>, mut first: Option<Connection>) {
    let shared = &mourner.0;
    loop {
        let run = supervise(Arc::clone(shared), Arc::clone(&connector), first.take());
        match tokio::spawn(run).await {
            Err(error) if error.is_panic() => {
                tracing::error!("the driver of a connection panicked");
                // Nobody drops what it panicked with, and wakers that panic here have done all that they could.
                std::mem::forget(error);
                if !shared.reconnects {
                    break shared.end(CloseReason::Panic);
                }
                let _ = guarded(|| shared.cut(CloseReason::Panic));
            }
            _ => break,
        }
    }
}

/// Connects and drives, until the link ends.
async fn supervise<C: Connector>(shared: Arc<Shared>, connector: Arc<C>, first: Option<Connection>) {
    let mut ticker = Ticker::new(&shared);
    let mut next = first;
    loop {
        let connection = match next.take() {
            Some(connection) => connection,
            None => match connect(&shared, &connector, &mut ticker).await {
                Some(connection) => connection,
                None => return,
            },
        };
        let reason = match Driver::new(&shared, &connector, &mut ticker, connection).run().await {
            Exit::Closed => return,
            Exit::Replaced(connection, reason) => {
                next = Some(*connection);
                reason
            }
            Exit::Cut(reason) => reason,
        };
        if shared.reconnects {
            tracing::debug!(%reason, "connection given up");
            shared.cut(reason);
        } else {
            shared.end(reason);
            return;
        }
    }
}

/// Tries until a socket has greeted; `None` when the link ended meanwhile.
async fn connect<C: Connector>(
    shared: &Arc<Shared>,
    connector: &Arc<C>,
    ticker: &mut Ticker,
) -> Option<Connection> {
    let (mut delay, mut wait) = begin_outage(shared);
    loop {
        rest(shared, ticker, wait, &mut delay).await?;
        match attend(shared, ticker, open(&**connector, &shared.config)).await? {
            Ok(connection) => {
                shared.lock().outage = Some(delay);
                return Some(connection);
            }
            Err(error) => {
                tracing::debug!(%error, "connecting failed");
                if let Some(sink) = &shared.sink {
                    sink.failed(&error);
                }
                if shared.feed.as_ref().is_some_and(|fed| fed.listener.retire()) {
                    shared.end(CloseReason::Closed);
                    return None;
                }
                wait = fail(shared, error, &mut delay);
            }
        }
    }
}

/// The pace of dialling and the first wait. A connection that was lost right away goes on with the outage before it,
/// so that a server which hangs up on everybody is not dialled in a storm.
fn begin_outage(shared: &Shared) -> (ReconnectDelay, Duration) {
    let now = Instant::now();
    let mut inner = shared.lock();
    if let Some(mut delay) = inner.outage.take() {
        let wait = delay.after(Setback::Unreachable, now, inner.core.has_callers());
        return (delay, wait);
    }
    let mut delay = ReconnectDelay::new(now);
    // Full jitter from the first attempt on: a herd of clients spreads at once.
    let wait = if inner.connects == 0 { Duration::ZERO } else { delay.first() };
    (delay, wait)
}

/// Notes a failed attempt and gives the wait before the next; a refusal is told to every caller at once.
fn fail(shared: &Shared, error: ConnectError, delay: &mut ReconnectDelay) -> Duration {
    let mut wakers = Vec::new();
    let mut inner = shared.lock();
    inner.connect_failures = inner.connect_failures.wrapping_add(1);
    let asked = std::mem::take(&mut inner.asked) || inner.core.has_callers();
    let wait = delay.after(&error, Instant::now(), asked);
    if matches!(inner.core.status, Status::Ended(_)) {
        return wait;
    }
    if error.is_transient() {
        inner.core.status = Status::Connecting(Some(error));
    } else {
        inner.core.fail_unsent(Status::Refusing(error), &mut wakers);
    }
    let told = WakeAll::of(wakers.drain(..));
    shared.unlock(inner, false);
    told.wake();
    wait
}

/// Waits `wait`, or less when callers ask while a refused link rests for long.
async fn rest(
    shared: &Shared,
    ticker: &mut Ticker,
    wait: Duration,
    delay: &mut ReconnectDelay,
) -> Option<()> {
    let begun = Instant::now();
    let asked = delay.while_asked().min(wait);
    attend(shared, ticker, async {
        let shorter = begun.checked_add(asked).unwrap_or(begun);
        tokio::time::sleep_until(shorter).await;
        let mut longer = pin!(tokio::time::sleep_until(begun.checked_add(wait).unwrap_or(begun)));
        poll_fn(|cx| if shared.lock().asked { Poll::Ready(()) } else { longer.as_mut().poll(cx) }).await;
    })
    .await
}

/// Polls `work` while the link's clock goes on; `None` when the link ended.
async fn attend<F: Future>(shared: &Shared, ticker: &mut Ticker, work: F) -> Option<F::Output> {
    let mut work = pin!(work);
    poll_fn(|cx| {
        if let Poll::Ready(done) = work.as_mut().poll(cx) {
            return Poll::Ready(Some(done));
        }
        poll_rest(ticker, shared, cx).map(|()| None)
    })
    .await
}
