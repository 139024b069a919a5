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
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use moka::notification::RemovalCause;
use moka::sync::Cache as Storage;

use super::clock::Moment;
use super::envelope::Tag;

/// Enough that two tasks seldom meet, few enough that an idle cache is small.
const SHARDS: usize = 16;

/// What moka and this file keep for each entry, in bytes, besides key and value.
const OVERHEAD: usize = 200;

/// A value in this process, and what one has to know to serve it, in 64 bytes: it is copied out of the storage as a whole,
/// which at that size costs less than to count one owner more and one less.
pub(super) struct Entry<V> {
    /// `None`: known to be nothing.
    pub(super) value: Option<Arc<V>>,
    /// Until when it is served without another thought: it is fresh, too far from its end to be loaded anew, and what it
    /// depends on is told. A mark of the cache's own clock.
    pub(super) quiet_until: Moment,
    /// When Redis holds it to be no longer fresh.
    pub(super) due: Moment,
    /// Until when this process may keep it.
    pub(super) kept_until: Moment,
    /// The version of the namespace that it depends on; [`NO_VERSION`] when it depends on none.
    pub(super) whole: u64,
    /// What else it depends on.
    pub(super) tags: Option<Arc<Box<[Tag]>>>,
    /// For how long it may be served after it is due, in ms.
    pub(super) stale: u32,
    /// How long its load took, in ms.
    pub(super) delta: u32,
    /// Length of the encoded value in bytes.
    size: u32,
    epoch: u32,
}

/// Versions are microseconds, and none is that high.
pub(super) const NO_VERSION: u64 = u64::MAX;

impl<V> Entry<V> {
    /// An entry that is served for as long as this process may keep it.
    pub(super) fn new(value: Option<Arc<V>>, size: usize, kept_until: Moment) -> Self {
        Entry {
            value,
            quiet_until: Moment::NEVER,
            due: kept_until,
            kept_until,
            whole: NO_VERSION,
            tags: None,
            stale: 0,
            delta: 0,
            size: u32::try_from(size).unwrap_or(u32::MAX),
            epoch: 0,
        }
    }

    /// Until when it need not be asked for again.
    pub(super) fn fresh_until(&self) -> Moment {
        self.due.min(self.kept_until)
    }

    /// Until when it may be served while it is loaded anew.
    pub(super) fn stale_until(&self) -> Moment {
        self.due.after(Duration::from_millis(self.stale.into())).min(self.kept_until)
    }

    /// What the storage counts for it.
    fn weight(&self, id: &str) -> u32 {
        let tags = self.tags.iter().flat_map(|tags| tags.iter());
        let tags: usize = tags.map(|tag| tag.name.len().saturating_add(32)).sum();
        let rest = id.len().saturating_add(tags).saturating_add(OVERHEAD);
        self.size.saturating_add(u32::try_from(rest).unwrap_or(u32::MAX))
    }
}

impl<V> Clone for Entry<V> {
    fn clone(&self) -> Self {
        Entry { value: self.value.clone(), tags: self.tags.clone(), ..*self }
    }
}

/// Values by the part of their keys that the caller chose.
pub(super) struct Local<V> {
    entries: Storage<Arc<str>, Entry<V>>,
    marks: [Mutex<Marks>; SHARDS],
    next: AtomicU64,
    epoch: AtomicU32,
    hasher: std::hash::RandomState,
}

/// What is being read: the number of the last reader of each key.
type Marks = HashMap<Arc<str>, u64>;

/// The right to put in what is being read, while nothing has changed.
pub(super) struct Mark<'l, V> {
    local: &'l Local<V>,
    marks: &'l Mutex<Marks>,
    id: Arc<str>,
    number: u64,
    epoch: u32,
}

