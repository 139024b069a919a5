//! Decides how a command travels, and sends it.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use redlane_pool::link::Call;
use redlane_pool::payload::Payload;
use redlane_resp::reply::{Replies, Reply};

use super::payload::{Batch, is_subscription};
use super::{MultiplexedConnection, Shared};
use crate::commands::facts::{Blocks, Facts, Lane};
use crate::compat::aio::cache::{Cache, Looked};
use crate::compat::aio::reply_future::{Answer, ReplyFuture};
use crate::compat::cmd::{Arg, Cmd};
use crate::compat::error::{RedisError, RedisResult};
use crate::compat::pipeline::{Pipeline, collect_replies};
use crate::compat::value::{Value, read_reply};

/// How a command travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Like most.
    Plain,
    /// It blocks, so it takes a connection of its own if it can.
    Blocking,
    /// It waits for what this very connection has written.
    Waiting,
    /// It changes the state of the socket.
    Changing,
    /// Pushes answer it.
    Subscribing,
}

impl MultiplexedConnection {
    /// Sends one command. The frequent case is one future without a box.
    #[inline]
    pub(super) fn run<'a>(&'a self, command: &'a Cmd) -> ReplyFuture<'a> {
        let facts = command.facts();
        let plain = matches!(facts.lane, Lane::Shared) && matches!(facts.blocks, Blocks::Never);
        if plain && self.shared.is_plain() && !command.is_no_response() && !command.is_empty() {
            return ReplyFuture::call(within(&self.shared, command.wire(), self.response_timeout));
        }
        ReplyFuture::boxed(Box::pin(self.run_slowly(command, facts)))
    }

    #[cold]
    async fn run_slowly(&self, command: &Cmd, facts: &'static Facts) -> RedisResult<Answer> {
        if command.is_empty() {
            return Err(RedisError::empty_command());
        }
        let _permit = self.shared.permit(1).await?;
        if command.is_no_response() {
            self.send_only(command).await;
            return Ok(Answer::Value(Value::Nil));
        }
        let limit = match way_of(command, facts) {
            Way::Plain => match &self.shared.cache {
                Some(cache) => return self.run_cached(command, cache).await.map(Answer::Reply),
                None => self.response_timeout,
            },
            Way::Waiting => None,
            Way::Changing => {
                self.shared.change();
                self.response_timeout
            }
            Way::Subscribing => {
                // In RESP2 the connection is a subscriber's from here on.
                if !self.shared.protocol.supports_resp3() {
                    self.shared.change();
                }
                return self.subscribe_raw(command).await.map(Answer::Reply);
            }
            Way::Blocking => match self.shared.side() {
                Some(side) => return side.run(command.wire()).await.map(Answer::Reply),
                None => None,
            },
        };
        let replies = within(&self.shared, command.wire(), limit).await.map_err(RedisError::from_link)?;
        replies.into_single().map(Answer::Reply).ok_or_else(RedisError::closed)
    }

    /// Answers from the cache, or asks the server and keeps the answer.
    async fn run_cached(&self, command: &Cmd, cache: &Cache) -> RedisResult<Reply> {
        let question = match cache.look(command) {
            Looked::Hit(reply) => return Ok(reply),
            Looked::Miss(question) => question,
            Looked::No => {
                cache.forget(command);
                let replies = within(&self.shared, command.wire(), self.response_timeout).await;
                cache.forget(command);
                let replies = replies.map_err(RedisError::from_link)?;
                return replies.into_single().ok_or_else(RedisError::closed);
            }
        };
        let mut batch = Pipeline::with_capacity(3);
        if let Some(Arg::Simple(key)) = command.args_iter().nth(1) {
            batch.cmd("PTTL").arg(key);
        }
        if cache.opts_in() {
            batch.cmd("CLIENT").arg("CACHING").arg("YES");
        }
        batch.add_command(command.clone());
        let payload = Batch::new(&batch);
        let replies = within(&self.shared, &payload, self.response_timeout).await;
        let mut replies = replies.map_err(RedisError::from_link)?.into_iter();
        let (first, last) = (replies.next(), replies.last());
        let (Some(first), Some(reply)) = (first, last) else { return Err(RedisError::closed()) };
        let expires = first.read::<i64>().ok().and_then(|millis| u64::try_from(millis).ok());
        question.answered(&reply, expires.map(Duration::from_millis));
        Ok(reply)
    }

