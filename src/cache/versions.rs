//! Tags and the namespace: counters in Redis whose versions stand in each value that depends on them.
//!
//! Raising the counter makes everything out of date that was loaded before, at once and at no cost but one write; no list of
//! keys is kept anywhere. The namespace as a whole is the tag without a name, and each value depends on it. Versions are
//! read through this process's memory, under the same rule as values.
//!
//! What surprises: versions are times of the server, in microseconds, and not numbers from zero. A server may lose one (it
//! evicts keys, and a tag's ends after a month), and a counter that began again would make values true that it had put out
//! of date. As it is, a lost version costs a load of each value that depends on it, and nothing else.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::clock::Moment;
use super::envelope::Tag;
use super::local::{Entry, Local, NO_VERSION};
use super::patience::Patience;
use super::remote::Remote;
use super::removals::Removals;
use crate::error::Result;

/// Room for some ten thousand tags.
const BYTES: u64 = 4 << 20;

/// How long a version is believed when the server does not tell of changes.
const UNTOLD: Duration = Duration::from_secs(1);

/// A tag of a cache; the one without a name is the namespace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'n> {
    pub(super) namespace: &'n str,
    pub(super) name: &'n str,
}

impl Name<'_> {
    /// Where its version stands.
    pub(super) fn key(&self) -> String {
        [self.namespace, "#", self.name].concat()
    }

    /// How long its version lives. That of the namespace has no end: with it everything would be loaded at once.
    pub(super) fn life(&self) -> Option<Duration> {
        (!self.name.is_empty()).then_some(LIFE)
    }
}

/// How long the version of a tag lives after it was begun or raised: there may be as many tags as there are values.
const LIFE: Duration = Duration::from_secs(30 * 24 * 3600);

/// The versions that this process knows.
pub(super) struct Versions {
    tags: Local<u64>,
    /// The namespace's own, apart, because every read asks for it.
    whole: AtomicU64,
    /// Counts what made it unknown, so that a late reader does not make it known again.
    changes: Mutex<u64>,
    believed: Duration,
}

impl Versions {
    pub(super) fn new(told: bool, most: Duration) -> Self {
        Versions {
            tags: Local::new(BYTES, || {}),
            whole: AtomicU64::new(NO_VERSION),
            changes: Mutex::new(0),
            believed: if told { most } else { most.min(UNTOLD) },
        }
    }

    /// Whether it is told when a version changes, so that what depends on it is dropped then and need not be compared.
    pub(super) fn are_told(&self) -> bool {
        self.believed > UNTOLD
    }

    /// Whether the namespace is as it was, as far as is known without asking.
    pub(super) fn whole_holds(&self, version: u64, now: Moment) -> bool {
        version == NO_VERSION || self.known("", now) == Some(version)
    }

    /// Whether all of `tags` are as they were, as far as is known without asking.
    pub(super) fn hold(&self, tags: &[Tag], now: Moment) -> bool {
        tags.iter().all(|tag| self.known(&tag.name, now) == Some(tag.version))
    }

    /// The version of a tag, as far as it is known without asking.
    fn known(&self, name: &str, now: Moment) -> Option<u64> {
        if name.is_empty() {
            let version = self.whole.load(Ordering::Acquire);
            // Without word from the server it is believed as long as its entry below.
            if version != NO_VERSION && self.believed > UNTOLD {
                return Some(version);
            }
        }
        let entry = self.tags.get(name)?;
        (entry.fresh_until() > now).then(|| entry.value.as_deref().copied().unwrap_or(0))
    }

    /// The version of a tag, asked for if need be.
    pub(super) async fn of(
        &self,
        remote: &Remote,
        removals: &Removals,
        tag: Name<'_>,
        patience: &mut Patience,
    ) -> Result<u64> {
        let now = Moment::now();
        if let Some(version) = self.known(tag.name, now) {
            return Ok(version);
        }
        // Boxed, so that those who know do not carry the room for the question.
        Box::pin(self.ask(remote, removals, tag, now, patience)).await
    }

    async fn ask(
        &self,
        remote: &Remote,
        removals: &Removals,
        tag: Name<'_>,
        now: Moment,
        patience: &mut Patience,
    ) -> Result<u64> {
        let key = tag.key();
        let before = *self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let mark = self.tags.mark(&tag.name.into());
        let keeps = remote.keeps();
        // After the mark: what fails to be raised from now on voids it.
        removals.first(remote, &key, patience).await?;
        let version = patience.spend(|within| remote.version(&key, tag.life(), within)).await?;
        if keeps {
            let entry = Entry::new(Some(Arc::new(version)), 8, now.after(self.believed));
            let filled = mark.fill(entry);
            let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
            if filled && tag.name.is_empty() && *changes == before {
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
        self.whole.store(NO_VERSION, Ordering::Release);
    }
}
