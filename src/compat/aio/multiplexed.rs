//! The connection that clones share.
//!
//! Every command of every clone goes over one link, in batches. It never connects again: with its socket it ends. What
//! surprises: a command that blocks takes a connection of its own as long as nobody has changed the state of this one, and
//! has all the time it asks for; a command that was given up leaves the connection usable, its late reply is dropped.

mod call;
mod connect;
mod payload;
mod shared;
mod side;
mod subscribe;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use self::shared::Shared;
use super::reply_future::ReplyFuture;
use super::{ConnectionLike, RedisFuture};
use crate::compat::caching::CacheStatistics;
use crate::compat::cmd::Cmd;
use crate::compat::error::RedisResult;
use crate::compat::pipeline::Pipeline;
use crate::compat::value::Value;

/// A connection whose clones share one socket; it ends with the last of them.
///
/// # Cancel safety
/// A future dropped before its command was written takes it back; dropped later, the reply is read and thrown away.
/// Nobody else notices either.
#[derive(Clone)]
pub struct MultiplexedConnection {
    shared: Arc<Shared>,
    response_timeout: Option<Duration>,
}

impl MultiplexedConnection {
    /// Time for a reply to a command of this clone; commands that block have all the time they ask for.
    pub fn set_response_timeout(&mut self, timeout: Duration) {
        self.response_timeout = Some(timeout);
    }

    /// Sends one command and reads its reply. An error of the server is a value here.
    ///
    /// # Errors
    /// That of the connection.
    pub async fn send_packed_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        self.req_reply(cmd).await?.into_value()
    }

    /// Sends the commands of a pipeline, skips `offset` replies and gives the `count` behind them.
    ///
    /// # Errors
    /// That of the connection, or the transaction was aborted.
    pub async fn send_packed_commands(
        &mut self,
        cmd: &Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        self.run_pipeline(cmd, offset, count).await
    }

    /// How the cache has done; `None`: this connection has none.
    pub fn get_cache_statistics(&self) -> Option<CacheStatistics> {
        self.shared.cache.as_ref().map(|cache| cache.statistics())
    }
}

impl ConnectionLike for MultiplexedConnection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(async move { self.req_reply(cmd).await?.into_value() })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(self.run_pipeline(pipeline, offset, count))
    }

    fn get_db(&self) -> i64 {
        self.shared.db
    }

    #[inline]
    fn req_reply<'a>(&'a mut self, cmd: &'a Cmd) -> ReplyFuture<'a> {
        self.run(cmd)
    }
}

impl fmt::Debug for MultiplexedConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultiplexedConnection")
            .field("db", &self.shared.db)
            .field("response_timeout", &self.response_timeout)
            .field("protocol", &self.shared.protocol)
            .finish_non_exhaustive()
    }
}
