//! `HOTKEYS`, which speaks about one server: connections to a cluster have it not.

use crate::commands::build;
use crate::commands::hotkeys::hotkeys_rows;
use crate::commands::types::{HotkeysOptions, HotkeysResponse};
use crate::compat::aio::{self, RedisFuture};
use crate::compat::commands::{query, query_async};
use crate::compat::connection::Connection;
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::RedisResult;

/// Finds the keys that keep a server busy, by a blocking connection.
pub trait HotkeysCommands: ConnectionLike {
    hotkeys_rows!(hotkeys_methods);
}

/// Finds the keys that keep a server busy, by an asynchronous connection.
pub trait AsyncHotkeysCommands: aio::ConnectionLike + Send + Sync + Sized {
    hotkeys_rows!(async_hotkeys_methods);
}

impl HotkeysCommands for Connection {}

impl AsyncHotkeysCommands for aio::MultiplexedConnection {}

impl AsyncHotkeysCommands for aio::ConnectionManager {}
