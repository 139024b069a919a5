//! How a connection manager connects, and how often it tries.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::compat::aio::AsyncPushSender;
use crate::compat::async_config::AsyncConnectionConfig;
use crate::compat::auth::StreamingCredentialsProvider;
use crate::compat::caching::CacheConfig;

/// The settings of a [`ConnectionManager`](super::ConnectionManager). Every setter takes them and gives them back.
///
/// ```
/// use std::time::Duration;
/// use redlane::compat::aio::ConnectionManagerConfig;
///
/// let config = ConnectionManagerConfig::new().set_number_of_retries(3).set_max_delay(Duration::from_secs(1));
/// assert_eq!(config.number_of_retries(), 3);
/// assert_eq!(config.min_delay(), Duration::from_millis(100));
/// ```
#[derive(Clone)]
pub struct ConnectionManagerConfig {
    exponent_base: f32,
    min_delay: Duration,
    max_delay: Option<Duration>,
    number_of_retries: usize,
    resubscribe: bool,
    pub(super) push_sender: Option<Arc<dyn AsyncPushSender>>,
    /// How each connection behaves; its push sender is the manager's own.
    pub(super) connection: AsyncConnectionConfig,
}

impl ConnectionManagerConfig {
    /// The defaults: six retries, the first after 100 to 200 ms, each wait twice the one before; a reply within 500 ms, a
    /// connection within a second.
    pub fn new() -> Self {
        Self {
            exponent_base: 2.0,
            min_delay: Duration::from_millis(100),
            max_delay: None,
            number_of_retries: 6,
            resubscribe: false,
            push_sender: None,
            connection: AsyncConnectionConfig::new(),
        }
    }

    /// The least time before the first retry.
    pub fn min_delay(&self) -> Duration {
        self.min_delay
    }

    /// The most time before any retry.
    pub fn max_delay(&self) -> Option<Duration> {
        self.max_delay
    }

    /// How many times longer each wait is than the one before.
    pub fn exponent_base(&self) -> f32 {
        self.exponent_base
    }

    /// How often an attempt to connect is repeated.
    pub fn number_of_retries(&self) -> usize {
        self.number_of_retries
    }

    /// The most time that a command waits for its reply; `None`: for ever.
    pub fn response_timeout(&self) -> Option<Duration> {
        self.connection.response_timeout
    }

    /// The most time that one attempt to connect takes; `None`: as long as it takes.
    pub fn connection_timeout(&self) -> Option<Duration> {
        self.connection.connection_timeout
    }

    /// Whether subscriptions are renewed on a new connection.
    pub fn automatic_resubscription(&self) -> bool {
        self.resubscribe
    }

    /// How replies are kept in memory, if they are.
    pub fn cache_config(&self) -> Option<&CacheConfig> {
        self.connection.cache.as_ref()
    }

    /// Sets the least time before the first retry.
    pub fn set_min_delay(mut self, min_delay: Duration) -> Self {
        self.min_delay = min_delay;
        self
    }

    /// Sets the most time before any retry; without it that is a minute.
    pub fn set_max_delay(mut self, time: Duration) -> Self {
        self.max_delay = Some(time);
        self
    }

    /// Sets how many times longer each wait is than the one before.
    pub fn set_exponent_base(mut self, base: f32) -> Self {
        self.exponent_base = base;
        self
    }

    /// Sets how often an attempt to connect is repeated.
    pub fn set_number_of_retries(mut self, amount: usize) -> Self {
        self.number_of_retries = amount;
        self
    }

    /// Sets the most time that a command waits for its reply.
    pub fn set_response_timeout(mut self, duration: Option<Duration>) -> Self {
        self.connection.response_timeout = duration;
        self
    }

    /// Sets the most time that one attempt to connect takes.
    pub fn set_connection_timeout(mut self, duration: Option<Duration>) -> Self {
        self.connection.connection_timeout = duration;
        self
    }

    /// Sends pushes here: a channel's sender, or a closure. It takes RESP3.
    pub fn set_push_sender(mut self, sender: impl AsyncPushSender) -> Self {
        self.push_sender = Some(Arc::new(sender));
        self
    }

