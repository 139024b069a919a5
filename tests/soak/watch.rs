//! What must stay flat over time, and whether it did.

use std::fmt;
use std::time::Duration;

use redlane_test_support::Server;

use crate::load::World;

/// One look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    at: Duration,
    /// KiB of this process's memory.
    memory: u64,
    descriptors: u64,
    tasks: u64,
    /// Connections that the server counts, the one that asks included.
    connections: u64,
}

impl Sample {
    pub(crate) fn now(server: &Server, _: &World, at: Duration) -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let memory =
            memory.and_then(|text| text.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or(0);
        let descriptors = std::fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64);
        let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks() as u64;
        let connections = server.info("connected_clients").parse().unwrap_or(0);
        Sample { at, memory, descriptors, tasks, connections }
    }
}

/// All looks of a run.
pub(crate) struct Samples {
    total: Duration,
    all: Vec<Sample>,
}

/// A figure of a sample, its name, and by how much it may differ between the second and the last quarter.
type Figure = (&'static str, fn(&Sample) -> u64, u64);

const FIGURES: [Figure; 4] = [
    // A tenth more besides; what an allocator keeps differs by some MiB.
    ("memory, KiB", |sample| sample.memory, 6 * 1024),
    ("descriptors", |sample| sample.descriptors, 8),
    ("tasks", |sample| sample.tasks, 12),
    ("server's connections", |sample| sample.connections, 6),
];

impl Samples {
    pub(crate) fn new(total: Duration) -> Self {
        Samples { total, all: Vec::new() }
    }

    pub(crate) fn take(&mut self, sample: Sample) {
        self.all.push(sample);
    }

    /// The median of a figure in one quarter of the time.
    fn quarter(&self, which: u32, figure: fn(&Sample) -> u64) -> u64 {
        let (from, to) = (self.total * which / 4, self.total * (which + 1) / 4);
        let mut values: Vec<u64> =
            self.all.iter().filter(|sample| sample.at >= from && sample.at < to).map(figure).collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or_default()
    }

    /// The first quarter warms up; the last is no more than the second.
    pub(crate) fn check(&self) {
        for (name, figure, slack) in FIGURES {
            let (early, late) = (self.quarter(1, figure), self.quarter(3, figure));
            assert!(early > 0 && late > 0, "{name}: not measured");
            assert!(late <= early + early / 10 + slack, "{name} grew from {early} to {late}");
        }
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| median of each quarter | first | second | third | last |\n|---|---:|---:|---:|---:|")?;
        for (name, figure, _) in FIGURES {
            write!(f, "| {name} ")?;
            for which in 0..4 {
                write!(f, "| {} ", self.quarter(which, figure))?;
            }
            writeln!(f, "|")?;
        }
        Ok(())
    }
}
