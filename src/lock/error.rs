//! What keeps a lock from being had or kept. No name of a lock is ever in it.

use std::time::Duration;

use crate::error::{Error, Outcome};

/// Why a lock was not acquired, extended or released.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Somebody else held it for as long as we were told to wait. Waiting longer, or trying again, helps.
    #[error("lock is held by somebody else{}", after(*wait))]
    Timeout {
        /// How long that was; zero when it was only tried.
        wait: Duration,
        /// What became of the last question. `MaybeExecuted`: it was not answered in time, so that the lock may have
        /// been won at the last moment; then it is being given back.
        outcome: Outcome,
    },
    /// It was won, but the reply took so long that its time to live was over by then. It is being given back.
    #[error("lock was won too late to be used: the reply took longer than its time to live of {ttl:?}")]
    TooLate {
        /// The time to live that was asked for.
        ttl: Duration,
    },
    /// It is not ours any more: its time was over, or somebody took it away. What it protects may be in other hands.
    #[error("lock is not held any more")]
    NotHeld,
    /// The server has lost the counter of its fencing tokens while it was held: evicted or deleted. It is being given
    /// back.
    #[error("lock has lost its fencing counter: the server may evict keys, or somebody deleted it")]
    FenceLost,
    /// Too few replicas had it in time. It is being given back.
    #[error("lock reached {acked} of {wanted} replicas in time")]
    NotReplicated {
        /// How many had it.
        acked: u32,
        /// How many were asked for.
        wanted: u32,
    },
    /// The server had it not on disk in time. It is being given back.
    #[error("lock was not on the server's disk in time")]
    NotOnDisk,
    /// A lock without a name.
    #[error("lock has no name")]
    Name,
    /// A semaphore that nobody could ever pass.
    #[error("semaphore has no permits")]
    NoPermits,
    /// A time to live that no server can keep: less than a millisecond, or millions of years.
    #[error("lock cannot live for {ttl:?}: from 1ms on, in whole milliseconds")]
    Ttl {
        /// The time to live that was asked for.
        ttl: Duration,
    },
    /// Too many locks are held, waited for, or on their way back.
    #[error("too many locks at once: {limit} are held, waited for or being given back")]
    Overloaded {
        /// How many there may be.
        limit: usize,
    },
    /// The locks of this client were closed.
    #[error("locks of this client are closed")]
    Closed,
    /// The operating system gave no random bytes for a token.
    #[error("no random bytes for the token of a lock")]
    NoToken,
    /// The server could not be asked, or said something else.
    #[error("lock could not be {step}")]
    Failed {
        /// `acquired`, `extended`, `released` or `looked at`.
        step: &'static str,
        /// What failed.
        source: Error,
    },
}

fn after(wait: Duration) -> String {
    if wait.is_zero() { String::new() } else { format!(" and did not come free within {wait:?}") }
}

impl LockError {
    pub(crate) fn failed(step: &'static str) -> impl FnOnce(Error) -> Self {
        move |source| Self::Failed { step, source }
    }

    /// Whether the server may have done what it was asked for. A lock that may have been won is given back in the
    /// background.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Timeout { outcome, .. } => *outcome,
            Self::Failed { source, .. } => source.outcome(),
            Self::TooLate { .. } | Self::FenceLost | Self::NotReplicated { .. } | Self::NotOnDisk => {
                Outcome::MaybeExecuted
            }
            Self::NotHeld => Outcome::Refused,
            Self::Name
            | Self::NoPermits
            | Self::Ttl { .. }
            | Self::Overloaded { .. }
            | Self::Closed
            | Self::NoToken => Outcome::NotSent,
        }
    }

    /// Whether the same call may succeed a little later. Asking for a lock again is always safe.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Timeout { .. }
            | Self::TooLate { .. }
            | Self::NotReplicated { .. }
            | Self::NotOnDisk
            | Self::Overloaded { .. } => true,
            Self::Failed { source, .. } => source.kind().is_transient(),
            _ => false,
        }
    }

    /// Whether the server could be asked and somebody else holds the lock.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Timeout { .. })
    }
}
