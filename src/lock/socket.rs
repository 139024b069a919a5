//! Over which socket a question went: an answer over the same one proves that the question was executed before, and one
//! over another proves nothing.

use crate::client::Client;

/// The socket that a question went over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Socket {
    /// Of the shared connection, by its number.
    Shared(u32),
    /// One of the pool's, which nobody else speaks over.
    Own,
}

impl Socket {
    /// Over which commands travel now.
    pub(crate) fn now(client: &Client) -> Self {
        Self::Shared(client.router().link().epoch())
    }

    /// Whether an answer over the socket of now proves that a question over this one was executed before, or never
    /// will be.
    pub(crate) fn is_settled(self, client: &Client) -> bool {
        self == Self::now(client)
    }
}
