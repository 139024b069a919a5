//! One clock for all links of the process that ask for it ([`Timekeeper::Process`](crate::config::Timekeeper)).
//!
//! A link can as well be told the time by a timer of its runtime (`ticker.rs`). But that one stands still when the runtime
//! does, and then callers in other runtimes wait beyond their deadlines; and a timer that is pending makes each look of the
//! runtime at its sockets dearer (`benches/README.md`).
//!
//! So there is a thread. A link with traffic is on its roll. At each stroke the links of the roll fail what is overdue and
//! have their drivers look after the rest; whoever has come to rest is struck off. All of them count ticks on one grid, so
//! that one stroke serves them all, and nobody is late by a part of a tick. The thread sleeps while the roll is empty. It is
//! never ended: it holds no link, only weak references. A process that was forked off starts one of its own.
//!
//! Locks: a link enrols with its own lock held, so a stroke takes no link's lock with the roll's.

#[cfg(test)]
mod tests;

use std::sync::{Mutex as StdMutex, Weak};
use std::thread::{self, Builder, JoinHandle};
use std::time::{Duration, Instant};
use std::{io, process};

use crate::shared::Shared;
use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use crate::tickets::TICK;
use crate::wakers::guarded;

/// Bytes of the thread's stack. Wakers run on it, which are small.
const STACK: usize = 256 * 1024;

/// The clock of the process.
pub(crate) struct Clock {
    /// When a tick began; all others begin a multiple of it later.
    grid: Instant,
    roll: Mutex<Roll>,
    bell: Condvar,
}

#[derive(Default)]
struct Roll {
    links: Vec<Weak<Shared>>,
    /// The thread waits for a link.
    empty: bool,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { grid: Instant::now(), roll: Mutex::new(Roll::default()), bell: Condvar::new() }
    }

    /// The one of this process, whose thread starts with the first call; `None` if the system gave us none.
    pub(crate) fn of_process() -> Option<&'static Self> {
        Self::of(process::id())
    }

    /// The one of `process`: one that was forked off has the memory of the first, and none of its threads.
    fn of(process: u32) -> Option<&'static Self> {
        static KNOWN: StdMutex<Option<(u32, Option<&'static Clock>)>> = StdMutex::new(None);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        match *known {
            Some((of, clock)) if of == process => clock,
            _ => {
                let clock = Self::start(|thread, clock| thread.spawn(|| clock.run()));
                *known = Some((process, clock));
                clock
            }
        }
    }

    /// `spawn` gives it its thread.
    fn start(
        spawn: impl FnOnce(Builder, &'static Self) -> io::Result<JoinHandle<()>>,
    ) -> Option<&'static Self> {
        let clock: &'static Self = Box::leak(Box::new(Self::new()));
        let thread = Builder::new().name("redlane-clock".to_owned()).stack_size(STACK);
        match spawn(thread, clock) {
            Ok(_) => Some(clock),
            Err(error) => {
                tracing::warn!(%error, "no thread for the clock: connections use timers of their runtime");
                None
            }
        }
    }

    /// When the present tick began.
    pub(crate) fn tick_began(&self) -> Instant {
        let now = Instant::now();
        now.checked_sub(self.part_of_tick(now)).unwrap_or(now)
    }

    /// How much of the present tick has passed.
    fn part_of_tick(&self, now: Instant) -> Duration {
        let passed = now.saturating_duration_since(self.grid).as_nanos();
        let part = passed.checked_rem(TICK.as_nanos()).unwrap_or_default();
        Duration::from_nanos(u64::try_from(part).unwrap_or_default())
    }

    /// Has `link` told of the time, until it rests.
    pub(crate) fn enrol(&self, link: Weak<Shared>) {
        let mut roll = self.roll();
        roll.links.push(link);
        if roll.empty {
            roll.empty = false;
            self.bell.notify_one();
        }
    }

    fn run(&self) {
        loop {
            self.wait();
            thread::sleep(TICK.saturating_sub(self.part_of_tick(Instant::now())));
            // What takes the log may panic as well.
            let _ = guarded(|| self.strike(|link| link.strike(link.clock())));
        }
    }

    /// Sleeps while nobody is enrolled.
    pub(crate) fn wait(&self) {
        let mut roll = self.roll();
        while roll.links.is_empty() {
            roll.empty = true;
            roll = self.bell.wait(roll).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Has everybody on the roll told of the time by `tell`, and strikes off those for whom it gives `false`.
    pub(crate) fn strike(&self, tell: impl Fn(&Shared) -> bool) {
        let mut links = std::mem::take(&mut self.roll().links);
        let mut panicked = false;
        links.retain(|link| {
            // Wakers of callers run here, and a sink may be dropped with the last of a link: a panic in them is not to
            // stop everybody's clock.
            let told = guarded(|| link.upgrade().is_some_and(|link| tell(&link)));
            panicked |= told.is_none();
            told.unwrap_or(true)
        });
        let mut roll = self.roll();
        let joined = std::mem::replace(&mut roll.links, links);
        roll.links.extend(joined);
        drop(roll);
        if panicked {
            tracing::error!("a waker panicked when its call was overdue");
        }
    }

    fn roll(&self) -> MutexGuard<'_, Roll> {
        self.roll.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
