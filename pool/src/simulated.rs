//! What the simulations of the core and of the link have in common: work with tags, a server that runs it, and the
//! ledger that knows what may have run.
//!
//! A simulation draws everything from one seed. When a rule is broken it panics with the seed, and
//! `REDLANE_SEED=<seed>` runs that schedule alone and tells what happens; `REDLANE_SCHEDULES=<count>` runs more than the suite does.
#![allow(clippy::arithmetic_side_effects)]

/// Tells what happens when, in the replay of a seed.
macro_rules! trace {
    ($($what:tt)*) => {
        if crate::simulated::replays() {
            eprintln!("{:?} {}", crate::simulated::elapsed(), format_args!($($what)*));
        }
    };
}

pub(crate) mod bomb;
pub(crate) mod caller;
pub(crate) mod ledger;
pub(crate) mod peer;
pub(crate) mod plain;
pub(crate) mod socket;
pub(crate) mod work;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use tokio::time::Instant;

/// Whether one seed is being replayed.
pub(crate) fn replays() -> bool {
    static REPLAYS: LazyLock<bool> = LazyLock::new(|| std::env::var_os("REDLANE_SEED").is_some());
    *REPLAYS
}

/// Virtual time since the first trace.
pub(crate) fn elapsed() -> Duration {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed()
}

/// Runs `schedule` with `count` seeds, or as the environment says.
pub(crate) fn run_seeds(count: u64, schedule: impl Fn(u64)) {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
    let seeds = match number("REDLANE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("REDLANE_SCHEDULES").unwrap_or(count),
    };
    for seed in seeds {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| schedule(seed))) {
            eprintln!("broken by REDLANE_SEED={seed}");
            resume_unwind(panic);
        }
    }
}
