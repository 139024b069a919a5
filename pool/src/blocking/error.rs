//! Why a blocking connection brought no reply, and whether the server may have run the command.

use std::io;
use std::time::Duration;

use redlane_resp::error::FramingError;
use redlane_resp::reply::Replies;
use thiserror::Error;

use crate::error::{CloseReason, Outcome};

/// Why a request got no complete reply.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BlockingError {
    /// The server did not take the bytes in time. If it took some of them, the connection is closed.
    #[error("no room to write within {}", Limit(limit))]
    Unwritten {
        /// The write timeout; `None` when the system had one of its own.
        limit: Option<Duration>,
        /// Whether a whole command was taken.
        outcome: Outcome,
        /// How many bytes were taken.
        written: usize,
        /// What the system said.
        source: io::Error,
    },
    /// No reply came in time. The connection goes on: what comes late is dropped.
    #[error("no reply within {}", Limit(limit))]
    Unanswered {
        /// The read timeout; `None` when the system had one of its own.
        limit: Option<Duration>,
        /// The replies of a pipeline that had arrived by then.
        replies: Replies,
        /// What the system said.
        source: io::Error,
    },
    /// The socket broke, or the server closed it.
    #[error("connection lost: {reason}")]
    Lost {
        /// [`CloseReason::Ended`] or [`CloseReason::Io`].
        reason: CloseReason,
        /// Whether a whole command had been taken by the kernel.
        outcome: Outcome,
        /// How many bytes the kernel had taken when writing failed; 0 when reading did.
        written: usize,
        /// The replies of a pipeline that had arrived before.
        replies: Replies,
        /// What the system said.
        source: io::Error,
    },
    /// The server sent bytes that are not RESP. The connection is closed.
    #[error("malformed reply")]
    Malformed {
        /// Whether the request had been sent when they came.
        outcome: Outcome,
        /// The replies of a pipeline that had arrived before.
        replies: Replies,
        /// What is wrong with them.
        source: FramingError,
    },
    /// The connection had been given up before.
    #[error("connection ended: {reason}")]
    Closed {
        /// Why.
        reason: CloseReason,
    },
}

impl BlockingError {
    /// Whether the server may have run the command.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Unwritten { outcome, .. }
            | Self::Lost { outcome, .. }
            | Self::Malformed { outcome, .. } => *outcome,
            Self::Unanswered { .. } => Outcome::MaybeExecuted,
            Self::Closed { .. } => Outcome::NotSent,
        }
    }

    /// Whether only the time was over.
    #[must_use]
    pub const fn is_timeout(&self) -> bool {
        matches!(self, Self::Unwritten { .. } | Self::Unanswered { .. })
    }
}

/// A limit as people read it.
struct Limit<'a>(&'a Option<Duration>);

impl std::fmt::Display for Limit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(limit) => write!(f, "{limit:?}"),
            None => f.write_str("the system's limit"),
        }
    }
}
