//! Memory: what is used, and whether that is close to the limit.
//!
//! The trap: a limit of zero is no limit, so there is no percentage, and nothing to warn of.

use std::fmt;

use super::report::human;
use crate::info::Info;

/// From where on [`MemoryCheck`] warns: 90 % of the limit, as in the reference.
pub const WARNING_PERCENT: f64 = 90.0;

/// What the reference's `get_memory_usage` gives, with the limit and the fragmentation beside it.
///
/// Sizes are in bytes. A field of the reference that the server did not send is zero, `0B` for one written
/// for reading.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MemoryUsage {
    /// What the allocator gave out.
    pub used_memory: u64,
    /// The same for reading.
    pub used_memory_human: String,
    /// The most it ever was.
    pub used_memory_peak: u64,
    /// The same for reading.
    pub used_memory_peak_human: String,
    /// What the system gave to the process.
    pub used_memory_rss: u64,
    /// The same for reading.
    pub used_memory_rss_human: String,
    /// The limit; zero says that there is none, `None` that the server did not say.
    pub maxmemory: Option<u64>,
    /// What the system gave over what is used; large and without meaning on an idle small server.
    pub mem_fragmentation_ratio: Option<f64>,
}

impl MemoryUsage {
    /// Reads the fields from a reply that holds `# Memory`.
    pub fn of(info: &Info) -> Self {
        let number = |key| info.u64(key).unwrap_or(0);
        Self {
            used_memory: number("used_memory"),
            used_memory_human: human(info, "used_memory_human"),
            used_memory_peak: number("used_memory_peak"),
            used_memory_peak_human: human(info, "used_memory_peak_human"),
            used_memory_rss: number("used_memory_rss"),
            used_memory_rss_human: human(info, "used_memory_rss_human"),
            maxmemory: info.u64("maxmemory"),
            mem_fragmentation_ratio: info.f64("mem_fragmentation_ratio").filter(|ratio| ratio.is_finite()),
        }
    }
}

impl fmt::Display for MemoryUsage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (used, peak, rss) =
            (&self.used_memory_human, &self.used_memory_peak_human, &self.used_memory_rss_human);
        write!(out, "{used} used, {peak} at the peak, {rss} resident")?;
        if let Some(ratio) = self.mem_fragmentation_ratio {
            write!(out, ", fragmentation {ratio:.2}")?;
        }
        Ok(())
    }
}

/// Whether memory is close to its limit: what the reference's `check_memory_usage` gives and prints.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MemoryCheck {
    /// Bytes in use; zero when the server did not say.
    pub used: u64,
    /// The limit in bytes; zero when there is none, or the server did not say.
    pub max: u64,
    /// Use in percent of the limit; `None` without a limit.
    pub percent: Option<f64>,
    /// The percentage above which this is worth a warning.
    pub threshold: f64,
}

impl MemoryCheck {
    /// Checks a reply that holds `# Memory` against [`WARNING_PERCENT`].
    pub fn of(info: &Info) -> Self {
        let (used, max) = (info.u64("used_memory").unwrap_or(0), info.u64("maxmemory").unwrap_or(0));
        let percent = (max > 0).then(|| used as f64 / max as f64 * 100.0);
        Self { used, max, percent, threshold: WARNING_PERCENT }
    }

    /// The same check that warns above `percent` of the limit.
    #[must_use]
    pub fn warn_above(self, percent: f64) -> Self {
        Self { threshold: percent, ..self }
    }

    /// Whether use is above the threshold; never without a limit.
    pub fn is_high(&self) -> bool {
        self.percent.is_some_and(|percent| percent > self.threshold)
    }
}

impl fmt::Display for MemoryCheck {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(percent) = self.percent else {
            return write!(out, "Memory usage: {} bytes, no limit", self.used);
        };
        write!(out, "Memory usage: {percent:.2}%")?;
        if self.is_high() {
            out.write_str(" (Warning: Memory usage too high)")?;
        }
        Ok(())
    }
}
