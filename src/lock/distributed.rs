//! The lock with the names of the reference: `acquire` answers yes or no, and swallows what goes wrong.
//!
//! New programs use [`Lock`], which tells "held by somebody else" from "server not there". What surprises:
//! `release` does tell errors, as the reference's does.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::claim::ReleaseOutcome;
use super::error::LockError;
use super::guard::Guard;
use super::named::Lock;
use crate::client::Client;

/// A lock as the reference has it.
///
/// ```no_run
/// use std::time::Duration;
/// use redlane::lock::DistributedLock;
///
/// # async fn example(client: &redlane::client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let lock = DistributedLock::new(client, "resource_1", Duration::from_secs(10));
/// if lock.acquire().await {
///     // …
///     lock.release().await?;
/// }
/// # Ok(()) }
/// ```
pub struct DistributedLock {
    lock: Lock,
    held: Mutex<Option<Guard>>,
}

/// The lock was not acquired. Why not, somebody else or an error, is in the log only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Failed to acquire lock")]
pub struct NotAcquired;

impl DistributedLock {
    /// The lock `lock:{name}` that lives for `timeout`; 10 seconds in the reference when nothing is said.
    #[must_use]
    pub fn new(client: &Client, name: &str, timeout: Duration) -> Self {
        Self { lock: client.locks().lock(name).ttl(timeout), held: Mutex::new(None) }
    }

    /// Tries once. `false` when somebody holds it, this object included, and when anything goes wrong, which is
    /// logged.
    ///
    /// # Cancel safety
    /// As for [`Lock::try_acquire`].
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
        match self.lock.try_acquire().await {
            Ok(guard) => guard,
            Err(error) => {
                // The reference's words; its SET is our script.
                let source = error.source().map_or_else(|| error.to_string(), ToString::to_string);
                tracing::error!(target: "redlane::lock", "Redis set failed for key {}: {source}", self.lock.key());
                None
            }
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Guard>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the name.
impl fmt::Debug for DistributedLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DistributedLock").field("held", &*self.held()).finish_non_exhaustive()
    }
}
