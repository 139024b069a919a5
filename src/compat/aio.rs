//! Connections of async programs.
//!
//! The trait they share is redis-rs's to the letter, with one hidden method more: by it a connection of Redlane's hands
//! out a reply as bytes, and so a call through `AsyncCommands` needs one box and no tree.

mod cache;
mod connection_manager;
mod dial;
mod monitor;
mod multiplexed;
mod pubsub;
mod push;
mod reply_future;
mod sink;
pub mod tokio;
mod transaction;

use std::future::Future;
use std::pin::Pin;

use ::tokio::io::{AsyncRead, AsyncWrite};

use crate::compat::cmd::Cmd;
use crate::compat::error::RedisResult;
use crate::compat::pipeline::Pipeline;
use crate::compat::value::Value;

pub use self::connection_manager::{ConnectionManager, ConnectionManagerConfig};
pub use self::monitor::Monitor;
pub use self::multiplexed::MultiplexedConnection;
pub use self::pubsub::{PubSub, PubSubSink, PubSubStream};
pub use self::push::{AsyncPushSender, SendError};
#[doc(hidden)]
pub use self::reply_future::{Answer, ReplyFuture};
pub use self::transaction::transaction_async;

/// What every call of this surface is: a boxed future.
pub type RedisFuture<'a, T> = Pin<Box<dyn Future<Output = RedisResult<T>> + Send + 'a>>;

/// A connection: sends commands and gives their replies.
pub trait ConnectionLike {
    /// Sends one command and reads its reply. An error of the server is a value here.
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value>;

    /// Sends the commands of a pipeline, skips `offset` replies and gives the `count` behind them.
    #[doc(hidden)]
    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>>;

    /// The number of the database that the connection was made for.
    fn get_db(&self) -> i64;

    /// Sends one command and gives its reply as it came, where the connection can.
    #[doc(hidden)]
    fn req_reply<'a>(&'a mut self, cmd: &'a Cmd) -> ReplyFuture<'a> {
        ReplyFuture::foreign(self.req_packed_command(cmd))
    }
}

/// A stream of bytes in both directions.
pub trait AsyncStream: AsyncRead + AsyncWrite {}

impl<S: AsyncRead + AsyncWrite> AsyncStream for S {}
