//! GET of 64 bytes at arrivals that do not wait for replies: what a service feels whose callers come when they like.
//!
//! Arrivals are a Poisson process with a seed, made by a thread of its own; latency counts from the moment at which a
//! request was meant to start, so that a client that falls behind pays for it. The load is a share of what redis-rs
//! reached in a closed loop of 64 tasks just before. A client is saturated when it answers less than 98 of 100 requests
//! by the time at which the last one was meant to start, plus a tenth of the turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bench::load::{median, order, process_time, runtime, runtime_name, turn, wanted};
use bench::rivals::{Fred, RedisRs, Redlane, Rival, Rustis};
use bench::work::Work;
use redlane::commands::native::StringsCommands as _;
use redlane_test_support::{Options, Server};
use tokio::sync::mpsc;

const TURN: Duration = Duration::from_millis(500);
const ROUNDS: u64 = 9;

/// One turn of one client.
#[derive(Clone, Copy)]
struct Flow {
    p50: f64,
    p99: f64,
    p999: f64,
    /// Share of requests answered in time.
    kept: f64,
    cpu: f64,
}

/// Sends the moments of arrival, each at its time. Late ones go out together.
fn arrivals(rate: f64, seed: u64, start: Instant, out: &mpsc::UnboundedSender<Instant>) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut at = Duration::ZERO;
    loop {
        // Never the logarithm of zero.
        at += Duration::from_secs_f64(-(1.0 - random.f64()).ln() / rate);
        if at >= TURN {
            return;
        }
        let due = start + at;
        let wait = due.saturating_duration_since(Instant::now());
        if wait > Duration::from_micros(20) {
            std::thread::sleep(wait);
        }
        if out.send(due).is_err() {
            return;
        }
    }
}

async fn flow<R: Rival>(rival: &R, rate: f64, seed: u64) -> Flow {
    let (send, mut due) = mpsc::unbounded_channel();
    let (start, cpu) = (Instant::now(), process_time());
    let clock = std::thread::spawn(move || arrivals(rate, seed, start, &send));
    let early = Arc::new(AtomicUsize::new(0));
    let limit = start + TURN + TURN / 10;
    let mut running = Vec::with_capacity((rate * TURN.as_secs_f64() * 1.2) as usize);
    let mut batch = Vec::with_capacity(1024);
    while due.recv_many(&mut batch, 1024).await > 0 {
        for due in batch.drain(..) {
            let (rival, early) = (rival.clone(), Arc::clone(&early));
            running.push(tokio::spawn(async move {
                rival.step(Work::Get, 0).await;
                let now = Instant::now();
                if now < limit {
                    early.fetch_add(1, Relaxed);
                }
                now.saturating_duration_since(due).as_nanos() as u64
            }));
        }
    }
    clock.join().expect("the clock of the arrivals");
    let mut latencies = Vec::with_capacity(running.len());
    for task in running {
        latencies.push(task.await.expect("a request"));
    }
    let cpu = process_time() - cpu;
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize] as f64 / 1000.0;
    let done = latencies.len() as f64;
    Flow {
        p50: at(0.5),
        p99: at(0.99),
        p999: at(0.999),
        kept: early.load(Relaxed) as f64 / done,
        cpu: cpu.as_nanos() as f64 / done,
    }
}

fn middle(flows: &[Flow], figure: fn(&Flow) -> f64) -> f64 {
    let mut values: Vec<f64> = flows.iter().map(figure).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Redlane tells callers when 65,536 wait already; these come again a millisecond later.
#[derive(Clone)]
struct Insistent(Redlane);

impl Rival for Insistent {
    async fn step(&self, _: Work, _: usize) {
        while let Err(error) = self.0.0.get("bench").read_as::<Vec<u8>>().await {
            assert_eq!(error.kind(), redlane::error::ErrorKind::Overloaded, "{error}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

const NAMES: [&str; 4] = ["redis-rs 1.8.1", "redlane", "rustis 0.27", "fred 10.1"];

fn main() {
    let rounds = if std::env::args().any(|arg| arg == "--quick") { 3 } else { ROUNDS };
    let server = Server::start(Options::new());
    let url = server.url();
    for threads in [1, 2] {
        let name = runtime_name(threads);
        // One for each, since a timer that a client leaves in a runtime makes every look at the sockets dearer for all.
        let on = NAMES.map(|_| runtime(threads));
        let redis = on[0].block_on(RedisRs::connect(&url));
        let redlane = on[1].block_on(Redlane::connect(&url));
        let rustis = on[2].block_on(Rustis::connect(&url));
        let fred = on[3].block_on(Fred::connect(&url));
        on[1].block_on(redlane.prepare(&[], &[]));
        let redlane = Insistent(redlane);
        let closed: Vec<_> = (0..5).map(|_| on[0].block_on(turn(&redis, Work::Get, 64, 30_000))).collect();
        let capacity = median(&closed).rate;
        for share in [30, 60, 90] {
            let title = format!("open loop, {share} % of redis-rs's {capacity:.0} a second, {name}");
            if !wanted(&title) {
                continue;
            }
            let rate = capacity * f64::from(share) / 100.0;
            let mut flows: [Vec<Flow>; NAMES.len()] = Default::default();
            for round in 0..=rounds {
                for who in order(round as usize, NAMES.len()) {
                    // The same arrivals for all of a round.
                    let flow = match who {
                        0 => on[who].block_on(flow(&redis, rate, round)),
                        1 => on[who].block_on(flow(&redlane, rate, round)),
                        2 => on[who].block_on(flow(&rustis, rate, round)),
                        _ => on[who].block_on(flow(&fred, rate, round)),
                    };
                    if round > 0 {
                        flows[who].push(flow);
                    }
                }
            }
            print(&title, &flows);
        }
    }
}

fn print(title: &str, flows: &[Vec<Flow>; NAMES.len()]) {
    println!("\n### {title}\n");
    println!("| who | p50 us | ratio | p99 us | ratio | p99.9 us | ratio | CPU ns/op | ratio | saturated |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---|");
    let figures: [fn(&Flow) -> f64; 4] =
        [|flow| flow.p50, |flow| flow.p99, |flow| flow.p999, |flow| flow.cpu];
    for (name, own) in NAMES.iter().zip(flows) {
        print!("| {name} ");
        for figure in figures {
            let (value, base) = (middle(own, figure), middle(&flows[0], figure));
            print!("| {value:.0} | {:.2} ", value / base);
        }
        let kept = middle(own, |flow| flow.kept);
        println!(
            "| {} |",
            if kept < 0.98 { format!("yes: {:.0} % in time", kept * 100.0) } else { "no".to_owned() }
        );
    }
}
