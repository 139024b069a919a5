//! What the server is asked: the keys of a lock, and which questions go to them.
//!
//! All keys of one lock share a slot, so that its scripts run in a cluster too.

use std::sync::Arc;

use redlane_resp::slot::companion;

use super::ttl::Ttl;

/// The keys of one lock, or of one semaphore.
#[derive(Debug)]
pub(crate) struct LockKeys {
    /// Holds the token of the owner, or those of all who have a permit.
    pub(crate) holder: Vec<u8>,
    /// Counts the fencing tokens; it has no time to live.
    pub(crate) fence: Vec<u8>,
    /// Where a release is told.
    pub(crate) channel: Vec<u8>,
    /// Who waits for a fair lock, by number.
    pub(crate) queue: Vec<u8>,
    /// The same by the moment until which they count as alive.
    pub(crate) alive: Vec<u8>,
}

impl LockKeys {
    pub(crate) fn of_lock(prefix: &str, name: &str, db: i64) -> Self {
        let holder = [prefix.as_bytes(), name.as_bytes()].concat();
        let [fence, queue, alive] = ["f", "q", "d"].map(|suffix| companion(&holder, suffix));
        let channel = channel(&holder, "c", db);
        Self { holder, fence, channel, queue, alive }
    }

    /// Beside the lock of the same name, so that both can be used.
    pub(crate) fn of_semaphore(prefix: &str, name: &str, db: i64) -> Self {
        let lock = [prefix.as_bytes(), name.as_bytes()].concat();
        let (holder, channel) = (companion(&lock, "s"), channel(&lock, "sc", db));
        Self { holder, channel, fence: Vec::new(), queue: Vec::new(), alive: Vec::new() }
    }
}

/// Channels belong to the server and not to a database: what is told in one must not be believed of another.
fn channel(lock: &[u8], suffix: &str, db: i64) -> Vec<u8> {
    match db {
        0 => companion(lock, suffix),
        _ => companion(lock, &format!("{suffix}{db}")),
    }
}

/// Which questions are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One holder; whoever asks first after a release.
    Plain,
    /// One holder; whoever has waited longest.
    Fair {
        /// How long one in the queue counts as alive.
        waiter_ttl: Ttl,
    },
    /// So many holders.
    Semaphore {
        /// At least one.
        limit: u32,
    },
}

/// Where fences come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fencing {
    None,
    Count,
    Time,
}

impl Fencing {
    /// As the scripts know it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Count => "count",
            Self::Time => "time",
        }
    }
}

/// One acquisition's questions, in short.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) keys: Arc<LockKeys>,
    pub(crate) kind: Kind,
    pub(crate) fencing: Fencing,
    /// Releases are told, and listened for.
    pub(crate) wake_up: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_a_lock_share_a_slot() {
        for name in ["order:7", "{order}:7", "a}b", ""] {
            let lock = LockKeys::of_lock("lock:", name, 7);
            let semaphore = LockKeys::of_semaphore("lock:", name, 7);
            let keys = [&lock.holder, &lock.fence, &lock.channel, &lock.queue, &lock.alive];
            let slots = keys.map(|key| redlane_resp::slot::slot(key));

            assert!(slots.iter().all(|slot| *slot == slots[0]), "{name}");
            assert_eq!(
                redlane_resp::slot::slot(&semaphore.holder),
                redlane_resp::slot::slot(&semaphore.channel)
            );
        }
    }

    #[test]
    fn keys_are_named_as_the_docs_say() {
        let lock = LockKeys::of_lock("lock:", "order:7", 0);
        let semaphore = LockKeys::of_semaphore("lock:", "order:7", 0);

        assert_eq!(lock.holder, b"lock:order:7");
        let others = [lock.fence, lock.channel, lock.queue, lock.alive, semaphore.holder, semaphore.channel];
        let suffixes = others.map(|key| key.strip_prefix(b"{lock:order:7}:").unwrap().to_vec());
        assert_eq!(suffixes, [&b"f"[..], b"c", b"q", b"d", b"s", b"sc"]);
    }

    #[test]
    fn each_database_has_channels_of_its_own() {
        let (lock, semaphore) = (LockKeys::of_lock("lock:", "a", 7), LockKeys::of_semaphore("lock:", "a", 7));

        assert_eq!((&*lock.channel, &*semaphore.channel), (&b"{lock:a}:c7"[..], &b"{lock:a}:sc7"[..]));
        assert_eq!(lock.queue, b"{lock:a}:q");
    }
}