    /// Renews subscriptions on a new connection. It takes RESP3 and a push sender.
    pub fn set_automatic_resubscription(mut self) -> Self {
        self.resubscribe = true;
        self
    }

    /// As [`AsyncConnectionConfig::set_pipeline_buffer_size`].
    pub fn set_pipeline_buffer_size(mut self, size: usize) -> Self {
        self.connection.pipeline_buffer_size = Some(size);
        self
    }

    /// As [`AsyncConnectionConfig::set_concurrency_limit`].
    pub fn set_concurrency_limit(mut self, limit: usize) -> Self {
        self.connection.concurrency_limit = Some(limit);
        self
    }

    /// As [`AsyncConnectionConfig::set_write_backpressure_boundary`].
    pub fn set_write_backpressure_boundary(mut self, boundary: usize) -> Self {
        self.connection.write_backpressure_boundary = Some(boundary);
        self
    }

    /// Keeps replies in memory, and throws them away when their keys change. It takes RESP3.
    pub fn set_cache_config(mut self, cache_config: CacheConfig) -> Self {
        self.connection.cache = Some(cache_config);
        self
    }

    /// Asks somebody for credentials, in the place of those in the client.
    pub fn set_credentials_provider<P>(mut self, provider: P) -> Self
    where
        P: StreamingCredentialsProvider + 'static,
    {
        self.connection.credentials_provider = Some(Arc::new(provider));
        self
    }

    /// How long to wait before the retry number `retry`, the first being 0. `None`: there is none.
    ///
    /// As redis-rs really does it, and not as its documentation says: the exponential delay and up to as much again.
    pub(super) fn delay(&self, retry: usize) -> Option<Duration> {
        /// No wait is longer, unless somebody says so.
        const MOST: Duration = Duration::from_secs(60);

        if retry >= self.number_of_retries {
            return None;
        }
        let most = self.max_delay.unwrap_or(MOST);
        let growth = self.exponent_base.powi(i32::try_from(retry).unwrap_or(i32::MAX));
        let seconds = self.min_delay.as_secs_f32() * growth * (1.0 + fastrand::f32());
        Some(Duration::try_from_secs_f32(seconds).unwrap_or(most).min(most))
    }
}

impl Default for ConnectionManagerConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ConnectionManagerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionManagerConfig")
            .field("exponent_base", &self.exponent_base)
            .field("min_delay", &self.min_delay)
            .field("max_delay", &self.max_delay)
            .field("number_of_retries", &self.number_of_retries)
            .field("resubscribe_automatically", &self.resubscribe)
            .field("push_sender", &if self.push_sender.is_some() { "set" } else { "not set" })
            .field("connection", &self.connection)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_the_one_before_with_as_much_again_at_most() {
        let config = ConnectionManagerConfig::new();

        for (retry, least) in [100, 200, 400, 800, 1600, 3200].into_iter().enumerate() {
            let delay = config.delay(retry).unwrap();
            let least = Duration::from_millis(least);
            assert!(delay >= least && delay <= least.saturating_mul(2), "{retry}: {delay:?}");
        }
        assert_eq!(config.delay(6), None);
    }

    #[test]
    fn no_wait_is_longer_than_the_most_and_no_base_overflows() {
        let limited = ConnectionManagerConfig::new().set_max_delay(Duration::from_millis(150));
        let endless = ConnectionManagerConfig::new().set_exponent_base(f32::MAX).set_number_of_retries(9);

        assert!((0..6).all(|retry| limited.delay(retry) <= Some(Duration::from_millis(150))));
        assert_eq!(endless.delay(8), Some(Duration::from_secs(60)));
    }

    #[test]
    fn what_is_set_can_be_seen() {
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(None)
            .set_connection_timeout(Some(Duration::from_secs(9)))
            .set_automatic_resubscription()
            .set_push_sender(|_| Ok::<(), ()>(()))
            .set_concurrency_limit(7);

        assert_eq!((config.response_timeout(), config.automatic_resubscription()), (None, true));
        assert_eq!(config.connection_timeout(), Some(Duration::from_secs(9)));
        let shown = format!("{config:?}");
        assert!(
            shown.contains("concurrency_limit: Some(7)") && shown.contains("push_sender: \"set\""),
            "{shown}"
        );
    }
}
