//! How a lock is had and held. A manager says it for all its locks, each lock for itself; the methods are the same ones.

use std::time::Duration;

use super::error::LockError;
use super::terms::{Fencing, Kind, Terms};
use super::ttl::Ttl;

/// The time to live of a lock that is given none, as in the reference.
pub const DEFAULT_TTL: Duration = Duration::from_secs(10);

/// For how long one in the queue of a fair lock counts as alive after its last sign of life, unless told otherwise.
pub const DEFAULT_WAITER_TTL: Duration = Duration::from_secs(3);

/// What the builders collect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) ttl: Duration,
    pub(crate) watchdog: bool,
    pub(crate) max_hold: Option<Duration>,
    pub(crate) wake_up: bool,
    pub(crate) fencing: bool,
    pub(crate) fence_survives_data_loss: bool,
    pub(crate) fair: bool,
    pub(crate) waiter_ttl: Duration,
    pub(crate) replicas: Option<Replicas>,
}

/// How many replicas must have a lock, and how long they may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replicas {
    pub(crate) count: u32,
    pub(crate) timeout: Duration,
    /// On their disks, and on the server's own.
    pub(crate) on_disk: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ttl: DEFAULT_TTL,
            watchdog: false,
            max_hold: None,
            wake_up: true,
            fencing: true,
            fence_survives_data_loss: false,
            fair: false,
            waiter_ttl: DEFAULT_WAITER_TTL,
            replicas: None,
        }
    }
}

impl Options {
    /// The time to live, checked.
    pub(crate) fn ttl(&self) -> Result<Ttl, LockError> {
        Ttl::new(self.ttl)
    }

    /// What the server is asked of a lock.
    pub(crate) fn lock_kind(&self) -> Result<Kind, LockError> {
        if self.fair { Ok(Kind::Fair { waiter_ttl: Ttl::new(self.waiter_ttl)? }) } else { Ok(Kind::Plain) }
    }

    pub(crate) fn fencing(&self) -> Fencing {
        match (self.fencing, self.fence_survives_data_loss) {
            (false, _) => Fencing::None,
            (true, false) => Fencing::Count,
            (true, true) => Fencing::Time,
        }
    }

    /// Whether the server can be asked with plain commands, which do neither count nor tell.
    pub(crate) fn is_bare(&self, terms: &Terms) -> bool {
        terms.kind == Kind::Plain
            && terms.fencing == Fencing::None
            && !terms.wake_up
            && self.replicas.is_none()
    }
}

/// The methods of whatever is held for a time; `$options` is the field they change.
macro_rules! lease_options {
    ($options:ident) => {
        /// Gives it this time to live, in whole milliseconds; 10 s unless another is set. There is none without an end.
        pub fn ttl(mut self, ttl: Duration) -> Self {
            self.$options.ttl = ttl;
            self
        }

        /// Has it renewed in the background, every third of its time to live, for as long as its guard lives. Off
        /// unless set: a holder that hangs then loses it when its time is over.
        ///
        /// All that one client holds is renewed by one task, in batches. When renewal fails until the time is over, the
        /// guard is told before that: [`lost`](crate::lock::GuardHandle::lost).
        pub fn watchdog(mut self, watchdog: bool) -> Self {
            self.$options.watchdog = watchdog;
            self
        }

        /// Lets nobody hold it for longer than `limit`, renewed or not: then it is
        /// [lost](crate::lock::LossReason::MaxHold) for its holder. Against holders that hang and are renewed for ever.
        pub fn max_hold(mut self, limit: Duration) -> Self {
            self.$options.max_hold = Some(limit);
            self
        }

        /// Whether a release is told to those who wait, and waiting listens for that; on unless set. Without it a
        /// waiter asks ten times a second.
        pub fn wake_up(mut self, wake_up: bool) -> Self {
            self.$options.wake_up = wake_up;
            self
        }
    };
}

/// The methods of locks, beside those of [`lease_options`].
macro_rules! lock_options {
    ($options:ident) => {
        /// Whether each holder gets a [fence](crate::lock::GuardHandle::fence); on unless set. Without fences and
        /// [`wake_up`](Self::wake_up) a lock is plain `SET NX PX` where the server has the commands to give it back.
        pub fn fencing(mut self, fencing: bool) -> Self {
            self.$options.fencing = fencing;
            self
        }

        /// Takes fences from the server's clock, so that they go on rising when the server loses its data, or fails over
        /// to a replica that lacks the last ones. They are then microseconds since 1970, and not consecutive. A clock that
        /// is set back costs nothing while the last fence is known.
        pub fn fence_survives_data_loss(mut self, survives: bool) -> Self {
            self.$options.fence_survives_data_loss = survives;
            self
        }

        /// Serves those who wait in the order in which they came, across all processes that ask for it so. Those who ask
        /// for the same lock without it may still be faster.
        ///
        /// The queue stands on the server, and everybody in it shows a sign of life every third of the
        /// [`waiter_ttl`](Self::waiter_ttl).
        pub fn fair(mut self) -> Self {
            self.$options.fair = true;
            self
        }

        /// For how long one in the queue of a [fair](Self::fair) lock counts as alive after its last sign of life; 3 s
        /// unless set. It is what a waiter that dies can cost those behind it.
        pub fn waiter_ttl(mut self, ttl: Duration) -> Self {
            self.$options.waiter_ttl = ttl;
            self
        }

        /// Takes the lock only if `count` replicas have it within `timeout`; else it is given back, and the error is
        /// [`NotReplicated`](crate::lock::LockError::NotReplicated).
        ///
        /// It makes it less likely that a failover loses the lock, and cannot rule it out: a replica that has it may fail
        /// as well, or not be the one that is chosen. Asking takes a connection of the pool, and the time that the
        /// replicas take is lost from the time to live. Renewals do not wait for replicas.
        pub fn replicas(mut self, count: u32, timeout: Duration) -> Self {
            self.$options.replicas = Some(crate::lock::options::Replicas { count, timeout, on_disk: false });
            self
        }

        /// Takes the lock only if the server, and `count` of its replicas, have it on disk within `timeout`; else it is
        /// given back, and the error is [`NotOnDisk`](crate::lock::LockError::NotOnDisk) or
        /// [`NotReplicated`](crate::lock::LockError::NotReplicated). In the place of [`replicas`](Self::replicas): the last
        /// one that is set counts.
        ///
        /// With a `count` of zero it is the server's own disk: the lock then outlives a restart. Not the loss of that disk,
        /// nor a failover to a replica that has it not; and a release that was not on disk yet comes undone with the
        /// restart, so that its time to live ends it. Where the server writes every second (`appendfsync everysec`)
        /// acquiring takes up to one, which is lost from the time to live.
        ///
        /// By [`WAITAOF`](https://redis.io/docs/latest/commands/waitaof/), since 7.2.0. A server without the command, or
        /// without an append-only file, answers with an error, and the lock is given back.
        pub fn on_disk(mut self, count: u32, timeout: Duration) -> Self {
            self.$options.replicas = Some(crate::lock::options::Replicas { count, timeout, on_disk: true });
            self
        }
    };
}

pub(crate) use {lease_options, lock_options};
