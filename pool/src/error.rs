//! What went wrong on a link, and whether the server may have run the command.
//!
//! The outcome is decided where the facts are (bytes taken by the kernel, place in the buffer) and only
//! carried from there on; nobody above guesses it again.

use std::fmt;
use std::time::Duration;

use redlane_resp::reply::Replies;
use thiserror::Error;

use crate::transport::ConnectError;

/// Whether a failed command may have been executed by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// No complete command reached the socket: the server cannot have run it.
    NotSent,
    /// It was sent and no reply came back: the server may or may not have run it.
    MaybeExecuted,
    /// The server answered with an error that proves that it did not run it.
    Refused,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "not sent",
            Self::MaybeExecuted => "maybe executed",
            Self::Refused => "refused",
        })
    }
}

/// Why a socket was given up. Each reason is counted in [`LinkStats`](crate::stats::LinkStats).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// The server closed it (FIN).
    Ended,
    /// Reading or writing failed (RST and the like).
    Io,
    /// The server sent bytes that are not RESP.
    Framing,
    /// A reply came that nobody had asked for.
    UnaskedReply,
    /// A frame stayed incomplete for longer than the timeout.
    FrameOverdue,
    /// The server stayed silent and a replacement connection had greeted.
    Silent,
    /// The check of a long idle connection was not answered.
    CheckFailed,
    /// A new connection was asked for, and it had greeted.
    Renewed,
    /// The driver task panicked.
    Panic,
    /// The runtime that drove the connection is gone.
    RuntimeGone,
    /// The client was closed.
    Closed,
}

impl CloseReason {
    /// Every reason, in the order of the counters.
    pub const ALL: [Self; 11] = [
        Self::Ended,
        Self::Io,
        Self::Framing,
        Self::UnaskedReply,
        Self::FrameOverdue,
        Self::Silent,
        Self::CheckFailed,
        Self::Renewed,
        Self::Panic,
        Self::RuntimeGone,
        Self::Closed,
    ];

    /// A short name for metrics: lower case, words joined by `_`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Io => "io",
            Self::Framing => "framing",
            Self::UnaskedReply => "unasked_reply",
            Self::FrameOverdue => "frame_overdue",
            Self::Silent => "silent",
            Self::CheckFailed => "check_failed",
            Self::Renewed => "renewed",
            Self::Panic => "panic",
            Self::RuntimeGone => "runtime_gone",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ended => "closed by the server",
            Self::Io => "broken",
            Self::Framing => "bytes that are not RESP",
            Self::UnaskedReply => "a reply that nobody asked for",
            Self::FrameOverdue => "a reply left incomplete",
            Self::Silent => "silent server",
            Self::CheckFailed => "no answer to the check of an idle connection",
            Self::Renewed => "replaced by a new one",
            Self::Panic => "the driver panicked",
            Self::RuntimeGone => "the runtime that drove it is gone",
            Self::Closed => "closed by the client",
        })
    }
}

/// Why a submission got no complete reply.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The attempt's time is over.
    #[error("no reply within {limit:?}")]
    Timeout {
        /// The limit that was reached.
        limit: Duration,
        /// Whether it had left the buffer by then.
        outcome: Outcome,
        /// The replies of a pipeline that had arrived by then.
        replies: Replies,
    },
    /// The socket was lost while the submission was under way.
    #[error("connection lost: {reason}")]
    Lost {
        /// Why the socket was given up.
        reason: CloseReason,
        /// [`Outcome::MaybeExecuted`] when all its bytes had been taken by the kernel, or some of several commands';
        /// see `written`.
        outcome: Outcome,
        /// How many bytes of this submission the kernel had taken.
        written: usize,
        /// The replies of a pipeline that had arrived before.
        replies: Replies,
    },
    /// There is no connection, and the last attempt to make one failed.
    #[error("not connected")]
    NotConnected {
        /// What the last attempt ended with.
        #[source]
        source: ConnectError,
    },
    /// No room: too many commands or bytes are under way already.
    #[error(
        "no room within {waited:?}: {in_flight} of {in_flight_limit} replies awaited, \
         {queued_bytes} of {queued_bytes_limit} bytes queued, {waiters} waiting"
    )]
    Full {
        /// How long it waited for room.
        waited: Duration,
        /// Replies awaited.
        in_flight: usize,
        /// The limit of replies awaited.
        in_flight_limit: usize,
        /// Bytes queued for writing.
        queued_bytes: usize,
        /// The limit of bytes queued.
        queued_bytes_limit: usize,
        /// Submissions waiting for room.
        waiters: usize,
    },
    /// The link was closed, or its runtime is gone.
    #[error("link ended: {reason}")]
    Closed {
        /// [`CloseReason::Closed`], [`CloseReason::RuntimeGone`] or what ended a link that does not reconnect.
        reason: CloseReason,
    },
}

impl LinkError {
    /// Whether the server may have run the submission.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Timeout { outcome, .. } | Self::Lost { outcome, .. } => *outcome,
            Self::NotConnected { .. } | Self::Full { .. } | Self::Closed { .. } => Outcome::NotSent,
        }
    }
}
