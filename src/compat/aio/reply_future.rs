//! The future of a reply that nobody has read yet.
//!
//! A connection of Redlane's gives the reply's bytes; any other gives the tree that its own method made. The caller's type
//! is read from whichever it is.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use redlane_pool::link::Call;
use redlane_resp::command::Command as Wire;
use redlane_resp::reply::Reply;

use crate::compat::aio::RedisFuture;
use crate::compat::error::{RedisError, RedisResult};
use crate::compat::from_redis_value::{FromRedisValue, read_command_reply};
use crate::compat::value::{Value, read_reply};

/// A reply that nobody has read yet.
#[derive(Clone, Debug)]
pub enum Answer {
    /// As it came.
    Reply(Reply),
    /// As a tree.
    Value(Value),
}

impl Answer {
    /// Reads it as a `T`.
    ///
    /// # Errors
    /// The server's error at any level of it, or a parse error when it is no `T`.
    #[inline]
    pub fn read<T: FromRedisValue>(self) -> RedisResult<T> {
        match self {
            Self::Reply(reply) => read_command_reply(reply),
            Self::Value(value) => Ok(T::from_redis_value(value.extract_error()?)?),
        }
    }

    /// The tree, errors and all.
    ///
    /// # Errors
    /// A parse error for a text that is not UTF-8 and has to be.
    pub fn into_value(self) -> RedisResult<Value> {
        match self {
            Self::Reply(reply) => Ok(read_reply(&reply)?),
            Self::Value(value) => Ok(value),
        }
    }
}

/// A command on its way.
#[must_use = "a command is sent when it is polled"]
pub struct ReplyFuture<'a>(State<'a>);

enum State<'a> {
    Call(Call<'a, Wire>),
    Boxed(RedisFuture<'a, Answer>),
    Foreign(RedisFuture<'a, Value>),
    Failed(RedisError),
    Spent,
}

impl<'a> ReplyFuture<'a> {
    /// Of a connection that knows trees only.
    pub fn foreign(future: RedisFuture<'a, Value>) -> Self {
        Self(State::Foreign(future))
    }

    /// Of a call that takes more than one step.
    pub fn boxed(future: RedisFuture<'a, Answer>) -> Self {
        Self(State::Boxed(future))
    }

    /// Of a call on a link.
    #[inline]
    pub(crate) fn call(call: Call<'a, Wire>) -> Self {
        Self(State::Call(call))
    }

    /// Of a call that cannot be made.
    pub fn failed(error: RedisError) -> Self {
        Self(State::Failed(error))
    }
}

impl Future for ReplyFuture<'_> {
    type Output = RedisResult<Answer>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Call(call) => {
                let mut slot = None;
                match call.poll_one(cx, &mut slot) {
                    Poll::Pending => Poll::Pending,
                    Poll::Ready(Ok(())) => {
                        Poll::Ready(slot.map(Answer::Reply).ok_or_else(RedisError::closed))
                    }
                    Poll::Ready(Err(error)) => Poll::Ready(Err(RedisError::from_link(*error))),
                }
            }
            State::Boxed(future) => future.as_mut().poll(cx),
            State::Foreign(future) => future.as_mut().poll(cx).map_ok(Answer::Value),
            State::Failed(_) | State::Spent => match std::mem::replace(&mut self.0, State::Spent) {
                State::Failed(error) => Poll::Ready(Err(error)),
                _ => Poll::Ready(Err(RedisError::closed())),
            },
        }
    }
}

impl fmt::Debug for ReplyFuture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyFuture").finish_non_exhaustive()
    }
}