impl<V: Send + Sync + 'static> Local<V> {
    /// Keeps at most so many bytes; `evicted` is called for each entry that had to go for lack of room.
    pub(super) fn new(bytes: u64, evicted: impl Fn() + Send + Sync + 'static) -> Self {
        let entries = Storage::builder()
            .max_capacity(bytes)
            .weigher(|id: &Arc<str>, entry: &Entry<V>| entry.weight(id))
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
            epoch: AtomicU32::new(0),
            hasher: std::hash::RandomState::new(),
        }
    }

    /// The entry of `id`, whatever its age.
    #[inline]
    pub(super) fn get(&self, id: &str) -> Option<Entry<V>> {
        self.entries.get(id).filter(|entry| entry.epoch == self.epoch.load(Ordering::Acquire))
    }

    /// Marks `id` as being read. To be called before the question is sent.
    pub(super) fn mark(&self, id: &Arc<str>) -> Mark<'_, V> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let epoch = self.epoch.load(Ordering::Acquire);
        let marks = self.shard(id);
        lock(marks).insert(Arc::clone(id), number);
        Mark { local: self, marks, id: Arc::clone(id), number, epoch }
    }

    /// Drops the entry of `id` and voids what is being read of it.
    pub(super) fn invalidate(&self, id: &str) {
        let mut marks = lock(self.shard(id));
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
    fn shard(&self, id: &str) -> &Mutex<Marks> {
        let at = usize::try_from(self.hasher.hash_one(id)).unwrap_or_default() % SHARDS;
        #[expect(clippy::indexing_slicing, reason = "`at` is below the length")]
        &self.marks[at]
    }
}

fn lock(marks: &Mutex<Marks>) -> MutexGuard<'_, Marks> {
    marks.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<V: Send + Sync + 'static> Mark<'_, V> {
    /// Puts `entry` in, unless the key was invalidated since it was marked. Whether it did.
    pub(super) fn fill(self, mut entry: Entry<V>) -> bool {
        let mut marks = lock(self.marks);
        if marks.get(&self.id) != Some(&self.number) || self.local.epoch.load(Ordering::Acquire) != self.epoch
        {
            return false;
        }
        marks.remove(&self.id);
        entry.epoch = self.epoch;
        // Under the lock: an invalidation that comes now waits, and takes the entry out again.
        self.local.entries.insert(Arc::clone(&self.id), entry);
        true
    }
}

impl<V> Drop for Mark<'_, V> {
    fn drop(&mut self) {
        let mut marks = lock(self.marks);
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
        Entry::new(Some(Arc::new(value)), 4, Moment::now())
    }

    fn mark<'l>(local: &'l Local<u32>, id: &str) -> Mark<'l, u32> {
        local.mark(&id.into())
    }

    fn held(local: &Local<u32>, id: &str) -> Option<u32> {
        local.get(id).and_then(|entry| entry.value.as_deref().copied())
    }

    #[test]
    fn an_entry_is_small_enough_to_be_copied() {
        assert_eq!(size_of::<Entry<String>>(), 64);
    }

    #[test]
    fn a_value_is_put_in_under_its_mark() {
        let local = local();

        assert!(mark(&local, "a").fill(entry(7)));

        assert_eq!(held(&local, "a"), Some(7));
        assert_eq!(held(&local, "b"), None);
    }

    #[test]
    fn an_invalidation_that_overtakes_the_reply_voids_it() {
        let local = local();
        let reading = mark(&local, "a");

        local.invalidate("a");

        assert!(!reading.fill(entry(7)));
        assert_eq!(held(&local, "a"), None);
    }

    #[test]
    fn a_flush_drops_all_and_voids_what_is_being_read() {
        let local = local();
        assert!(mark(&local, "a").fill(entry(1)));
        let reading = mark(&local, "b");

        local.flush();

        assert_eq!(held(&local, "a"), None);
        assert!(!reading.fill(entry(2)));
        assert!(mark(&local, "b").fill(entry(3)), "what is read afterwards counts");
        assert_eq!(held(&local, "b"), Some(3));
    }

    #[test]
    fn the_later_of_two_readers_puts_in() {
        let local = local();
        let (first, second) = (mark(&local, "a"), mark(&local, "a"));

        assert!(!first.fill(entry(1)));
        assert!(second.fill(entry(2)));

        assert_eq!(held(&local, "a"), Some(2));
    }

    #[test]
    fn a_reader_that_goes_away_leaves_no_mark() {
        let local = local();

        drop(mark(&local, "a"));

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
            assert!(mark(&local, &n.to_string()).fill(big));
        }
        local.entries.run_pending_tasks();

        assert!(local.size().1 <= 10_000, "{:?}", local.size());
        assert!(evicted.load(Ordering::Relaxed) >= 90);
    }
}
