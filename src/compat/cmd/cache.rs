//! How a command uses the cache of its connection.

use std::time::Duration;

/// How a command uses the cache of its connection.
#[derive(Clone, Debug)]
pub struct CommandCacheConfig {
    enable_cache: bool,
    client_side_ttl: Option<Duration>,
}

impl CommandCacheConfig {
    /// It uses the cache, for as long as the connection says.
    pub fn new() -> Self {
        Self { enable_cache: true, client_side_ttl: None }
    }

    /// Whether it uses the cache.
    pub fn set_enable_cache(self, enable_cache: bool) -> Self {
        Self { enable_cache, ..self }
    }

    /// How long the reply may be kept, if it does not change before.
    pub fn set_client_side_ttl(self, client_side_ttl: Duration) -> Self {
        Self { client_side_ttl: Some(client_side_ttl), ..self }
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.enable_cache
    }

    pub(crate) fn client_side_ttl(&self) -> Option<Duration> {
        self.client_side_ttl
    }
}

impl Default for CommandCacheConfig {
    fn default() -> Self {
        Self::new()
    }
}
