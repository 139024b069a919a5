//! How an async connection behaves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::compat::aio::AsyncPushSender;
use crate::compat::auth::StreamingCredentialsProvider;
use crate::compat::caching::CacheConfig;
use crate::compat::io::AsyncDNSResolver;

/// Time for a reply when nothing is said.
pub(crate) const RESPONSE_TIMEOUT: Option<Duration> = Some(Duration::from_millis(500));
/// Time for connecting when nothing is said.
pub(crate) const CONNECTION_TIMEOUT: Option<Duration> = Some(Duration::from_secs(1));

/// How an async connection behaves: 500 ms for a reply and 1 s for connecting, unless something else is said.
#[derive(Clone)]
pub struct AsyncConnectionConfig {
    pub(crate) response_timeout: Option<Duration>,
    pub(crate) connection_timeout: Option<Duration>,
    pub(crate) push_sender: Option<Arc<dyn AsyncPushSender>>,
    pub(crate) pipeline_buffer_size: Option<usize>,
    pub(crate) concurrency_limit: Option<usize>,
    pub(crate) write_backpressure_boundary: Option<usize>,
    pub(crate) dns_resolver: Option<Arc<dyn AsyncDNSResolver>>,
    pub(crate) cache: Option<CacheConfig>,
    pub(crate) credentials_provider: Option<Arc<dyn StreamingCredentialsProvider>>,
}

impl AsyncConnectionConfig {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            response_timeout: RESPONSE_TIMEOUT,
            connection_timeout: CONNECTION_TIMEOUT,
            push_sender: None,
            pipeline_buffer_size: None,
            concurrency_limit: None,
            write_backpressure_boundary: None,
            dns_resolver: None,
            cache: None,
            credentials_provider: None,
        }
    }

    /// Time for connecting, greeting included. `None` waits for ever.
    pub fn set_connection_timeout(self, connection_timeout: Option<Duration>) -> Self {
        Self { connection_timeout, ..self }
    }

    /// Time for a reply; commands that block have all the time they ask for. `None` waits for ever.
    pub fn set_response_timeout(self, response_timeout: Option<Duration>) -> Self {
        Self { response_timeout, ..self }
    }

    /// Where pushes go. RESP3 only.
    pub fn set_push_sender(self, sender: impl AsyncPushSender) -> Self {
        self.with_push_sender(Arc::new(sender))
    }

    pub(crate) fn with_push_sender(self, sender: Arc<dyn AsyncPushSender>) -> Self {
        Self { push_sender: Some(sender), ..self }
    }

    /// Keeps replies in memory, and throws them away when their keys change. RESP3 only.
    pub fn set_cache_config(self, cache_config: CacheConfig) -> Self {
        Self { cache: Some(cache_config), ..self }
    }

    /// Who looks up names, in the place of the system.
    pub fn set_dns_resolver(self, dns_resolver: impl AsyncDNSResolver) -> Self {
        self.with_dns_resolver(Arc::new(dns_resolver))
    }

    pub(crate) fn with_dns_resolver(self, resolver: Arc<dyn AsyncDNSResolver>) -> Self {
        Self { dns_resolver: Some(resolver), ..self }
    }

    /// Commands that may wait for their replies at a time; further ones wait for room. 4096 by default.
    pub fn set_pipeline_buffer_size(self, size: usize) -> Self {
        Self { pipeline_buffer_size: Some(size), ..self }
    }

    /// Commands that may be under way at a time, each of a pipeline counted as far as there is room.
    pub fn set_concurrency_limit(self, limit: usize) -> Self {
        Self { concurrency_limit: Some(limit), ..self }
    }

    /// Bytes that may wait to be written; further commands wait for room. 64 MiB by default.
    pub fn set_write_backpressure_boundary(self, boundary: usize) -> Self {
        Self { write_backpressure_boundary: Some(boundary), ..self }
    }

    /// Who gives the credentials, in the place of those in the client.
    pub fn set_credentials_provider<P>(self, provider: P) -> Self
    where
        P: StreamingCredentialsProvider + 'static,
    {
        self.with_credentials_provider(Arc::new(provider))
    }

    pub(crate) fn with_credentials_provider(self, provider: Arc<dyn StreamingCredentialsProvider>) -> Self {
        Self { credentials_provider: Some(provider), ..self }
    }
}

impl Default for AsyncConnectionConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for AsyncConnectionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |set| if set { "set" } else { "not set" };
        f.debug_struct("AsyncConnectionConfig")
            .field("response_timeout", &self.response_timeout)
            .field("connection_timeout", &self.connection_timeout)
            .field("pipeline_buffer_size", &self.pipeline_buffer_size)
            .field("concurrency_limit", &self.concurrency_limit)
            .field("write_backpressure_boundary", &self.write_backpressure_boundary)
            .field("push_sender", &shown(self.push_sender.is_some()))
            .field("dns_resolver", &shown(self.dns_resolver.is_some()))
            .field("cache", &shown(self.cache.is_some()))
            .field("credentials_provider", &shown(self.credentials_provider.is_some()))
            .finish()
    }
}
