//! A bounded pool of connections for what must not share one: blocking commands, watched transactions, subscriptions.
//!
//! Connections are opened when they are asked for and used again last in, first out, so that what is not needed grows old
//! and is closed. Callers wait in line, first come, first served, and a connection that comes back goes straight to the
//! first of them: nobody who comes later can take it. The rule stands in `pool/state.rs`, the line in `pool/waiters.rs`.
//! What the connections are is the business of a [`Manage`]; the pool itself can be used for anything.

pub(crate) mod error;
pub(crate) mod grant;
pub(crate) mod keeper;
pub(crate) mod shared;
pub(crate) mod state;
pub(crate) mod wait;
pub(crate) mod waiters;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::{Instant, timeout, timeout_at};

pub use self::error::{AcquireError, AcquireStep};
use self::grant::{Denied, Grant, Idle};
pub use self::shared::Manage;
use self::shared::{Permit, Shared};
use self::wait::Wait;
use crate::config::PoolConfig;
use crate::connector::Dirt;
use crate::lease::Lease;
use crate::stats::{PoolStats, Retired};

/// A bounded pool; cloning it gives another handle on the same one.
pub struct Pool<M: Manage> {
    shared: Arc<Shared<M>>,
}

impl<M: Manage> Clone for Pool<M> {
    fn clone(&self) -> Self {
        Pool { shared: Arc::clone(&self.shared) }
    }
}

impl<M: Manage> Pool<M> {
    /// A pool of the connections that `manager` makes. None is opened yet, but those of [`PoolConfig::min_idle`], which a
    /// task of the current runtime begins to open at once (without a runtime, at the first acquire).
    pub fn new(manager: M, config: PoolConfig) -> Self {
        let shared = Arc::new(Shared::new(manager, config, Rng::new()));
        if shared.config.min_idle > 0 {
            keeper::ensure(&shared);
        }
        Pool { shared }
    }

    /// Acquires a connection, within the pool's own limits for each step.
    ///
    /// # Errors
    /// [`AcquireError`]; an attempt to open a connection that failed is not repeated here.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the line, or passes on what it was given.
    pub async fn acquire(&self) -> Result<Lease<M>, AcquireError> {
        self.acquire_until(None).await
    }

    /// Acquires a connection; no step goes on beyond `deadline`, however much of its own limit is left.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    ///
    /// # Cancel safety
    /// As [`acquire`](Self::acquire).
    pub async fn acquire_by(&self, deadline: Instant) -> Result<Lease<M>, AcquireError> {
        self.acquire_until(Some(deadline)).await
    }

    async fn acquire_until(&self, deadline: Option<Instant>) -> Result<Lease<M>, AcquireError> {
        let taken = self.shared.lock().take();
        if let Some(entry) = taken {
            let lease = Lease::new(Arc::clone(&self.shared), entry);
            if self.shared.manager.is_usable(&lease) {
                return Ok(lease);
            }
            lease.reject(Retired::Unusable);
        }
        self.acquire_slowly(deadline).await
    }

    async fn acquire_slowly(&self, deadline: Option<Instant>) -> Result<Lease<M>, AcquireError> {
        let started = Instant::now();
        let mut again = false;
        loop {
            let grant = self.wait(started, deadline, again).await?;
            match grant {
                Grant::Connection(idle, recycle) => {
                    if let Some(lease) = self.check(idle, recycle, deadline).await? {
                        return Ok(lease);
                    }
                }
                // Boxed: rare, slow anyway, and large next to the rest of this future.
                Grant::Permit(epoch) => {
                    let permit = Permit::new(Arc::clone(&self.shared), epoch);
                    return Box::pin(self.open(permit, deadline)).await;
                }
                Grant::Closed => return Err(AcquireError::Closed),
            }
            // Its turn had come; a connection that was no good does not send it to the end of the line.
            again = true;
        }
    }

    /// Whatever comes first: an idle connection, leave to open one, or its turn in line.
    async fn wait(
        &self,
        started: Instant,
        deadline: Option<Instant>,
        front: bool,
    ) -> Result<Grant<M::Connection>, AcquireError> {
        let limit = until(deadline, started).min(self.shared.config.acquire_timeout);
        let mut wait = Wait::new(&self.shared, started, front);
        let waited = match started.checked_add(limit) {
            Some(end) => timeout_at(end, &mut wait).await,
            None => Ok((&mut wait).await),
        };
        match waited {
            Ok(result) => result,
            // Between the last look and now it may have been served.
            Err(_) => wait.leave().map_or_else(|| Err(self.shared.late(AcquireStep::Wait, limit)), Ok),
        }
    }

    /// A lease on a used connection, once it is known to be fit; `None`: it was not.
    async fn check(
        &self,
        idle: Idle<M::Connection>,
        recycle: bool,
        deadline: Option<Instant>,
    ) -> Result<Option<Lease<M>>, AcquireError> {
        let lease = Lease::new(Arc::clone(&self.shared), idle.entry);
        if !self.shared.manager.is_usable(&lease) {
            lease.reject(Retired::Unusable);
            return Ok(None);
        }
        if !recycle {
            return Ok(Some(lease));
        }
        Box::pin(self.recycle(lease, idle.dirt, deadline)).await
    }

