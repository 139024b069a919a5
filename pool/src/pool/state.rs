//! What a pool knows, and the one rule by which it gives connections out. All of it stands under the pool's lock.
//!
//! Nothing here waits, dials, wakes or drops a connection: time is passed in, and what is to be done after unlocking comes
//! back as [`After`]. The rule, kept by [`settle`](State::settle) at the end of every change: nobody waits in line while a
//! connection is idle or another one may be opened. Hence whoever finds one idle passes nobody, a connection that comes
//! back goes to the first in line, and a wake-up cannot be lost: there is no state in which one would be owed.

use std::task::Waker;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::grant::{After, Denied, Entry, Grant, Idle};
use super::waiters::Waiters;
use crate::config::{OnExhausted, PoolConfig};
use crate::connector::Dirt;
use crate::stats::{PoolStats, Retired};

#[derive(Debug)]
pub(crate) struct State<C> {
    idle: Vec<Idle<C>>,
    pub(crate) waiters: Waiters<Grant<C>>,
    /// Connections that count: idle, leased, being opened, reserved.
    size: usize,
    connecting: usize,
    reserved: usize,
    epoch: u32,
    pub(crate) closed: bool,
    pub(crate) counts: Counts,
    max: usize,
    max_connecting: usize,
    max_waiters: usize,
    min_idle: usize,
    on_exhausted: OnExhausted,
    idle_timeout: Option<Duration>,
    max_lifetime: Option<Duration>,
    check_after: Option<Duration>,
    rng: Rng,
    /// The time, as the keeper or a slow step last saw it. Reading the clock for each lease would cost as much as the lease.
    clock: Instant,
}

/// The counters of [`PoolStats`].
#[derive(Debug, Default)]
pub(crate) struct Counts {
    acquired: u64,
    waits: u64,
    wait_total: Duration,
    wait_longest: Duration,
    pub(crate) timeouts: u64,
    turned_down: u64,
    pub(crate) cancelled: u64,
    created: u64,
    connect_failures: u64,
    pub(crate) recycled: u64,
    closed: [u64; Retired::ALL.len()],
}

impl Counts {
    /// Notes a wait that ended in a grant.
    pub(crate) fn waited(&mut self, wait: Duration) {
        self.wait_total = self.wait_total.saturating_add(wait);
        self.wait_longest = self.wait_longest.max(wait);
    }
}

fn increment(count: &mut u64) {
    *count = count.saturating_add(1);
}

impl<C> State<C> {
    pub(crate) fn new(config: &PoolConfig, rng: Rng) -> Self {
        State {
            idle: Vec::new(),
            waiters: Waiters::new(),
            size: 0,
            connecting: 0,
            reserved: 0,
            epoch: 0,
            closed: false,
            counts: Counts::default(),
            max: config.max_connections.max(1),
            max_connecting: config.max_connecting.max(1),
            max_waiters: config.max_waiters,
            min_idle: config.min_idle,
            on_exhausted: config.on_exhausted,
            idle_timeout: config.idle_timeout,
            max_lifetime: config.max_lifetime,
            check_after: config.check_after,
            rng,
            clock: Instant::now(),
        }
    }

