//! When to try again, and how long to wait before: policy, backoff, budget and the loop over them.
//!
//! Whether a failure *may* be tried again is decided by the caller, who knows the outcome and the command; here is only
//! the pace. Waits are random from the very first one, so that a thousand clients that failed together do not come back
//! together. How a link paces its dials is a rule of its own, in `retry/reconnect.rs`.

mod budget;
mod reconnect;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::{Instant, sleep};

pub use self::budget::Budget;
pub use self::reconnect::{ReconnectDelay, Setback};

/// An attempt that has less time than this left is not begun: it could only fail.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(1);

/// How often, how fast and out of which budget a failed call is tried again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Retry {
    /// Attempts in all, the first one included; default 4. Zero counts as one.
    pub max_attempts: u32,
    /// The bound of the first wait, doubled for each further one; default 10 ms.
    pub base: Duration,
    /// The bound that no wait exceeds; default 1 s.
    pub cap: Duration,
    /// How waits are spread below their bound; default [`Jitter::Full`].
    pub jitter: Jitter,
    /// What the retries of all calls to one server are paid from; `None`, the default, is no such bound.
    pub budget: Option<Arc<Budget>>,
}

impl Default for Retry {
    fn default() -> Self {
        Retry {
            max_attempts: 4,
            base: Duration::from_millis(10),
            cap: Duration::from_secs(1),
            jitter: Jitter::Full,
            budget: None,
        }
    }
}

impl Retry {
    /// One attempt, no retries.
    #[must_use]
    pub fn none() -> Self {
        Retry { max_attempts: 1, ..Retry::default() }
    }

    /// The same policy with this many attempts in all.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The same policy with waits from `base` doubling up to `cap`.
    #[must_use]
    pub fn with_waits(mut self, base: Duration, cap: Duration) -> Self {
        (self.base, self.cap) = (base, cap);
        self
    }

    /// The same policy with waits spread by `jitter`.
    #[must_use]
    pub fn with_jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// The same policy paid from `budget`.
    #[must_use]
    pub fn with_budget(mut self, budget: Arc<Budget>) -> Self {
        self.budget = Some(budget);
        self
    }

    /// The waits between the attempts of one call.
    #[must_use]
    pub fn backoff(&self) -> Backoff {
        self.backoff_from(Rng::new())
    }

    /// [`backoff`](Self::backoff) with a given source of randomness, for tests and replays.
    #[must_use]
    pub fn backoff_from(&self, rng: Rng) -> Backoff {
        Backoff {
            retries_left: self.max_attempts.saturating_sub(1),
            bound: self.base.min(self.cap),
            cap: self.cap,
            jitter: self.jitter,
            rng,
        }
    }
}

/// How a wait is spread below its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Jitter {
    /// Anywhere between nothing and the bound.
    Full,
    /// Half the bound, and anywhere up to all of it: for a server that is busy, where a wait must not collapse to zero.
    Equal,
    /// The bound itself.
    None,
}

impl Jitter {
    /// A wait below `bound`.
    pub fn spread(self, bound: Duration, rng: &mut Rng) -> Duration {
        match self {
            Jitter::Full => between(Duration::ZERO, bound, rng),
            Jitter::Equal => between(bound.checked_div(2).unwrap_or(bound), bound, rng),
            Jitter::None => bound,
        }
    }
}

/// A duration between `low` and `high`, both included, to the microsecond.
fn between(low: Duration, high: Duration, rng: &mut Rng) -> Duration {
    let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(rng.u64(micros(low)..=micros(high).max(micros(low))))
}

/// The waits between the attempts of one call; ends when no attempt is left.
#[derive(Clone, Debug)]
pub struct Backoff {
    retries_left: u32,
    bound: Duration,
    cap: Duration,
    jitter: Jitter,
    rng: Rng,
}

impl Backoff {
    /// The next wait, spread by `jitter` instead of the policy's own.
    pub fn next_with(&mut self, jitter: Jitter) -> Option<Duration> {
        self.retries_left = self.retries_left.checked_sub(1)?;
        let wait = jitter.spread(self.bound, &mut self.rng);
        self.bound = self.bound.saturating_mul(2).min(self.cap);
        Some(wait)
    }
}

impl Iterator for Backoff {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.next_with(self.jitter)
    }
}

/// What to do about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Return the error.
    GiveUp,
    /// Try again after the policy's wait.
    Retry,
    /// Try again after a wait of this spread.
    RetryWith(Jitter),
}

/// Runs `attempt` until it succeeds, `judge` gives up, or attempts, budget or time are used up; then its last error.
///
/// `attempt` is told its number, from 0. The `deadline` is not imposed on an attempt, which must end by itself in time:
/// it only keeps another one from being begun when the wait before it would not leave a millisecond for it.
///
/// # Errors
/// The last attempt's error, as it was.
///
/// # Cancel safety
/// Dropping the future drops the attempt or the wait under way; nothing else is held.
pub async fn retry<T, E, A, F, J>(
    policy: &Retry,
    deadline: Option<Instant>,
    mut judge: J,
    mut attempt: A,
) -> Result<T, E>
where
    A: FnMut(u32) -> F,
    F: Future<Output = Result<T, E>>,
    J: FnMut(&E) -> Verdict,
{
    let mut backoff = None;
    let mut number: u32 = 0;
    loop {
        let error = match attempt(number).await {
            Ok(value) => {
                policy.budget.iter().for_each(|budget| budget.earn());
                return Ok(value);
            }
            Err(error) => error,
        };
        let jitter = match judge(&error) {
            Verdict::GiveUp => return Err(error),
            Verdict::Retry => policy.jitter,
            Verdict::RetryWith(jitter) => jitter,
        };
        let Some(wait) = backoff.get_or_insert_with(|| policy.backoff()).next_with(jitter) else {
            return Err(error);
        };
        let in_time = deadline.is_none_or(|deadline| {
            deadline.saturating_duration_since(Instant::now()) >= wait.saturating_add(SHORTEST_ATTEMPT)
        });
        // The budget comes last, so that only retries that do happen are paid for.
        if !in_time || !policy.budget.as_ref().is_none_or(|budget| budget.try_spend()) {
            return Err(error);
        }
        sleep(wait).await;
        number = number.saturating_add(1);
    }
}

#[cfg(test)]
mod tests;
