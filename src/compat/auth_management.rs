//! How a provider of credentials renews them.

use std::time::Duration;

/// When a token is renewed, and what is done when that fails.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenRefreshConfig {
    /// The part of its life after which a token is renewed; 0.8 by default.
    pub expiration_refresh_ratio: f64,
    /// What is done when that fails.
    pub retry_config: RetryConfig,
}

impl TokenRefreshConfig {
    /// The part of its life after which a token is renewed.
    pub fn set_expiration_refresh_ratio(self, ratio: f64) -> Self {
        Self { expiration_refresh_ratio: ratio, ..self }
    }

    /// What is done when that fails.
    pub fn set_retry_config(self, retry_config: RetryConfig) -> Self {
        Self { retry_config, ..self }
    }
}

impl Default for TokenRefreshConfig {
    fn default() -> Self {
        Self { expiration_refresh_ratio: 0.8, retry_config: RetryConfig::default() }
    }
}

/// How often and at what pace something is tried again.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(dead_code, reason = "only a provider for Entra ID would read it, and there is none here")]
pub struct RetryConfig {
    exponent_base: f32,
    min_delay: Duration,
    max_delay: Option<Duration>,
    number_of_retries: usize,
}

impl RetryConfig {
    /// How many more attempts there are; three by default.
    pub fn set_number_of_retries(self, number_of_retries: usize) -> Self {
        Self { number_of_retries, ..self }
    }

    /// The wait before the first of them; 100 ms by default.
    pub fn set_min_delay(self, min_delay: Duration) -> Self {
        Self { min_delay, ..self }
    }

    /// The longest wait; 30 s by default.
    pub fn set_max_delay(self, max_delay: Duration) -> Self {
        Self { max_delay: Some(max_delay), ..self }
    }

    /// By what each wait is longer than the one before; two by default.
    pub fn set_exponent_base(self, exponent_base: f32) -> Self {
        Self { exponent_base, ..self }
    }
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self {
            exponent_base: 2.0,
            min_delay: Duration::from_millis(100),
            max_delay: Some(Duration::from_secs(30)),
            number_of_retries: 3,
        }
    }
}
