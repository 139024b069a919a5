//! The two helpers of the reference for callers who want less than the client's own retries: try again after
//! a timeout, and go on without an answer.
//!
//! They wrap whole operations, as many commands as these may hold. The surprise: [`retry`] repeats after a
//! timeout whatever the outcome, as the reference does, so an operation that must not run twice says so
//! itself ([`Error::outcome`]) or takes [`RetryPolicy::when`].

use std::future::{Future, IntoFuture};
use std::time::Duration;

use redlane_pool::retry::{Jitter, Retry, Verdict};
use redlane_pool::transport::ConnectError;

use crate::error::{Error, ErrorKind, Failure};

/// How often an operation is tried, how long is waited in between, and after which errors.
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    pace: Retry,
    when: fn(&Error) -> bool,
}

impl Default for RetryPolicy {
    /// The reference's `robust_redis_operation`: three attempts in all, 1 s and 2 s in between, after
    /// timeouts only.
    fn default() -> Self {
        let second = Duration::from_secs(1);
        let pace =
            Retry::none().with_max_attempts(3).with_waits(second, Duration::MAX).with_jitter(Jitter::None);
        Self { pace, when: is_timeout }
    }
}

impl RetryPolicy {
    /// The reference's policy; see [`Default`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same policy with this many attempts in all, the first one included; zero counts as one.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.pace = self.pace.with_max_attempts(attempts);
        self
    }

    /// The same policy with waits that begin at `first` and double up to `longest`.
    #[must_use]
    pub fn waits(mut self, first: Duration, longest: Duration) -> Self {
        self.pace = self.pace.with_waits(first, longest);
        self
    }

    /// The same policy with waits spread at random below their length, for many callers that fail together.
    #[must_use]
    pub fn jitter(mut self) -> Self {
        self.pace = self.pace.with_jitter(Jitter::Full);
        self
    }

    /// The same policy for the errors that `when` picks; [`Error::is_retryable`] leaves out what may have
    /// run.
    #[must_use]
    pub fn when(mut self, when: fn(&Error) -> bool) -> Self {
        self.when = when;
        self
    }
}

/// Runs `operation` until it succeeds or `policy` gives up.
///
/// # Errors
/// The last attempt's error, as it was.
///
/// # Cancel safety
/// Dropping the future drops the attempt or the wait under way; nothing else is held.
///
/// ```no_run
/// # async fn example(client: &redlane::client::Client) -> Result<(), redlane::error::Error> {
/// use redlane::prelude::*;
/// use redlane::resilience::{RetryPolicy, retry};
///
/// let name = retry(&RetryPolicy::new(), || client.get("name")).await?;
/// # let _ = name; Ok(())
/// # }
/// ```
pub async fn retry<T, A, F>(policy: &RetryPolicy, mut operation: A) -> Result<T, Error>
where
    A: FnMut() -> F,
    F: IntoFuture<Output = Result<T, Error>>,
{
    let judge = |error: &Error| if (policy.when)(error) { Verdict::Retry } else { Verdict::GiveUp };
    redlane_pool::retry::retry(&policy.pace, None, judge, |_| operation().into_future()).await
}

/// Adds [`safe`](Self::safe) to everything that ends in a `Result` with the client's [`Error`].
pub trait Safe<T>: IntoFuture<Output = Result<T, Error>> + Sized {
    /// The value, or `None` after any error, which is logged: the reference's `safe_redis_operation`.
    ///
    /// The log says `Redis connection error`, `Redis operation timeout` or `Redis operation failed: …`, at
    /// level error. A future that is dropped is no error and logs nothing.
    ///
    /// ```no_run
    /// # async fn example(client: &redlane::client::Client) {
    /// use redlane::prelude::*;
    /// use redlane::resilience::Safe;
    ///
    /// let name: Option<Option<String>> = client.get("name").safe().await;
    /// # let _ = name;
    /// # }
    /// ```
    fn safe(self) -> impl Future<Output = Option<T>>;
}

impl<T, F: IntoFuture<Output = Result<T, Error>>> Safe<T> for F {
    async fn safe(self) -> Option<T> {
        match self.await {
            Ok(value) => Some(value),
            Err(error) => {
                log(&error);
                None
            }
        }
    }
}

fn log(error: &Error) {
    let kind = error.kind().name();
    if is_timeout(error) {
        tracing::error!(error.type = kind, "Redis operation timeout");
    } else if is_connection(error) {
        tracing::error!(error.type = kind, "Redis connection error");
    } else {
        tracing::error!(error.type = kind, "Redis operation failed: {error}");
    }
}

/// Whether time ran out, be it for a reply or for a connection.
fn is_timeout(error: &Error) -> bool {
    matches!(error.failure(), Failure::Timeout { .. } | Failure::Connect(ConnectError::Timeout { .. }))
}

/// Whether there was no connection to use. redis-py counts refused credentials, a full pool and `LOADING`
/// among these.
fn is_connection(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Disconnected
            | ErrorKind::Connect
            | ErrorKind::Auth
            | ErrorKind::PoolTimeout
            | ErrorKind::Loading
            | ErrorKind::Closed
            | ErrorKind::RuntimeGone
    )
}

#[cfg(test)]
mod tests;
