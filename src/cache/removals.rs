//! Keys that should be gone and could not be removed: tried again until they are, or would have ended by themselves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long it waits between two rounds.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// Keys at most; with more of them the oldest are given up. They end by themselves.
const MOST: usize = 1024;

/// A key of a cache without times is tried for a day.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, Default)]
pub(super) struct Removals {
    keys: Mutex<HashMap<String, Instant>>,
    running: Arc<AtomicBool>,
}

/// While it lives, a task is at it.
#[derive(Debug)]
pub(super) struct Begun(Arc<AtomicBool>);

impl Removals {
    /// Remembers a key that may stand in Redis for so long.
    pub(super) fn later(&self, key: String, longest: Duration) {
        let mut keys = self.lock();
        if keys.len() >= MOST
            && !keys.contains_key(&key)
            && let Some(first) = keys.iter().min_by_key(|(_, until)| **until).map(|(key, _)| key.clone())
        {
            keys.remove(&first);
        }
        let now = Instant::now();
        keys.insert(key, now.checked_add(longest.min(LONGEST)).unwrap_or(now));
    }

    /// The right to run the one task; `None`: it is running.
    pub(super) fn begin(&self) -> Option<Begun> {
        (!self.running.swap(true, Ordering::AcqRel)).then(|| Begun(Arc::clone(&self.running)))
    }

    /// What is to be removed; what has ended by itself is forgotten.
    pub(super) fn due(&self) -> Vec<String> {
        let now = Instant::now();
        let mut keys = self.lock();
        keys.retain(|_, until| *until > now);
        keys.keys().cloned().collect()
    }

    pub(super) fn done(&self, key: &str) {
        self.lock().remove(key);
    }

    pub(super) fn is_done(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
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
        removals.later("a".into(), Duration::MAX);
        removals.later("b".into(), Duration::ZERO);

        assert_eq!(removals.due(), ["a"]);
        removals.done("a");
        assert!(removals.is_done());
    }

    #[test]
    fn there_is_a_bound() {
        let removals = Removals::default();
        for n in 0..MOST + 10 {
            removals.later(n.to_string(), Duration::from_secs(n as u64 + 10));
        }

        assert_eq!(removals.due().len(), MOST);
        assert!(!removals.lock().contains_key("0") && removals.lock().contains_key("1030"));
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
