//! Subscriptions in RESP3, where pushes answer them.
//!
//! The server answers once for each channel, or once with an error for all of them; so each channel is a command of its
//! own here, and each command has one answer.

use std::time::Duration;

use redlane_resp::command::Command as Wire;
use redlane_resp::reply::Reply;
use redlane_resp::to_args::ToRedisArgs;

use super::MultiplexedConnection;
use super::call::within;
use super::payload::{Subscription, is_subscription};
use super::shared::Kind;
use crate::compat::cmd::{Arg, Cmd};
use crate::compat::error::{RedisError, RedisResult};
use crate::compat::from_redis_value::server_error;
use crate::compat::pipeline::Pipeline;

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
        let replies = self.ask(&[self.split(name, what.to_redis_args())], self.response_timeout).await?;
        match replies.iter().flatten().find_map(server_error) {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// A subscription that came as a command: the first answer is its reply.
    pub(super) async fn subscribe_raw(&self, command: &Cmd) -> RedisResult<Reply> {
        let replies = self.ask(&[self.split_command(command)], self.response_timeout).await?;
        first_of(replies.into_iter().next().unwrap_or_default())
    }

    /// A pipeline with subscriptions in it: of each the first answer is its reply.
    pub(super) async fn pipeline_with_subscriptions(
        &self,
        pipeline: &Pipeline,
        limit: Option<Duration>,
    ) -> RedisResult<Vec<Reply>> {
        let parts: Vec<Split> = pipeline.cmd_iter().map(|command| self.split_command(command)).collect();
        self.ask(&parts, limit).await?.into_iter().map(first_of).collect()
    }

    fn split_command(&self, command: &Cmd) -> Split {
        if !is_subscription(command) {
            return Split { change: None, channels: Vec::new(), wires: vec![command.wire().clone()] };
        }
        let words = command.args_iter().skip(1).filter_map(|arg| match arg {
            Arg::Simple(bytes) => Some(bytes.to_vec()),
            Arg::Cursor => None,
        });
        self.split(command.facts().name, words.collect())
    }

    /// One command for each channel. Leaving all is leaving each of those that are subscribed.
    fn split(&self, name: &'static str, mut channels: Vec<Vec<u8>>) -> Split {
        let change = CHANGES.iter().find(|change| change.name == name);
        if let Some(change) = change.filter(|change| change.leaves)
            && channels.is_empty()
        {
            let subscribed = self.shared.subscribed();
            let mine = subscribed.iter().filter(|(kind, _)| *kind == change.kind);
            channels = mine.map(|(_, channel)| channel.clone()).collect();
        }
        let wires = match channels.is_empty() {
            true => vec![Wire::new(name)],
            false => channels.iter().map(|channel| Wire::new(name).arg(channel)).collect(),
        };
        Split { change, channels, wires }
    }

    /// Sends all parts in one write and gives the answers to each.
    async fn ask(&self, parts: &[Split], limit: Option<Duration>) -> RedisResult<Vec<Vec<Reply>>> {
        let payload = Subscription(parts.iter().flat_map(|part| part.wires.iter().cloned()).collect());
        let replies = within(&self.shared, &payload, limit).await.map_err(RedisError::from_link)?;
        let mut replies = replies.into_iter();
        let mut answers = Vec::with_capacity(parts.len());
        for part in parts {
            let answer: Vec<Reply> = replies.by_ref().take(part.wires.len()).collect();
            self.note(part, &answer);
            answers.push(answer);
        }
        Ok(answers)
    }

    /// Notes what is subscribed from now on.
    fn note(&self, part: &Split, answers: &[Reply]) {
        let Some(change) = part.change else { return };
        let mut subscribed = self.shared.subscribed();
        for (channel, _) in part.channels.iter().zip(answers).filter(|(_, reply)| !reply.is_error()) {
            let entry = (change.kind, channel.clone());
            if change.leaves {
                subscribed.remove(&entry);
            } else {
                subscribed.insert(entry);
            }
        }
    }
}

/// A command as several, each of which has one answer.
struct Split {
    change: Option<&'static Change>,
    channels: Vec<Vec<u8>>,
    wires: Vec<Wire>,
}

fn first_of(answers: Vec<Reply>) -> RedisResult<Reply> {
    answers.into_iter().next().ok_or_else(RedisError::closed)
}
