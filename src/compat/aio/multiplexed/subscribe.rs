//! Subscriptions in RESP3, where pushes answer them.
//!
//! The server answers once for each channel, or once with an error for all of them; so each channel is a command of its
//! own here, and each command has one answer.

use redlane_resp::command::Command as Wire;
use redlane_resp::reply::Reply;
use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

use super::MultiplexedConnection;
use super::call::{first_reply, within};
use super::payload::Subscription;
use super::shared::Kind;
use crate::compat::cmd::{Arg, Cmd};
use crate::compat::error::{RedisError, RedisResult};
use crate::compat::from_redis_value::server_error;

/// Subscribe or leave, and what.
struct Change {
    name: &'static str,
    kind: Kind,
    leaves: bool,
}

const CHANGES: [Change; 6] = [
    Change { name: "SUBSCRIBE", kind: Kind::Channel, leaves: false },
    Change { name: "UNSUBSCRIBE", kind: Kind::Channel, leaves: true },
    Change { name: "PSUBSCRIBE", kind: Kind::Pattern, leaves: false },
    Change { name: "PUNSUBSCRIBE", kind: Kind::Pattern, leaves: true },
    Change { name: "SSUBSCRIBE", kind: Kind::Sharded, leaves: false },
    Change { name: "SUNSUBSCRIBE", kind: Kind::Sharded, leaves: true },
];

const RESP3_ONLY: &str = "RESP3 is required for this command";

impl MultiplexedConnection {
    /// Subscribes to channels; their messages go to the push sender. RESP3 only.
    ///
    /// # Errors
    /// `InvalidClientConfig` in RESP2; the server's error; or that of the connection.
    pub async fn subscribe(&mut self, channel_name: impl ToRedisArgs) -> RedisResult<()> {
        self.change("SUBSCRIBE", channel_name).await
    }

    /// Leaves channels, or all of them when none is named. RESP3 only.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn unsubscribe(&mut self, channel_name: impl ToRedisArgs) -> RedisResult<()> {
        self.change("UNSUBSCRIBE", channel_name).await
    }

    /// Subscribes to all channels that match patterns. RESP3 only.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn psubscribe(&mut self, channel_pattern: impl ToRedisArgs) -> RedisResult<()> {
        self.change("PSUBSCRIBE", channel_pattern).await
    }

    /// Leaves patterns, or all of them when none is named. RESP3 only.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn punsubscribe(&mut self, channel_pattern: impl ToRedisArgs) -> RedisResult<()> {
        self.change("PUNSUBSCRIBE", channel_pattern).await
    }

    async fn change(&self, name: &'static str, what: impl ToRedisArgs) -> RedisResult<()> {
        self.shared.protocol.require_resp3(RESP3_ONLY)?;
        let _permit = self.shared.permit(1).await?;
        let replies = self.answers(name, what.to_redis_args()).await?;
        match replies.iter().find_map(server_error) {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// A subscription that came as a command: the first answer is its reply.
    pub(super) async fn subscribe_raw(&self, command: &Cmd) -> RedisResult<Reply> {
        let words = command.args_iter().skip(1).filter_map(|arg| match arg {
            Arg::Simple(bytes) => Some(bytes.to_vec()),
            Arg::Cursor => None,
        });
        let words = words.collect();
        let replies = self.answers(command.facts().name, words).await?;
        let mut all = redlane_resp::reply::Replies::default();
        for reply in replies {
            all.push_block(reply.into_bytes(), 1);
        }
        Ok(first_reply(all))
    }

    /// Sends one command for each channel and gives the answer to each.
    async fn answers(&self, name: &'static str, mut named: Vec<Vec<u8>>) -> RedisResult<Vec<Reply>> {
        let change = CHANGES.iter().find(|change| change.name == name);
        if let Some(change) = change.filter(|change| change.leaves)
            && named.is_empty()
        {
            let subscribed = self.shared.subscribed();
            let mine = subscribed.iter().filter(|(kind, _)| *kind == change.kind);
            named = mine.map(|(_, channel)| channel.clone()).collect();
        }
        let each = |channel: &Vec<u8>| {
            let mut command = Wire::new(name);
            command.write_arg(channel);
            command
        };
        let commands = match named.is_empty() {
            true => vec![Wire::new(name)],
            false => named.iter().map(each).collect(),
        };
        let payload = Subscription(commands);
        let replies = within(&self.shared, &payload, self.response_timeout).await;
        let replies: Vec<Reply> = replies.map_err(RedisError::from_link)?.into_iter().collect();
        if let Some(change) = change {
            let mut subscribed = self.shared.subscribed();
            for (channel, reply) in named.into_iter().zip(&replies) {
                match (reply.is_error(), change.leaves) {
                    (true, _) => {}
                    (false, true) => drop(subscribed.remove(&(change.kind, channel))),
                    (false, false) => drop(subscribed.insert((change.kind, channel))),
                }
            }
        }
        Ok(replies)
    }
}
