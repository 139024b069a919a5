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
#[cfg(feature = "json")]
use serde::Serialize;

use super::bitmaps::bitmaps_rows;
use super::bloom::bloom_rows;
use super::build;
use super::cluster::cluster_rows;
use super::connection::{connection_rows, connection_state_rows};
use super::executor::{ExclusiveExecutor, Executor};
use super::geo::geo_rows;
use super::hashes::hashes_rows;
use super::hotkeys::hotkeys_rows;
use super::hyperloglogs::hyperloglogs_rows;
#[cfg(feature = "json")]
use super::json::json_rows;
use super::keys::{keys_blocking_rows, keys_rows};
use super::lists::{lists_blocking_rows, lists_rows};
use super::publishing::publishing_rows;
use super::scripting::scripting_rows;
use super::search::{CreateOptions, SearchSchema, search_rows};
use super::server::{acl_rows, server_rows};
use super::sets::sets_rows;
use super::sorted_sets::combinations::sorted_set_combinations_rows;
use super::sorted_sets::ranges::sorted_set_ranges_rows;
use super::sorted_sets::{sorted_sets_blocking_rows, sorted_sets_rows};
use super::streams::streams_rows;
use super::strings::strings_rows;
use super::types::*;
#[cfg(feature = "json")]
use super::vector_sets::vector_sets_json_rows;
use super::vector_sets::vector_sets_rows;

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
    SortedSetsCommands: Executor { sorted_sets_rows sorted_set_ranges_rows sorted_set_combinations_rows }
    /// Commands on strings as bits.
    BitmapsCommands: Executor { bitmaps_rows }
    /// Commands on HyperLogLogs.
    HyperLogLogsCommands: Executor { hyperloglogs_rows }
    /// Commands on places.
    GeoCommands: Executor { geo_rows }
    /// Commands on streams. A read that blocks has no place in a pipeline.
    StreamsCommands: Executor { streams_rows }
    /// Commands on scripts and functions.
    ScriptingCommands: Executor { scripting_rows }
    /// Commands that publish, and those about channels.
    PublishingCommands: Executor { publishing_rows }
    /// Commands about connections.
    ConnectionCommands: Executor { connection_rows }
    /// Commands about the server itself.
    ServerCommands: Executor { server_rows }
    /// Commands about a cluster and its nodes.
    ClusterCommands: Executor { cluster_rows }
    /// Commands about users and what they may do.
    AclCommands: Executor { acl_rows }
    /// Commands that find the keys which keep a server busy.
    HotkeysCommands: Executor { hotkeys_rows }
    /// Commands on Bloom filters.
    BloomCommands: Executor { bloom_rows }
    /// Commands on search indexes.
    SearchCommands: Executor { search_rows }
    /// Commands on vector sets.
    VectorSetsCommands: Executor { vector_sets_rows }
    /// Commands that wait: each takes a connection of its own for as long as it does, so that others are not
    /// held up.
    BlockingCommands: ExclusiveExecutor { lists_blocking_rows sorted_sets_blocking_rows keys_blocking_rows }
    /// Commands that change their connection: for a connection that the caller holds.
    ConnectionStateCommands: ExclusiveExecutor { connection_state_rows }
}

/// Commands on vector sets that take JSON.
#[cfg(feature = "json")]
pub trait VectorAttributesCommands: Executor {
    vector_sets_json_rows!(methods);
}

#[cfg(feature = "json")]
impl<E: Executor> VectorAttributesCommands for E {}

/// Commands on JSON documents. A value that does not serialize is an error before anything is sent.
#[cfg(feature = "json")]
pub trait JsonCommands: Executor {
    json_rows!(fallible_methods);
}

#[cfg(feature = "json")]
impl<E: Executor> JsonCommands for E {}

#[cfg(test)]
mod tests;
