//! What Redlane holds: idle, for callers that wait, and for a large value. Beside it redis-rs.
//!
//! For large values the figure is what the system says the process held at most (`VmHWM`), in a process of its own per
//! row: a vector that grows by moving its pages counts once, one that is copied counts twice. Bytes allocated count a
//! reallocation by what it adds.

use std::future::Future;
use std::process::Command;
use std::time::Duration;

use bench::load::runtime;
use bench::rivals::{RedisRs, Redlane, Rival};
use bench::work::{LARGEST, Size, Work, large};
use bench::{Counting, heap};
use redis::AsyncCommands as _;
use redlane::commands::native::StringsCommands as _;
use redlane_test_support::{Options, Server};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MIB: usize = 1 << 20;
const WAITERS: usize = 10_000;

fn row(what: &str, redlane: f64, redis: f64, unit: &str) {
    println!("| {what} | {redlane:.2} {unit} | {redis:.2} {unit} |");
}

/// Bytes of each caller that waits for a server that does not answer, its task included.
async fn waiting<F: Future<Output = ()> + Send + 'static>(call: impl Fn() -> F, server: &Server) -> f64 {
    call().await;
    let mut running = Vec::with_capacity(WAITERS);
    server.pause();
    let before = heap().live;
    for _ in 0..WAITERS {
        running.push(tokio::spawn(call()));
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let held = heap().live - before;
    server.resume();
    for task in running {
        task.await.expect("it is answered in the end");
    }
    held as f64 / WAITERS as f64
}

/// A figure of this process, in bytes.
fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = text.lines().find_map(|line| line.strip_prefix(name)).expect("a known figure");
    let number = line.trim_matches(|c: char| !c.is_ascii_digit());
    number.parse::<u64>().expect("a number") * 1024
}

/// Does one large piece of work in this process and says how much more of it was there at most.
async fn alone<R: Rival>(rival: &R, work: Work) -> u64 {
    for nth in 0..1_000 {
        rival.step(Work::Get, nth).await;
    }
    // From here on the peak counts anew.
    std::fs::write("/proc/self/clear_refs", "5").expect("Linux");
    let before = status("VmRSS:");
    rival.step(work, 0).await;
    status("VmHWM:").saturating_sub(before)
}

fn work(verb: &str, size: usize) -> Work {
    if verb == "GET" { Work::GetLarge(size) } else { Work::SetLarge(size) }
}

/// The same in a process of its own, to the size of the value.
fn peak(who: &str, verb: &str, size: usize, url: &str) -> f64 {
    let this = std::env::current_exe().expect("this program");
    let output =
        Command::new(this).args(["alone", who, verb, &size.to_string(), url]).output().expect("it runs");
    let text = String::from_utf8(output.stdout).expect("text");
    text.trim().parse::<f64>().expect("a number") / size as f64
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [alone_, who, verb, size, url] = &args[..]
        && alone_ == "alone"
    {
        let work = work(verb, size.parse().expect("a number"));
        if verb == "SET" {
            // The caller's own value is there before.
            assert!(large(LARGEST).iter().all(|byte| *byte == b'x'));
        }
        let bytes = runtime(1).block_on(async {
            if who == "redlane" {
                alone(&Redlane::connect(url).await, work).await
            } else {
                alone(&RedisRs::connect(url).await, work).await
            }
        });
        println!("{bytes}");
        return;
    }
    let server = Server::start(Options::new());
    runtime(1).block_on(async {
        println!("\n| what | redlane | redis-rs 1.8.1 |\n|---|---:|---:|");
        let url = server.url();
        // What the bench itself holds is there before.
        assert_eq!(large(LARGEST).len(), LARGEST);
        let before = heap().live;
        let redlane = Redlane::connect(&url).await;
        redlane.prepare(&[MIB, 16 * MIB], &[]).await;
        // Its clock comes to rest a second after the last traffic.
        tokio::time::sleep(Duration::from_secs(3)).await;
        let idle = heap().live - before;
        let before = heap().live;
        let redis = RedisRs::connect(&url).await;
        redis.step(Work::Get, 0).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let beside = heap().live - before;
        row("a client at rest", idle as f64 / 1024.0, beside as f64 / 1024.0, "KiB");

        let client = redlane.0.clone();
        let own = move || {
            let client = client.clone();
            async move {
                let _: Vec<u8> = client.get("bench").read_as().await.expect("a value");
            }
        };
        let connection = redis.0.clone();
        let other = move || {
            let mut connection = connection.clone();
            async move {
                let _: Vec<u8> = connection.get("bench").await.expect("a value");
            }
        };
        let held = (waiting(own, &server).await, waiting(other, &server).await);
        row(&format!("each of {WAITERS} callers that wait"), held.0, held.1, "bytes");
    });
    for size in [MIB, 16 * MIB] {
        for verb in ["GET", "SET"] {
            let url = server.url();
            let (own, other) = (peak("redlane", verb, size, &url), peak("redis-rs", verb, size, &url));
            row(&format!("{verb} {}, most memory at once, to its size", Size(size)), own, other, "x");
        }
    }
}
