//! Asking Redis, and judging what it says: whether it is ours, whether it is fresh, and for how long this process may
//! keep it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::Inner;
use super::envelope::{HEADER, Header, Kind, Sealed, Seen};
use super::local::{Entry, Mark};
use super::remote::Stored;
use crate::error::Result;

/// A value without an end is stored for a century: the script that stores it wants a number.
pub(super) const FOREVER: Duration = Duration::from_secs(100 * 366 * 24 * 3600);

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
    /// It should be loaded anew.
    pub(super) due: bool,
}

impl<V: Send + Sync + 'static> Inner<V> {
    /// Asks Redis, and keeps what it says.
    pub(super) async fn read(&self, id: &str) -> Result<Found<V>> {
        let asked = Instant::now();
        // Before the question is sent, so that an invalidation from now on is noticed; and before it is seen whether the
        // server tells of any, so that its falling silent is noticed too.
        let mark = self.local.as_ref().map(|local| local.mark(id)).filter(|_| self.keeps());
        let Some(stored) = self.remote.read(&self.key(id)).await? else {
            return Ok(Found::Missing(Bytes::new()));
        };
        if let Some(sealed) = Header::open(&stored.bytes).filter(|_| !self.is_plain()) {
            return self.judge(stored.left, sealed, asked, mark).await;
        }
        let first = stored.bytes.slice(..stored.bytes.len().min(HEADER));
        if !self.settings.foreign {
            self.counters.unreadable.add();
            return Ok(Found::Missing(first));
        }
        Ok(self.plain(stored, first, asked, mark))
    }

    /// A value without a header.
    fn plain(&self, stored: Stored, first: Seen, asked: Instant, mark: Option<Mark<'_, V>>) -> Found<V> {
        let size = stored.bytes.len();
        let Ok(value) = self.settings.codec.decode(stored.bytes) else {
            self.counters.unreadable.add();
            return Found::Missing(first);
        };
        self.counters.l2_hit.add();
        let value = Some(Arc::new(value));
        let until = self.end(asked, stored.left.unwrap_or(Duration::MAX));
        self.keep(mark, Entry::new(value.clone(), size, until));
        Found::Held(Held { value, seen: first, due: false })
    }

    /// What a sealed value is worth now.
    async fn judge(
        &self,
        left: Option<Duration>,
        sealed: Sealed,
        asked: Instant,
        mark: Option<Mark<'_, V>>,
    ) -> Result<Found<V>> {
        let Sealed { header, seen, tags, payload } = sealed;
        if header.kind == Kind::Lease {
            return Ok(Found::Taken(left));
        }
        let ours = header.schema == self.settings.schema
            && (header.kind == Kind::Nothing || header.codec == self.settings.codec.id());
        if !ours {
            self.counters.unreadable.add();
            return Ok(Found::Missing(seen));
        }
        for tag in &tags {
            if self.versions.of(&self.remote, &self.tag_key(&tag.name), &tag.name).await? != tag.version {
                return Ok(Found::Missing(seen));
            }
        }
        let size = payload.len();
        let value = match header.kind {
            Kind::Nothing => None,
            _ => match self.settings.codec.decode(payload) {
                Ok(value) => Some(Arc::new(value)),
                Err(_) => {
                    self.counters.unreadable.add();
                    return Ok(Found::Missing(seen));
                }
            },
        };
        let stale = Duration::from_millis(header.stale.into());
        let fresh_for = left.map_or(Duration::MAX, |left| left.saturating_sub(stale));
        let fresh = !fresh_for.is_zero();
        match (&value, fresh) {
            (None, _) => self.counters.negative_hit.add(),
            (Some(_), true) => self.counters.l2_hit.add(),
            (Some(_), false) => self.counters.l2_stale_hit.add(),
        }
        let due_at = asked.checked_add(fresh_for.min(FOREVER)).unwrap_or(asked);
        let mut entry = Entry::new(value.clone(), size, self.end(asked, fresh_for));
        // In its stale window the entry is served from here too, but never for longer than this process may keep it.
        entry.stale_until = self.end(asked, left.unwrap_or(Duration::MAX));
        entry.due = due_at;
        entry.delta = Duration::from_millis(header.delta.into());
        entry.seen = Some(seen.clone());
        // The first one is the namespace.
        let mut tags = tags.into_iter().peekable();
        entry.whole = tags.next_if(|tag| tag.name.is_empty()).map(|whole| whole.version);
        entry.tags = tags.collect();
        entry.quiet_until = self.quiet_until(&entry);
        let due = value.is_some() && (!fresh || self.is_due(&entry, asked));
        self.keep(mark, entry);
        Ok(Found::Held(Held { value, seen, due }))
    }

    /// Whether what is read now may be kept.
    fn keeps(&self) -> bool {
        self.remote.tracker.is_none() || self.remote.is_tracked()
    }

    /// When this process's own right to a value ends that has so long to live.
    fn end(&self, asked: Instant, left: Duration) -> Instant {
        asked.checked_add(left.min(self.settings.l1_max_ttl)).unwrap_or(asked)
    }

    fn keep(&self, mark: Option<Mark<'_, V>>, entry: Entry<V>) {
        if let Some(mark) = mark
            && entry.size <= self.settings.max_l1_entry
        {
            mark.fill(entry);
        }
    }
}