    /// Takes the connection used last, if it needs no second look: the way of nearly every lease.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<Entry<C>> {
        let idle = self.idle.pop()?;
        if self.unfit(&idle.entry).is_some() || self.needs_recycling(&idle) {
            self.idle.push(idle);
            return None;
        }
        increment(&mut self.counts.acquired);
        Some(idle.entry)
    }

    /// Whether it is to be cleaned or checked before it is handed out.
    fn needs_recycling(&self, idle: &Idle<C>) -> bool {
        let unused = self.clock.saturating_duration_since(idle.since);
        !idle.dirt.is_clean() || self.check_after.is_some_and(|limit| unused >= limit)
    }

    /// Hands a sound connection to the first in line, who is to be woken, or lets it lie idle; gives it back for
    /// [`give_back`](Self::give_back) when it is too old.
    #[inline]
    pub(crate) fn put(&mut self, entry: Entry<C>, dirt: Dirt) -> Result<Option<Waker>, Entry<C>> {
        if self.unfit(&entry).is_some() {
            return Err(entry);
        }
        let idle = Idle { entry, since: self.clock, dirt };
        if self.waiters.is_empty() {
            self.idle.push(idle);
            return Ok(None);
        }
        increment(&mut self.counts.acquired);
        match self.waiters.serve(Grant::Connection(idle, !dirt.is_clean())) {
            Ok(waker) => Ok(Some(waker)),
            Err(grant) => {
                self.restore(grant, &mut After::new());
                Ok(None)
            }
        }
    }

    /// Takes the connection used last, or leave to open one. `Ok(None)`: the caller has to wait in line.
    pub(crate) fn enter(&mut self, now: Instant, after: &mut After<C>) -> Result<Option<Grant<C>>, Denied> {
        if self.closed {
            return Err(Denied::Closed);
        }
        self.clock = now;
        if let Some(grant) = self.next_grant(after) {
            return Ok(Some(grant));
        }
        let claimed = self.size.saturating_add(self.waiters.len());
        let denied = if self.on_exhausted == OnExhausted::Fail && claimed >= self.max {
            Denied::Exhausted
        } else if self.waiters.len() >= self.max_waiters {
            Denied::TooManyWaiters
        } else {
            return Ok(None);
        };
        increment(&mut self.counts.turned_down);
        Err(denied)
    }

    /// Puts a caller in line. Only after [`enter`](Self::enter) said so, under the same lock.
    pub(crate) fn join(&mut self, waker: &Waker, front: bool) -> usize {
        increment(&mut self.counts.waits);
        self.waiters.join(waker.clone(), front)
    }

    fn next_grant(&mut self, after: &mut After<C>) -> Option<Grant<C>> {
        while let Some(idle) = self.idle.pop() {
            match self.unfit(&idle.entry) {
                None => {
                    increment(&mut self.counts.acquired);
                    let recycle = self.needs_recycling(&idle);
                    return Some(Grant::Connection(idle, recycle));
                }
                Some(reason) => self.retire(idle.entry, reason, after),
            }
        }
        self.permit().map(Grant::Permit)
    }

    /// Leave to open a connection, if there is room for one.
    fn permit(&mut self) -> Option<u32> {
        if self.size >= self.max || self.connecting >= self.max_connecting || self.closed {
            return None;
        }
        self.size = self.size.saturating_add(1);
        self.connecting = self.connecting.saturating_add(1);
        Some(self.epoch)
    }

    /// Serves those in line with whatever there is: the rule of this file.
    fn settle(&mut self, after: &mut After<C>) {
        while !self.waiters.is_empty() {
            let Some(grant) = self.next_grant(after) else { return };
            match self.waiters.serve(grant) {
                Ok(waker) => after.wake(waker),
                // Somebody waits, or this would not be reached; a grant without a taker goes back all the same.
                Err(grant) => return self.restore(grant, after),
            }
        }
    }

    /// Takes back a grant that nobody came for.
    fn restore(&mut self, grant: Grant<C>, after: &mut After<C>) {
        match grant {
            Grant::Connection(idle, _) => {
                self.counts.acquired = self.counts.acquired.saturating_sub(1);
                if self.closed {
                    self.retire(idle.entry, Retired::Closed, after);
                } else {
                    self.idle.push(idle);
                }
            }
            Grant::Permit(_) => self.connect_ended(false),
            Grant::Closed => {}
        }
    }

    /// The grant of a caller who went away goes to the next in line.
    pub(crate) fn pass_on(&mut self, grant: Grant<C>, now: Instant) -> After<C> {
        self.clock = now;
        let mut after = After::new();
        self.restore(grant, &mut after);
        self.settle(&mut after);
        after
    }

    fn connect_ended(&mut self, opened: bool) {
        self.connecting = self.connecting.saturating_sub(1);
        if !opened {
            self.size = self.size.saturating_sub(1);
        }
    }

    /// A connection was opened with a permit of `epoch`. `leased`: for a caller, not to lie idle.
    pub(crate) fn opened(
        &mut self,
        connection: C,
        epoch: u32,
        leased: bool,
        now: Instant,
    ) -> (Entry<C>, After<C>) {
        increment(&mut self.counts.created);
        if leased {
            increment(&mut self.counts.acquired);
        }
        self.clock = now;
        let spread = self.rng.u8(..);
        let mut entry = Entry { connection, epoch, spread, expires: None };
        entry.expires = self.max_lifetime.and_then(|limit| now.checked_add(entry.shortened(limit)));
        self.connect_ended(true);
        let mut after = After::new();
        self.settle(&mut after);
        (entry, after)
    }

    /// A permit was not used. `failed`: because the server could not be reached, not because the caller went away.
    pub(crate) fn not_opened(&mut self, failed: bool, now: Instant) -> After<C> {
        self.clock = now;
        if failed {
            increment(&mut self.counts.connect_failures);
        }
        self.connect_ended(false);
        let mut after = After::new();
        self.settle(&mut after);
        after
    }

    /// A connection comes back, or is closed for `reason`.
    pub(crate) fn give_back(
        &mut self,
        entry: Entry<C>,
        dirt: Dirt,
        reason: Option<Retired>,
        now: Instant,
    ) -> After<C> {
        self.clock = now;
        let mut after = After::new();
        match reason.or_else(|| self.unfit(&entry)) {
            None => self.idle.push(Idle { entry, since: now, dirt }),
            Some(reason) => self.retire(entry, reason, &mut after),
        }
        self.settle(&mut after);
        after
    }

    /// A connection that was handed out turned out to be no good before its caller had it.
    pub(crate) fn reject(&mut self, entry: Entry<C>, reason: Retired, now: Instant) -> After<C> {
        self.counts.acquired = self.counts.acquired.saturating_sub(1);
        self.give_back(entry, Dirt::NONE, Some(reason), now)
    }

    /// Closes all that lie idle: whatever is wrong with one of them is wrong with all.
    pub(crate) fn retire_idle(&mut self, reason: Retired, now: Instant) -> After<C> {
        self.clock = now;
        let mut after = After::new();
        for idle in std::mem::take(&mut self.idle) {
            self.retire(idle.entry, reason, &mut after);
        }
        self.settle(&mut after);
        after
    }

    /// What was opened before is closed: now if idle, else when it comes back.
    pub(crate) fn invalidate(&mut self, now: Instant) -> After<C> {
        self.epoch = self.epoch.wrapping_add(1);
        self.retire_idle(Retired::Invalidated, now)
    }

    /// Closes what is too old or idle for too long, oldest first, and says how many connections to open for `min_idle`;
    /// each is a permit of the epoch that comes with them.
    pub(crate) fn sweep(&mut self, now: Instant) -> (usize, u32, After<C>) {
        self.clock = now;
        let mut after = After::new();
        let mut spare = self.idle.len().saturating_sub(self.min_idle);
        for idle in std::mem::take(&mut self.idle) {
            let unused = now.saturating_duration_since(idle.since);
            let limit = self.idle_timeout.map(|limit| idle.entry.shortened(limit));
            let overdue = spare > 0 && limit.is_some_and(|limit| unused >= limit);
            match self.unfit(&idle.entry).or(overdue.then_some(Retired::Idle)) {
                None => self.idle.push(idle),
                Some(reason) => {
                    spare = spare.saturating_sub(1);
                    self.retire(idle.entry, reason, &mut after);
                }
            }
        }
        self.settle(&mut after);
        let mut wanted = self.min_idle.saturating_sub(self.idle.len().saturating_add(self.connecting));
        let mut permits: usize = 0;
        while wanted > 0 && self.permit().is_some() {
            wanted = wanted.saturating_sub(1);
            permits = permits.saturating_add(1);
        }
        (permits, self.epoch, after)
    }

    /// Takes `count` connections out of the limit, closing idle ones for it; `None` when too many are in use.
    pub(crate) fn reserve(&mut self, count: usize) -> Option<After<C>> {
        let room = self.max.saturating_sub(self.size.saturating_sub(self.idle.len()));
        if self.closed || count > room || !self.waiters.is_empty() {
            return None;
        }
        let mut after = After::new();
        let surplus = self.size.saturating_add(count).saturating_sub(self.max).min(self.idle.len());
        for idle in self.idle.drain(..surplus).collect::<Vec<_>>() {
            self.retire(idle.entry, Retired::Idle, &mut after);
        }
        self.size = self.size.saturating_add(count);
        self.reserved = self.reserved.saturating_add(count);
        Some(after)
    }

    pub(crate) fn unreserve(&mut self, count: usize, now: Instant) -> After<C> {
        self.clock = now;
        self.size = self.size.saturating_sub(count);
        self.reserved = self.reserved.saturating_sub(count);
        let mut after = After::new();
        self.settle(&mut after);
        after
    }

    /// Gives out nothing more; everybody in line is told.
    pub(crate) fn close(&mut self, now: Instant) -> After<C> {
        self.closed = true;
        let mut after = self.retire_idle(Retired::Closed, now);
        while let Ok(waker) = self.waiters.serve(Grant::Closed) {
            after.wake(waker);
        }
        after
    }

    /// Connections that callers still have, or are opening.
    pub(crate) fn outstanding(&self) -> usize {
        self.size.saturating_sub(self.reserved).saturating_sub(self.idle.len())
    }

    pub(crate) fn stats(&self) -> PoolStats {
        let counts = &self.counts;
        PoolStats {
            size: self.size,
            idle: self.idle.len(),
            in_use: self.outstanding().saturating_sub(self.connecting),
            connecting: self.connecting,
            reserved: self.reserved,
            max_connections: self.max,
            waiters: self.waiters.len(),
            acquired: counts.acquired,
            waits: counts.waits,
            wait_total: counts.wait_total,
            wait_longest: counts.wait_longest,
            timeouts: counts.timeouts,
            turned_down: counts.turned_down,
            cancelled: counts.cancelled,
            created: counts.created,
            connect_failures: counts.connect_failures,
            recycled: counts.recycled,
            closed: counts.closed,
        }
    }

    /// Why a connection cannot be given to anybody any more.
    fn unfit(&self, entry: &Entry<C>) -> Option<Retired> {
        if self.closed {
            Some(Retired::Closed)
        } else if entry.epoch != self.epoch {
            Some(Retired::Invalidated)
        } else if entry.expires.is_some_and(|at| at <= self.clock) {
            Some(Retired::Lifetime)
        } else {
            None
        }
    }

    fn retire(&mut self, entry: Entry<C>, reason: Retired, after: &mut After<C>) {
        self.size = self.size.saturating_sub(1);
        if let Some(count) = self.counts.closed.get_mut(reason.index()) {
            increment(count);
        }
        after.closed.push(entry.connection);
    }
}