    async fn recycle(
        &self,
        mut lease: Lease<M>,
        dirt: Dirt,
        deadline: Option<Instant>,
    ) -> Result<Option<Lease<M>>, AcquireError> {
        let shared = Arc::clone(&self.shared);
        let left = until(deadline, Instant::now());
        let limit = shared.config.recycle_timeout.min(left);
        // Whoever goes away now leaves a reply under way.
        lease.set_pending(true);
        let outcome = timeout(limit, shared.manager.recycle(&mut lease, dirt)).await;
        if let Ok(true) = outcome {
            let mut state = shared.lock();
            state.counts.recycled = state.counts.recycled.saturating_add(1);
            drop(state);
            lease.set_pending(false);
            return Ok(Some(lease));
        }
        lease.reject(Retired::RecycleFailed);
        if dirt.is_clean() {
            // It was the one used last: the others have been silent for longer, and are not worth this wait each.
            let after = shared.lock().retire_idle(Retired::RecycleFailed, Instant::now());
            shared.finish(after);
        }
        match outcome {
            Err(_) if limit == left => Err(self.shared.late(AcquireStep::Recycle, limit)),
            _ => Ok(None),
        }
    }

    async fn open(&self, permit: Permit<M>, deadline: Option<Instant>) -> Result<Lease<M>, AcquireError> {
        let shared = Arc::clone(&self.shared);
        let limit = until(deadline, Instant::now()).min(shared.config.connect_timeout);
        let creating = timeout(limit, shared.manager.create());
        match shared.closing.run_until_cancelled(creating).await {
            None => Err(AcquireError::Closed),
            Some(Ok(Ok(connection))) => {
                let lease = Lease::new(Arc::clone(&shared), permit.opened(connection, true));
                keeper::ensure(&shared);
                Ok(lease)
            }
            Some(Ok(Err(error))) => {
                permit.failed();
                Err(AcquireError::Connect(error))
            }
            Some(Err(_)) => {
                permit.failed();
                Err(self.shared.late(AcquireStep::Connect, limit))
            }
        }
    }

    /// Takes `count` connections out of the limit for as long as the reservation lives: for links, which count like leases.
    /// Idle connections are closed to make room.
    ///
    /// # Errors
    /// [`AcquireError::Exhausted`] when more are in use, or somebody is waiting; [`AcquireError::Closed`].
    pub fn reserve(&self, count: usize) -> Result<Reservation<M>, AcquireError> {
        let mut state = self.shared.lock();
        let closed = state.closed;
        let after = state.reserve(count);
        drop(state);
        match after {
            Some(after) => {
                self.shared.finish(after);
                Ok(Reservation { shared: Arc::clone(&self.shared), count })
            }
            None => Err(self.shared.denied(if closed { Denied::Closed } else { Denied::Exhausted })),
        }
    }

    /// Closes every connection that was opened before: idle ones now, leased ones when they come back. For a server that was
    /// restarted, or whose place another one took.
    pub fn invalidate(&self) {
        let after = self.shared.lock().invalidate(Instant::now());
        self.shared.finish(after);
    }

    /// Gives out nothing more, fails everybody in line, closes what is idle and waits up to `limit` for the leases that are
    /// out; returns how many are left. They are closed when they come back. Closing twice does no harm.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the pool closed.
    pub async fn close(&self, limit: Duration) -> usize {
        let after = self.shared.lock().close(Instant::now());
        self.shared.close();
        self.shared.finish(after);
        let all_returned = async {
            loop {
                let returned = self.shared.returned.notified();
                if self.shared.lock().outstanding() == 0 {
                    return;
                }
                returned.await;
            }
        };
        let _ = timeout(limit, all_returned).await;
        self.shared.lock().outstanding()
    }

    /// Whether it was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.is_closed()
    }

    /// Its figures at this moment.
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        self.shared.lock().stats()
    }

    /// What makes its connections.
    #[must_use]
    pub fn manager(&self) -> &M {
        &self.shared.manager
    }

    /// Its limits.
    #[must_use]
    pub fn config(&self) -> &PoolConfig {
        &self.shared.config
    }
}

impl<M: Manage> fmt::Debug for Pool<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// What is left from `now` to `deadline`.
fn until(deadline: Option<Instant>, now: Instant) -> Duration {
    deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(now))
}

/// Connections that count against a pool's limit without being its own; dropping it gives them back.
pub struct Reservation<M: Manage> {
    shared: Arc<Shared<M>>,
    count: usize,
}

impl<M: Manage> Drop for Reservation<M> {
    fn drop(&mut self) {
        let after = self.shared.lock().unreserve(self.count, Instant::now());
        self.shared.finish(after);
    }
}

impl<M: Manage> fmt::Debug for Reservation<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation").field("count", &self.count).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod fake;
#[cfg(all(test, loom))]
mod model;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
