//! The first level: values in this process, bounded in bytes, and the rule that keeps them true.
//!
//! **The pending-mark rule.** A value that was read from Redis is put here only if its key was not invalidated between the
//! question and now. Before the question is sent, the key is marked; an invalidation removes the mark with the entry; the
//! value is put in only while the mark is there, under the same lock. So an invalidation that overtakes its reply is
//! never lost, whichever task runs first. A flush raises the epoch that marks and entries carry, which voids all of
//! them at once.
//!
//! The storage is moka's, for its bound and its choice of what to keep; its own loading is not used, because it puts a
//! value in even if it was invalidated meanwhile.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use moka::notification::RemovalCause;
use moka::sync::Cache as Storage;

use super::envelope::{Seen, Tag};

/// Enough that two tasks seldom meet, few enough that an idle cache is small.
const SHARDS: usize = 16;

/// What moka and this file keep for each entry, in bytes, besides key and value.
const OVERHEAD: usize = 200;

/// A value in this process. What a hit looks at stands first, in the same line of the processor's memory as the count of
/// its owners.
#[repr(C)]
pub(super) struct Entry<V> {
    /// `None`: known to be nothing.
    pub(super) value: Option<Arc<V>>,
    /// Until when it is served without another thought: it is fresh, too far from its end to be loaded anew, and depends on
    /// no tag. A mark of the cache's own clock; 0 is never.
    pub(super) quiet_until: u64,
    /// The version of the namespace that it depends on, if there is one.
    pub(super) whole: Option<u64>,
    epoch: u64,
    /// Until when it need not be asked for again.
    pub(super) fresh_until: Instant,
    /// Until when it may be served while it is loaded anew.
    pub(super) stale_until: Instant,
    /// When Redis holds it to be no longer fresh, whatever this process's own limit.
    pub(super) due: Instant,
    /// How long its load took.
    pub(super) delta: Duration,
    /// Which version of the value it is.
    pub(super) seen: Option<Seen>,
    /// What else it depends on.
    pub(super) tags: Box<[Tag]>,
    /// Length of the encoded value in bytes.
    pub(super) size: usize,
}

impl<V> Entry<V> {
    pub(super) fn new(value: Option<Arc<V>>, size: usize, fresh_until: Instant) -> Self {
        Entry {
            value,
            quiet_until: 0,
            fresh_until,
            stale_until: fresh_until,
            due: fresh_until,
            delta: Duration::ZERO,
            seen: None,
            whole: None,
            tags: Box::default(),
            size,
            epoch: 0,
        }
    }
}

/// Values by the part of their keys that the caller chose.
pub(super) struct Local<V> {
    entries: Storage<Box<str>, Arc<Entry<V>>>,
    marks: [Mutex<HashMap<Box<str>, u64>>; SHARDS],
    next: AtomicU64,
    epoch: AtomicU64,
    hasher: std::hash::RandomState,
}

/// The right to put in what is being read, while nothing has changed.
pub(super) struct Mark<'l, V> {
    local: &'l Local<V>,
    id: Box<str>,
    number: u64,
    epoch: u64,
}

impl<V: Send + Sync + 'static> Local<V> {
    /// Keeps at most so many bytes; `evicted` is called for each entry that had to go for lack of room.
    pub(super) fn new(bytes: u64, evicted: impl Fn() + Send + Sync + 'static) -> Self {
        #[expect(clippy::borrowed_box, reason = "the storage gives keys as it keeps them")]
        let entries = Storage::builder()
            .max_capacity(bytes)
            .weigher(|id: &Box<str>, entry: &Arc<Entry<V>>| {
                let tags: usize = entry.tags.iter().map(|tag| tag.name.len().saturating_add(32)).sum();
                let sum = id.len().saturating_add(entry.size).saturating_add(tags).saturating_add(OVERHEAD);
                u32::try_from(sum).unwrap_or(u32::MAX)
            })
            .eviction_listener(move |_, _, cause| {
                if cause == RemovalCause::Size {
                    evicted();
                }
            })
            .build();
        Local {
            entries,
            marks: std::array::from_fn(|_| Mutex::default()),
            next: AtomicU64::new(0),
            epoch: AtomicU64::new(0),
            hasher: std::hash::RandomState::new(),
        }
    }

    /// The entry of `id`, whatever its age.
    pub(super) fn get(&self, id: &str) -> Option<Arc<Entry<V>>> {
        self.entries.get(id).filter(|entry| entry.epoch == self.epoch.load(Ordering::Acquire))
    }

    /// Marks `id` as being read. To be called before the question is sent.
    pub(super) fn mark(&self, id: &str) -> Mark<'_, V> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let epoch = self.epoch.load(Ordering::Acquire);
        self.shard(id).insert(id.into(), number);
        Mark { local: self, id: id.into(), number, epoch }
    }

    /// Drops the entry of `id` and voids what is being read of it.
    pub(super) fn invalidate(&self, id: &str) {
        let mut marks = self.shard(id);
        marks.remove(id);
        self.entries.invalidate(id);
    }

    /// Drops everything and voids everything that is being read.
    pub(super) fn flush(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.entries.invalidate_all();
    }

    /// How many entries and bytes there are.
    pub(super) fn size(&self) -> (u64, u64) {
        // The counts lag behind until the storage is told to catch up.
        self.entries.run_pending_tasks();
        (self.entries.entry_count(), self.entries.weighted_size())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.entry_count() == 0 && self.size().0 == 0
    }
}

