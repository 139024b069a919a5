//! One submission to a link: what was sent, what came back, and how far it got when it was cut.
//!
//! Nothing is decided here; whether there is another attempt is the business of `client/execute.rs`.

use std::time::Duration;

use redlane_pool::error::{LinkError, Outcome};
use redlane_pool::link::Link;
use redlane_pool::payload::Payload;
use redlane_resp::error::ServerError;
use redlane_resp::reply::{Replies, Reply};
use tokio::time::{Instant, timeout_at};

use crate::commands::command::Command;
use crate::error::{Error, Failure, Result};

/// A submission that was not answered whole.
#[derive(Debug)]
pub(crate) struct Cut {
    pub(crate) error: Error,
    /// How many of its bytes may have reached the server.
    pub(crate) written: usize,
    /// The replies that came before.
    pub(crate) replies: Replies,
}

impl Cut {
    /// All of the submission shares the fate that the error tells, but for what was answered.
    #[cold]
    fn all<P: Payload>(error: Error, payload: &P, replies: Replies) -> Self {
        let sent = error.outcome() == Outcome::MaybeExecuted;
        let written = if sent { payload.encoded_len() } else { 0 };
        Self { error, written, replies }
    }
}

/// Sends a command and gives its one reply.
pub(crate) async fn command(
    link: &Link,
    command: &Command,
    until: Option<Instant>,
    shown: Duration,
) -> Result<Reply> {
    match submit(link, command.wire(), until, shown).await {
        Ok(replies) => replies.into_single().ok_or_else(no_reply),
        Err(cut) => Err(cut.error),
    }
}

/// What a link never does: say that it is done without the reply.
#[cold]
fn no_reply() -> Error {
    Error::server(ServerError::from_line(b"ERR no reply"), true)
}

/// Sends `payload`, bounded by `until` besides the link's own timeout; `shown` is the limit that an error names.
pub(crate) async fn submit<P: Payload + Sync>(
    link: &Link,
    payload: &P,
    until: Option<Instant>,
    shown: Duration,
) -> Result<Replies, Cut> {
    let mut call = link.call(payload);
    let result = match until {
        None => (&mut call).await,
        Some(until) => match timeout_at(until, &mut call).await {
            Ok(result) => result,
            Err(_) => {
                let (outcome, replies) = call.give_up();
                let error = match link.last_failure() {
                    Some(failure) if outcome == Outcome::NotSent => Error::connect(failure),
                    _ => Error::new(Failure::Timeout { limit: shown }, outcome),
                };
                return Err(Cut::all(error, payload, replies));
            }
        },
    };
    result.map_err(|error| match error {
        LinkError::Lost { reason, outcome, written, replies } => {
            Cut { error: Error::new(Failure::Disconnected { reason }, outcome), written, replies }
        }
        LinkError::Timeout { limit, outcome, replies } => {
            Cut::all(Error::new(Failure::Timeout { limit }, outcome), payload, replies)
        }
        error => Cut::all(Error::link(error), payload, Replies::default()),
    })
}
