//! Writes and invalidations. What this process has is dropped before the write is sent and again when it is answered, so
//! that a read which the server ran before it cannot put the old value back. A write never puts its own value in: the
//! next read does, and only then does the server know to tell when it changes.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::envelope::{Header, Kind, Tag};
use super::error::CacheError;
use super::hit::seconds;
use super::patience::Patience;
use super::removals::What;
use super::{Cache, Inner};

impl<V: Send + Sync + 'static> Cache<V> {
    /// Stores a value under `id`, for the time of the cache.
    ///
    /// # Errors
    /// [`CacheError::Encode`], [`CacheError::TooLarge`], or [`CacheError::Redis`], whose source says whether the value may
    /// have been stored.
    ///
    /// # Cancel safety
    /// Dropped, the value may or may not be stored; this process keeps nothing of it.
    pub async fn set(&self, id: &str, value: &V) -> Result<(), CacheError> {
        let ttl = self.inner.settings.ttl;
        self.inner.store(id, value, ttl, &[]).await
    }

    /// Stores a value for a time of its own, a millisecond at least.
    ///
    /// # Errors
    /// As [`set`](Self::set), and [`CacheError::Usage`] for less than a millisecond.
    ///
    /// # Cancel safety
    /// As [`set`](Self::set).
    pub async fn set_for(&self, id: &str, value: &V, ttl: Duration) -> Result<(), CacheError> {
        if ttl < Duration::from_millis(1) {
            return Err(CacheError::Usage("a value is cached for a millisecond at least"));
        }
        self.inner.store(id, value, Some(ttl), &[]).await
    }

    /// Stores a value that depends on tags.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    ///
    /// # Cancel safety
    /// As [`set`](Self::set).
    pub async fn set_tagged(&self, id: &str, value: &V, tags: &[&str]) -> Result<(), CacheError> {
        let ttl = self.inner.settings.ttl;
        self.inner.store(id, value, ttl, tags).await
    }

    /// Removes the value of `id`, here and everywhere. Whether Redis had one.
    ///
    /// # Errors
    /// [`CacheError::Redis`]: this process has dropped the value, and goes on trying to remove it from Redis for as long as
    /// one of the cache's own time to live may be there, or of the longest that this process has stored one for, a day at
    /// most (see [what it does not promise](crate::cache) for how many). Until then its lookups do not find it: each tries
    /// to remove it first.
    ///
    /// # Cancel safety
    /// Dropped, the value may or may not be removed from Redis; this process has dropped it.
    pub async fn invalidate(&self, id: &str) -> Result<bool, CacheError> {
        let inner = &self.inner;
        let key = inner.name(id).key();
        inner.begin_write(id).await;
        let waited = inner.removals.waits(&key);
        let removed = inner.remote.remove(&key, None).await;
        // Before it is dropped again: who reads it from then on is to see that it waits.
        match &removed {
            Ok(_) => inner.removals.done(&key, waited),
            Err(_) => Inner::remove_later(inner, key, What::Key),
        }
        inner.drop_local(id);
        removed.map_err(CacheError::Redis)
    }

    /// Makes all values out of date that depend on `tag`, at once and at the cost of one write. Also those that another
    /// process stores before it has heard of it.
    ///
    /// # Errors
    /// [`CacheError::Redis`]: this process goes on trying, as after an [`invalidate`](Self::invalidate) that failed, and until
    /// it took its lookups find nothing that depends on the tag.
    ///
    /// # Cancel safety
    /// Dropped, the tag may or may not be raised; this process has dropped what depends on it.
    pub async fn invalidate_tag(&self, tag: &str) -> Result<(), CacheError> {
        let inner = &self.inner;
        inner.counters.inval_local.add();
        inner.drop_tag(tag);
        let name = inner.tag(tag);
        let (key, life) = (name.key(), name.life());
        let waited = inner.removals.waits(&key);
        let raised = inner.remote.bump(&key, life, None).await;
        // As above: before it is dropped again.
        match &raised {
            Ok(()) => inner.removals.done(&key, waited),
            Err(_) => Inner::remove_later(inner, key, What::Tagged { life }),
        }
        inner.drop_tag(tag);
        raised.map_err(CacheError::Redis)
    }

    /// Makes all values of this cache out of date, in all processes.
    ///
    /// # Errors
    /// As [`invalidate_tag`](Self::invalidate_tag).
    ///
    /// # Cancel safety
    /// As [`invalidate_tag`](Self::invalidate_tag).
    pub async fn invalidate_all(&self) -> Result<(), CacheError> {
        self.invalidate_tag("").await
    }
}

