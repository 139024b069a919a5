//! What happens a second, from two snapshots of the counters.
//!
//! The trap: counters begin anew with the server and with `CONFIG RESETSTAT`. A new `run_id`, a smaller
//! uptime or any smaller counter says so, and then there are no rates, instead of negative ones.

use std::fmt;
use std::time::Duration;

use crate::info::{Info, hit_rate};

/// The counters that rates are made of, in the order of [`Snapshot::counters`].
const COUNTERS: [&str; 10] = [
    "total_commands_processed",
    "keyspace_hits",
    "keyspace_misses",
    "expired_keys",
    "evicted_keys",
    "total_connections_received",
    "rejected_connections",
    "total_net_input_bytes",
    "total_net_output_bytes",
    "total_error_replies",
];

/// The counters of one reply, and who counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    run_id: Option<String>,
    uptime: Option<u64>,
    counters: [Option<u64>; COUNTERS.len()],
}

impl Snapshot {
    /// Reads a reply that holds `# Server` and `# Stats`, as a plain `INFO` does.
    pub fn of(info: &Info) -> Self {
        Self {
            run_id: info.raw("run_id").map(str::to_owned),
            uptime: info.u64("uptime_in_seconds"),
            counters: COUNTERS.map(|key| info.u64(key)),
        }
    }

    /// What happened a second between this snapshot and a `later` one, taken `interval` afterwards.
    pub fn rates_until(&self, later: &Snapshot, interval: Duration) -> Rates {
        if self.is_reset_before(later) {
            return Rates { interval, reset: true, ..Rates::default() };
        }
        let mut pairs = self.counters.iter().zip(&later.counters);
        let mut grown = || -> Option<u64> {
            let (before, after) = pairs.next()?;
            (*after)?.checked_sub((*before)?)
        };
        let seconds = interval.as_secs_f64();
        let rate = |grown: Option<u64>| grown.filter(|_| seconds > 0.0).map(|grown| grown as f64 / seconds);
        let (commands, hits, misses) = (grown(), grown(), grown());
        Rates {
            interval,
            reset: false,
            commands: rate(commands),
            hits: rate(hits),
            misses: rate(misses),
            hit_rate: hits.zip(misses).and_then(|(hits, misses)| hit_rate(hits, misses)),
            expired: rate(grown()),
            evicted: rate(grown()),
            connections: rate(grown()),
            rejected: rate(grown()),
            input_bytes: rate(grown()),
            output_bytes: rate(grown()),
            errors: rate(grown()),
        }
    }

    /// Whether the counters began anew between the two.
    fn is_reset_before(&self, later: &Snapshot) -> bool {
        let is_other_run =
            matches!((&self.run_id, &later.run_id), (Some(before), Some(after)) if before != after);
        let fell = |before: &Option<u64>, after: &Option<u64>| before.zip(*after).is_some_and(|(b, a)| a < b);
        is_other_run
            || fell(&self.uptime, &later.uptime)
            || self.counters.iter().zip(&later.counters).any(|(before, after)| fell(before, after))
    }
}

/// What happens a second; `None` where a snapshot lacks the counter, or the counters began anew in between.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Rates {
    /// The time between the two snapshots.
    #[cfg_attr(feature = "serde", serde(serialize_with = "seconds"))]
    pub interval: Duration,
    /// The counters began anew in between: a restart, or `CONFIG RESETSTAT`.
    pub reset: bool,
    /// Commands run.
    pub commands: Option<f64>,
    /// Reads that found their key.
    pub hits: Option<f64>,
    /// Reads that did not.
    pub misses: Option<f64>,
    /// Hits over lookups in this time, 0 to 1; `None` when there was no lookup.
    pub hit_rate: Option<f64>,
    /// Keys removed because their time had come.
    pub expired: Option<f64>,
    /// Keys removed for want of memory.
    pub evicted: Option<f64>,
    /// Connections accepted.
    pub connections: Option<f64>,
    /// Connections refused.
    pub rejected: Option<f64>,
    /// Bytes read.
    pub input_bytes: Option<f64>,
    /// Bytes written.
    pub output_bytes: Option<f64>,
    /// Error replies.
    pub errors: Option<f64>,
}

impl fmt::Display for Rates {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.reset {
            return out.write_str("counters began anew");
        }
        let known = |rate: Option<f64>| rate.map_or_else(|| "?".to_owned(), |rate| format!("{rate:.1}"));
        write!(out, "{} commands a second, {} errors a second", known(self.commands), known(self.errors))?;
        match self.hit_rate {
            Some(rate) => write!(out, ", {:.1} % hits", rate * 100.0),
            None => out.write_str(", no lookups"),
        }
    }
}

#[cfg(feature = "serde")]
fn seconds<S: serde::Serializer>(interval: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(interval.as_secs_f64())
}
