//! What the spans of commands cost: compiled in and heard by nobody, and taken by somebody.
//!
//! Each turn is a process of its own, since a process in which somebody once listened is another than one in which
//! nobody ever did. `--without PROGRAM` names this program built with `--features without-spans`, which is what the
//! others are compared with; `alone LISTENER TASKS GETS URL` is one turn, for valgrind to count.

use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use bench::Counting;
use bench::cores::Cores;
use bench::load::{Turn, counted, median, order, runtime};
use bench::rivals::Redlane;
use bench::work::Work;
use redlane_test_support::{Options, Server};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const TASKS: usize = 64;

/// Who hears of the spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listener {
    Nobody,
    /// Takes each and keeps none: what the client itself does for a span.
    Taken,
    /// Stores them as most subscribers do.
    Registry,
}

impl Listener {
    const ALL: [Self; 3] = [Self::Nobody, Self::Taken, Self::Registry];

    fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Taken => "taken",
            Self::Registry => "registry",
        }
    }

    fn install(self) {
        let installed = match self {
            Self::Nobody => Ok(()),
            Self::Taken => tracing::subscriber::set_global_default(Taker),
            Self::Registry => tracing::subscriber::set_global_default(tracing_subscriber::registry()),
        };
        installed.expect("the only listener");
    }
}

struct Taker;

static TAKEN: AtomicU64 = AtomicU64::new(0);

impl Subscriber for Taker {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "redlane::command"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(TAKEN.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// One turn in this process: so many GETs of 64 bytes by so many tasks.
fn alone(listener: &str, tasks: &str, gets: &str, url: &str) -> Turn {
    let listener = Listener::ALL.into_iter().find(|one| one.name() == listener).expect("a listener");
    let [tasks, gets] = [tasks, gets].map(|arg| arg.parse::<usize>().expect("a number"));
    listener.install();
    let measured = runtime(1).block_on(async {
        let redlane = Redlane::connect(url).await;
        redlane.prepare(&[], &[]).await;
        counted(&redlane, Work::Get, tasks, gets / tasks).await
    });
    if listener == Listener::Taken && !cfg!(feature = "without-spans") {
        assert!(TAKEN.load(Ordering::Relaxed) >= gets as u64, "spans were not taken");
    }
    measured
}

/// The same in a process of its own.
fn apart(program: &str, listener: Listener, gets: usize, url: &str) -> Turn {
    let [tasks, gets] = [TASKS, gets].map(|number| number.to_string());
    let output = Command::new(program).args(["alone", listener.name(), &tasks, &gets, url]).output();
    let text = String::from_utf8(output.expect("it runs").stdout).expect("text");
    let figures: Vec<f64> = text.split_whitespace().map(|word| word.parse().expect("a number")).collect();
    let [rate, cpu, allocations, bytes] = figures[..] else { panic!("it said {text:?}") };
    Turn { rate, cpu, allocations, bytes, ..Turn::default() }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["alone", listener, tasks, gets] => {
            alone(listener, tasks, gets, &Server::start(Options::new()).url());
        }
        ["alone", listener, tasks, gets, url] => {
            let turn = alone(listener, tasks, gets, url);
            println!("{} {} {} {}", turn.rate, turn.cpu, turn.allocations, turn.bytes);
        }
        args => compare(args),
    }
}

fn compare(args: &[&str]) {
    let this = std::env::current_exe().expect("this program").display().to_string();
    let mut contestants = vec![
        ("compiled in, nobody listens", this.clone(), Listener::Nobody),
        ("taken, none kept", this.clone(), Listener::Taken),
        ("kept by tracing-subscriber's registry", this, Listener::Registry),
    ];
    if let Some(at) = args.iter().position(|arg| *arg == "--without") {
        let other = args.get(at + 1).expect("--without PROGRAM");
        contestants.insert(0, ("compiled out", (*other).to_owned(), Listener::Nobody));
    }
    let (rounds, gets) = if args.contains(&"--quick") { (3, 64_000) } else { (11, 256_000) };
    let server = Server::start(Options::new());
    let url = server.url();
    let cores = Cores::from_args();
    // Those that are started for their turn inherit the place.
    cores.take(server.pid());
    let mut turns = vec![Vec::with_capacity(rounds); contestants.len()];
    // The first round warms up the server.
    for round in 0..=rounds {
        for who in order(round, contestants.len()) {
            let (_, program, listener) = &contestants[who];
            let turn = apart(program, *listener, gets, &url);
            if round > 0 {
                turns[who].push(turn);
            }
        }
    }
    println!("\n### GET 64 B, {TASKS} tasks, current_thread, {}\n", cores.name());
    println!(
        "| spans | CPU ns | ratio | commands a second | ratio | allocations |\n|---|---:|---:|---:|---:|---:|"
    );
    let base = median(&turns[0]);
    for ((name, ..), turns) in contestants.iter().zip(&turns) {
        let it = median(turns);
        println!(
            "| {name} | {:.0} | {:.3} | {:.0} | {:.3} | {:.2} |",
            it.cpu,
            it.cpu / base.cpu,
            it.rate,
            it.rate / base.rate,
            it.allocations
        );
    }
}
