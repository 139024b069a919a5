//! What passes between a pool's state and its callers: connections, grants, and what is left to do after unlocking.

use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

use crate::connector::Dirt;

/// A connection and what the pool notes about it. Small, since it moves with every lease.
#[derive(Debug)]
pub(crate) struct Entry<C> {
    pub(crate) connection: C,
    pub(crate) epoch: u32,
    /// By how much its spans are shortened: 256ths of a tenth.
    pub(crate) spread: u8,
    /// When it is too old.
    pub(crate) expires: Option<Instant>,
}

impl<C> Entry<C> {
    /// `span` less up to a tenth of it, so that what was opened together does not end together.
    pub(crate) fn shortened(&self, span: Duration) -> Duration {
        let step = span.checked_div(2_560).unwrap_or_default();
        span.saturating_sub(step.saturating_mul(u32::from(self.spread)))
    }
}

/// A connection that nobody uses, or that was just handed to somebody.
#[derive(Debug)]
pub(crate) struct Idle<C> {
    pub(crate) entry: Entry<C>,
    pub(crate) since: Instant,
    pub(crate) dirt: Dirt,
}

/// What a caller gets.
#[derive(Debug)]
pub(crate) enum Grant<C> {
    /// A connection, and whether it is to be cleaned or checked first.
    Connection(Idle<C>, bool),
    /// Leave to open a connection, which counts as one from now on. With the epoch in which it begins.
    Permit(u32),
    /// The pool was closed.
    Closed,
}

/// Why a caller gets nothing and may not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    Closed,
    Exhausted,
    TooManyWaiters,
}

/// What has to be done once the lock is free again: callers to wake, connections to drop.
#[derive(Debug)]
#[must_use]
pub(crate) struct After<C> {
    first: Option<Waker>,
    wakers: Vec<Waker>,
    pub(crate) closed: Vec<C>,
}

impl<C> After<C> {
    pub(crate) fn new() -> Self {
        After { first: None, wakers: Vec::new(), closed: Vec::new() }
    }

    /// Does it. `true`: connections were closed.
    pub(crate) fn run(self) -> bool {
        self.first.into_iter().chain(self.wakers).for_each(Waker::wake);
        !self.closed.is_empty()
    }

    pub(crate) fn wake(&mut self, waker: Waker) {
        match self.first {
            None => self.first = Some(waker),
            Some(_) => self.wakers.push(waker),
        }
    }
}
