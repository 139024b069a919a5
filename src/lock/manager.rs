//! The locks of one client: what they have in common, and the end of them all.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::core::{Core, LockStats};
use super::error::LockError;
use super::guard::GuardHandle;
use super::named::Lock;
use crate::client::Client;

/// The time to live of a lock that is given none, as in the reference.
pub const DEFAULT_TTL: Duration = Duration::from_secs(10);

/// What a lock's name is put after, unless another prefix is set.
pub const DEFAULT_PREFIX: &str = "lock:";

impl Client {
    /// The locks of this client.
    #[must_use]
    pub fn locks(&self) -> LockManager {
        LockManager::new(self.clone())
    }
}

/// Makes locks, with a prefix and a time to live that they have in common. Clones are cheap.
#[derive(Clone)]
pub struct LockManager {
    client: Client,
    core: Arc<Core>,
    prefix: Arc<str>,
    ttl: Duration,
}

impl LockManager {
    /// The locks of `client`.
    #[must_use]
    pub fn new(client: Client) -> Self {
        let core = client.services().get();
        Self { client, core, prefix: DEFAULT_PREFIX.into(), ttl: DEFAULT_TTL }
    }

    /// Puts names after `prefix` instead of `lock:`.
    #[must_use]
    pub fn prefix(mut self, prefix: impl AsRef<str>) -> Self {
        self.prefix = prefix.as_ref().into();
        self
    }

    /// Gives locks this time to live, in whole milliseconds, unless they are given another.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// A lock by its name. Nothing is asked of the server yet.
    pub fn lock(&self, name: impl Into<String>) -> Lock {
        Lock::new(&self.client, &self.core, &self.prefix, name.into()).ttl(self.ttl)
    }

    /// Runs `body` under a lock if it is free now; see [`Lock::hold`].
    ///
    /// # Errors
    /// [`LockError`] when the lock is not ours; the body has not run then.
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

    /// Refuses new acquires on this client, and waits until what was left in the background is given back, at most
    /// `limit`. `false` when that was not enough. Guards that are still held can be released as ever.
    ///
    /// Call it before [`Client::close`], which takes the background's connection away.
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
            .field("ttl", &self.ttl)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
