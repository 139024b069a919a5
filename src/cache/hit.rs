//! Whether what this process has may be served, and whether it should be loaded anew: by its age, by what it depends on, and
//! by chance.

use std::sync::Arc;
use std::time::Duration;

use super::Inner;
use super::clock::{Clock, Moment};
use super::local::{Entry, NO_VERSION};

/// A value of this process that may be served.
pub(super) struct Hit<V> {
    pub(super) value: Option<Arc<V>>,
    pub(super) fresh: bool,
    /// It should be loaded anew, and was to end then.
    pub(super) due: Option<Moment>,
}

impl<V: Send + Sync + 'static> Inner<V> {
    /// An entry of this process that may be served now.
    #[inline]
    pub(super) fn hit(&self, id: &str) -> Option<Hit<V>> {
        let entry = self.local.as_ref()?.get(id)?;
        // Nearly all hits end here, without asking for the time.
        if self.clock.is_before(entry.quiet_until) {
            return Some(Hit { due: None, fresh: true, value: entry.value });
        }
        self.look_twice(entry)
    }

    /// Whether an entry may be served that is near its end, or depends on what is not told.
    #[inline(never)]
    fn look_twice(&self, entry: Entry<V>) -> Option<Hit<V>> {
        let now = Moment::now();
        let holds = self.versions.whole_holds(entry.whole, now)
            && entry.tags.as_ref().is_none_or(|tags| self.versions.hold(tags, now));
        let fresh = now < entry.fresh_until();
        if !holds || (!fresh && now >= entry.stale_until()) {
            return None;
        }
        let due = !fresh || self.is_due(entry.delta, entry.due, now);
        Some(Hit { due: due.then_some(entry.due), fresh, value: entry.value })
    }

    /// Whether a value that ends at `ends` should be loaded anew before its time: the likelier, the nearer that is and
    /// the longer the load took (XFetch).
    pub(super) fn is_due(&self, delta: u32, ends: Moment, now: Moment) -> bool {
        let eager = self.eagerness(delta);
        if eager <= 0.0 {
            return false;
        }
        let chance = 1.0 - fastrand::f64();
        eager * -chance.ln() >= ends.since(now).as_secs_f64()
    }

    /// In seconds.
    fn eagerness(&self, delta: u32) -> f64 {
        f64::from(delta) / 1000.0 * self.settings.early
    }

    /// Until when an entry needs no second thought, by the clock that is read for nothing.
    pub(super) fn quiet_until(&self, entry: &Entry<V>) -> Moment {
        /// Ten times the load's time before the end the chance is one in twenty thousand: not worth a random number.
        const FAR: f64 = 10.0;
        let untold = entry.whole != NO_VERSION && !self.versions.are_told();
        if untold || entry.tags.is_some() {
            return Moment::NEVER;
        }
        let early = seconds(self.eagerness(entry.delta) * FAR);
        Clock::mark(entry.due.before(early).min(entry.kept_until))
    }
}

/// A time that may be out of bounds.
pub(super) fn seconds(time: f64) -> Duration {
    Duration::try_from_secs_f64(time).unwrap_or(Duration::MAX)
}
