//! Strategies over a store: the cache as the only door to what stands behind it.
//!
//! - **Read-through**: [`get`](Through::get) loads from the store what the cache has not.
//! - **Write-through**: [`put`](Through::put) writes to the store first, and to the cache when that went well.
//! - **Write-behind**: `put` writes to the cache at once and to the store soon, the last value of each id, in batches.
//! - **Refresh-ahead** is the cache's own: [`early`](super::CacheBuilder::early) and [`stale`](super::CacheBuilder::stale).
//! - **Cache-aside** needs nothing of this file: [`Cache::get_or_load`](super::Cache::get_or_load).
//!
//! # What write-behind may lose
//! What was put within the last [`interval`](WriteBehind::interval), plus what the store has been refusing since, is in this
//! process alone (and in Redis, for its time to live): a process that dies takes it along. [`Through::close`] writes it
//! down first, and says what it could not write. Nothing shorter can be promised: a write that is confirmed before the store
//! has it is in one process's memory meanwhile.
//!
//! # What no strategy promises
//! - The order of two writes of one id at the same time. Store and cache are two systems, and one may see A before B, the other
//!   B before A: the cache then serves what the store no longer has, until its time is over. Ids that several tasks or
//!   processes write are written to the store by oneself, and [invalidated](super::Cache::invalidate) afterwards: an
//!   invalidation has no order to lose.
//! - A write that reached the store and not the cache. What the cache had is dropped then, and if Redis cannot be reached,
//!   dropped later; until it is, other processes may serve the value before.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::warn;

use super::Cache;
use super::error::CacheError;

/// What went wrong in a store.
pub type StoreError = Box<dyn StdError + Send + Sync>;

/// What stands behind a cache: a database, mostly.
pub trait Store<V>: Send + Sync + 'static {
    /// The value of `id`, if there is one.
    fn load(&self, id: &str) -> impl Future<Output = Result<Option<V>, StoreError>> + Send;

    /// Writes the value of `id`, or removes it when there is none.
    fn save(&self, id: &str, value: Option<&V>) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// How write-behind writes.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct WriteBehind {
    /// How many ids may wait to be written, 10,000 by default. A `put` of one more waits for room.
    pub capacity: usize,
    /// How long a value waits before it is written, so that several of the same id become one. A second by default.
    pub interval: Duration,
}

impl Default for WriteBehind {
    fn default() -> Self {
        WriteBehind { capacity: 10_000, interval: Duration::from_secs(1) }
    }
}

/// A cache over a store.
pub struct Through<V, S> {
    shared: Arc<Shared<V, S>>,
}

struct Shared<V, S> {
    cache: Cache<V>,
    store: S,
    behind: Option<Queue<V>>,
}

/// What is yet to be written to the store.
struct Queue<V> {
    waiting: Mutex<HashMap<String, Option<Arc<V>>>>,
    /// One for each id that may still come.
    room: Semaphore,
    interval: Duration,
    wake: Notify,
    idle: Notify,
    closing: AtomicBool,
}

impl<V: Send + Sync + 'static> Cache<V> {
    /// Puts the cache before `store`, which is written before the cache is.
    pub fn write_through<S: Store<V>>(self, store: S) -> Through<V, S> {
        Through { shared: Arc::new(Shared { cache: self, store, behind: None }) }
    }

    /// Puts the cache before `store`, which is written soon after the cache is. The task that does it ends with
    /// [`Through::close`], or with the last clone.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn write_behind<S: Store<V>>(self, store: S, behind: WriteBehind) -> Through<V, S> {
        let queue = Queue {
            waiting: Mutex::default(),
            room: Semaphore::new(behind.capacity.clamp(1, Semaphore::MAX_PERMITS)),
            interval: behind.interval,
            wake: Notify::new(),
            idle: Notify::new(),
            closing: AtomicBool::new(false),
        };
        let shared = Arc::new(Shared { cache: self, store, behind: Some(queue) });
        tokio::spawn(write_down(Arc::downgrade(&shared)));
        Through { shared }
    }
}

