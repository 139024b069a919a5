//! Figures of links and pools, each in one snapshot taken under one lock, so that its parts agree with each other.
//!
//! Counters only grow, from the link's or the pool's birth; gauges are what holds at the moment.

use std::time::Duration;

use crate::error::CloseReason;

/// Figures of one link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkStats {
    /// Whether it is connected and greeted.
    pub up: bool,
    /// Replies awaited, those of callers who went away included.
    pub in_flight: usize,
    /// Submissions waiting for room.
    pub waiting_for_room: usize,
    /// Tickets in use: replies awaited and replies not yet picked up.
    pub tickets: usize,
    /// Submissions taken, ever.
    pub submitted: u64,
    /// Submissions answered in full.
    pub completed: u64,
    /// Submissions whose time was over.
    pub timeouts: u64,
    /// Submissions whose caller went away before they were sent.
    pub cancelled: u64,
    /// Submissions given up after they were sent; their replies are read and dropped.
    pub tombstones: u64,
    /// Submissions lost with their connection.
    pub lost: u64,
    /// Submissions turned down for want of room.
    pub full: u64,
    /// Batches written; `submitted` over this is how well the link bundles.
    pub batches: u64,
    /// Pushes read.
    pub pushes: u64,
    /// Connections opened and greeted.
    pub connects: u64,
    /// Attempts to connect that failed.
    pub connect_failures: u64,
    /// Connections given up, in the order of [`CloseReason::ALL`]; see [`closed_by`](Self::closed_by).
    pub closed: [u64; CloseReason::ALL.len()],
}

impl LinkStats {
    /// Connections given up for `reason`.
    #[must_use]
    pub fn closed_by(&self, reason: CloseReason) -> u64 {
        CloseReason::ALL
            .iter()
            .zip(self.closed)
            .find_map(|(known, count)| (*known == reason).then_some(count))
            .unwrap_or(0)
    }

    /// Connections opened in place of a lost one.
    #[must_use]
    pub fn reconnects(&self) -> u64 {
        self.connects.saturating_sub(1)
    }
}

/// Figures of one pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// Connections counted against the limit: all of the next four together.
    pub size: usize,
    /// Connections waiting to be used.
    pub idle: usize,
    /// Connections leased.
    pub in_use: usize,
    /// Connections being opened.
    pub connecting: usize,
    /// Connections that links took out of the limit.
    pub reserved: usize,
    /// The limit.
    pub max_connections: usize,
    /// Callers waiting in line.
    pub waiters: usize,
    /// Leases given out, ever.
    pub acquired: u64,
    /// Acquires that had to wait in line.
    pub waits: u64,
    /// The time of all waits that ended in a lease.
    pub wait_total: Duration,
    /// The longest of them.
    pub wait_longest: Duration,
    /// Acquires that failed because the time of a step was over.
    pub timeouts: u64,
    /// Acquires turned down at once: all in use, or too many waiting.
    pub turned_down: u64,
    /// Acquires whose caller went away while waiting in line.
    pub cancelled: u64,
    /// Connections opened.
    pub created: u64,
    /// Attempts to open one that failed.
    pub connect_failures: u64,
    /// Connections cleaned or checked by a round trip.
    pub recycled: u64,
    /// Connections closed, in the order of [`Retired::ALL`]; see [`closed_by`](Self::closed_by).
    pub closed: [u64; Retired::ALL.len()],
}

impl PoolStats {
    /// Connections closed for `reason`.
    #[must_use]
    pub fn closed_by(&self, reason: Retired) -> u64 {
        self.closed.get(reason.index()).copied().unwrap_or(0)
    }
}

/// Why a pool closed a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retired {
    /// It had ended, or still had something under way.
    Unusable,
    /// Its state cannot be cleaned.
    Dirty,
    /// Cleaning or checking it failed.
    RecycleFailed,
    /// It was not used for long.
    Idle,
    /// It had reached its age.
    Lifetime,
    /// It was from before an invalidation.
    Invalidated,
    /// The pool was closed.
    Closed,
}

impl Retired {
    /// Every reason, in the order of the counters.
    pub const ALL: [Self; 7] = [
        Self::Unusable,
        Self::Dirty,
        Self::RecycleFailed,
        Self::Idle,
        Self::Lifetime,
        Self::Invalidated,
        Self::Closed,
    ];

    /// A short name for metrics: lower case, words joined by `_`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unusable => "unusable",
            Self::Dirty => "dirty",
            Self::RecycleFailed => "recycle_failed",
            Self::Idle => "idle",
            Self::Lifetime => "lifetime",
            Self::Invalidated => "invalidated",
            Self::Closed => "closed",
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}