impl<V> Local<V> {
    fn shard(&self, id: &str) -> MutexGuard<'_, HashMap<Box<str>, u64>> {
        let at = usize::try_from(self.hasher.hash_one(id)).unwrap_or_default() % SHARDS;
        #[expect(clippy::indexing_slicing, reason = "`at` is below the length")]
        self.marks[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V: Send + Sync + 'static> Mark<'_, V> {
    /// Puts `entry` in, unless the key was invalidated since it was marked. Whether it did.
    pub(super) fn fill(self, mut entry: Entry<V>) -> bool {
        let mut marks = self.local.shard(&self.id);
        if marks.get(&self.id) != Some(&self.number) || self.local.epoch.load(Ordering::Acquire) != self.epoch
        {
            return false;
        }
        marks.remove(&self.id);
        entry.epoch = self.epoch;
        // Under the lock: an invalidation that comes now waits, and takes the entry out again.
        self.local.entries.insert(self.id.clone(), Arc::new(entry));
        true
    }
}

impl<V> Drop for Mark<'_, V> {
    fn drop(&mut self) {
        let mut marks = self.local.shard(&self.id);
        if marks.get(&self.id) == Some(&self.number) {
            marks.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local() -> Local<u32> {
        Local::new(1 << 20, || {})
    }

    fn entry(value: u32) -> Entry<u32> {
        Entry::new(Some(Arc::new(value)), 4, Instant::now())
    }

    fn held(local: &Local<u32>, id: &str) -> Option<u32> {
        local.get(id).and_then(|entry| entry.value.as_deref().copied())
    }

    #[test]
    fn a_value_is_put_in_under_its_mark() {
        let local = local();

        assert!(local.mark("a").fill(entry(7)));

        assert_eq!(held(&local, "a"), Some(7));
        assert_eq!(held(&local, "b"), None);
    }

    #[test]
    fn an_invalidation_that_overtakes_the_reply_voids_it() {
        let local = local();
        let mark = local.mark("a");

        local.invalidate("a");

        assert!(!mark.fill(entry(7)));
        assert_eq!(held(&local, "a"), None);
    }

    #[test]
    fn a_flush_drops_all_and_voids_what_is_being_read() {
        let local = local();
        assert!(local.mark("a").fill(entry(1)));
        let mark = local.mark("b");

        local.flush();

        assert_eq!(held(&local, "a"), None);
        assert!(!mark.fill(entry(2)));
        assert!(local.mark("b").fill(entry(3)), "what is read afterwards counts");
        assert_eq!(held(&local, "b"), Some(3));
    }

    #[test]
    fn the_later_of_two_readers_puts_in() {
        let local = local();
        let (first, second) = (local.mark("a"), local.mark("a"));

        assert!(!first.fill(entry(1)));
        assert!(second.fill(entry(2)));

        assert_eq!(held(&local, "a"), Some(2));
    }

    #[test]
    fn a_reader_that_goes_away_leaves_no_mark() {
        let local = local();

        drop(local.mark("a"));

        assert!(local.marks.iter().all(|shard| shard.lock().unwrap().is_empty()));
    }

    #[test]
    fn the_bound_is_in_bytes() {
        let evicted = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&evicted);
        let local = Local::new(10_000, move || {
            count.fetch_add(1, Ordering::Relaxed);
        });

        for n in 0..100_u32 {
            let mut big = entry(n);
            big.size = 1000;
            assert!(local.mark(&n.to_string()).fill(big));
        }
        local.entries.run_pending_tasks();

        assert!(local.size().1 <= 10_000, "{:?}", local.size());
        assert!(evicted.load(Ordering::Relaxed) >= 90);
    }
}
