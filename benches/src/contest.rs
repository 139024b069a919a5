//! One row of a benchmark: contestants that do the same work, in turns.

use std::fmt::Write as _;
use std::time::Duration;

use crate::alloc::allocations;
use crate::load::order;

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Rounds whose median counts.
    pub rounds: usize,
    /// Time one contestant gets in one round; slower work runs once and takes what it takes.
    pub turn: Duration,
}

impl Default for Settings {
    /// Eleven rounds of 30 ms: half a second per contestant, and an odd number of values for the median.
    fn default() -> Self {
        Settings { rounds: 11, turn: Duration::from_millis(30) }
    }
}

impl Settings {
    /// The defaults, or a tenth of the time when the first argument of the program is `--quick`.
    pub fn from_args() -> Self {
        if std::env::args().any(|arg| arg == "--quick") {
            Settings { rounds: 3, turn: Duration::from_millis(9) }
        } else {
            Settings::default()
        }
    }
}

/// Does the work so many times and says how long it took.
type Work<'a> = Box<dyn FnMut(u64) -> Duration + 'a>;

struct Contestant<'a> {
    name: String,
    work: Work<'a>,
}

/// A row under way: add contestants, the one to compare with first, then run it.
pub struct Contest<'a> {
    title: String,
    /// Units of one run of the work, such as elements of an array.
    units: u64,
    contestants: Vec<Contestant<'a>>,
}

/// What a contestant reached.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Who.
    pub name: String,
    /// Median over the rounds, in nanoseconds a unit.
    pub nanos: f64,
    /// Allocations a unit.
    pub allocations: f64,
    /// Bytes allocated a unit.
    pub allocated: f64,
}

impl<'a> Contest<'a> {
    /// Begins a row whose work consists of `units` each time it runs.
    pub fn new(title: &str, units: u64) -> Self {
        Contest { title: title.to_owned(), units, contestants: Vec::new() }
    }

    /// Adds a contestant whose work is a plain function. Its time is that of this thread on a processor, so that a
    /// busy machine disturbs less.
    #[must_use]
    pub fn with(self, name: &str, mut work: impl FnMut() + 'a) -> Self {
        self.with_timed(name, move |times| {
            let start = thread_time();
            for _ in 0..times {
                work();
            }
            thread_time() - start
        })
    }

    /// Adds a contestant that does its work `times` and measures itself, as those on a runtime do.
    #[must_use]
    pub fn with_timed(mut self, name: &str, work: impl FnMut(u64) -> Duration + 'a) -> Self {
        self.contestants.push(Contestant { name: name.to_owned(), work: Box::new(work) });
        self
    }

    /// Runs all rounds, prints the row as a table and returns it.
    pub fn run(mut self, settings: Settings) -> Vec<Outcome> {
        let times: Vec<u64> =
            self.contestants.iter_mut().map(|one| calibrate(&mut one.work, settings)).collect();
        let mut nanos = vec![Vec::with_capacity(settings.rounds); self.contestants.len()];
        let mut counts = vec![(0, 0); self.contestants.len()];
        for round in 0..settings.rounds {
            for turn in order(round, self.contestants.len()) {
                let before = allocations();
                let elapsed = (self.contestants[turn].work)(times[turn]);
                let after = allocations();
                counts[turn] = (after.0 - before.0, after.1 - before.1);
                nanos[turn].push(elapsed.as_nanos() as f64 / (times[turn] * self.units) as f64);
            }
        }
        let outcomes: Vec<Outcome> = (0..self.contestants.len())
            .map(|index| {
                let units = (times[index] * self.units) as f64;
                Outcome {
                    name: self.contestants[index].name.clone(),
                    nanos: median(&mut nanos[index]),
                    allocations: counts[index].0 as f64 / units,
                    allocated: counts[index].1 as f64 / units,
                }
            })
            .collect();
        print!("{}", table(&self.title, &outcomes));
        outcomes
    }
}

/// Processor time of this thread so far.
pub fn thread_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes one `timespec`, to one.
    let done = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(done, 0, "no clock of this thread");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Finds how often the work fits into one turn, at least once.
fn calibrate(work: &mut Work<'_>, settings: Settings) -> u64 {
    let mut times = 1;
    loop {
        let elapsed = work(times);
        if elapsed >= settings.turn / 4 || times >= 1 << 40 {
            let wanted = settings.turn.as_nanos() as f64 / elapsed.as_nanos().max(1) as f64;
            return ((times as f64 * wanted) as u64).max(1);
        }
        times *= 4;
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A Markdown table; the ratio says how many times the first one's time the others take.
fn table(title: &str, outcomes: &[Outcome]) -> String {
    let mut out = format!(
        "\n### {title}\n\n| who | ns | ratio | allocations | bytes allocated |\n|---|---:|---:|---:|---:|\n"
    );
    for outcome in outcomes {
        let ratio = outcome.nanos / outcomes[0].nanos;
        let _ = writeln!(
            out,
            "| {} | {:.1} | {ratio:.2} | {:.2} | {:.0} |",
            outcome.name, outcome.nanos, outcome.allocations, outcome.allocated
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_value() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
    }

    #[test]
    fn a_row_compares_all_with_the_first() {
        let settings = Settings { rounds: 3, turn: Duration::from_millis(1) };
        let outcomes = Contest::new("sleep", 1)
            .with_timed("one", Duration::from_micros)
            .with_timed("two", |times| Duration::from_micros(2 * times))
            .run(settings);

        assert_eq!((outcomes[0].nanos, outcomes[1].nanos), (1000.0, 2000.0));
        assert!(table("t", &outcomes).contains("| two | 2000.0 | 2.00 |"));
    }
}
