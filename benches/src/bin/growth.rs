//! How Redlane's cost grows: with tasks, with the size of a value, of a pipeline, and of one reply.
//!
//! A table is one axis. Cost is this process's processor time, allocations and the most memory that was in use beyond
//! what was in use before, each for one unit: a command, a KiB, a command of the pipeline, an element.

use bench::load::{Turn, median, runtime, turn, wanted};
use bench::rivals::Redlane;
use bench::work::{Size, Work};
use bench::{Counting, heap};
use redlane_test_support::{Options, Server};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const SIZES: [usize; 7] = [16, 256, 4 << 10, 64 << 10, 1 << 20, 16 << 20, 64 << 20];
const ELEMENTS: [usize; 6] = [10, 100, 1_000, 10_000, 100_000, 1_000_000];
const PIPELINES: [usize; 6] = [1, 10, 100, 1_000, 10_000, 100_000];
const TASKS: [usize; 5] = [1, 10, 100, 1_000, 10_000];

/// The median of nine turns, and the most memory that one of them needed at once.
async fn measure(redlane: &Redlane, work: Work, tasks: usize, count: usize) -> (Turn, u64) {
    let mut turns = Vec::new();
    turn(redlane, work, tasks, count).await;
    let before = heap().live;
    for _ in 0..9 {
        turns.push(turn(redlane, work, tasks, count).await);
    }
    (median(&turns), heap().peak.saturating_sub(before))
}

fn head(title: &str, unit: &str) {
    println!("\n### {title}\n");
    println!(
        "| {title} | CPU ns per {unit} | to the row before | allocations | bytes allocated | peak memory per {unit} |"
    );
    println!("|---|---:|---:|---:|---:|---:|");
}

/// Prints a row; `units` are those of one command or pipeline, `at_once` those under way at the peak.
fn row(name: &str, (turn, peak): (Turn, u64), units: f64, at_once: f64, before: &mut Option<f64>) {
    let cpu = turn.cpu / units;
    let growth = before.map_or(String::new(), |before| format!("{:.2}", cpu / before));
    *before = Some(cpu);
    println!(
        "| {name} | {cpu:.1} | {growth} | {:.2} | {:.0} | {:.0} |",
        turn.allocations / units,
        turn.bytes / units,
        peak as f64 / at_once
    );
}

fn main() {
    let server = Server::start(Options::new());
    runtime(1).block_on(async {
        let redlane = Redlane::connect(&server.url()).await;
        redlane.prepare(&SIZES, &ELEMENTS).await;
        if wanted("tasks") {
            head("tasks, GET 64 B", "command");
            let mut before = None;
            for tasks in TASKS {
                let figures = measure(&redlane, Work::Get, tasks, tasks.max(20_000)).await;
                row(&tasks.to_string(), figures, 1.0, tasks as f64, &mut before);
            }
        }
        for (title, work) in
            [("values, GET", Work::GetLarge as fn(usize) -> Work), ("values, SET", Work::SetLarge)]
        {
            if !wanted(title) {
                continue;
            }
            head(title, "byte");
            let mut before = None;
            for size in SIZES {
                let count = (64 << 20) / size.max(16 << 10);
                let figures = measure(&redlane, work(size), 1, count.max(2)).await;
                row(&Size(size).to_string(), figures, size as f64, size as f64, &mut before);
            }
        }
        if wanted("pipelines") {
            head("pipelines, GET 64 B", "command");
            let mut before = None;
            for commands in PIPELINES {
                let count = (30_000 / commands).max(1);
                let figures = measure(&redlane, Work::Pipeline(commands), 1, count).await;
                row(&commands.to_string(), figures, 1.0, commands as f64, &mut before);
            }
        }
        if wanted("elements") {
            head("elements of a reply, LRANGE 16 B", "element");
            let mut before = None;
            for count in ELEMENTS {
                let turns = (1_000_000 / count.max(1_000)).max(1);
                let figures = measure(&redlane, Work::Elements(count), 1, turns).await;
                row(&count.to_string(), figures, count as f64, count as f64, &mut before);
            }
        }
    });
}
