//! What can go wrong in a cache, by what the caller can do about it.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;

/// An error of a cache. All who waited for the same load get the same one.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// The loader failed. Nothing was cached; the next call loads again.
    #[error("the value could not be loaded")]
    Load(#[source] Arc<dyn StdError + Send + Sync>),
    /// The store behind a write-through cache refused the value. Nothing was cached.
    #[error("the value could not be stored")]
    Store(#[source] Arc<dyn StdError + Send + Sync>),
    /// Redis could not be asked, and the cache was told to fail closed, or the call was a write.
    #[error("the cache could not reach Redis")]
    Redis(#[source] Error),
    /// The codec cannot write the value.
    #[error("the value could not be encoded")]
    Encode(#[source] Arc<dyn StdError + Send + Sync>),
    /// The value is larger than the cache takes.
    #[error("a value of {size} bytes, and the cache takes {limit} at most")]
    TooLarge {
        /// Its size in bytes, encoded.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// As many loads as are allowed were running all the time.
    #[error("no load could begin within {limit:?}")]
    Busy {
        /// How long it waited.
        limit: Duration,
    },
    /// The call makes no sense; nothing was sent.
    #[error("{0}")]
    Usage(&'static str),
    /// The cache, or what stands behind it, was closed.
    #[error("the cache is closed")]
    Closed,
}

impl CacheError {
    pub(super) fn load(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        CacheError::Load(error.into().into())
    }
}

impl From<Error> for CacheError {
    fn from(error: Error) -> Self {
        CacheError::Redis(error)
    }
}
