//! The commands as redis-rs offers them: as methods of connections, as constructors of [`Cmd`](crate::compat::Cmd), as
//! methods of [`Pipeline`](crate::compat::Pipeline).
//!
//! All of it grows from the rows of the command tables; no command is named here but the scans, which make iterators.
//! What surprises: `query_async` is the only box on the way of a call, and it is there because [`RedisFuture`] is one.

mod build;
mod built;
mod hotkeys;
#[cfg(feature = "json")]
mod json;
mod scans;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;

use redlane_resp::to_args::{ToRedisArgs, ToSingleRedisArg};
#[cfg(feature = "json")]
use serde::Serialize;

use self::build::script_rows;
use self::scans::scan_methods;
use crate::commands::search::{CreateOptions, SearchSchema};
use crate::commands::tables::every_table;
use crate::commands::types::*;
use crate::compat::aio::{self, RedisFuture};
use crate::compat::cmd::{AsyncIter, Cmd, Iter, cmd};
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::RedisResult;
use crate::compat::from_redis_value::FromRedisValue;
use crate::compat::replies::{IncrexResult, IntegerReplyOrNoOp, ValueType};
use crate::compat::script::{Script, ScriptInvocation};
use crate::compat::streams::{
    StreamAutoClaimReply, StreamClaimReply, StreamInfoStreamReply, StreamInfoStreamReplyWithIdempotency,
    StreamRangeReply, StreamReadReply,
};
use crate::compat::value::Value;

pub use self::hotkeys::{AsyncHotkeysCommands, HotkeysCommands};
#[cfg(feature = "json")]
pub use self::json::{JsonAsyncCommands, JsonCommands};

/// The commands on a blocking connection; the caller says what each reply is read as.
///
/// ```no_run
/// use redlane::compat::{Commands, ConnectionLike, RedisResult};
///
/// fn greet(con: &mut impl ConnectionLike) -> RedisResult<String> {
///     let _: () = con.set("greeting", "hello")?;
///     con.get("greeting")
/// }
/// ```
#[allow(
    clippy::extra_unused_lifetimes,
    clippy::needless_lifetimes,
    reason = "redis-rs's signatures, to the letter"
)]
pub trait Commands: ConnectionLike + Sized {
    every_table!(sync_methods);
    script_rows!(sync_methods);
    scan_methods!(|command: Cmd, con| command.iter(con), RedisResult<Iter<'_, RV>>);
}

impl<T> Commands for T where T: ConnectionLike {}

/// The commands on an asynchronous connection; the caller says what each reply is read as.
///
/// ```no_run
/// use redlane::compat::{AsyncCommands, RedisResult, aio};
///
/// async fn greet(con: &mut (impl aio::ConnectionLike + Send + Sync)) -> RedisResult<String> {
///     let _: () = con.set("greeting", "hello").await?;
///     con.get("greeting").await
/// }
/// ```
#[allow(
    clippy::extra_unused_lifetimes,
    clippy::needless_lifetimes,
    reason = "redis-rs's signatures, to the letter"
)]
pub trait AsyncCommands: aio::ConnectionLike + Send + Sized {
    every_table!(async_methods);
    script_rows!(async_methods);
    scan_methods!(
        |command: Cmd, con| Box::pin(async move { command.iter_async(con).await }),
        RedisFuture<'_, AsyncIter<'_, RV>>
    );
}

impl<T> AsyncCommands for T where T: aio::ConnectionLike + Send + Sync + Sized {}

/// The commands on a blocking connection, each with a reply type of its own.
///
/// ```no_run
/// use redlane::compat::{ConnectionLike, RedisResult, TypedCommands};
///
/// fn greet(con: &mut impl ConnectionLike) -> RedisResult<Option<String>> {
///     con.set("greeting", "hello")?;
///     con.get("greeting")
/// }
/// ```
#[allow(
    clippy::extra_unused_lifetimes,
    clippy::needless_lifetimes,
    reason = "redis-rs's signatures, to the letter"
)]
pub trait TypedCommands: ConnectionLike + Sized {
    every_table!(typed_methods);
    script_rows!(typed_methods);
    scan_methods!(|command: Cmd, con| command.iter(con), RedisResult<Iter<'_, RV>>);

    /// Gives the value of `key` as an integer; `None` when there is no such key.
    fn get_int<K: ToSingleRedisArg>(&mut self, key: K) -> RedisResult<Option<isize>> {
        query(self, build::get(key))
    }

    /// Gives the values of several keys as integers, `None` for each that does not exist.
    fn mget_ints<K: ToRedisArgs>(&mut self, key: K) -> RedisResult<Vec<Option<isize>>> {
        query(self, build::mget(key))
    }
}

impl<T> TypedCommands for T where T: ConnectionLike {}

/// The commands on an asynchronous connection, each with a reply type of its own.
///
/// ```no_run
/// use redlane::compat::{AsyncTypedCommands, RedisResult, aio};
///
/// async fn greet(con: &mut (impl aio::ConnectionLike + Send + Sync)) -> RedisResult<Option<String>> {
///     con.set("greeting", "hello").await?;
///     con.get("greeting").await
/// }
/// ```
#[allow(
    clippy::extra_unused_lifetimes,
    clippy::needless_lifetimes,
    reason = "redis-rs's signatures, to the letter"
)]
pub trait AsyncTypedCommands: aio::ConnectionLike + Send + Sized {
    every_table!(async_typed_methods);
    script_rows!(async_typed_methods);
    scan_methods!(
        |command: Cmd, con| Box::pin(async move { command.iter_async(con).await }),
        RedisFuture<'_, AsyncIter<'_, RV>>
    );

    /// Gives the value of `key` as an integer; `None` when there is no such key.
    fn get_int<'a, K: ToSingleRedisArg + Send + Sync + 'a>(
        &'a mut self,
        key: K,
    ) -> RedisFuture<'a, Option<isize>> {
        query_async(self, build::get(key))
    }

    /// Gives the values of several keys as integers, `None` for each that does not exist.
    fn mget_ints<'a, K: ToRedisArgs + Send + Sync + 'a>(
        &'a mut self,
        key: K,
    ) -> RedisFuture<'a, Vec<Option<isize>>> {
        query_async(self, build::mget(key))
    }
}

impl<T> AsyncTypedCommands for T where T: aio::ConnectionLike + Send + Sync + Sized {}

/// Sends a command of a row.
#[inline]
fn query<C: ConnectionLike, RV: FromRedisValue>(con: &mut C, command: impl Into<Cmd>) -> RedisResult<RV> {
    command.into().query(con)
}

/// Sends a command of a row, in one box.
#[inline]
fn query_async<'a, C, RV>(con: &'a mut C, command: impl Into<Cmd>) -> RedisFuture<'a, RV>
where
    C: aio::ConnectionLike + Send,
    RV: FromRedisValue,
{
    let command: Cmd = command.into();
    Box::pin(async move { command.query_async(con).await })
}
