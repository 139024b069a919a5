//! The locks of one client: what they have in common, and the end of them all.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::core::{Core, LockStats};
use super::error::LockError;
use super::guard::GuardHandle;
use super::named::Lock;
use super::options::{Options, lease_options, lock_options};
use super::semaphore::Semaphore;
use crate::client::Client;

/// What a lock's name is put after, unless another prefix is set.
pub const DEFAULT_PREFIX: &str = "lock:";

impl Client {
    /// The locks of this client.
    #[must_use]
    pub fn locks(&self) -> LockManager {
        LockManager::new(self.clone())
    }
}

/// Makes locks and semaphores, with what they have in common. Clones are cheap.
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn example(client: &redlane::client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let locks = client.locks().ttl(Duration::from_secs(30)).watchdog(true);
/// let guard = locks.lock("order:7").fair().acquire(Duration::from_secs(5)).await?;
/// let fence = guard.fence();
/// guard.run(async move { println!("for as long as it is ours, with the fence {fence}") }).await?;
/// guard.release().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct LockManager {
    client: Client,
    core: Arc<Core>,
    prefix: Arc<str>,
    options: Options,
}

/// How locks are had and held, unless they are told otherwise.
impl LockManager {
    lease_options!(options);
    lock_options!(options);
}

impl LockManager {
    /// The locks of `client`.
    #[must_use]
    pub fn new(client: Client) -> Self {
        let core = client.services().get();
        Self { client, core, prefix: DEFAULT_PREFIX.into(), options: Options::default() }
    }

    /// Puts names after `prefix` instead of `lock:`.
    #[must_use]
    pub fn prefix(mut self, prefix: impl AsRef<str>) -> Self {
        self.prefix = prefix.as_ref().into();
        self
    }

    /// A lock by its name. Nothing is asked of the server yet.
    pub fn lock(&self, name: impl Into<String>) -> Lock {
        Lock::new(&self.client, &self.core, &self.prefix, name.into(), self.options)
    }

    /// A semaphore by its name, which `limit` may pass at once. Nothing is asked of the server yet.
    pub fn semaphore(&self, name: impl Into<String>, limit: u32) -> Semaphore {
        Semaphore::new(&self.client, &self.core, &self.prefix, name.into(), limit, self.options)
    }

    /// Runs `body` under a lock if it is free now; see [`Lock::hold`].
    ///
    /// # Errors
    /// [`LockError`] when the lock is not ours; the body has not run then.
    ///
    /// # Cancel safety
    /// A future dropped, and a body that panics, give the lock back in the background.
    pub async fn with_lock<F, Fut>(
        &self,
        name: impl Into<String>,
        ttl: Duration,
        body: F,
    ) -> Result<Fut::Output, LockError>
    where
        F: FnOnce(GuardHandle) -> Fut,
        Fut: Future,
    {
        self.lock(name).ttl(ttl).hold(Duration::ZERO, body).await
    }

    /// Refuses new acquires on this client, ends all renewal, and waits until what was left in the background is given
    /// back, at most `limit`. `false` when that was not enough. Guards that are renewed, or watched by somebody, are told
    /// that they are [lost](super::loss::LossReason::Closed); all can be released as ever.
    ///
    /// Call it before [`Client::close`], which takes the background's connection away.
    ///
    /// # Cancel safety
    /// Dropped, acquires stay refused, and what is being given back in the background goes on.
    pub async fn close(&self, limit: Duration) -> bool {
        self.core.close(limit).await
    }

    /// Figures of all locks of this client.
    #[must_use]
    pub fn stats(&self) -> LockStats {
        self.core.stats()
    }
}

impl fmt::Debug for LockManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockManager")
            .field("prefix", &self.prefix)
            .field("options", &self.options)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
