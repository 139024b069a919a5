//! What a cache counts.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        #[derive(Debug, Default)]
        pub(super) struct Counters {
            $(pub(super) $name: Counter,)*
        }

        /// Counts since a cache was built.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub struct CacheStats {
            $($(#[$doc])* pub $name: u64,)*
            /// Entries in this process now.
            pub entries: u64,
            /// Their bytes: keys, encoded values, and what is kept with them.
            pub bytes: u64,
            /// Whether changes are being heard; always `false` where nobody tells of them.
            pub tracked: bool,
        }

        impl Counters {
            pub(super) fn snapshot(&self) -> CacheStats {
                CacheStats { $($name: self.$name.value(),)* ..CacheStats::default() }
            }
        }
    };
}

counters! {
    /// Found in this process, fresh.
    l1_hit,
    /// Found in this process, past its time, and served while it is loaded anew.
    l1_stale_hit,
    /// Known to be nothing.
    negative_hit,
    /// Found in Redis.
    l2_hit,
    /// Found in Redis, past its time, and served while it is loaded anew.
    l2_stale_hit,
    /// Found nowhere.
    miss,
    /// Loads that gave a value or nothing.
    load_ok,
    /// Loads that failed.
    load_err,
    /// Calls that took what another call of this process was fetching.
    load_coalesced,
    /// Times a load of another process was waited for.
    lease_wait,
    /// Times the load of another process did not come to an end, and was taken over.
    lease_takeover,
    /// Values that were not cached, because somebody wrote in between.
    fill_raced,
    /// Keys of which it was told that they had changed.
    inval_push,
    /// Keys that this process changed.
    inval_local,
    /// Times everything was dropped.
    flush,
    /// Entries dropped for lack of room.
    evict_size,
    /// Questions to Redis that failed.
    l2_err,
    /// Lookups that waited for Redis as long as they may (`lookup_timeout`), or as the client does for a command, and went
    /// on without it.
    l2_late,
    /// Lookups that did not ask Redis, since it had been late for several in a row.
    l2_rested,
    /// Stored values that could not be read: another codec, another schema, no cache's.
    unreadable,
    /// Values loaded anew before or after their time, unseen by callers.
    refresh,
}

impl CacheStats {
    /// The share of lookups that needed no load, from 0 to 1; `None` before the first lookup.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a ratio needs no more than 53 bits")]
    pub fn hit_ratio(&self) -> Option<f64> {
        let hits = [self.l1_hit, self.l1_stale_hit, self.negative_hit, self.l2_hit, self.l2_stale_hit];
        let hits = hits.iter().fold(0_u64, |sum, hits| sum.saturating_add(*hits));
        let all = hits.saturating_add(self.miss);
        (all > 0).then(|| hits as f64 / all as f64)
    }
}

#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