impl<V: Send + Sync + 'static, S: Store<V>> Through<V, S> {
    /// The value of `id`, from the cache or from the store; `None` when neither has one.
    ///
    /// # Errors
    /// As [`Cache::get_or_load`].
    ///
    /// # Cancel safety
    /// As [`Cache::get_or_load`].
    pub async fn get(&self, id: &str) -> Result<Option<Arc<V>>, CacheError> {
        // What waits to be written is the newest there is.
        if let Some(queue) = &self.shared.behind
            && let Some(value) = queue.lock().get(id)
        {
            return Ok(value.clone());
        }
        let shared = Arc::clone(&self.shared);
        self.shared.cache.get_or_load(id, move |id| async move { shared.store.load(&id).await }).await
    }

    /// Writes a value. Behind a full queue it waits for room.
    ///
    /// # Errors
    /// [`CacheError::Store`] when the store refuses it: nothing is cached then. That the cache could not be written is no
    /// error: what it had is dropped. [`CacheError::Closed`] after [`close`](Self::close).
    ///
    /// # Cancel safety
    /// Dropped, the store may or may not have the value; the cache never has one that the store has not, but with
    /// write-behind, where it will.
    pub async fn put(&self, id: &str, value: V) -> Result<(), CacheError> {
        self.write(id, Some(value)).await
    }

    /// Removes a value.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    ///
    /// # Cancel safety
    /// As [`put`](Self::put).
    pub async fn remove(&self, id: &str) -> Result<(), CacheError> {
        self.write(id, None).await
    }

    async fn write(&self, id: &str, value: Option<V>) -> Result<(), CacheError> {
        let Shared { cache, store, behind } = &*self.shared;
        match behind {
            None => {
                store.save(id, value.as_ref()).await.map_err(|error| CacheError::Store(error.into()))?;
                self.update(id, value.as_ref()).await
            }
            Some(queue) => {
                let value = value.map(Arc::new);
                if let Some(value) = &value {
                    cache.inner.encode(value)?;
                }
                queue.put(id, value.clone()).await?;
                self.update(id, value.as_deref()).await
            }
        }
    }

    /// Brings the cache up to date; if that fails, at least nothing old is served from here.
    async fn update(&self, id: &str, value: Option<&V>) -> Result<(), CacheError> {
        let cache = &self.shared.cache;
        let updated = match value {
            Some(value) => cache.set(id, value).await,
            None => cache.invalidate(id).await.map(|_| ()),
        };
        match updated {
            // A value that cannot be cached is still stored; what the cache had must go.
            Err(CacheError::Encode(_) | CacheError::TooLarge { .. } | CacheError::Redis(_))
                if value.is_some() =>
            {
                let _ = cache.invalidate(id).await;
                Ok(())
            }
            Err(CacheError::Redis(_)) => Ok(()),
            other => other,
        }
    }

    /// How many ids wait to be written to the store.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.behind.as_ref().map_or(0, |queue| queue.lock().len())
    }

    /// Takes no more writes, and waits until all are in the store, at most `limit`. How many ids could not be written: with
    /// this, what they were to become is lost, but for what the cache still has of it.
    ///
    /// # Cancel safety
    /// Dropped, the queue goes on being written for as long as a clone lives.
    pub async fn close(&self, limit: Duration) -> usize {
        let Some(queue) = &self.shared.behind else { return 0 };
        queue.closing.store(true, Ordering::Release);
        queue.room.close();
        queue.wake.notify_one();
        let until = Instant::now().checked_add(limit).unwrap_or_else(Instant::now);
        loop {
            let idle = queue.idle.notified();
            let left = queue.lock().len();
            if left == 0 || timeout_at(until, idle).await.is_err() {
                return queue.lock().len();
            }
        }
    }

    /// The cache.
    #[must_use]
    pub fn cache(&self) -> &Cache<V> {
        &self.shared.cache
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.shared.store
    }
}

