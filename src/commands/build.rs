//! One function for each row of the command tables: it builds the command and sends nothing.
//!
//! What a method of the same name sends is what the function here returns. So a command can be built in one
//! place and sent in another, or twice.
#![allow(clippy::extra_unused_lifetimes, reason = "every row has `'a` at hand, and few use it")]

use std::num::NonZeroUsize;
use std::time::Duration;

use redlane_resp::to_args::{NumericBehavior, ToRedisArgs, ToSingleRedisArg};
#[cfg(feature = "json")]
use serde::Serialize;

use super::bitmaps::bitmaps_rows;
use super::bloom::bloom_rows;
use super::cluster::cluster_rows;
use super::command::Command;
use super::connection::{connection_rows, connection_state_rows};
use super::duration::millis;
use super::geo::geo_rows;
use super::hashes::hashes_rows;
use super::hotkeys::hotkeys_rows;
use super::hyperloglogs::hyperloglogs_rows;
#[cfg(feature = "json")]
use super::json::{json_rows, json_text};
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
use super::surface::command;
use super::types::*;
use super::vector_sets::vector_sets_rows;
#[cfg(feature = "json")]
use super::vector_sets::{vector_attributes, vector_sets_json_rows};

strings_rows!(constructors);
keys_rows!(constructors);
keys_blocking_rows!(constructors);
hashes_rows!(constructors);
lists_rows!(constructors);
lists_blocking_rows!(constructors);
sets_rows!(constructors);
sorted_sets_rows!(constructors);
sorted_set_ranges_rows!(constructors);
sorted_set_combinations_rows!(constructors);
sorted_sets_blocking_rows!(constructors);
bitmaps_rows!(constructors);
hyperloglogs_rows!(constructors);
geo_rows!(constructors);
streams_rows!(constructors);
scripting_rows!(constructors);
publishing_rows!(constructors);
connection_rows!(constructors);
connection_state_rows!(constructors);
server_rows!(constructors);
acl_rows!(constructors);
cluster_rows!(constructors);
hotkeys_rows!(constructors);
bloom_rows!(constructors);
search_rows!(constructors);
vector_sets_rows!(constructors);
#[cfg(feature = "json")]
vector_sets_json_rows!(constructors);
#[cfg(feature = "json")]
json_rows!(fallible_constructors);

/// Writes how many keys there are, the keys, how scores are put together, and the keys' weights.
fn weighted<K: ToRedisArgs, W: ToRedisArgs>(
    command: Command,
    keys: &[(K, W)],
    aggregate: Option<&str>,
) -> Command {
    let mut command = command.arg(keys.len());
    for (key, _) in keys {
        command.push_arg(key);
    }
    command.push_arg(aggregate.map(|aggregate| ("AGGREGATE", aggregate)));
    command.push_arg("WEIGHTS");
    for (_, weight) in keys {
        command.push_arg(weight);
    }
    command
}

#[cfg(test)]
mod tests;
