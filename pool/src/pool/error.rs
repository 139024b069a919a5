//! Why an acquire gave no connection, with the figures that tell what to change.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use crate::transport::ConnectError;

/// Why no connection was acquired. Nothing was sent in any of these cases.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum AcquireError {
    /// A step took longer than its limit.
    #[error(
        "no {step} within {limit:?} ({size} of {max_connections} connections open, {waiters} callers waiting)"
    )]
    Timeout {
        /// What was waited for.
        step: AcquireStep,
        /// How long.
        limit: Duration,
        /// Connections that counted against the limit.
        size: usize,
        /// The limit.
        max_connections: usize,
        /// Other callers in line.
        waiters: usize,
    },
    /// All connections are in use, and the pool was told not to wait.
    #[error("all {max_connections} connections are in use ({waiters} callers waiting)")]
    Exhausted {
        /// The limit, which is reached.
        max_connections: usize,
        /// Callers in line.
        waiters: usize,
    },
    /// Too many callers wait already.
    #[error("{limit} callers wait for one of {max_connections} connections already")]
    TooManyWaiters {
        /// How many may wait.
        limit: usize,
        /// Connections that they wait for.
        max_connections: usize,
    },
    /// The pool was closed.
    #[error("the pool is closed")]
    Closed,
    /// A connection was to be opened, and could not.
    #[error("no new connection")]
    Connect(#[source] ConnectError),
}

impl AcquireError {
    /// Whether trying again, unchanged, can help: not when the pool is closed or the server refuses.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            AcquireError::Closed => false,
            AcquireError::Connect(error) => error.is_transient(),
            _ => true,
        }
    }
}

/// A step on the way to a lease, each with a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AcquireStep {
    /// Waiting in line.
    Wait,
    /// Opening a connection.
    Connect,
    /// Cleaning or checking one that was used before.
    Recycle,
}

impl fmt::Display for AcquireStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AcquireStep::Wait => "free connection",
            AcquireStep::Connect => "new connection",
            AcquireStep::Recycle => "answer from a used connection",
        })
    }
}
