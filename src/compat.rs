//! redis-rs 1.8 as it is, on Redlane's engine: the same names, signatures, texts and replies.
//!
//! Programs see this module as the package `redis` (the folder `compat/`), by which cargo can replace the real one in a
//! whole dependency graph. What stands here is thin: connections are links, commands are the rows of the command tables.
//! Abbreviations such as `cmd`, `con` and `pipe` are redis-rs's and live here only.
//!
//! What differs, and only that: integers that do not fit are errors instead of wrapping, `Debug` of a command shows no
//! argument, and blocking commands are neither cut off by the response timeout nor in the way of others.

pub mod acl;
pub mod aio;
mod async_config;
pub mod auth;
pub mod auth_management;
pub mod bloom;
pub mod caching;
mod client;
mod client_blocking;
mod client_managers;
pub mod cluster;
pub mod cluster_async;
pub mod cluster_read_routing;
pub mod cluster_routing;
mod cmd;
mod commands;
mod connection;
mod connection_info;
mod connection_like;
mod digest;
mod error;
mod from_redis_value;
pub mod geo;
mod greeting;
pub mod io;
#[cfg(feature = "json")]
pub mod json;
mod msg;
mod pipeline;
#[cfg(any(feature = "r2d2", feature = "bb8"))]
mod pools;
mod protocol;
mod pubsub;
mod replies;
mod script;
pub mod search;
pub mod sentinel;
pub mod streams;
mod subscriptions;
#[cfg(feature = "tls")]
mod tls;
mod transaction;
mod value;
pub mod vector_sets;

pub use redlane_resp::to_args::{NumericBehavior, RedisWrite, ToRedisArgs, ToSingleRedisArg};

pub use crate::schema;

pub use crate::commands::types::{
    CopyOptions, Direction, ExistenceCheck, ExpireOption, Expiry, FieldExistenceCheck, FlushAllOptions,
    FlushDbOptions, HOTKEYS_COUNT_MAX, HOTKEYS_COUNT_MIN, HashFieldExpirationOptions, HotKeyEntry,
    HotkeysOptions, HotkeysResponse, IncrexOptions, LposOptions, MSetOptions, ScanOptions, SetExpiry,
    SetOptions, SlotRange, SortedSetAddOptions, UpdateCheck, ValueComparison,
};

pub use self::aio::RedisFuture;
pub use self::async_config::AsyncConnectionConfig;
pub use self::auth::{BasicAuth, StreamingCredentialsProvider};
pub use self::auth_management::{RetryConfig, TokenRefreshConfig};
pub use self::client::Client;
pub use self::cmd::{Arg, AsyncIter, Cmd, CommandCacheConfig, Iter, cmd, pack_command};
pub use self::commands::{
    AsyncCommands, AsyncHotkeysCommands, AsyncTypedCommands, Commands, HotkeysCommands, TypedCommands,
};
pub use self::connection::Connection;
pub use self::connection_info::{
    ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo, TlsMode, parse_redis_url,
};
pub use self::connection_like::ConnectionLike;
pub use self::digest::{calculate_value_digest, is_valid_16_bytes_hex_digest};
pub use self::error::{
    ErrorKind, ParsingError, RedisError, RedisResult, RetryMethod, ServerError, ServerErrorKind,
    make_extension_error,
};
pub use self::from_redis_value::{FromRedisValue, from_redis_value, from_redis_value_ref};
#[cfg(feature = "json")]
pub use self::json::{JsonAsyncCommands, JsonCommands};
pub use self::msg::Msg;
pub use self::pipeline::{Pipeline, pipe};
pub use self::protocol::ProtocolVersion;
pub use self::pubsub::{ControlFlow, PubSub, PubSubCommands};
pub use self::replies::{IncrexResult, InfoDict, IntegerReplyOrNoOp, ReplicaInfo, Role, ValueType};
pub use self::script::{Script, ScriptInvocation};
#[cfg(feature = "tls")]
pub use self::tls::{ClientTlsConfig, TlsCertificates};
pub use self::transaction::transaction;
pub use self::value::{
    Parser, PushInfo, PushKind, Value, VerbatimFormat, parse_redis_value, parse_redis_value_async,
};
