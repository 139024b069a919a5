//! The documented client as the reference has it: an error is logged and answered with `false` or `None`.
//!
//! One function logs, so one place decides what a log may hold: the reference's text, which names the key, and the
//! error. What surprises: such an answer means "no" or "not known", and the caller cannot tell which. A lock taken
//! leniently from a server that is down looks like one that somebody else holds.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use redlane_resp::to_args::{ToRedisArgs, ToSingleRedisArg};

use super::RedisClient;
use crate::error::Result;
use crate::health::{ConnectionInfo, HealthReport, RedisMonitor};

/// A [`RedisClient`] whose `set`, `get`, `ping` and `get_connection_info` swallow errors, as those of the reference.
///
/// Each error is logged with [`tracing`] at level error. All other methods are those of the client itself, errors and
/// all: the reference lets these pass, too.
///
/// ```no_run
/// # use redlane::prelude::*;
/// # async fn example(redis: &RedisClient) {
/// let lenient = redis.lenient();
/// if !lenient.set("greeting", "hello").await {
///     // Logged: Redis set failed for key greeting: …
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Lenient<'a> {
    strict: &'a RedisClient,
}

impl<'a> Lenient<'a> {
    pub(super) const fn new(strict: &'a RedisClient) -> Self {
        Self { strict }
    }

    /// [`RedisClient::set`]; `false` after an error.
    pub async fn set<K, V>(&self, key: K, value: V) -> bool
    where
        K: ToSingleRedisArg,
        V: ToSingleRedisArg,
    {
        let result = self.strict.set(&key, value).await;
        answer(result, Failed::Set(&key)).unwrap_or(false)
    }

    /// [`RedisClient::set_ex`]; `false` after an error.
    pub async fn set_ex<K, V>(&self, key: K, value: V, time: Duration) -> bool
    where
        K: ToSingleRedisArg,
        V: ToSingleRedisArg,
    {
        let result = self.strict.set_ex(&key, value, time).await;
        answer(result, Failed::Set(&key)).unwrap_or(false)
    }

    /// [`RedisClient::set_nx`]; `false` when the key exists, and after an error.
    pub async fn set_nx<K, V>(&self, key: K, value: V) -> bool
    where
        K: ToSingleRedisArg,
        V: ToSingleRedisArg,
    {
        let result = self.strict.set_nx(&key, value).await;
        answer(result, Failed::Set(&key)).unwrap_or(false)
    }

    /// [`RedisClient::get`]; `None` when there is no such key, and after an error.
    pub async fn get<K>(&self, key: K) -> Option<String>
    where
        K: ToSingleRedisArg,
    {
        let result = self.strict.get(&key).await;
        answer(result, Failed::Get(&key)).flatten()
    }

    /// [`RedisClient::ping`]; `false` after an error.
    pub async fn ping(&self) -> bool {
        answer(self.strict.ping().await, Failed::<&str>::Ping).unwrap_or(false)
    }

    /// [`RedisClient::get_connection_info`]; `None`, the reference's `{}`, after an error.
    pub async fn get_connection_info(&self) -> Option<ConnectionInfo> {
        answer(self.strict.get_connection_info().await, Failed::<&str>::ConnectionInfo)
    }

    /// [`RedisClient::get_health_status`] as the reference has it: its `ping` swallows the error, so a server that
    /// does not answer is `ping_failed`, whatever the reason.
    pub async fn get_health_status(&self) -> HealthReport {
        RedisMonitor::new(self).get_health_status().await
    }
}

/// What failed, in the reference's words.
enum Failed<'k, K> {
    Set(&'k K),
    Get(&'k K),
    Ping,
    ConnectionInfo,
}

/// The value, or `None` for an error, which is logged.
fn answer<T, K: ToRedisArgs>(result: Result<T>, failed: Failed<'_, K>) -> Option<T> {
    let error = match result {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let (kind, outcome) = (error.kind().name(), error.outcome());
    match failed {
        Failed::Set(key) => {
            tracing::error!(error.type = kind, %outcome, "Redis set failed for key {}: {error}", Text(key));
        }
        Failed::Get(key) => {
            tracing::error!(error.type = kind, %outcome, "Redis get failed for key {}: {error}", Text(key));
        }
        Failed::Ping => tracing::error!(error.type = kind, %outcome, "Redis ping failed: {error}"),
        Failed::ConnectionInfo => {
            tracing::error!(error.type = kind, %outcome, "Failed to get connection info: {error}");
        }
    }
    None
}

/// A key as a log shows it: control characters escaped, so that a key cannot forge a line; bytes that are no text
/// replaced.
struct Text<'k, K>(&'k K);

impl<K: ToRedisArgs> fmt::Display for Text<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.0.to_redis_args().concat();
        for character in String::from_utf8_lossy(&key).chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

/// What the reference does not swallow.
impl Deref for Lenient<'_> {
    type Target = RedisClient;

    fn deref(&self) -> &RedisClient {
        self.strict
    }
}