impl<V: Send + Sync + 'static> Inner<V> {
    pub(super) async fn store(
        &self,
        id: &str,
        value: &V,
        ttl: Option<Duration>,
        tags: &[&str],
    ) -> Result<(), CacheError> {
        let payload = self.encode(value)?;
        let key = self.name(id).key();
        self.begin_write(id).await;
        let waited = self.removals.waits(&key);
        let stored = async {
            if self.is_plain() {
                return self.remote.set(&key, &payload, ttl).await;
            }
            let tags = self.tags_now(tags, &mut Patience::endless()).await?;
            let (bytes, time) = self.seal(&payload, ttl, Duration::ZERO, &tags);
            self.remote.set(&key, &bytes, time).await
        }
        .await;
        if stored.is_ok() {
            // What waited to be removed has been overwritten, and what is there now is to stay.
            self.removals.done(&key, waited);
        }
        self.drop_local(id);
        stored.map_err(|error| {
            self.counters.l2_err.add();
            CacheError::Redis(error)
        })
    }

    /// Drops what this process has of a value that is about to be written.
    async fn begin_write(&self, id: &str) {
        self.counters.inval_local.add();
        self.drop_local(id);
        if self.is_plain() {
            // There is no lease that the write would take away from who has loaded what was there before. He may take as
            // long as a lookup; what takes longer is driven by nobody.
            let limit = self.settings.lookup_timeout.min(self.remote.client.call_timeout());
            let _ = timeout(limit, self.loads.stored(id)).await;
        }
    }

    /// The bytes of a value, if it is not too large.
    pub(super) fn encode(&self, value: &V) -> Result<Vec<u8>, CacheError> {
        let payload = self.settings.codec.encode(value).map_err(|error| CacheError::Encode(error.into()))?;
        let (size, limit) = (payload.len(), self.settings.max_value);
        if size > limit { Err(CacheError::TooLarge { size, limit }) } else { Ok(payload) }
    }

    /// A value behind its header, and how long it is to stand in Redis.
    pub(super) fn seal(
        &self,
        payload: &[u8],
        ttl: Option<Duration>,
        delta: Duration,
        tags: &[Tag],
    ) -> (bytes::Bytes, Option<Duration>) {
        let stale = self.settings.stale;
        let header = Header::new(Kind::Value, self.settings.codec.id(), self.settings.schema);
        let bytes = header.taking(delta).stale_for(stale).seal(tags, payload);
        (bytes, ttl.map(|ttl| self.varied(ttl).saturating_add(stale)))
    }

    /// The versions of the namespace and of `tags` as they are now.
    pub(super) async fn tags_now(
        &self,
        tags: &[&str],
        patience: &mut Patience,
    ) -> crate::error::Result<Vec<Tag>> {
        let mut now = Vec::with_capacity(tags.len().saturating_add(1));
        for name in std::iter::once(&"").chain(tags) {
            let version = self.versions.of(&self.remote, &self.removals, self.tag(name), patience).await?;
            now.push(Tag { name: (*name).into(), version });
        }
        Ok(now)
    }

    /// Remembers what could not be removed, for as long as a value may be there: one of the cache's own time, or of the
    /// longest for which this process has stored any. What others write without a header may be there for any time.
    fn remove_later(inner: &Arc<Self>, key: String, what: What) {
        inner.counters.l2_err.add();
        let settings = &inner.settings;
        let ttl = settings.ttl.filter(|_| !inner.is_plain()).map_or(Duration::MAX, |ttl| {
            seconds(ttl.as_secs_f64() * (1.0 + settings.jitter)).saturating_add(settings.stale)
        });
        let ttl = ttl.max(inner.remote.longest());
        let whole = (!inner.is_plain()).then(|| inner.tag("").key());
        if inner.removals.later(key, what, ttl, whole) {
            // Before it is raised, as in `invalidate_tag`: nobody is to believe the version that he knows.
            inner.drop_tag("");
        }
        Inner::keep_removing(inner);
    }

    /// Goes on removing what could not be removed, in a task that ends with the last of it.
    fn keep_removing(inner: &Arc<Self>) {
        let Some(mut begun) = inner.removals.begin() else { return };
        let weak = Arc::downgrade(inner);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(super::removals::PAUSE).await;
                let Some(inner) = weak.upgrade() else { return };
                for key in inner.removals.due() {
                    // It may have been put right meanwhile; if it fails, there is another round.
                    let _ = inner.removals.first(&inner.remote, &key, &mut Patience::endless()).await;
                }
                if inner.remote.client.is_closed() {
                    return;
                }
                if inner.removals.is_done() {
                    drop(begun);
                    // A key may have come between the two lines; who brought it saw this task running.
                    match inner.removals.begin().filter(|_| !inner.removals.is_done()) {
                        Some(again) => begun = again,
                        None => return,
                    }
                }
            }
        });
    }
}
