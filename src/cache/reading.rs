//! Asking Redis, and judging what it says: whether it is ours, whether it is fresh, and for how long this process may
//! keep it.

use std::sync::Arc;
use std::time::Duration;

use super::Inner;
use super::clock::Moment;
use super::envelope::{Header, Kind, Sealed, Seen};
use super::local::{Entry, Mark, NO_VERSION};
use super::patience::Patience;
use super::question::Stored;
use crate::error::Result;

/// What Redis has of a key.
pub(super) enum Found<V> {
    /// A value, or the knowledge that there is none.
    Held(Held<V>),
    /// Somebody is loading it, and has so long for it.
    Taken(Option<Duration>),
    /// Nothing that could be served; what stands there begins so.
    Missing(Seen),
}

pub(super) struct Held<V> {
    pub(super) value: Option<Arc<V>>,
    pub(super) seen: Seen,
    pub(super) fresh: bool,
    /// When it is no longer fresh.
    pub(super) ends: Moment,
    /// It should be loaded anew.
    pub(super) due: bool,
}

impl<V: Send + Sync + 'static> Inner<V> {
    /// Asks Redis, and keeps what it says.
    pub(super) async fn read(&self, id: &Arc<str>, patience: &mut Patience) -> Result<Found<V>> {
        let asked = Moment::now();
        // Before the question is sent, so that an invalidation from now on is noticed; and before it is seen whether the
        // server tells of any, so that its falling silent is noticed too.
        let mark = self.local.as_ref().map(|local| local.mark(id)).filter(|_| self.remote.keeps());
        if self.removals.any() {
            // After the mark: what fails to be removed from now on voids it. Boxed, for it is seldom needed.
            Box::pin(self.remove_first(id, patience)).await?;
        }
        let stored = patience.spend(|within| self.remote.read(self.name(id), within)).await?;
        let Some(stored) = stored else {
            return Ok(Found::Missing(Seen::NOTHING));
        };
        if let Some(sealed) = Header::open(&stored.bytes).filter(|_| !self.is_plain()) {
            return self.judge(stored.left, sealed, asked, mark, patience).await;
        }
        let first = Seen::of(&stored.bytes);
        if !self.settings.foreign {
            self.counters.unreadable.add();
            return Ok(Found::Missing(first));
        }
        Ok(self.plain(stored, first, asked, mark))
    }

    /// Removes what could not be removed before: it is not to be found again.
    #[cold]
    async fn remove_first(&self, id: &str, patience: &mut Patience) -> Result<()> {
        self.removals.first(&self.remote, &self.name(id).key(), patience).await
    }

    /// A value without a header.
    fn plain(&self, stored: Stored, first: Seen, asked: Moment, mark: Option<Mark<'_, V>>) -> Found<V> {
        let size = stored.bytes.len();
        let Some(value) = self.decode(stored.bytes) else { return Found::Missing(first) };
        let ends = asked.after(stored.left.unwrap_or(Duration::MAX));
        if let Some(mark) = self.fitting(mark, size) {
            let mut entry = Entry::new(Some(Arc::clone(&value)), size, asked.after(self.settings.l1_max_ttl));
            entry.due = ends;
            entry.quiet_until = self.quiet_until(&entry);
            mark.fill(entry);
        }
        Found::Held(Held { value: Some(value), seen: first, fresh: true, ends, due: false })
    }

    /// What a sealed value is worth now.
    async fn judge(
        &self,
        left: Option<Duration>,
        sealed: Sealed,
        asked: Moment,
        mark: Option<Mark<'_, V>>,
        patience: &mut Patience,
    ) -> Result<Found<V>> {
        let Sealed { header, seen, whole, tags, payload } = sealed;
        if header.kind == Kind::Lease {
            return Ok(Found::Taken(left));
        }
        let ours = header.schema == self.settings.schema
            && (header.kind == Kind::Nothing || header.codec == self.settings.codec.id());
        if !ours {
            self.counters.unreadable.add();
            return Ok(Found::Missing(seen));
        }
        let depends_on = whole.map(|version| ("", version));
        let depends_on = depends_on.into_iter().chain(tags.iter().map(|tag| (&*tag.name, tag.version)));
        for (tag, version) in depends_on {
            if self.versions.of(&self.remote, &self.removals, self.tag(tag), patience).await? != version {
                return Ok(Found::Missing(seen));
            }
        }
        let size = payload.len();
        let value = match header.kind {
            Kind::Nothing => None,
            _ => match self.decode(payload) {
                Some(value) => Some(value),
                None => return Ok(Found::Missing(seen)),
            },
        };
        let stale = Duration::from_millis(header.stale.into());
        let fresh_for = left.map_or(Duration::MAX, |left| left.saturating_sub(stale));
        let fresh = !fresh_for.is_zero();
        let ends = asked.after(fresh_for);
        let due = value.is_some() && (!fresh || self.is_due(header.delta, ends, asked));
        if let Some(mark) = self.fitting(mark, size) {
            // In its stale window it is served from here too, but never for longer than this process may keep it.
            let mut entry = Entry::new(value.clone(), size, asked.after(self.settings.l1_max_ttl));
            entry.due = ends;
            entry.stale = header.stale;
            entry.delta = header.delta;
            entry.whole = whole.unwrap_or(NO_VERSION);
            entry.tags = (!tags.is_empty()).then(|| Arc::new(tags.into()));
            entry.quiet_until = self.quiet_until(&entry);
            mark.fill(entry);
        }
        Ok(Found::Held(Held { value, seen, fresh, ends, due }))
    }

    /// The value that the bytes stand for, if they do for one.
    fn decode(&self, bytes: bytes::Bytes) -> Option<Arc<V>> {
        match self.settings.codec.decode(bytes) {
            Ok(value) => Some(Arc::new(value)),
            Err(_) => {
                self.counters.unreadable.add();
                None
            }
        }
    }

    /// The right to put in a value of so many bytes.
    fn fitting<'l>(&self, mark: Option<Mark<'l, V>>, size: usize) -> Option<Mark<'l, V>> {
        mark.filter(|_| size <= self.settings.max_l1_entry)
    }
}
