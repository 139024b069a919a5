//! Closed loops: so many tasks, each with one command under way, Redlane and its rivals in turns.

use std::time::{Duration, Instant};

use crate::alloc::allocations;
use crate::rivals::{Blocks, Rival};
use crate::work::Work;

/// One turn of one contestant. What it could not measure is zero.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turn {
    /// Commands a second.
    pub rate: f64,
    /// Processor time of this process a command, in nanoseconds.
    pub cpu: f64,
    /// Allocations a command.
    pub allocations: f64,
    /// Bytes allocated a command.
    pub bytes: f64,
    /// Median latency of a step in microseconds.
    pub p50: f64,
    /// The latency that one in a hundred exceeds, in microseconds.
    pub p99: f64,
    /// The latency that one in a thousand exceeds, in microseconds.
    pub p999: f64,
}

/// What is measured around work that takes no time by itself.
#[derive(Debug)]
pub struct Meter {
    allocated: (u64, u64),
    clock: fn() -> Duration,
    cpu: Duration,
    start: Instant,
}

impl Meter {
    /// Begins, with the processor time that `clock` tells.
    pub fn start(clock: fn() -> Duration) -> Self {
        Meter { allocated: allocations(), clock, cpu: clock(), start: Instant::now() }
    }

    /// What each of the `done` commands, or messages, took.
    pub fn stop(self, done: usize) -> Turn {
        let (elapsed, cpu) = (self.start.elapsed(), (self.clock)() - self.cpu);
        let after = allocations();
        let done = done as f64;
        Turn {
            rate: done / elapsed.as_secs_f64(),
            cpu: cpu.as_nanos() as f64 / done,
            allocations: (after.0 - self.allocated.0) as f64 / done,
            bytes: (after.1 - self.allocated.1) as f64 / done,
            ..Turn::default()
        }
    }
}

impl Turn {
    /// With the percentiles of latencies in nanoseconds.
    pub fn with_latencies(self, mut latencies: Vec<u64>) -> Self {
        latencies.sort_unstable();
        let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize] as f64 / 1000.0;
        Turn { p50: at(0.5), p99: at(0.99), p999: at(0.999), ..self }
    }
}

/// Runs `count` steps from `tasks` tasks twice: once to count, once to take the latency of each step. Two looks at a
/// clock cost as much as a fifth of a command and are not the client's.
pub async fn turn<R: Rival>(rival: &R, work: Work, tasks: usize, count: usize) -> Turn {
    let each = (count / tasks).max(1);
    let counted = counted(rival, work, tasks, each).await;
    let mut running = Vec::with_capacity(tasks);
    for _ in 0..tasks {
        let rival = rival.clone();
        running.push(tokio::spawn(async move {
            let mut latencies = Vec::with_capacity(each);
            for nth in 0..each {
                let start = Instant::now();
                rival.step(work, nth).await;
                latencies.push(start.elapsed().as_nanos() as u64);
            }
            latencies
        }));
    }
    let mut all = Vec::with_capacity(each * tasks);
    for task in running {
        all.extend(task.await.expect("a task of the bench"));
    }
    counted.with_latencies(all)
}

/// The first half of [`turn`]: `each` steps from each of `tasks` tasks, and no latencies.
pub async fn counted<R: Rival>(rival: &R, work: Work, tasks: usize, each: usize) -> Turn {
    let mut running = Vec::with_capacity(tasks);
    let meter = Meter::start(process_time);
    for _ in 0..tasks {
        let rival = rival.clone();
        running.push(tokio::spawn(async move {
            for nth in 0..each {
                rival.step(work, nth).await;
            }
        }));
    }
    for task in running {
        task.await.expect("a task of the bench");
    }
    meter.stop(each * tasks * work.commands())
}

/// Runs `count` steps on a blocking connection, twice as [`turn`] does.
pub fn blocking_turn<B: Blocks>(connection: &mut B, work: Work, count: usize) -> Turn {
    let meter = Meter::start(process_time);
    for nth in 0..count {
        connection.step(work, nth);
    }
    let counted = meter.stop(count * work.commands());
    let mut latencies = Vec::with_capacity(count);
    for nth in 0..count {
        let start = Instant::now();
        connection.step(work, nth);
        latencies.push(start.elapsed().as_nanos() as u64);
    }
    counted.with_latencies(latencies)
}

/// Processor time of this process so far.
pub fn process_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes one `timespec`, to one.
    let done = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(done, 0, "no clock of this process");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The order of `many` contestants in a round: shuffled, and the same in every run, so that nobody always comes behind the
/// same one and takes over where its threads have come to rest.
pub fn order(round: usize, many: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..many).collect();
    fastrand::Rng::with_seed(round as u64).shuffle(&mut order);
    order
}

/// The median turn, figure by figure.
pub fn median(turns: &[Turn]) -> Turn {
    let middle = |figure: fn(&Turn) -> f64| {
        let mut values: Vec<f64> = turns.iter().map(figure).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Turn {
        rate: middle(|turn| turn.rate),
        cpu: middle(|turn| turn.cpu),
        allocations: middle(|turn| turn.allocations),
        bytes: middle(|turn| turn.bytes),
        p50: middle(|turn| turn.p50),
        p99: middle(|turn| turn.p99),
        p999: middle(|turn| turn.p999),
    }
}

/// A runtime of one thread (`current_thread`), or of several.
pub fn runtime(threads: usize) -> tokio::runtime::Runtime {
    let mut builder = if threads == 1 {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    builder.worker_threads(threads).enable_all().build().expect("a runtime")
}

/// Its name in a table.
pub fn runtime_name(threads: usize) -> String {
    if threads == 1 { "current_thread".to_owned() } else { format!("multi_thread({threads})") }
}

/// Whether the arguments of the program ask for the row with this title: each must occur in it, or there are none.
pub fn wanted(title: &str) -> bool {
    std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).all(|arg| title.contains(&arg))
}
