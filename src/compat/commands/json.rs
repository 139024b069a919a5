//! The commands on JSON documents. A value that does not serialize is an error before anything is sent.
#![allow(
    clippy::extra_unused_lifetimes,
    clippy::needless_lifetimes,
    reason = "redis-rs's signatures, to the letter"
)]

use redlane_resp::to_args::{ToRedisArgs, ToSingleRedisArg};
use serde::Serialize;

use crate::commands::build;
use crate::commands::command::Command;
use crate::commands::json::json_rows;
use crate::commands::types::JsonSetOptions;
use crate::compat::aio::{self, RedisFuture};
use crate::compat::cluster::ClusterPipeline;
use crate::compat::cmd::Cmd;
use crate::compat::commands::query;
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::RedisResult;
use crate::compat::from_redis_value::FromRedisValue;
use crate::compat::pipeline::Pipeline;

/// The commands on JSON documents, on a blocking connection.
pub trait JsonCommands: ConnectionLike + Sized {
    json_rows!(fallible_sync_methods);
}

impl<T> JsonCommands for T where T: ConnectionLike {}

/// The commands on JSON documents, on an asynchronous connection.
pub trait JsonAsyncCommands: aio::ConnectionLike + Send + Sized {
    json_rows!(fallible_async_methods);
}

impl<T> JsonAsyncCommands for T where T: aio::ConnectionLike + Send + Sized {}

/// Sends a command of a row, or tells why it could not be built; in one box.
fn query_async<'a, C, RV>(con: &'a mut C, command: Result<Command, serde_json::Error>) -> RedisFuture<'a, RV>
where
    C: aio::ConnectionLike + Send,
    RV: FromRedisValue,
{
    Box::pin(async move { Cmd::from(command?).query_async(con).await })
}

/// One constructor for each row on JSON documents.
impl Cmd {
    json_rows!(fallible_cmd_constructors);
}

/// One method for each row on JSON documents.
impl Pipeline {
    json_rows!(fallible_chain_methods);
}

/// One method for each row on JSON documents, for a cluster.
impl ClusterPipeline {
    json_rows!(fallible_chain_methods);
}
