//! What a limiter says, and why it cannot.

use std::time::Duration;

use redlane_resp::error::ConversionError;

use crate::error::{Error, Outcome};

/// What a limiter says to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// Whether it may go on, and was counted.
    pub allowed: bool,
    /// How many more are allowed right now.
    pub remaining: u64,
    /// How long to wait before the same call can be allowed, if nobody else comes; zero when it is. `None`: never, for
    /// it asks for more than is ever allowed at once.
    pub retry_after: Option<Duration>,
    /// How long it takes until everything is allowed again, if nobody else comes.
    pub reset_after: Duration,
}

impl Verdict {
    pub(super) fn of([allowed, remaining, retry, reset]: [i64; 4]) -> Result<Self, LimiterError> {
        let number = |number: i64| {
            u64::try_from(number)
                .map_err(|_| Error::from(ConversionError::other("not an answer of the limiter's script")))
        };
        Ok(Self {
            allowed: allowed == 1,
            remaining: number(remaining)?,
            retry_after: u64::try_from(retry).ok().map(Duration::from_micros),
            reset_after: Duration::from_micros(number(reset)?),
        })
    }
}

/// Why a limiter says nothing.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LimiterError {
    /// A limiter without a name.
    #[error("rate limiter has no name")]
    Name,
    /// A rate that cannot be kept: none at all, more than one in a microsecond, or numbers beyond 2^53.
    #[error("rate limiter cannot keep {limit} in {period:?}")]
    Rate {
        /// As it was given.
        limit: u64,
        /// As it was given.
        period: Duration,
    },
    /// The server could not be asked, or said something else.
    #[error("rate limiter could not be asked")]
    Failed {
        /// What failed.
        #[from]
        source: Error,
    },
}

impl LimiterError {
    /// Whether the call may have been counted.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Failed { source } => source.outcome(),
            Self::Name | Self::Rate { .. } => Outcome::NotSent,
        }
    }
}
