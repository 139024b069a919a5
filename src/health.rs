//! How a server is: alive or not, what it uses, what it does a second. Pure functions over
//! [`Info`](crate::info::Info), and one question under a deadline of its own.
//!
//! Two views stand side by side. [`HealthReport`], [`MemoryUsage`] and [`PerformanceMetrics`] have the fields
//! and names of the reference, a missing field counting as zero there. [`Health`] answers what a probe asks:
//! `Up`, `Degraded` with reasons, or `Down`; it never takes a server for dead because it may not run INFO.

mod client;
mod memory;
mod metrics;
mod monitor;
mod probe;
mod rates;
mod report;
mod status;

pub use memory::{MemoryCheck, MemoryUsage, WARNING_PERCENT};
pub use metrics::{ConnectionInfo, KeyMetrics, PerformanceMetrics};
pub use monitor::{Examine, RedisMonitor};
pub use probe::{ProbeReport, Step, StepName, Trouble, probe};
pub use rates::{Rates, Snapshot};
pub use report::{HealthReport, HealthStatus, Reading};
pub use status::{Expectations, Health, Reason, Status, check};

#[cfg(test)]
mod tests;
