//! Tags and the namespace: counters in Redis whose versions stand in each value that depends on them.
//!
//! Raising the counter makes everything out of date that was loaded before, at once and at no cost but one write; no list of
//! keys is kept anywhere. The namespace as a whole is the tag without a name, and each value depends on it. Versions are
//! read through this process's memory, under the same rule as values.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::envelope::Tag;
use super::local::{Entry, Local};
use super::remote::Remote;
use crate::error::Result;

/// Room for some ten thousand tags.
const BYTES: u64 = 4 << 20;

/// How long a version is believed when the server does not tell of changes.
const UNTOLD: Duration = Duration::from_secs(1);

/// No version is that high: they are microseconds.
const UNKNOWN: u64 = u64::MAX;

/// The versions that this process knows.
pub(super) struct Versions {
    tags: Local<u64>,
    /// The namespace's own, apart, because every hit asks for it.
    whole: AtomicU64,
    /// Counts what made it unknown, so that a late reader does not make it known again.
    changes: Mutex<u64>,
    believed: Duration,
}

impl Versions {
    pub(super) fn new(tracked: bool, most: Duration) -> Self {
        Versions {
            tags: Local::new(BYTES, || {}),
            whole: AtomicU64::new(UNKNOWN),
            changes: Mutex::new(0),
            believed: if tracked { most } else { most.min(UNTOLD) },
        }
    }

    /// Whether the namespace is as it was, where the server tells of changes. `false` says nothing.
    #[inline]
    pub(super) fn whole_surely_holds(&self, version: u64) -> bool {
        self.believed > UNTOLD && self.whole.load(Ordering::Acquire) == version
    }

    /// Whether the namespace is as it was, as far as is known without asking.
    pub(super) fn whole_holds(&self, version: u64, now: Instant) -> bool {
        self.known("", now) == Some(version)
    }

    /// Whether all of `tags` are as they were, as far as is known without asking.
    pub(super) fn hold(&self, tags: &[Tag], now: Instant) -> bool {
        tags.iter().all(|tag| self.known(&tag.name, now) == Some(tag.version))
    }

    #[inline]
    fn known(&self, name: &str, now: Instant) -> Option<u64> {
        if name.is_empty() {
            let version = self.whole.load(Ordering::Acquire);
            // Without word from the server it is believed as long as its entry below.
            if version != UNKNOWN && self.believed > UNTOLD {
                return Some(version);
            }
        }
        let entry = self.tags.get(name)?;
        (entry.fresh_until > now).then(|| entry.value.as_deref().copied().unwrap_or(0))
    }

    /// The version of a tag, asked for if need be.
    pub(super) async fn of(&self, remote: &Remote, key: &str, name: &str) -> Result<u64> {
        let now = Instant::now();
        if let Some(version) = self.known(name, now) {
            return Ok(version);
        }
        let before = *self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let mark = self.tags.mark(name);
        let keeps = remote.tracker.is_none() || remote.is_tracked();
        let version = remote.version(key).await?;
        if keeps {
            let until = now.checked_add(self.believed).unwrap_or(now);
            let filled = mark.fill(Entry::new(Some(Arc::new(version)), 8, until));
            let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
            if filled && name.is_empty() && *changes == before {
                self.whole.store(version, Ordering::Release);
            }
        }
        Ok(version)
    }

    /// A version has changed.
    pub(super) fn changed(&self, name: &str) {
        if name.is_empty() {
            self.forget_whole();
        }
        self.tags.invalidate(name);
    }

    /// Any version may have changed.
    pub(super) fn flush(&self) {
        self.forget_whole();
        self.tags.flush();
    }

    fn forget_whole(&self) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        *changes = changes.wrapping_add(1);
        self.whole.store(UNKNOWN, Ordering::Release);
    }
}
