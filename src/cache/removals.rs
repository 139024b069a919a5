//! What should be gone and could not be removed, keys and what depends on tags: tried again until it is, or would have ended
//! by itself.
//!
//! Until it is, what Redis has under the key is not to be believed: it may be what was removed, or the version of a tag that
//! makes it true. So whoever reads it removes it first ([`first`](Removals::first)), and the first lookup after an outage
//! does not wait for the next round.
//!
//! What surprises: each key has a number, that of its last failure. Whatever puts it right has to tell which failure it came
//! after; one that came meanwhile is not put right by it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::patience::Patience;
use super::remote::Remote;
use crate::error::Result;

/// How long it waits between two rounds.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// Keys and tags at most; with more of them all that the namespace has is to be gone. Where there is none to raise, with
/// plain texts, those that end first are given up.
const MOST: usize = 1024;

/// What has no end is tried for a day.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, Default)]
pub(super) struct Removals {
    waiting: Mutex<Waiting>,
    /// Whether there is any, for those who only look.
    any: AtomicBool,
    running: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Waiting {
    keys: HashMap<String, Removal>,
    failures: u64,
}

#[derive(Debug)]
struct Removal {
    what: What,
    failure: Failure,
    until: Instant,
}

/// What is to be gone by the name of a key.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// The key.
    Key,
    /// Whatever depends on the tag whose version the key is, by a higher one that lives so long.
    Tagged { life: Option<Duration> },
}

/// The number of a removal that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failure(u64);

/// While it lives, a task is at it.
#[derive(Debug)]
pub(super) struct Begun(Arc<AtomicBool>);

impl Removals {
    /// Remembers what may stand in Redis for so long. `whole`: the version of the namespace, which takes the place of all
    /// when there are too many. Whether it does.
    pub(super) fn later(&self, key: String, what: What, longest: Duration, whole: Option<String>) -> bool {
        let mut waiting = self.lock();
        let Waiting { keys, failures } = &mut *waiting;
        let is_full = keys.len() >= MOST && !keys.contains_key(&key);
        let whole = whole.filter(|_| is_full);
        if whole.is_some() {
            keys.clear();
        } else if is_full
            && let Some(first) = keys.iter().min_by_key(|(_, it)| it.until).map(|(key, _)| key.clone())
        {
            keys.remove(&first);
        }
        let is_whole = whole.is_some();
        let (key, what) = whole.map_or((key, what), |whole| (whole, What::Tagged { life: None }));
        *failures = failures.wrapping_add(1);
        let now = Instant::now();
        let until = now.checked_add(longest.min(LONGEST)).unwrap_or(now);
        keys.insert(key, Removal { what, failure: Failure(*failures), until });
        self.any.store(true, Ordering::Relaxed);
        is_whole
    }

    /// Whether there may be any. Who marks a key as being read and then asks this sees what failed before the key was
    /// dropped from this process, or finds the mark voided: the marks' lock orders the two.
    #[inline]
    pub(super) fn any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// The last failure of a key that waits.
    pub(super) fn waits(&self, key: &str) -> Option<Failure> {
        self.find(key).map(|(failure, _)| failure)
    }

    fn find(&self, key: &str) -> Option<(Failure, What)> {
        if !self.any() {
            return None;
        }
        let now = Instant::now();
        self.lock().keys.get(key).filter(|it| it.until > now).map(|it| (it.failure, it.what))
    }

    /// Removes now what waits under a key, if anything does: to be called before it is read.
    pub(super) async fn first(&self, remote: &Remote, key: &str, patience: &mut Patience) -> Result<()> {
        let Some((failure, what)) = self.find(key) else { return Ok(()) };
        match what {
            What::Key => patience.spend(|within| remote.remove(key, within)).await.map(|_| ())?,
            What::Tagged { life } => patience.spend(|within| remote.bump(key, life, within)).await?,
        }
        self.done(key, Some(failure));
        Ok(())
    }

    /// The right to run the one task; `None`: it is running.
    pub(super) fn begin(&self) -> Option<Begun> {
        (!self.running.swap(true, Ordering::AcqRel)).then(|| Begun(Arc::clone(&self.running)))
    }

    /// What is to be removed; what has ended by itself is forgotten.
    pub(super) fn due(&self) -> Vec<String> {
        let now = Instant::now();
        let mut waiting = self.lock();
        waiting.keys.retain(|_, it| it.until > now);
        self.any.store(!waiting.keys.is_empty(), Ordering::Relaxed);
        waiting.keys.keys().cloned().collect()
    }

    /// A key that waited since `failure` was put right, by what began after it.
    pub(super) fn done(&self, key: &str, failure: Option<Failure>) {
        let Some(failure) = failure else { return };
        let mut waiting = self.lock();
        if waiting.keys.get(key).is_some_and(|it| it.failure == failure) {
            waiting.keys.remove(key);
            self.any.store(!waiting.keys.is_empty(), Ordering::Relaxed);
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.lock().keys.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept_until_done_or_over() {
        let removals = Removals::default();
        removals.later("a".into(), What::Key, Duration::MAX, None);
        removals.later("b".into(), What::Key, Duration::ZERO, None);

        assert!(removals.waits("a").is_some() && removals.waits("b").is_none());
        assert_eq!(removals.due(), ["a"]);
        removals.done("a", removals.waits("a"));
        assert!(removals.is_done() && !removals.any());
    }

    #[test]
    fn what_began_before_the_last_failure_puts_nothing_right() {
        let removals = Removals::default();
        removals.done("a", removals.waits("a"));
        removals.later("a".into(), What::Key, Duration::MAX, None);
        let first = removals.waits("a");

        removals.later("a".into(), What::Key, Duration::MAX, None);
        removals.done("a", first);
        removals.done("a", None);

        assert_eq!(removals.due(), ["a"]);
        removals.done("a", removals.waits("a"));
        assert!(removals.is_done());
    }

    #[test]
    fn there_is_a_bound() {
        let removals = Removals::default();
        for n in 0..MOST + 10 {
            removals.later(n.to_string(), What::Key, Duration::from_secs(n as u64 + 10), None);
        }

        assert_eq!(removals.due().len(), MOST);
        assert!(removals.waits("0").is_none() && removals.waits("1030").is_some());
    }

    #[test]
    fn with_too_many_the_whole_takes_their_place() {
        let removals = Removals::default();
        let whole = || Some("whole".to_owned());
        for n in 0..MOST {
            assert!(!removals.later(n.to_string(), What::Key, LONGEST, whole()));
        }
        assert!(!removals.later("0".into(), What::Key, LONGEST, whole()), "it waits already");

        assert!(removals.later("one more".into(), What::Key, LONGEST, whole()));

        assert_eq!(removals.due(), ["whole"]);
        assert!(matches!(removals.find("whole"), Some((_, What::Tagged { life: None }))));
    }

    #[test]
    fn one_task_is_at_it() {
        let removals = Removals::default();

        let begun = removals.begin();
        assert!(begun.is_some() && removals.begin().is_none());
        drop(begun);
        assert!(removals.begin().is_some());
    }
}
