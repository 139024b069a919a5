//! Locks through the documented client. They are made in `lock`; here they get its connection.

use std::time::Duration;

use super::RedisClient;
use crate::client::Client;
use crate::error::Result;
use crate::lock::{GuardHandle, Lock, LockClient, LockError, LockManager};

/// Locks. See [`lock`](crate::lock) for what they promise.
impl RedisClient {
    /// A lock by its name, with the key `lock:{name}` and a time to live of 10 s unless another is set.
    ///
    /// # Errors
    /// `NotInitialized` and `Closed`; see [`RedisClient`].
    pub fn lock(&self, name: impl Into<String>) -> Result<Lock> {
        Ok(self.locks()?.lock(name))
    }

    /// The locks of this client, to set a prefix or a time to live that they have in common.
    ///
    /// # Errors
    /// `NotInitialized` and `Closed`; see [`RedisClient`].
    pub fn locks(&self) -> Result<LockManager> {
        Ok(self.client()?.locks())
    }

    /// Runs `body` under a lock if it is free now, and gives it back whatever becomes of the body; see
    /// [`Lock::hold`], which waits for it, too.
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
        self.locks().map_err(LockError::failed("acquired"))?.with_lock(name, ttl, body).await
    }
}

impl LockClient for RedisClient {
    fn lock_client(&self) -> Result<Client> {
        self.client()
    }
}
