//! Rate limiters that all processes share: so many in a period, decided by the server in one round trip.
//!
//! [`Client::rate_limiter`] spreads what it allows evenly and lets bursts of a set size through (GCRA, a bucket that
//! fills again drop by drop); [`Client::window_limiter`] counts in windows, and lets twice the limit through where two of
//! them meet.
//!
//! **What it does not promise.**
//!
//! - *An exact count when replies are lost.* A call without an answer may have been counted: it is not repeated, since each
//!   run counts, and the error says [`MaybeExecuted`](crate::error::Outcome::MaybeExecuted). So it errs on the side of
//!   letting too few through.
//! - *Anything once the server has lost its data.* A restart without data, an eviction, a failover to a replica that lags:
//!   what was counted is forgotten, and up to one burst, or one window, more is allowed.
//! - *Time of one's own.* The clock is the server's, so that those of callers do not matter and cannot be used to get more;
//!   one that is set forward refills the bucket by so much, and one that is set back keeps it empty for so long. A failover
//!   changes to the clock of another machine. Windows end by their time to live, which only a jump forward shortens.
//! - *Order, or a place.* A refusal says how long to wait if nobody else comes; somebody may. Those who wait for their turn
//!   need a [semaphore](crate::lock::Semaphore) or a queue.
//! - *An answer while the server is away.* Whether calls pass then is the caller's to decide: an error is no verdict.
//!
//! All who use a name should give it the same limit and period, for each is held to his own.

mod verdict;

use std::fmt;
use std::time::Duration;

use redlane_resp::slot::companion;

pub use self::verdict::{LimiterError, Verdict};

use crate::client::Client;
use crate::script::{Script, ScriptCall};

/// Not idempotent: each run counts.
static GCRA: Script = Script::new(include_str!("limiter/gcra.lua"));
static WINDOW: Script = Script::new(include_str!("limiter/window.lua"));

/// What a limiter's name is put after.
pub const PREFIX: &str = "limit:";

/// Numbers up to here are exact in a script.
const EXACT: u64 = 1 << 53;

impl Client {
    /// Allows `limit` in each `period`, evenly spread, with bursts of up to `limit`, on the key `limit:{name}`. See
    /// [`RateLimiter`].
    pub fn rate_limiter(&self, name: impl AsRef<str>, limit: u64, period: Duration) -> RateLimiter {
        let key = format!("{PREFIX}{}", name.as_ref()).into_bytes();
        self.limiter(name.as_ref(), key, Method::Gcra { burst: limit }, limit, period)
    }

    /// Allows `limit` in each window of `period`, which begins with its first call, on the key `{limit:{name}}:w`. See
    /// [`RateLimiter`].
    pub fn window_limiter(&self, name: impl AsRef<str>, limit: u64, period: Duration) -> RateLimiter {
        let key = companion(format!("{PREFIX}{}", name.as_ref()).as_bytes(), "w");
        self.limiter(name.as_ref(), key, Method::Window, limit, period)
    }

    fn limiter(&self, name: &str, key: Vec<u8>, method: Method, limit: u64, period: Duration) -> RateLimiter {
        RateLimiter { client: self.clone(), named: !name.is_empty(), key, method, limit, period }
    }
}

#[derive(Clone, Copy, Debug)]
enum Method {
    Gcra { burst: u64 },
    Window,
}

/// A rate limiter. Nothing is asked of the server before [`check`](Self::check). Clones are cheap.
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn example(client: &redlane::client::Client) -> Result<(), redlane::limiter::LimiterError> {
/// let logins = client.rate_limiter("login:42", 10, Duration::from_secs(60)).burst(3);
/// let verdict = logins.check().await?;
/// if !verdict.allowed {
///     println!("again in {:?}", verdict.retry_after);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a limiter is asked by `check` or `take`"]
pub struct RateLimiter {
    client: Client,
    named: bool,
    key: Vec<u8>,
    method: Method,
    limit: u64,
    period: Duration,
}

impl RateLimiter {
    /// Lets so many through at once, after a time without any; as many as the limit unless set. A limiter that counts in
    /// windows has no bursts.
    pub fn burst(mut self, burst: u64) -> Self {
        if let Method::Gcra { burst: old } = &mut self.method {
            *old = burst;
        }
        self
    }

    /// Asks for one.
    ///
    /// # Errors
    /// [`LimiterError`]. A refusal is no error but a [`Verdict`].
    ///
    /// # Cancel safety
    /// Dropped before it was sent, nothing is counted; dropped later, it is.
    pub async fn check(&self) -> Result<Verdict, LimiterError> {
        self.take(1).await
    }

    /// Asks for `cost` at once: all of them or none.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    ///
    /// # Cancel safety
    /// As [`check`](Self::check).
    pub async fn take(&self, cost: u64) -> Result<Verdict, LimiterError> {
        let answer: [i64; 4] = self.call(cost)?.call(&self.client).await?;
        Verdict::of(answer)
    }

    /// How things stand, without taking anything. It is allowed, but where others with a larger limit have taken more than
    /// this one has.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub async fn peek(&self) -> Result<Verdict, LimiterError> {
        self.take(0).await
    }

    fn call(&self, cost: u64) -> Result<ScriptCall<'static>, LimiterError> {
        if !self.named {
            return Err(LimiterError::Name);
        }
        let refused = || LimiterError::Rate { limit: self.limit, period: self.period };
        let micros = u64::try_from(self.period.as_micros()).ok().filter(|micros| *micros < EXACT);
        let micros = micros.ok_or_else(refused)?;
        if self.limit == 0 || self.limit >= EXACT || cost >= EXACT {
            return Err(refused());
        }
        match self.method {
            Method::Gcra { burst } => {
                // The bucket as a whole must fit into exact numbers beside the time, which takes 51 bits of them.
                let whole = u128::from(micros).checked_mul(u128::from(burst.max(cost)));
                let whole = whole.and_then(|whole| whole.checked_div(u128::from(self.limit)));
                if burst == 0
                    || whole.is_none_or(|whole| whole >= u128::from(EXACT >> 1))
                    || micros < self.limit
                {
                    return Err(refused());
                }
                #[expect(clippy::cast_precision_loss, reason = "both are below 2^53")]
                let emit = micros as f64 / self.limit as f64;
                Ok(GCRA.key(&self.key).arg(emit).arg(burst).arg(cost))
            }
            Method::Window => {
                let millis = u64::try_from(self.period.as_millis()).ok().filter(|millis| *millis > 0);
                let millis = millis.ok_or_else(refused)?;
                Ok(WINDOW.key(&self.key).arg(self.limit).arg(millis).arg(cost))
            }
        }
    }
}

/// Without the name.
impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimiter")
            .field("method", &self.method)
            .field("limit", &self.limit)
            .field("period", &self.period)
            .finish_non_exhaustive()
    }
}
