//! The reference's `CacheManager`, as a thin view: texts under the caller's own keys, with its three methods.
//!
//! Values stand in Redis as they are, so that programs which know nothing of this cache read and write them too. What it
//! does better than the reference: an empty text is a hit; a value is not served from this process after it has ended or
//! changed in Redis; what is kept is bounded in bytes; a write that failed is not kept.

use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use super::codec::Raw;
use super::error::CacheError;
use super::{Cache, Coherence, OnFailure};
use crate::client::Client;
use crate::config::Protocol;

/// How long this process keeps a value, as in the reference.
const LOCAL_TTL: Duration = Duration::from_secs(60);

/// Texts in two levels.
///
/// ```no_run
/// use std::time::Duration;
///
/// use redlane::cache::manager::CacheManager;
/// use redlane::prelude::*;
///
/// # async fn example(client: Client) -> Result<(), redlane::cache::CacheError> {
/// let cache = CacheManager::new(&client).await?;
/// cache.set("user:7:name", "Ada", Duration::from_secs(300)).await?;
/// assert_eq!(cache.get("user:7:name").await?.as_deref().map(String::as_str), Some("Ada"));
/// assert!(cache.delete("user:7:name").await?);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct CacheManager {
    cache: Cache<String>,
}

impl CacheManager {
    /// A manager over `client`. With RESP3 the server tells of changes; without it a value may be a minute old.
    ///
    /// # Errors
    /// [`CacheError::Redis`] when the server cannot be reached.
    ///
    /// # Cancel safety
    /// A dropped future closes what it had opened.
    pub async fn new(client: &Client) -> Result<Self, CacheError> {
        let coherence = match client.config().protocol() {
            Protocol::Resp3 => Coherence::Tracking,
            Protocol::Resp2 => Coherence::TtlOnly,
        };
        let cache = Cache::builder(client, Raw)
            .coherence(coherence)
            .l1_max_ttl(LOCAL_TTL)
            .on_failure(OnFailure::Fail);
        Ok(CacheManager { cache: cache.plain().build().await? })
    }

    /// The text under `key`; `None` when there is none.
    ///
    /// # Errors
    /// [`CacheError::Redis`].
    ///
    /// # Cancel safety
    /// As [`Cache::get`].
    pub async fn get(&self, key: &str) -> Result<Option<Arc<String>>, CacheError> {
        self.cache.get(key).await
    }

    /// Stores a text for `ttl`.
    ///
    /// # Errors
    /// [`CacheError::Redis`]; nothing is kept in this process then. [`CacheError::Usage`] for less than a
    /// millisecond.
    ///
    /// # Cancel safety
    /// As [`Cache::set`].
    pub async fn set(&self, key: &str, value: &str, ttl: Duration) -> Result<(), CacheError> {
        self.cache.set_for(key, &value.to_owned(), ttl).await
    }

    /// Removes a text. Whether there was one.
    ///
    /// # Errors
    /// [`CacheError::Redis`].
    ///
    /// # Cancel safety
    /// As [`Cache::invalidate`].
    pub async fn delete(&self, key: &str) -> Result<bool, CacheError> {
        self.cache.invalidate(key).await
    }

    /// The cache behind it, for its statistics, and for loading what is not there
    /// ([`get_or_load`](Cache::get_or_load)).
    ///
    /// Texts without a header have no lease: each process loads for itself, and a text is stored only where the key is as it
    /// was found and nothing was told of a change meanwhile. That another process removed it while it was on its way to
    /// Redis, or while it was loaded and not there, is not noticed.
    #[must_use]
    pub fn cache(&self) -> &Cache<String> {
        &self.cache
    }

    /// A view that logs errors and answers `None` and `false`, as the reference does.
    #[must_use]
    pub fn lenient(&self) -> LenientCacheManager<'_> {
        LenientCacheManager(self)
    }
}

/// [`CacheManager`] with the reference's habit of swallowing errors. Its futures can be dropped as those of [`CacheManager`].
#[derive(Clone, Copy, Debug)]
pub struct LenientCacheManager<'m>(&'m CacheManager);

impl LenientCacheManager<'_> {
    /// The text under `key`; `None` also when Redis could not be asked. The time is the reference's argument, which it did not
    /// use.
    pub async fn get(&self, key: &str, ttl: Duration) -> Option<Arc<String>> {
        let _ = ttl;
        self.0.get(key).await.unwrap_or_else(|error| {
            warn!(%error, "cache get failed");
            None
        })
    }

    /// Whether the text was stored.
    pub async fn set(&self, key: &str, value: &str, ttl: Duration) -> bool {
        let stored = self.0.set(key, value, ttl).await;
        stored.inspect_err(|error| warn!(%error, "cache set failed")).is_ok()
    }

    /// Whether there was a text, and it was removed.
    pub async fn delete(&self, key: &str) -> bool {
        self.0.delete(key).await.unwrap_or_else(|error| {
            warn!(%error, "cache delete failed");
            false
        })
    }
}
