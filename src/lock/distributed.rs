//! The lock with the names of the reference: `acquire` answers yes or no, and swallows what goes wrong.
//!
//! New programs use [`Lock`](super::named::Lock), which tells "held by somebody else" from "server not there". What surprises:
//! `release` does tell errors, as the reference's does.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::claim::ReleaseOutcome;
use super::error::LockError;
use super::guard::Guard;
use super::manager::DEFAULT_PREFIX;
use crate::client::Client;
use crate::error::Result;

/// A client that locks are taken through, as far as [`DistributedLock`] needs to know: a native one, or the documented
/// one, which may not be connected yet.
pub trait LockClient: Send + Sync {
    /// The native client.
    ///
    /// # Errors
    /// Why there is none.
    fn lock_client(&self) -> Result<Client>;
}

impl LockClient for Client {
    fn lock_client(&self) -> Result<Client> {
        Ok(self.clone())
    }
}

/// A lock as the reference has it.
///
/// ```no_run
/// use std::time::Duration;
/// use redlane::lock::DistributedLock;
///
/// # async fn example(redis: &redlane::redis_client::RedisClient) -> Result<(), Box<dyn std::error::Error>> {
/// let lock = DistributedLock::new(redis, "resource_1", Duration::from_secs(10));
/// if lock.acquire().await {
///     // …
///     lock.release().await?;
/// }
/// # Ok(()) }
/// ```
pub struct DistributedLock<'c> {
    client: &'c dyn LockClient,
    name: String,
    timeout: Duration,
    held: Mutex<Option<Guard>>,
}

/// The lock was not acquired. Why not, somebody else or an error, is in the log only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Failed to acquire lock")]
pub struct NotAcquired;

impl<'c> DistributedLock<'c> {
    /// The lock `lock:{name}` that lives for `timeout`; 10 seconds in the reference when nothing is said.
    #[must_use]
    pub fn new(client: &'c impl LockClient, name: impl Into<String>, timeout: Duration) -> Self {
        Self { client, name: name.into(), timeout, held: Mutex::new(None) }
    }

    /// Tries once. `false` when somebody holds it, this object included, and when anything goes wrong, which is
    /// logged.
    ///
    /// # Cancel safety
    /// As for [`Lock::try_acquire`](super::named::Lock::try_acquire).
    pub async fn acquire(&self) -> bool {
        let guard = self.try_acquire().await;
        let acquired = guard.is_some();
        if acquired {
            // A guard that was there before has lost the lock, or there would be no new one.
            drop(std::mem::replace(&mut *self.held(), guard));
        }
        acquired
    }

    /// Gives the lock back. `true` when it was ours to the end.
    ///
    /// # Errors
    /// When the server could not be asked.
    ///
    /// # Cancel safety
    /// A dropped future leaves the rest to the background.
    pub async fn release(&self) -> Result<bool, LockError> {
        let guard = self.held().take();
        match guard {
            Some(guard) => Ok(guard.release().await? == ReleaseOutcome::Released),
            None => Ok(false),
        }
    }

    /// Runs `body` under the lock, as `async with` does: tries once, and releases whatever becomes of the body.
    ///
    /// # Errors
    /// [`NotAcquired`] when the lock is not ours; the body has not run then.
    ///
    /// # Cancel safety
    /// A future dropped, and a body that panics, give the lock back in the background.
    pub async fn with<F, Fut>(&self, body: F) -> Result<Fut::Output, NotAcquired>
    where
        F: FnOnce() -> Fut,
        Fut: Future,
    {
        let guard = self.try_acquire().await.ok_or(NotAcquired)?;
        let output = body().await;
        // As in the reference nobody asks what became of it; an error is seen to in the background.
        let _ = guard.release().await;
        Ok(output)
    }

    async fn try_acquire(&self) -> Option<Guard> {
        self.ask().await.unwrap_or_else(|error| {
            // The reference's words, the one place where a lock's key is in a log; its SET is our script.
            let source = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            let name = &self.name;
            tracing::error!(target: "redlane::lock", "Redis set failed for key {DEFAULT_PREFIX}{name}: {source}");
            None
        })
    }

    async fn ask(&self) -> Result<Option<Guard>, LockError> {
        let client = self.client.lock_client().map_err(LockError::failed("acquired"))?;
        client.locks().lock(&self.name).ttl(self.timeout).try_acquire().await
    }

    fn held(&self) -> MutexGuard<'_, Option<Guard>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the name.
impl fmt::Debug for DistributedLock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DistributedLock").field("held", &*self.held()).finish_non_exhaustive()
    }
}
