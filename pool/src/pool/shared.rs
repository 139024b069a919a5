//! What a pool, its leases and its keeper have in common: the manager, the state and the lock around it.
//!
//! The lock is held for a few field accesses, never across an await, a call into the manager, a wake-up or the end of a
//! connection: all these come after.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::task::Waker;
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::error::{AcquireError, AcquireStep};
use super::grant::{After, Denied, Entry};
use super::state::State;
use crate::config::PoolConfig;
use crate::connector::Dirt;
use crate::stats::{PoolStats, Retired};
use crate::sync::{AtomicBool, Mutex, MutexGuard, PoisonError};
use crate::transport::ConnectError;

/// Makes, judges and cleans the connections of a pool. What they are is all the same to the pool.
pub trait Manage: Send + Sync + 'static {
    /// What the pool is made of.
    type Connection: Send + 'static;

    /// Opens a connection. The pool bounds the time.
    ///
    /// # Cancel safety
    /// Dropping the future must close what was opened.
    fn create(&self) -> impl Future<Output = Result<Self::Connection, ConnectError>> + Send;

    /// Whether the connection works and has nothing under way, as far as is known without asking the peer. Called when it
    /// comes back and before it is handed out; must not block.
    fn is_usable(&self, connection: &Self::Connection) -> bool;

    /// Whether [`recycle`](Self::recycle) can clean what a lease left behind; if not, the connection is closed.
    fn can_recycle(&self, dirt: Dirt) -> bool;

    /// Cleans `dirt`, or with none only asks the peer whether it is there; `false` closes the connection. Called before the
    /// connection is handed out again. The pool bounds the time.
    fn recycle(&self, connection: &mut Self::Connection, dirt: Dirt) -> impl Future<Output = bool> + Send;
}

pub(crate) struct Shared<M: Manage> {
    pub(crate) manager: M,
    pub(crate) config: PoolConfig,
    state: Mutex<State<M::Connection>>,
    closed: AtomicBool,
    /// Cancelled by closing: ends what callers are opening.
    pub(crate) closing: CancellationToken,
    /// Told, once closed, at every connection that comes back.
    pub(crate) returned: Notify,
    /// Told when a connection was closed that the keeper may have to replace.
    pub(crate) nudge: Arc<Notify>,
    pub(crate) keeper: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl<M: Manage> Shared<M> {
    pub(crate) fn new(manager: M, config: PoolConfig, rng: Rng) -> Self {
        Shared {
            state: Mutex::new(State::new(&config, rng)),
            manager,
            config,
            closed: AtomicBool::new(false),
            closing: CancellationToken::new(),
            returned: Notify::new(),
            nudge: Arc::new(Notify::new()),
            keeper: Mutex::new(None),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State<M::Connection>> {
        // Nothing that can panic runs under the lock, so a poisoned one is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Release);
        self.closing.cancel();
    }

    /// Whether [`close`](Self::close) was called. A load; the token would take a lock.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Acquire)
    }

    /// What a caller is told who gets nothing and may not wait.
    pub(crate) fn denied(&self, denied: Denied) -> AcquireError {
        let max_connections = self.config.max_connections;
        match denied {
            Denied::Closed => AcquireError::Closed,
            Denied::Exhausted => {
                AcquireError::Exhausted { max_connections, waiters: self.lock().waiters.len() }
            }
            Denied::TooManyWaiters => {
                AcquireError::TooManyWaiters { limit: self.config.max_waiters, max_connections }
            }
        }
    }

    /// What a caller is told whose time for `step` is over.
    pub(crate) fn late(&self, step: AcquireStep, limit: Duration) -> AcquireError {
        let mut state = self.lock();
        state.counts.timeouts = state.counts.timeouts.saturating_add(1);
        let PoolStats { size, max_connections, waiters, .. } = state.stats();
        AcquireError::Timeout { step, limit, size, max_connections, waiters }
    }

    /// Does what was left for after the lock.
    pub(crate) fn finish(&self, after: After<M::Connection>) {
        if after.run() && self.config.min_idle > 0 {
            self.nudge.notify_one();
        }
        if self.is_closed() {
            self.returned.notify_waiters();
        }
    }

    /// A connection comes back from a lease; `reason`: it is closed whatever its state.
    #[inline]
    pub(crate) fn give_back(&self, entry: Entry<M::Connection>, dirt: Dirt, reason: Option<Retired>) {
        let reason = reason.or_else(|| {
            if !self.manager.is_usable(&entry.connection) {
                Some(Retired::Unusable)
            } else if !dirt.is_clean() && !self.manager.can_recycle(dirt) {
                Some(Retired::Dirty)
            } else {
                None
            }
        });
        let entry = if reason.is_some() {
            entry
        } else {
            let put = self.lock().put(entry, dirt);
            match put {
                Ok(waker) => return waker.into_iter().for_each(Waker::wake),
                Err(entry) => entry,
            }
        };
        let after = self.lock().give_back(entry, dirt, reason, Instant::now());
        self.finish(after);
    }

    /// A connection that was handed out turned out to be no good before its caller had it.
    pub(crate) fn reject(&self, entry: Entry<M::Connection>, reason: Retired) {
        let after = self.lock().reject(entry, reason, Instant::now());
        self.finish(after);
    }
}

impl<M: Manage> Drop for Shared<M> {
    fn drop(&mut self) {
        let keeper = self.keeper.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(keeper) = keeper.take() {
            keeper.abort();
        }
    }
}

/// Leave to open one connection; goes to the next in line when it is dropped unused.
pub(crate) struct Permit<M: Manage> {
    shared: Arc<Shared<M>>,
    epoch: u32,
    /// What dropping it means; `None` once it was used.
    unused: Option<Unused>,
}

#[derive(Clone, Copy)]
enum Unused {
    /// The caller went away, or found the pool closed.
    Dropped,
    /// The connection could not be opened.
    Failed,
}

impl<M: Manage> Permit<M> {
    pub(crate) fn new(shared: Arc<Shared<M>>, epoch: u32) -> Self {
        Permit { shared, epoch, unused: Some(Unused::Dropped) }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared<M>> {
        &self.shared
    }

    /// Uses it up; the connection counts in its place. `leased`: for a caller, not to lie idle.
    pub(crate) fn opened(mut self, connection: M::Connection, leased: bool) -> Entry<M::Connection> {
        self.unused = None;
        let now = Instant::now();
        let (entry, after) = self.shared.lock().opened(connection, self.epoch, leased, now);
        self.shared.finish(after);
        entry
    }

    /// Lets the next in line try.
    pub(crate) fn failed(mut self) {
        self.unused = Some(Unused::Failed);
    }
}

impl<M: Manage> Drop for Permit<M> {
    fn drop(&mut self) {
        if let Some(unused) = self.unused {
            let failed = matches!(unused, Unused::Failed);
            let after = self.shared.lock().not_opened(failed, Instant::now());
            self.shared.finish(after);
        }
    }
}
