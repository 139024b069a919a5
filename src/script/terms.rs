//! What holds for one call of a script or a function: its bound, and whether it may be repeated.

use std::time::Duration;

use redlane_resp::from_reply::FromReply;

use crate::client::Client;
use crate::commands::command::Command;
use crate::error::Result;

/// The terms of a call.
#[derive(Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) deadline: Option<Duration>,
    /// Running it twice does no harm.
    pub(crate) idempotent: bool,
}

impl Terms {
    /// No bound of its own.
    pub(crate) const fn new(idempotent: bool) -> Self {
        Self { deadline: None, idempotent }
    }

    /// Sends `command` under these terms and reads what it returns.
    pub(crate) async fn send<T: FromReply>(self, client: &Client, command: Command) -> Result<T> {
        let mut pending = client.execute(command);
        if let Some(limit) = self.deadline {
            pending = pending.deadline(limit);
        }
        if self.idempotent {
            pending = pending.idempotent();
        }
        pending.await
    }
}
