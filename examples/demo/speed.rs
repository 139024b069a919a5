//! A small table of operations per second: short closed loops on one client, everything measured here and now.
//!
//! It shows how things scale with the number of tasks, on this machine, with the server on it too. It compares
//! nothing: `benches/` does, with more care.

use std::time::{Duration, Instant};

use redlane::prelude::*;
use tokio::task::JoinSet;

use crate::ground::Ground;
use crate::screen::{Checked, Screen, grouped};

const TASKS: [usize; 3] = [1, 64, 512];
/// Commands in one pipeline.
const BATCH: u64 = 100;
/// Bytes of a value, as in the benchmarks.
const VALUE: usize = 64;

/// What a task does over and over.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Work {
    Get,
    Set,
    Pipeline,
}

impl Work {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Get, "GET"), (Self::Set, "SET"), (Self::Pipeline, "pipeline of 100 GET")];

    fn commands(self) -> u64 {
        if self == Self::Pipeline { BATCH } else { 1 }
    }
}

/// One cell of the table.
struct Measured {
    commands: u64,
    elapsed: Duration,
    /// How long each call took, in nanoseconds, in order.
    calls: Vec<u32>,
}

impl Measured {
    fn per_second(&self) -> u64 {
        let nanos = self.elapsed.as_nanos().max(1);
        let rate = u128::from(self.commands).saturating_mul(1_000_000_000).checked_div(nanos);
        rate.and_then(|rate| u64::try_from(rate).ok()).unwrap_or(u64::MAX)
    }

    /// The time that so many of a hundred calls did not exceed.
    fn percentile(&self, percent: usize) -> String {
        let place = self.calls.len().saturating_sub(1).saturating_mul(percent).div_ceil(100);
        let nanos = self.calls.get(place).copied().map_or(0, u64::from);
        match nanos {
            0..1_000_000 => format!("{} µs", nanos.div_ceil(1_000)),
            _ => format!("{:.1} ms", Duration::from_nanos(nanos).as_secs_f64() * 1e3),
        }
    }
}

/// Measures each kind of work, with one task and with many, for `time` each.
pub(crate) async fn show(screen: &mut Screen, ground: &Ground, client: &Client, time: Duration) -> Checked {
    screen.chapter("Operations per second");
    let key = ground.key("speed");
    let value = Bytes::from(vec![b'x'; VALUE]);
    client.set(&key, &value).await?;
    let mut rows = vec![["", "tasks", "commands/s", "p50", "p99"].map(str::to_owned)];
    for (work, name) in Work::ALL {
        for tasks in TASKS {
            let mut loops = JoinSet::new();
            let begun = Instant::now();
            for _ in 0..tasks {
                let until = begun.checked_add(time).unwrap_or(begun);
                loops.spawn(repeat(client.clone(), work, key.clone(), value.clone(), until));
            }
            let mut calls = Vec::new();
            while let Some(done) = loops.join_next().await {
                calls.append(&mut done??);
            }
            let elapsed = begun.elapsed();
            calls.sort_unstable();
            let count = u64::try_from(calls.len()).unwrap_or(u64::MAX);
            let measured = Measured { commands: count.saturating_mul(work.commands()), elapsed, calls };
            rows.push([
                name.to_owned(),
                tasks.to_string(),
                grouped(measured.per_second()),
                measured.percentile(50),
                measured.percentile(99),
            ]);
        }
    }
    screen.table(&rows);
    let threads = tokio::runtime::Handle::current().metrics().num_workers();
    screen.fact("one connection, bytes of a value", VALUE);
    screen.fact("worker threads, time of each row", format!("{threads}, {time:?}"));
    Ok(())
}

/// Does the same until the time is over; gives how long each call took.
async fn repeat(client: Client, work: Work, key: String, value: Bytes, until: Instant) -> Checked<Vec<u32>> {
    let mut calls = Vec::with_capacity(65_536);
    let mut begun = Instant::now();
    while begun < until {
        match work {
            Work::Get => {
                let found = client.get(&key).read_as::<Option<Bytes>>().await?;
                if found.as_ref() != Some(&value) {
                    return Err("GET gave another value than the one that was set".into());
                }
            }
            Work::Set => client.set(&key, &value).await?,
            Work::Pipeline => {
                let mut pipeline = client.pipeline();
                for _ in 0..BATCH {
                    pipeline = pipeline.get(&key);
                }
                let found: Vec<Bytes> = pipeline.query().await?;
                if found.last() != Some(&value) {
                    return Err("a pipeline gave another value than the one that was set".into());
                }
            }
        }
        let ended = Instant::now();
        let nanos = ended.saturating_duration_since(begun).as_nanos();
        calls.push(u32::try_from(nanos).unwrap_or(u32::MAX));
        begun = ended;
    }
    Ok(calls)
}
