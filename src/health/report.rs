//! The reference's health dictionary: the same names, the same defaults, the same two shapes.

use std::fmt;

use crate::info::Info;

/// The first word of a health report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum HealthStatus {
    /// PING and INFO were answered.
    Healthy,
    /// One of them was not.
    Unhealthy,
}

impl fmt::Display for HealthStatus {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        })
    }
}

/// What the reference's `get_health_status` gives.
///
/// An unhealthy report has a status and an error only, and with the feature `serde` it is written with these
/// two. A field that the server did not send is zero here, `0B` for the memory; ask [`Info`] where the
/// difference matters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HealthReport {
    /// Healthy or not.
    pub status: HealthStatus,
    /// `ping_failed`, or the text of the error; `None` when healthy.
    pub error: Option<String>,
    /// Client connections.
    pub connected_clients: u64,
    /// Memory in use, written for reading: `1.02M`.
    pub used_memory: String,
    /// Commands run since the counters began.
    pub total_commands_processed: u64,
    /// Reads that found their key.
    pub keyspace_hits: u64,
    /// Reads that did not.
    pub keyspace_misses: u64,
    /// Seconds since the server started.
    pub uptime_in_seconds: u64,
}

impl HealthReport {
    /// The report of a server that answered PING and INFO.
    pub fn healthy(info: &Info) -> Self {
        let number = |key| info.u64(key).unwrap_or(0);
        Self {
            status: HealthStatus::Healthy,
            error: None,
            connected_clients: number("connected_clients"),
            used_memory: human(info, "used_memory_human"),
            total_commands_processed: number("total_commands_processed"),
            keyspace_hits: number("keyspace_hits"),
            keyspace_misses: number("keyspace_misses"),
            uptime_in_seconds: number("uptime_in_seconds"),
        }
    }

    /// The report of a server that did not answer PING with PONG.
    pub fn ping_failed() -> Self {
        Self::unhealthy("ping_failed")
    }

    /// The report of a server that could not be asked, with the error's text.
    pub fn unhealthy(error: impl fmt::Display) -> Self {
        let error = Some(error.to_string());
        Self { status: HealthStatus::Unhealthy, error, ..Self::healthy(&Info::default()) }
    }

    /// Whether the status is healthy.
    pub fn is_healthy(&self) -> bool {
        self.status == HealthStatus::Healthy
    }
}

impl fmt::Display for HealthReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(error) = &self.error {
            return write!(out, "{}: {error}", self.status);
        }
        write!(
            out,
            "{}: {} clients, {} used, {} commands, {} hits, {} misses, up {}s",
            self.status,
            self.connected_clients,
            self.used_memory,
            self.total_commands_processed,
            self.keyspace_hits,
            self.keyspace_misses,
            self.uptime_in_seconds
        )
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for HealthReport {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let length = if self.error.is_some() { 2 } else { 7 };
        let mut map = serializer.serialize_struct("HealthReport", length)?;
        map.serialize_field("status", &self.status)?;
        if let Some(error) = &self.error {
            map.serialize_field("error", error)?;
            return map.end();
        }
        map.serialize_field("connected_clients", &self.connected_clients)?;
        map.serialize_field("used_memory", &self.used_memory)?;
        map.serialize_field("total_commands_processed", &self.total_commands_processed)?;
        map.serialize_field("keyspace_hits", &self.keyspace_hits)?;
        map.serialize_field("keyspace_misses", &self.keyspace_misses)?;
        map.serialize_field("uptime_in_seconds", &self.uptime_in_seconds)?;
        map.end()
    }
}

/// A report, or why there is none: with the feature `serde` the report's own fields, or `{"error": …}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
pub enum Reading<T> {
    /// The report.
    Value(T),
    /// The server could not be asked.
    Failed {
        /// The error's text.
        error: String,
    },
}

impl<T, E: fmt::Display> From<Result<T, E>> for Reading<T> {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(value) => Self::Value(value),
            Err(error) => Self::Failed { error: error.to_string() },
        }
    }
}

impl<T: fmt::Display> fmt::Display for Reading<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => value.fmt(out),
            Self::Failed { error } => write!(out, "error: {error}"),
        }
    }
}

/// A size written for reading, with the reference's default.
pub(super) fn human(info: &Info, key: &str) -> String {
    info.raw(key).unwrap_or("0B").to_owned()
}