    /// Sends a command whose reply nobody awaits. A task does, so that it is sent for certain.
    async fn send_only(&self, command: &Cmd) {
        if !matches!(way_of(command, command.facts()), Way::Plain) {
            self.shared.change();
        }
        let (link, wire) = (Arc::clone(&self.shared.link), command.wire().clone());
        let mut call = Box::pin(async move { link.call(&wire).await.map(|_| ()) });
        // Polled once here, it has its place before whatever this caller sends next.
        let sent = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
        if !sent {
            ::tokio::spawn(call);
        }
    }

    fn forget(&self, command: &Cmd) {
        if let Some(cache) = &self.shared.cache {
            cache.forget(command);
        }
    }

    /// Sends a pipeline and gives the replies wanted.
    pub(super) async fn run_pipeline(
        &self,
        pipeline: &Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        if pipeline.is_empty() && !pipeline.is_transaction() {
            return Err(RedisError::empty_command());
        }
        let _permit = self.shared.permit(count).await?;
        let mut limit = self.response_timeout;
        for command in pipeline.cmd_iter() {
            self.forget(command);
            match way_of(command, command.facts()) {
                Way::Plain | Way::Subscribing => {}
                Way::Changing => self.shared.change(),
                // Within a transaction nothing blocks.
                Way::Blocking | Way::Waiting if pipeline.is_transaction() => {}
                Way::Blocking | Way::Waiting => limit = None,
            }
        }
        if !pipeline.is_transaction() && pipeline.cmd_iter().any(is_subscription) {
            let replies = self.pipeline_with_subscriptions(pipeline, limit).await?;
            let values = replies.iter().map(|reply| Ok(read_reply(reply)?)).collect::<RedisResult<Vec<_>>>();
            return values.map(|values| values.into_iter().take(count).collect());
        }
        let batch = Batch::new(pipeline);
        let replies = within(&self.shared, &batch, limit).await;
        pipeline.cmd_iter().for_each(|command| self.forget(command));
        let replies = replies.map_err(RedisError::from_link)?;
        // Only the skipped replies of a transaction can say why there is nothing behind them.
        let offset = if pipeline.is_transaction() { offset } else { 0 };
        let mut wanted = collect_replies(values(replies)?, offset)?;
        wanted.truncate(count);
        Ok(wanted)
    }
}

fn values(replies: Replies) -> RedisResult<Vec<Value>> {
    replies.into_iter().map(|reply| Ok(read_reply(&reply)?)).collect()
}

/// A call on the link that waits for so long, or for ever.
#[inline]
pub(super) fn within<'a, P: Payload + ?Sized>(
    shared: &'a Shared,
    payload: &'a P,
    limit: Option<Duration>,
) -> Call<'a, P> {
    match limit {
        Some(limit) => shared.link.call_within(payload, limit),
        None => shared.link.call(payload),
    }
}

fn way_of(command: &Cmd, facts: &Facts) -> Way {
    if is_subscription(command) {
        return Way::Subscribing;
    }
    // The state of the socket is what these commands are about, whatever they leave behind.
    if matches!(facts.lane, Lane::Held(_) | Lane::Refused(_)) || facts.name.starts_with("CLIENT") {
        return Way::Changing;
    }
    let arguments = command.args_iter().skip(usize::from(facts.words).max(1)).filter_map(|arg| match arg {
        Arg::Simple(bytes) => Some(bytes),
        Arg::Cursor => None,
    });
    match facts.block_time(arguments) {
        None => Way::Plain,
        Some(_) if matches!(facts.name, "WAIT" | "WAITAOF") => Way::Waiting,
        Some(_) => Way::Blocking,
    }
}
