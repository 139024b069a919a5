//! The reply in one line, for a log or a terminal; what the server did not send is left out.

use std::fmt;
use std::time::Duration;

use super::server::Role;
use super::text::Info;

/// One line about a server: `Redis 8.2.3 standalone primary, up 7m 42s, 4 clients, 1.56M used of 1.00G, 362
/// keys`.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a> {
    info: &'a Info,
}

impl Info {
    /// The most asked for fields in one line, by its `Display`.
    pub fn summary(&self) -> Summary<'_> {
        Summary { info: self }
    }

    /// How many keys all logical databases hold; `None` when the reply has no `# Keyspace`.
    pub fn key_count(&self) -> Option<u64> {
        let section = self.section("Keyspace");
        let keys = section.databases().into_values().filter_map(|db| db.keys).fold(0, u64::saturating_add);
        section.is_present().then_some(keys)
    }

    /// The share of reads that found their key since the counters began, 0 to 1; `None` when there was no
    /// read.
    pub fn hit_rate(&self) -> Option<f64> {
        hit_rate(self.u64("keyspace_hits")?, self.u64("keyspace_misses")?)
    }
}

/// Hits over lookups, `None` when there was no lookup.
pub(crate) fn hit_rate(hits: u64, misses: u64) -> Option<f64> {
    let lookups = hits.saturating_add(misses);
    (lookups > 0).then(|| hits as f64 / lookups as f64)
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.info;
        let server = info.server();
        write!(out, "{}", server.vendor)?;
        if let Some(version) = server.version {
            write!(out, " {version}")?;
        }
        if let Some(mode) = server.mode {
            write!(out, " {mode}")?;
        }
        // A Sentinel's mode has said so already.
        if let Some(role) = server.role.filter(|role| *role != Role::Sentinel) {
            write!(out, " {role}")?;
        }
        if let Some(uptime) = server.uptime {
            write!(out, ", up {}", Uptime(uptime))?;
        }
        if let Some(clients) = info.u64("connected_clients") {
            write!(out, ", {clients} clients")?;
        }
        if let Some(used) = info.raw("used_memory_human") {
            write!(out, ", {used} used")?;
        }
        if let Some(limit) = info.raw("maxmemory_human").filter(|_| info.u64("maxmemory") != Some(0)) {
            write!(out, " of {limit}")?;
        }
        if let Some(keys) = info.key_count() {
            write!(out, ", {keys} keys")?;
        }
        if let Some(rate) = info.hit_rate() {
            write!(out, ", {:.1} % hits", rate * 100.0)?;
        }
        Ok(())
    }
}

/// A time in its two largest units.
struct Uptime(Duration);

impl fmt::Display for Uptime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        match (days, hours, minutes) {
            (0, 0, 0) => write!(out, "{seconds}s"),
            (0, 0, _) => write!(out, "{minutes}m {}s", seconds % 60),
            (0, _, _) => write!(out, "{hours}h {}m", minutes % 60),
            _ => write!(out, "{days}d {}h", hours % 24),
        }
    }
}
