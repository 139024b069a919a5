//! What a subscriber hears.

use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;

use crate::error::{CloseReason, Error};

/// One event of a [`Subscription`](super::Subscription).
///
/// `Debug` shows neither names nor payloads.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A message was published.
    Message {
        /// The channel that it was published on.
        channel: Bytes,
        /// The pattern that it came by; absent when the channel itself was subscribed to. A message that comes by both
        /// comes twice, as the server sends it.
        pattern: Option<Bytes>,
        /// What was published.
        payload: Bytes,
    },
    /// What was published from `since` until now may be missing, and cannot be had any more. Everything is subscribed to
    /// again, and from here on messages come without a break.
    Gap {
        /// When the server was last heard before.
        since: SystemTime,
        /// What broke the run.
        reason: GapReason,
    },
    /// So many messages, exactly here in the run, found the buffer full and were dropped.
    Lagged(u64),
}

/// What broke a run of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GapReason {
    /// The connection was lost, and there is another one.
    Reconnected,
    /// The server has ended the subscription by itself, since the slot of a shard's channel moved, and it was renewed.
    Moved,
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message { payload, pattern, .. } => f
                .debug_struct("Message")
                .field("by_pattern", &pattern.is_some())
                .field("payload_len", &payload.len())
                .finish_non_exhaustive(),
            Self::Gap { since, reason } => {
                f.debug_struct("Gap").field("since", since).field("reason", reason).finish()
            }
            Self::Lagged(count) => f.debug_tuple("Lagged").field(count).finish(),
        }
    }
}

/// Why a subscription ended though nobody dropped it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Ended {
    /// The client was closed.
    Closed,
    /// Its buffer was full, and [`OnFull::Disconnect`](super::OnFull::Disconnect) was asked for.
    Overflow,
    /// After a reconnect the server refused one of its channels: the user's rights have changed.
    Refused(Error),
    /// The connection is gone, and nothing is left to make another one.
    Lost(CloseReason),
}

/// What to do with a message that finds a subscriber's buffer full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnFull {
    /// Drop the oldest one in the buffer; the subscriber is told how many it missed.
    #[default]
    DropOldest,
    /// Drop the one that came; the subscriber is told how many it missed.
    DropNewest,
    /// End the subscription once what is in the buffer was read.
    Disconnect,
    /// Read no more from the server until there is room. The subscription gets a connection of its own, since everybody on
    /// it waits; what the server then cannot get rid of piles up there, until it cuts the connection at its
    /// `client-output-buffer-limit`, which is a [`Gap`](Event::Gap).
    Block,
}

/// Figures of the connection that the subscribers of a client share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PubSubStats {
    /// Whether it is connected right now, and not to a server that was silent, was asked, and did not answer. Without
    /// subscribers it need not be.
    pub up: bool,
    /// Subscriptions that live.
    pub subscribers: usize,
    /// Channels and patterns that the server was asked for, or is being told that nobody wants them any more.
    pub topics: usize,
    /// Frames of a kind that Redlane does not know, and ignored.
    pub unknown_frames: u64,
}
