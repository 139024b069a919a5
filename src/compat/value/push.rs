//! What a server sends unasked.

use std::fmt;

use super::Value;

/// What a push is about.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PushKind {
    /// The connection is gone; the library says so itself.
    Disconnection,
    /// One that the library does not know.
    Other(String),
    /// A key that the client cached has changed.
    Invalidate,
    /// A message to a channel.
    Message,
    /// A message to a channel that matches a pattern.
    PMessage,
    /// A message to a sharded channel.
    SMessage,
    /// A channel is left.
    Unsubscribe,
    /// A pattern is left.
    PUnsubscribe,
    /// A sharded channel is left.
    SUnsubscribe,
    /// A channel is subscribed.
    Subscribe,
    /// A pattern is subscribed.
    PSubscribe,
    /// A sharded channel is subscribed.
    SSubscribe,
}

impl PushKind {
    pub(crate) fn from_word(word: String) -> Self {
        match word.as_str() {
            "invalidate" => Self::Invalidate,
            "message" => Self::Message,
            "pmessage" => Self::PMessage,
            "smessage" => Self::SMessage,
            "unsubscribe" => Self::Unsubscribe,
            "punsubscribe" => Self::PUnsubscribe,
            "sunsubscribe" => Self::SUnsubscribe,
            "subscribe" => Self::Subscribe,
            "psubscribe" => Self::PSubscribe,
            "ssubscribe" => Self::SSubscribe,
            _ => Self::Other(word),
        }
    }

    /// Whether it answers a command, in place of a reply.
    pub(crate) fn is_answer(&self) -> bool {
        matches!(
            self,
            Self::Subscribe
                | Self::PSubscribe
                | Self::SSubscribe
                | Self::Unsubscribe
                | Self::PUnsubscribe
                | Self::SUnsubscribe
        )
    }
}

impl fmt::Display for PushKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disconnection => "disconnection",
            Self::Other(word) => word,
            Self::Invalidate => "invalidate",
            Self::Message => "message",
            Self::PMessage => "pmessage",
            Self::SMessage => "smessage",
            Self::Unsubscribe => "unsubscribe",
            Self::PUnsubscribe => "punsubscribe",
            Self::SUnsubscribe => "sunsubscribe",
            Self::Subscribe => "subscribe",
            Self::PSubscribe => "psubscribe",
            Self::SSubscribe => "ssubscribe",
        })
    }
}

/// What a server sent unasked.
#[derive(Clone, Debug, PartialEq)]
pub struct PushInfo {
    /// What it is about.
    pub kind: PushKind,
    /// What it says.
    pub data: Vec<Value>,
}

impl PushInfo {
    /// The library's own: the connection is gone.
    pub(crate) fn disconnection() -> Self {
        Self { kind: PushKind::Disconnection, data: Vec::new() }
    }
}
