//! The keeper: a task that closes what lies idle for too long, opens what `min_idle` asks for, and keeps the pool's clock.
//!
//! It belongs to its pool and ends with it. Between two rounds it holds nothing that would keep the pool alive.

use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout};

use super::shared::{Manage, Permit, Shared};
use crate::config::PoolConfig;
use crate::lease::Lease;

/// How long it rests after a connection could not be opened.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How long it rests after opening connections; more may be wanted than could be opened at a time.
const AFTER_OPENING: Duration = Duration::from_millis(50);
/// The longest rest between two rounds.
const LONGEST_REST: Duration = Duration::from_secs(30);

/// Starts the keeper of `shared` if it needs one and has none, or one whose runtime is gone. Does nothing outside a runtime:
/// the first connection that is opened calls again.
pub(crate) fn ensure<M: Manage>(shared: &Arc<Shared<M>>) {
    let Some(rest) = rest_of(&shared.config) else { return };
    let Ok(runtime) = Handle::try_current() else { return };
    let mut keeper = shared.keeper.lock().unwrap_or_else(PoisonError::into_inner);
    if keeper.as_ref().is_none_or(|task| task.is_finished()) && !shared.is_closed() {
        *keeper = Some(runtime.spawn(keep(Arc::downgrade(shared), rest)));
    }
}

/// An eighth of the shortest span that is watched: by so much the pool's clock is late, and so much longer may things live; `None`: there is nothing to do.
fn rest_of(config: &PoolConfig) -> Option<Duration> {
    let filling = (config.min_idle > 0).then_some(Duration::MAX);
    let spans = [config.idle_timeout, config.max_lifetime, config.check_after, filling];
    let eighth = spans.into_iter().flatten().min()?.checked_div(8)?;
    Some(eighth.clamp(Duration::from_millis(10), LONGEST_REST))
}

async fn keep<M: Manage>(pool: Weak<Shared<M>>, rest: Duration) {
    loop {
        let Some(shared) = pool.upgrade() else { return };
        if shared.is_closed() {
            return;
        }
        let nudge = Arc::clone(&shared.nudge);
        let (permits, epoch, after) = shared.lock().sweep(Instant::now());
        // Guards first: nothing is owed to anybody if this task is dropped at any of the awaits below.
        let permits: Vec<_> = (0..permits).map(|_| Permit::new(Arc::clone(&shared), epoch)).collect();
        let _ = after.run();
        drop(shared);
        let opened = !permits.is_empty();
        let mut failed = false;
        for permit in permits {
            if failed {
                drop(permit);
            } else {
                failed = !open(permit).await;
            }
        }
        if failed || opened {
            // No nudge cuts this short: it is what keeps a server that is down, or that closes whatever it accepts, from
            // being dialed in a loop.
            sleep(if failed { AFTER_FAILURE } else { AFTER_OPENING }).await;
        } else {
            let _ = timeout(rest, nudge.notified()).await;
        }
    }
}

/// Opens one connection to lie idle.
async fn open<M: Manage>(permit: Permit<M>) -> bool {
    let shared = Arc::clone(permit.shared());
    let creating = timeout(shared.config.connect_timeout, shared.manager.create());
    match shared.closing.run_until_cancelled(creating).await {
        Some(Ok(Ok(connection))) if shared.manager.is_usable(&connection) => {
            let entry = permit.opened(connection, false);
            drop(Lease::new(shared, entry));
            true
        }
        Some(outcome) => {
            if let Ok(Err(error)) = outcome {
                tracing::debug!(%error, "a spare connection could not be opened");
            }
            permit.failed();
            false
        }
        None => false,
    }
}
