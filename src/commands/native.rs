//! The methods of the command tables, one trait for each family, on whatever [executes](Executor).
//!
//! They are methods of traits so that one row serves every receiver; the prelude brings all of them in. A
//! client gives the future of the natural reply, which can be read as any other type; a pipeline gives
//! itself.
//!
//! ```no_run
//! use redlane::prelude::*;
//!
//! # async fn example(client: Client) -> Result<(), Error> {
//! client.hset_all("user:7", [("name", "Ada"), ("age", "36")].as_slice()).await?;
//! let age: u8 = client.hget("user:7", "age").read_as().await?;
//! let best = client.zrange_options_withscores("scores", RankRange::new(0, 9).reverse()).await?;
//! # Ok(()) }
//! ```
#![allow(clippy::extra_unused_lifetimes, reason = "every row has `'a` at hand, and few use it")]

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::time::Duration;

use bytes::Bytes;
use redlane_resp::to_args::{ToRedisArgs, ToSingleRedisArg};
use redlane_resp::value::Value;

use super::bitmaps::bitmaps_rows;
use super::build;
use super::connection::{connection_rows, connection_state_rows};
use super::executor::{ExclusiveExecutor, Executor};
use super::geo::geo_rows;
use super::hashes::hashes_rows;
use super::hyperloglogs::hyperloglogs_rows;
use super::keys::{keys_blocking_rows, keys_rows};
use super::lists::{lists_blocking_rows, lists_rows};
use super::publishing::publishing_rows;
use super::scripting::scripting_rows;
use super::server::{acl_rows, server_rows};
use super::sets::sets_rows;
use super::sorted_sets::{sorted_sets_blocking_rows, sorted_sets_rows};
use super::strings::strings_rows;
use super::types::*;

macro_rules! families {
    ($($(#[$doc:meta])* $family:ident: $executor:ident { $($rows:ident)* })*) => { $(
        $(#[$doc])*
        pub trait $family: $executor {
            $($rows!(methods);)*
        }

        impl<E: $executor> $family for E {}
    )* };
}

families! {
    /// Commands on strings.
    StringsCommands: Executor { strings_rows }
    /// Commands on keys of any type.
    KeysCommands: Executor { keys_rows }
    /// Commands on hashes.
    HashesCommands: Executor { hashes_rows }
    /// Commands on lists that do not wait.
    ListsCommands: Executor { lists_rows }
    /// Commands on sets.
    SetsCommands: Executor { sets_rows }
    /// Commands on sorted sets that do not wait.
    SortedSetsCommands: Executor { sorted_sets_rows }
    /// Commands on strings as bits.
    BitmapsCommands: Executor { bitmaps_rows }
    /// Commands on HyperLogLogs.
    HyperLogLogsCommands: Executor { hyperloglogs_rows }
    /// Commands on places.
    GeoCommands: Executor { geo_rows }
    /// Commands on scripts and functions.
    ScriptingCommands: Executor { scripting_rows }
    /// Commands that publish, and those about channels.
    PublishingCommands: Executor { publishing_rows }
    /// Commands about connections.
    ConnectionCommands: Executor { connection_rows }
    /// Commands about the server itself.
    ServerCommands: Executor { server_rows }
    /// Commands about users and what they may do.
    AclCommands: Executor { acl_rows }
    /// Commands that wait: each takes a connection of its own for as long as it does, so that others are not
    /// held up.
    BlockingCommands: ExclusiveExecutor { lists_blocking_rows sorted_sets_blocking_rows keys_blocking_rows }
    /// Commands that change their connection: for a connection that the caller holds.
    ConnectionStateCommands: ExclusiveExecutor { connection_state_rows }
}

#[cfg(test)]
mod tests;
