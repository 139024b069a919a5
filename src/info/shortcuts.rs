//! What can be asked of the reply as a whole: the getters of [`Section`] over all fields, whatever their
//! section.
//!
//! Field names are unique across the sections of every server known, so a section need only be named where a
//! module brings its own.

use std::collections::BTreeMap;
use std::time::Duration;

use super::error::FieldError;
use super::families::{
    Distribution, Engine, IoThread, Keyspace, Listener, Module, ReplicaLink, SentinelMaster,
};
use super::pairs::Pairs;
#[cfg(doc)]
use super::section::Section;
use super::server::{Mode, Role, Server};
use super::stats::{CommandStat, Percentiles};
use super::text::Info;

/// Hands each call to the [`Section`] that spans the whole reply, under the same name.
macro_rules! shortcuts {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty)?) -> $value:ty;)*) => {
        impl Info {
            $(
                $(#[$doc])*
                pub fn $name(&self $(, $argument: $type)?) -> $value {
                    self.whole().$name($($argument)?)
                }
            )*
        }
    };
}

shortcuts! {
    /// The value of `key` as text, `None` when it is absent or not UTF-8.
    raw(key: &str) -> Option<&str>;
    /// The value of `key` in the bytes that were sent.
    raw_bytes(key: &str) -> Option<&[u8]>;
    /// The value of `key` read as `name=value` pairs.
    pairs(key: &str) -> Option<Pairs<'_>>;
    /// The value of `key` as an unsigned integer; [`try_u64`](Self::try_u64) says why not.
    u64(key: &str) -> Option<u64>;
    /// The value of `key` as a signed integer; `-1` often says "never" or "none".
    i64(key: &str) -> Option<i64>;
    /// The value of `key` as a number with or without a fraction.
    f64(key: &str) -> Option<f64>;
    /// The value of `key` as a switch, `1` or `0`.
    bool(key: &str) -> Option<bool>;
    /// The value of `key` as a verdict: `ok` and `up` are `true`, `err`, `fail` and `down` are `false`.
    status(key: &str) -> Option<bool>;
    /// The value of `key` as bytes: a plain number, or in units of 1024 such as `1.81M`.
    bytes(key: &str) -> Option<u64>;
    /// The value of `key` in percent: 83.34 for `83.34%`.
    percent(key: &str) -> Option<f64>;
    /// The value of `key`, a whole number of seconds; a negative number says "never" and gives `None`.
    seconds(key: &str) -> Option<Duration>;

    /// As [`raw`](Self::raw), with the reason for an answer that is missing.
    ///
    /// # Errors
    ///
    /// [`FieldError`] says whether the field is absent or anything else.
    try_raw(key: &str) -> Result<&str, FieldError>;
    /// As [`u64`](Self::u64), with the reason for an answer that is missing.
    ///
    /// # Errors
    ///
    /// [`FieldError`] says whether the field is absent or anything else.
    try_u64(key: &str) -> Result<u64, FieldError>;
    /// As [`i64`](Self::i64), with the reason for an answer that is missing.
    ///
    /// # Errors
    ///
    /// [`FieldError`] says whether the field is absent or anything else.
    try_i64(key: &str) -> Result<i64, FieldError>;
    /// As [`f64`](Self::f64), with the reason for an answer that is missing.
    ///
    /// # Errors
    ///
    /// [`FieldError`] says whether the field is absent or anything else.
    try_f64(key: &str) -> Result<f64, FieldError>;
    /// As [`bool`](Self::bool), with the reason for an answer that is missing.
    ///
    /// # Errors
    ///
    /// [`FieldError`] says whether the field is absent or anything else.
    try_bool(key: &str) -> Result<bool, FieldError>;
    /// As [`status`](Self::status), with the reason for an answer that is missing.
    ///
    /// # Errors
    ///
    /// [`FieldError`] says whether the field is absent or anything else.
    try_status(key: &str) -> Result<bool, FieldError>;
    /// As [`bytes`](Self::bytes), with the reason for an answer that is missing.
    ///
    /// # Errors
    ///
    /// [`FieldError`] says whether the field is absent or anything else.
    try_bytes(key: &str) -> Result<u64, FieldError>;
    /// As [`percent`](Self::percent), with the reason for an answer that is missing.
    ///
    /// # Errors
    ///
    /// [`FieldError`] says whether the field is absent or anything else.
    try_percent(key: &str) -> Result<f64, FieldError>;
    /// As [`seconds`](Self::seconds), with the reason for an answer that is missing.
    ///
    /// # Errors
    ///
    /// [`FieldError`] says whether the field is absent or anything else.
    try_seconds(key: &str) -> Result<Option<Duration>, FieldError>;

    /// Who answers: vendor, version, mode and role.
    server() -> Server;
    /// What the server runs as.
    mode() -> Option<Mode>;
    /// What the server is for the others.
    role() -> Option<Role>;

    /// The logical database `db`; `None` when it holds no key, for then the server leaves it out.
    db(db: u32) -> Option<Keyspace<'_>>;
    /// The logical databases that hold a key, by number.
    databases() -> BTreeMap<u32, Keyspace<'_>>;
    /// The replicas of a primary, in its order.
    replicas() -> BTreeMap<u32, ReplicaLink<'_>>;
    /// The primaries that a Sentinel watches, in its order.
    masters() -> BTreeMap<u32, SentinelMaster<'_>>;
    /// The sockets the server listens on (Redis and Valkey since 7.2).
    listeners() -> BTreeMap<u32, Listener<'_>>;
    /// The I/O threads by number (Redis since 8.0).
    io_threads() -> BTreeMap<u32, IoThread<'_>>;
    /// The scripting engines (Valkey since 9.0).
    engines() -> BTreeMap<u32, Engine<'_>>;
    /// The loaded modules, in the order the server names them.
    modules() -> Vec<Module<'_>>;
    /// How values spread over sizes, by database and then by name (Redis since 8.0).
    distributions() -> BTreeMap<(u32, &str), Distribution<'_>>;

    /// What was counted for `command` (`get`, `config|get` or `CONFIG GET`); `None` when it never ran.
    cmdstat(command: &str) -> Option<CommandStat<'_>>;
    /// What was counted for every command that ran, by name.
    cmdstats() -> BTreeMap<&str, CommandStat<'_>>;
    /// How many error replies began with `code`; `None` when there was none.
    errorstat(code: &str) -> Option<u64>;
    /// How many error replies there were, by their first word.
    errorstats() -> BTreeMap<&str, u64>;
    /// How long `command` (`get`, `config|get` or `CONFIG GET`) takes; `None` when it never ran.
    latency(command: &str) -> Option<Percentiles<'_>>;
    /// How long every command that ran takes, by name.
    latencies() -> BTreeMap<&str, Percentiles<'_>>;
}
