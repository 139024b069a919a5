//! What the clones of a connection share.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::tokio::sync::{Semaphore, SemaphorePermit};
use ::tokio::task::AbortHandle;
use redlane_pool::link::Link;

use super::side::Side;
use crate::compat::aio::cache::Cache;
use crate::compat::error::{RedisError, RedisResult};
use crate::compat::protocol::ProtocolVersion;

/// What the clones of a connection share; it ends with the last of them.
pub(super) struct Shared {
    pub(super) link: Arc<Link>,
    pub(super) cache: Option<Arc<Cache>>,
    pub(super) db: i64,
    pub(super) protocol: ProtocolVersion,
    /// The state of the socket is no longer what the greeting made it, so no other connection is like it.
    changed: AtomicBool,
    /// Where commands that block go; none over a stream that was handed in.
    pub(super) side: Option<Side>,
    limit: Option<Limit>,
    /// What is subscribed, by what was asked for.
    subscribed: Mutex<BTreeSet<(Kind, Vec<u8>)>>,
    /// Authenticates anew as credentials come.
    pub(super) renewal: Mutex<Option<AbortHandle>>,
}

/// How many commands may be under way at a time.
struct Limit {
    permits: Semaphore,
    count: usize,
}

/// What can be subscribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Channel,
    Pattern,
    Sharded,
}

impl Shared {
    pub(super) fn new(
        link: Link,
        cache: Option<Arc<Cache>>,
        (db, protocol): (i64, ProtocolVersion),
        side: Option<Side>,
        limit: Option<usize>,
    ) -> Self {
        let limit =
            limit.map(|count| Limit { permits: Semaphore::new(count.min(Semaphore::MAX_PERMITS)), count });
        Self {
            link: Arc::new(link),
            cache,
            db,
            protocol,
            changed: AtomicBool::new(false),
            side,
            limit,
            subscribed: Mutex::new(BTreeSet::new()),
            renewal: Mutex::new(None),
        }
    }

    /// Whether every command may go straight to the link.
    pub(super) fn is_plain(&self) -> bool {
        self.limit.is_none() && self.cache.is_none()
    }

    /// Waits until one more command may be under way, and takes room for as many of `count` as there is at once: so a
    /// pipeline weighs what it is, and one that is too big for the limit runs all the same.
    ///
    /// # Errors
    /// The connection has ended.
    pub(super) async fn permit(&self, count: usize) -> RedisResult<Option<SemaphorePermit<'_>>> {
        let Some(limit) = &self.limit else { return Ok(None) };
        let mut permit = limit.permits.acquire().await.map_err(|_| RedisError::closed())?;
        for _ in 1..count.min(limit.count) {
            match limit.permits.try_acquire() {
                Ok(one) => permit.merge(one),
                Err(_) => break,
            }
        }
        Ok(Some(permit))
    }

    /// Notes that a command changes the state of the socket.
    pub(super) fn change(&self) {
        self.changed.store(true, Ordering::Relaxed);
        if let Some(cache) = &self.cache {
            cache.close();
        }
    }

    /// A connection like this one, if there can be any.
    pub(super) fn side(&self) -> Option<&Side> {
        if self.changed.load(Ordering::Relaxed) { None } else { self.side.as_ref() }
    }

    pub(super) fn subscribed(&self) -> MutexGuard<'_, BTreeSet<(Kind, Vec<u8>)>> {
        self.subscribed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let renewal = self.renewal.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(renewal) = renewal.take() {
            renewal.abort();
        }
    }
}
