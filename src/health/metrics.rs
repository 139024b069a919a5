//! What a server does and holds, in the reference's fields, and the five key metrics in one snapshot.

use std::fmt;

use crate::info::Info;

/// What the reference's `get_performance_metrics` gives, with the hit rate beside it.
///
/// A counter that the server did not send is zero. Counters begin at the start or at `CONFIG RESETSTAT`; for
/// what happens now, compare two [`Snapshot`](super::Snapshot)s.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PerformanceMetrics {
    /// Commands run.
    pub total_commands_processed: u64,
    /// Commands a second, over the last 1.6 s.
    pub instantaneous_ops_per_sec: u64,
    /// Reads that found their key.
    pub keyspace_hits: u64,
    /// Reads that did not.
    pub keyspace_misses: u64,
    /// Keys removed because their time had come.
    pub expired_keys: u64,
    /// Keys removed for want of memory.
    pub evicted_keys: u64,
    /// Hits over lookups, 0 to 1; `None` when there was no lookup.
    pub hit_rate: Option<f64>,
}

impl PerformanceMetrics {
    /// Reads the fields from a reply that holds `# Stats`.
    pub fn of(info: &Info) -> Self {
        let number = |key| info.u64(key).unwrap_or(0);
        Self {
            total_commands_processed: number("total_commands_processed"),
            instantaneous_ops_per_sec: number("instantaneous_ops_per_sec"),
            keyspace_hits: number("keyspace_hits"),
            keyspace_misses: number("keyspace_misses"),
            expired_keys: number("expired_keys"),
            evicted_keys: number("evicted_keys"),
            hit_rate: info.hit_rate(),
        }
    }
}

impl fmt::Display for PerformanceMetrics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} commands, {} a second, {} expired, {} evicted",
            self.total_commands_processed,
            self.instantaneous_ops_per_sec,
            self.expired_keys,
            self.evicted_keys
        )?;
        write_hits(out, self.hit_rate)
    }
}

/// The five key metrics of the reference in one snapshot; `None` is what the server did not say.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct KeyMetrics {
    /// Client connections.
    pub connections: Option<u64>,
    /// Bytes in use.
    pub memory: Option<u64>,
    /// Commands a second, over the last 1.6 s.
    pub ops_per_second: Option<u64>,
    /// Keys of all logical databases together.
    pub keys: Option<u64>,
    /// Hits over lookups, 0 to 1; `None` when there was no lookup.
    pub hit_rate: Option<f64>,
}

impl KeyMetrics {
    /// Reads the five from one reply, a plain `INFO`.
    pub fn of(info: &Info) -> Self {
        Self {
            connections: info.u64("connected_clients"),
            memory: info.u64("used_memory"),
            ops_per_second: info.u64("instantaneous_ops_per_sec"),
            keys: info.key_count(),
            hit_rate: info.hit_rate(),
        }
    }
}

impl fmt::Display for KeyMetrics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = |value: Option<u64>| value.map_or_else(|| "?".to_owned(), |value| value.to_string());
        write!(
            out,
            "{} connections, {} bytes, {} commands a second, {} keys",
            known(self.connections),
            known(self.memory),
            known(self.ops_per_second),
            known(self.keys)
        )?;
        write_hits(out, self.hit_rate)
    }
}

/// What the reference's `get_connection_info` gives.
///
/// Older servers and other vendors lack some of the fields: they are zero then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ConnectionInfo {
    /// Client connections.
    pub connected_clients: u64,
    /// The largest query buffer among them, in bytes.
    pub client_recent_max_input_buffer: u64,
    /// The largest output buffer among them, in bytes.
    pub client_recent_max_output_buffer: u64,
}

impl ConnectionInfo {
    /// Reads the fields from a reply that holds `# Clients`.
    pub fn of(info: &Info) -> Self {
        let number = |key| info.u64(key).unwrap_or(0);
        Self {
            connected_clients: number("connected_clients"),
            client_recent_max_input_buffer: number("client_recent_max_input_buffer"),
            client_recent_max_output_buffer: number("client_recent_max_output_buffer"),
        }
    }
}

fn write_hits(out: &mut fmt::Formatter<'_>, rate: Option<f64>) -> fmt::Result {
    match rate {
        Some(rate) => write!(out, ", {:.1} % hits", rate * 100.0),
        None => out.write_str(", no lookups"),
    }
}