impl<V> Queue<V> {
    /// Takes a value, the last one of its id.
    async fn put(&self, id: &str, value: Option<Arc<V>>) -> Result<(), CacheError> {
        if self.closing.load(Ordering::Acquire) {
            return Err(CacheError::Closed);
        }
        if let Some(waiting) = self.lock().get_mut(id) {
            *waiting = value;
            return Ok(());
        }
        let place = self.room.acquire().await.map_err(|_| CacheError::Closed)?;
        if self.lock().insert(id.to_owned(), value).is_none() {
            // It comes back when the id is written.
            place.forget();
        }
        self.wake.notify_one();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Option<Arc<V>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what waits, again and again. What the store refuses waits on, a little longer each time.
async fn write_down<V: Send + Sync + 'static, S: Store<V>>(shared: std::sync::Weak<Shared<V, S>>) {
    /// The longest pause after a failure.
    const PATIENCE: Duration = Duration::from_secs(30);
    let mut pause = Duration::ZERO;
    loop {
        let Some(now) = shared.upgrade() else { return };
        let Some(queue) = &now.behind else { return };
        let interval = queue.interval;
        let empty = queue.lock().is_empty();
        if empty && queue.closing.load(Ordering::Acquire) {
            return;
        }
        drop(now);
        // Held weakly, so that the last clone ends this task.
        sleep(pause).await;
        let Some(now) = wait(&shared, empty, interval).await else { return };
        let Some(queue) = &now.behind else { return };
        let batch: Vec<(String, Option<Arc<V>>)> =
            queue.lock().iter().map(|(id, value)| (id.clone(), value.clone())).collect();
        let mut refused = 0_usize;
        for (id, value) in batch {
            match now.store.save(&id, value.as_deref()).await {
                Ok(()) => {
                    let mut waiting = queue.lock();
                    // A newer value may have come while this one was written.
                    if waiting.get(&id).is_some_and(|still| same(still, &value)) {
                        waiting.remove(&id);
                        queue.room.add_permits(1);
                    }
                }
                Err(error) => {
                    refused = refused.saturating_add(1);
                    warn!(%error, "a value could not be written behind, and will be tried again");
                }
            }
        }
        pause = if refused == 0 { Duration::ZERO } else { pause.max(PAUSE).saturating_mul(2).min(PATIENCE) };
        if queue.closing.load(Ordering::Acquire) {
            pause = pause.min(PAUSE);
        }
        queue.idle.notify_waiters();
    }
}

/// The first pause after a failure.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits until there is something and its time has come, or until nobody is left.
async fn wait<V, S>(
    shared: &std::sync::Weak<Shared<V, S>>,
    empty: bool,
    interval: Duration,
) -> Option<Arc<Shared<V, S>>> {
    /// How soon a task without anybody to work for ends.
    const LOOK: Duration = Duration::from_secs(1);
    if empty {
        loop {
            let now = shared.upgrade()?;
            let queue = now.behind.as_ref()?;
            if timeout(LOOK, queue.wake.notified()).await.is_ok() || !queue.lock().is_empty() {
                break;
            }
            if queue.closing.load(Ordering::Acquire) {
                return Some(now);
            }
        }
    }
    let until = Instant::now().checked_add(interval)?;
    loop {
        let now = shared.upgrade()?;
        let queue = now.behind.as_ref()?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || queue.closing.load(Ordering::Acquire) {
            return Some(now);
        }
        drop(now);
        sleep(left.min(PAUSE)).await;
    }
}

fn same<V>(a: &Option<Arc<V>>, b: &Option<Arc<V>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

impl<V, S> Clone for Through<V, S> {
    fn clone(&self) -> Self {
        Through { shared: Arc::clone(&self.shared) }
    }
}

impl<V, S> fmt::Debug for Through<V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Through").field("cache", &self.shared.cache).finish_non_exhaustive()
    }
}
