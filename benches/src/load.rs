//! Closed loops over a private server: so many tasks, each with one command under way, Redlane and its rivals in turns.

use std::future::Future;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::alloc::allocations;

/// A server of our own, gone with the process that measures.
#[derive(Debug)]
pub struct Private {
    child: Child,
    /// Where it listens.
    pub port: u16,
}

impl Private {
    /// Starts `redis-server`, or what `REDLANE_SERVER` names, on a free port.
    pub fn start() -> Self {
        let binary = std::env::var("REDLANE_SERVER").unwrap_or_else(|_| "redis-server".to_owned());
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let child = Command::new(&binary)
            .args(["--port", &port.to_string(), "--save", "", "--appendonly", "no", "--daemonize", "no"])
            .args(["--dir", &std::env::temp_dir().to_string_lossy()])
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {binary}: {error}"));
        let server = Private { child, port };
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(5), "the server does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        server
    }

    /// Its address as a URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client under test. Clones share its connection, as its users would have it.
pub trait Rival: Clone + Send + Sync + 'static {
    /// Reads a value of 64 bytes.
    fn get(&self) -> impl Future<Output = ()> + Send;
    /// Writes one.
    fn set(&self) -> impl Future<Output = ()> + Send;
}

/// What a task does in a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// GET of 64 bytes.
    Get,
    /// SET of 64 bytes.
    Set,
}

/// One turn of one contestant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turn {
    /// Commands a second.
    pub rate: f64,
    /// Processor time of this process a command, in nanoseconds.
    pub cpu: f64,
    /// Allocations a command.
    pub allocations: f64,
    /// Median latency in microseconds.
    pub p50: f64,
    /// The latency that one in a hundred exceeds, in microseconds.
    pub p99: f64,
}

/// Runs `count` commands from `tasks` tasks and measures.
pub async fn turn<R: Rival>(rival: &R, work: Work, tasks: usize, count: usize) -> Turn {
    let each = (count / tasks).max(1);
    let (allocated, cpu, start) = (allocations().0, process_time(), Instant::now());
    let mut running = Vec::with_capacity(tasks);
    for _ in 0..tasks {
        let rival = rival.clone();
        running.push(tokio::spawn(async move {
            let mut latencies = Vec::with_capacity(each);
            for _ in 0..each {
                let start = Instant::now();
                match work {
                    Work::Get => rival.get().await,
                    Work::Set => rival.set().await,
                }
                latencies.push(start.elapsed().as_nanos() as u64);
            }
            latencies
        }));
    }
    let mut latencies = Vec::with_capacity(each * tasks);
    for task in running {
        latencies.extend(task.await.expect("a task of the bench"));
    }
    let (elapsed, cpu) = (start.elapsed(), process_time() - cpu);
    let allocated = allocations().0 - allocated;
    let done = (each * tasks) as f64;
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize] as f64 / 1000.0;
    Turn {
        rate: done / elapsed.as_secs_f64(),
        cpu: cpu.as_nanos() as f64 / done,
        allocations: allocated as f64 / done,
        p50: at(0.5),
        p99: at(0.99),
    }
}

/// Processor time of this process so far.
fn process_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes one `timespec`, to one.
    let done = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(done, 0, "no clock of this process");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
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
        p50: middle(|turn| turn.p50),
        p99: middle(|turn| turn.p99),
    }
}
