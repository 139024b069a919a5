//! The settings of client-side caching: replies kept in memory until the server says that their keys have changed.
//!
//! RESP3 only. What surprises: only commands on one key are kept; `MGET` and pipelines always ask the server.

use std::num::NonZeroUsize;
use std::time::Duration;

/// What redis-rs keeps when nothing is said.
const DEFAULT_SIZE: NonZeroUsize = match NonZeroUsize::new(10_000) {
    Some(size) => size,
    None => NonZeroUsize::MIN,
};

/// Which replies are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum CacheMode {
    /// Those to all commands that only read.
    All,
    /// Those to commands that ask for it.
    OptIn,
}

/// What is kept, how much of it and for how long.
#[derive(Clone, Copy, Debug)]
pub struct CacheConfig {
    mode: CacheMode,
    size: NonZeroUsize,
    default_client_ttl: Duration,
}

impl CacheConfig {
    /// All replies, 10,000 of them, for half an hour.
    pub fn new() -> Self {
        Self { mode: CacheMode::All, size: DEFAULT_SIZE, default_client_ttl: Duration::from_secs(1800) }
    }

    /// Which replies are kept.
    pub fn set_mode(self, mode: CacheMode) -> Self {
        Self { mode, ..self }
    }

    /// How many are kept.
    pub fn set_size(self, size: NonZeroUsize) -> Self {
        Self { size, ..self }
    }

    /// How long one is kept, if its key does not change or expire before.
    pub fn set_default_client_ttl(self, ttl: Duration) -> Self {
        Self { default_client_ttl: ttl, ..self }
    }

    pub(crate) fn mode(&self) -> CacheMode {
        self.mode
    }

    pub(crate) fn size(&self) -> NonZeroUsize {
        self.size
    }

    pub(crate) fn default_client_ttl(&self) -> Duration {
        self.default_client_ttl
    }
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// How a cache has done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CacheStatistics {
    /// Commands answered from the cache.
    pub hit: usize,
    /// Commands that had to be sent.
    pub miss: usize,
    /// Replies thrown away because their keys had changed.
    pub invalidate: usize,
}
