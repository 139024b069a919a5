//! Makes a subscriber's connection one for commands again: all subscriptions are ended, and everything that was on its way
//! is read.
//!
//! It may fail in the middle, for want of time. What was said is not said again then: the next command reads on, until the
//! last answer.

use super::Connection;
use crate::compat::cmd::cmd;
use crate::compat::error::{RedisResult, ServerError};
use crate::compat::subscriptions::{Change, Kind};
use crate::compat::value::Value;

/// How far a connection is from having no subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has none.
    #[default]
    Clear,
    /// It may have some.
    Subscribed,
    /// Their end was asked for, and so much of it is answered.
    Leaving { channels: bool, patterns: bool },
}

impl Connection {
    /// Ends all subscriptions. After an error the next command goes on with it.
    pub(crate) fn end_subscriptions(&mut self) -> RedisResult<()> {
        if self.standing == Standing::Clear {
            self.standing = Standing::Subscribed;
        }
        self.leave_subscriptions()
    }

    /// Before a command: ends what a [`PubSub`](crate::compat::PubSub) could not.
    ///
    /// Both kinds are ended before an answer is read: the number of subscriptions left counts both, so it is zero at the
    /// very last answer.
    pub(crate) fn leave_subscriptions(&mut self) -> RedisResult<()> {
        let (mut channels, mut patterns) = match self.standing {
            Standing::Clear => return Ok(()),
            Standing::Leaving { channels, patterns } => (channels, patterns),
            Standing::Subscribed => {
                let mut both = cmd("UNSUBSCRIBE").get_packed_command();
                cmd("PUNSUBSCRIBE").write_packed_command(&mut both);
                self.send_packed_command(&both)?;
                (false, false)
            }
        };
        loop {
            self.standing = Standing::Leaving { channels, patterns };
            let value = self.recv_next()?;
            // Messages, answers to what was said before, a late PONG: they came first, and nobody waits for them.
            let (kind, left) = match (&value, Change::of(&value)) {
                (_, Some(Change { kind, on: false, left, .. })) => (kind, left),
                (Value::ServerError(error), _) => match ended_without(error) {
                    Some(kind) => (kind, 0),
                    None => return value.extract_error().map(drop),
                },
                _ => continue,
            };
            channels |= kind == Kind::Channel;
            patterns |= kind == Kind::Pattern;
            if channels && patterns && left == 0 {
                self.standing = Standing::Clear;
                return Ok(());
            }
        }
    }
}

/// Which subscriptions there were none of: what newer servers answer with an error.
fn ended_without(error: &ServerError) -> Option<Kind> {
    let details = error.details().filter(|_| error.code() == "NOSUB")?;
    if details.starts_with("'unsub") {
        Some(Kind::Channel)
    } else if details.starts_with("'punsub") {
        Some(Kind::Pattern)
    } else {
        None
    }
}
