//! The way of a lookup: this process, Redis, the loader; once for all who want the same.
//!
//! A hit in this process needs no task switch and no box. A miss joins the flight of its key, whose leader asks Redis;
//! when nothing is there, it asks for the lease of the key, which one process at a time has, and loads. Whoever finds the
//! lease taken waits for the server to tell that the key has changed, and looks again. What was loaded is stored only
//! where the lease still stands: a write by anybody in between has removed it, and the value goes to the callers alone.

use std::error::Error as StdError;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::time::timeout;

use super::envelope::{HEADER, Header, Kind, Sealed, Seen, Tag};
use super::error::CacheError;
use super::flight::{Outcome, Seat};
use super::local::{Entry, Mark};
use super::remote::{Remote, Stored};
use super::settings::OnFailure;
use super::{Hit, Inner, Refreshing};
use crate::client::Client;

type Loading<V> = Pin<Box<dyn Future<Output = Result<Option<V>, CacheError>> + Send>>;
type Loader<V> = Box<dyn FnOnce(String) -> Loading<V> + Send>;

/// How soon a taken lease is looked at again when nobody tells; doubled up to [`SELDOM`].
const OFTEN: Duration = Duration::from_millis(20);
const SELDOM: Duration = Duration::from_millis(200);

/// With the server telling, this only bounds what a lost socket costs.
const TOLD: Duration = Duration::from_secs(1);

/// A lookup in the making: awaited, it resolves to the value. See [`Cache::get_or_load`](super::Cache::get_or_load).
#[must_use = "a lookup does nothing before it is awaited"]
pub struct Load<'c, V> {
    inner: &'c Arc<Inner<V>>,
    id: &'c str,
    loader: Loader<V>,
    tags: Vec<Box<str>>,
    ttl: Option<Duration>,
}

impl<'c, V: Send + Sync + 'static> Load<'c, V> {
    pub(super) fn new<F, Fut, E>(inner: &'c Arc<Inner<V>>, id: &'c str, loader: F) -> Self
    where
        F: FnOnce(String) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Option<V>, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let loader: Loader<V> = Box::new(move |id| {
            let load = loader(id);
            Box::pin(async move { load.await.map_err(CacheError::load) })
        });
        Load { inner, id, loader, tags: Vec::new(), ttl: inner.settings.ttl }
    }

    /// What a loaded value depends on: it is out of date when one of these is
    /// [invalidated](super::Cache::invalidate_tag).
    pub fn tags<'t>(mut self, tags: impl IntoIterator<Item = &'t str>) -> Self {
        self.tags.extend(tags.into_iter().map(Box::from));
        self
    }

    /// A time to live of its own for a loaded value, instead of the cache's.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl.max(Duration::from_millis(1)));
        self
    }
}

impl<'c, V: Send + Sync + 'static> IntoFuture for Load<'c, V> {
    type Output = Outcome<V>;
    type IntoFuture = Lookup<'c, V>;

    fn into_future(self) -> Lookup<'c, V> {
        let Load { inner, id, loader, tags, ttl } = self;
        let wish = Wish { tags, ttl };
        if let Some(hit) = inner.hit(id) {
            inner.counters.of_hit(&hit);
            if hit.due {
                inner.refresh(id, hit.entry.seen.clone(), loader, wish);
            }
            return Lookup(State::Known(Some(Ok(hit.entry.value.clone()))));
        }
        Lookup(State::Fetching(Box::pin(inner.fetch(id, Some((loader, wish))))))
    }
}

/// What a loaded value shall be like.
struct Wish {
    tags: Vec<Box<str>>,
    ttl: Option<Duration>,
}

/// The future of a lookup.
#[must_use = "a lookup does nothing before it is awaited"]
pub struct Lookup<'c, V>(State<'c, V>);

enum State<'c, V> {
    Known(Option<Outcome<V>>),
    Fetching(Pin<Box<dyn Future<Output = Outcome<V>> + Send + 'c>>),
}

impl<'c, V: Send + Sync + 'static> Lookup<'c, V> {
    #[inline]
    pub(super) fn look(inner: &'c Arc<Inner<V>>, id: &'c str) -> Self {
        match inner.hit(id) {
            Some(hit) => {
                inner.counters.of_hit(&hit);
                Lookup(State::Known(Some(Ok(hit.entry.value.clone()))))
            }
            None => Lookup(State::Fetching(Box::pin(inner.fetch(id, None)))),
        }
    }
}

impl<V> Future for Lookup<'_, V> {
    type Output = Outcome<V>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome<V>> {
        match &mut self.0 {
            State::Known(known) => {
                Poll::Ready(known.take().unwrap_or(Err(CacheError::Usage("a lookup gives its value once"))))
            }
            State::Fetching(fetch) => fetch.as_mut().poll(cx),
        }
    }
}

impl super::stats::Counters {
    fn of_hit<V>(&self, hit: &Hit<V>) {
        match (&hit.entry.value, hit.fresh) {
            (None, _) => self.negative_hit.add(),
            (Some(_), true) => self.l1_hit.add(),
            (Some(_), false) => self.l1_stale_hit.add(),
        }
    }
}

/// What Redis has of a key.
enum Found<V> {
    /// A value, or the knowledge that there is none.
    Held(Held<V>),
    /// Somebody is loading it, and has so long for it.
    Taken(Option<Duration>),
    /// Nothing that could be served; what stands there begins so.
    Missing(Seen),
}

struct Held<V> {
    value: Option<Arc<V>>,
    seen: Seen,
    due: bool,
}

impl<V: Send + Sync + 'static> Inner<V> {
    async fn fetch(self: &Arc<Self>, id: &str, load: Option<(Loader<V>, Wish)>) -> Outcome<V> {
        if self.remote.client.is_closed() {
            return Err(CacheError::Closed);
        }
        let flights = if load.is_some() { &self.loads } else { &self.looks };
        let seat = flights.join(id);
        let mut turn = seat.turn().await;
        if let Some(outcome) = &*turn {
            self.counters.load_coalesced.add();
            return outcome.clone();
        }
        let outcome = match load {
            Some((loader, wish)) => self.find_or_load(id, &seat, loader, wish).await,
            None => self.find(id).await,
        };
        *turn = Some(outcome.clone());
        seat.land();
        outcome
    }

    /// Looks, and loads nothing.
    async fn find(self: &Arc<Self>, id: &str) -> Outcome<V> {
        let found = match self.read(id).await {
            Ok(found) => found,
            Err(error) => return self.failed(error).map(|()| None),
        };
        match found {
            Found::Held(held) => Ok(held.value),
            Found::Taken(_) | Found::Missing(_) => {
                self.counters.miss.add();
                Ok(None)
            }
        }
    }

    /// Redis could not be asked.
    fn failed(&self, error: crate::error::Error) -> Result<(), CacheError> {
        self.counters.l2_err.add();
        match self.settings.on_failure {
            OnFailure::Load => Ok(()),
            OnFailure::Fail => Err(CacheError::Redis(error)),
        }
    }

    async fn find_or_load(
        self: &Arc<Self>,
        id: &str,
        seat: &Seat<'_, V>,
        loader: Loader<V>,
        wish: Wish,
    ) -> Outcome<V> {
        let key = self.key(id);
        let mut waited = false;
        let mut pause = OFTEN;
        loop {
            let found = match self.read(id).await {
                Ok(found) => found,
                Err(error) => {
                    self.failed(error)?;
                    self.counters.miss.add();
                    return self.load_alone(id, loader).await;
                }
            };
            let seen = match found {
                Found::Held(held) => {
                    if held.due {
                        self.refresh(id, Some(held.seen), loader, wish);
                    }
                    return Ok(held.value);
                }
                Found::Taken(left) => {
                    if !waited {
                        self.counters.lease_wait.add();
                        waited = true;
                    }
                    let told = self.remote.is_tracked();
                    let longest = if told { TOLD } else { pause };
                    pause = pause.saturating_mul(2).min(SELDOM);
                    let left = left.unwrap_or(longest).saturating_add(Duration::from_millis(1));
                    // Either way one looks again; a change is seen at once, an end of the lease soon after it.
                    let _ = timeout(left.min(longest), seat.key_changed()).await;
                    continue;
                }
                Found::Missing(seen) => seen,
            };
            if self.is_plain() {
                self.counters.miss.add();
                return self.load_plain(id, &key, loader, wish).await;
            }
            let lease =
                Header::new(Kind::Lease, self.settings.codec.id(), self.settings.schema).seal(&[], b"");
            match self.remote.lease(&key, &lease, self.settings.lease, &seen).await {
                Ok(None) => {
                    self.counters.miss.add();
                    if waited {
                        self.counters.lease_takeover.add();
                    }
                    let lease = Lease { client: &self.remote.client, key: &key, header: lease, held: true };
                    return self.load_leased(id, lease, loader, wish).await;
                }
                // An empty text is no cache's, and has no first bytes by which to replace it.
                Ok(Some(there)) if there.is_empty() => {
                    let _ = self.remote.remove(&key).await;
                }
                // Somebody was quicker: what stands there now is looked at like anything else.
                Ok(Some(_)) => {}
                Err(error) => {
                    self.failed(error)?;
                    self.counters.miss.add();
                    return self.load_alone(id, loader).await;
                }
            }
        }
    }

    /// Loads for the callers alone: nothing can be stored.
    async fn load_alone(&self, id: &str, loader: Loader<V>) -> Outcome<V> {
        let (value, _) = self.load(id, loader, None).await?;
        Ok(value.map(Arc::new))
    }

    async fn load_plain(&self, id: &str, key: &str, loader: Loader<V>, wish: Wish) -> Outcome<V> {
        let (value, _) = self.load(id, loader, None).await?;
        if let Some(value) = &value {
            let payload = self.encode(value)?;
            if self.remote.set(key, &payload, wish.ttl).await.is_err() {
                self.counters.l2_err.add();
            }
        }
        Ok(value.map(Arc::new))
    }

    async fn load_leased(&self, id: &str, mut lease: Lease<'_>, loader: Loader<V>, wish: Wish) -> Outcome<V> {
        // The versions are those from before the load: what changes while it runs makes the value out of date.
        let tags = self.tags_of(&wish).await;
        let (value, delta) = match self.load(id, loader, Some(&lease)).await {
            Ok(loaded) => loaded,
            Err(error) => {
                lease.give_back().await;
                return Err(error);
            }
        };
        self.fill(id, Some(&mut lease), None, value, delta, tags, wish.ttl).await
    }

    /// The tags of a wish with their versions; `None` when they cannot be had, and nothing can be stored then.
    async fn tags_of(&self, wish: &Wish) -> Option<Vec<Tag>> {
        let names: Vec<&str> = wish.tags.iter().map(|tag| &**tag).collect();
        match self.tags_now(&names).await {
            Ok(tags) => Some(tags),
            Err(_) => {
                self.counters.l2_err.add();
                None
            }
        }
    }

    /// Stores what was loaded, unless somebody has written in between.
    #[expect(clippy::too_many_arguments, reason = "what was loaded, for whom, and over what")]
    async fn fill(
        &self,
        id: &str,
        mut lease: Option<&mut Lease<'_>>,
        over: Option<Seen>,
        value: Option<V>,
        delta: Duration,
        tags: Option<Vec<Tag>>,
        ttl: Option<Duration>,
    ) -> Outcome<V> {
        let sealed = match (&value, &tags) {
            (_, None) => None,
            (Some(value), Some(tags)) => match self.encode(value) {
                Ok(payload) => Some(self.seal(&payload, ttl, delta, tags)),
                // It goes to the callers all the same.
                Err(_) => None,
            },
            (None, Some(_)) if self.settings.negative.is_zero() => None,
            (None, Some(tags)) => {
                let header = Header::new(Kind::Nothing, self.settings.codec.id(), self.settings.schema);
                Some((header.taking(delta).seal(tags, b""), Some(self.varied(self.settings.negative))))
            }
        };
        let seen = lease.as_ref().map(|lease| lease.header.clone()).or(over);
        match (sealed, seen) {
            (Some((bytes, time)), Some(seen)) => {
                let key = self.key(id);
                self.drop_local(id);
                let filled = self.remote.fill(&key, &seen, &bytes, time.unwrap_or(FOREVER)).await;
                self.drop_local(id);
                if let Some(lease) = &mut lease {
                    // Replaced by the value, or by somebody else's. Otherwise it is tried to be given back.
                    lease.held = filled.is_err();
                }
                match filled {
                    Ok(true) => {}
                    Ok(false) => self.counters.fill_raced.add(),
                    Err(_) => self.counters.l2_err.add(),
                }
            }
            _ => {
                if let Some(lease) = &mut lease {
                    lease.give_back().await;
                }
            }
        }
        Ok(value.map(Arc::new))
    }

    /// Runs the loader, as many at a time as may be, and keeps the lease meanwhile.
    async fn load(
        &self,
        id: &str,
        loader: Loader<V>,
        lease: Option<&Lease<'_>>,
    ) -> Result<(Option<V>, Duration), CacheError> {
        let limit = self.settings.load_wait;
        let running = async {
            let _place = match timeout(limit, self.loaders.acquire()).await {
                Ok(Ok(place)) => place,
                Ok(Err(_)) => return Err(CacheError::Closed),
                Err(_) => return Err(CacheError::Busy { limit }),
            };
            let began = Instant::now();
            let value = loader(id.to_owned()).await?;
            Ok((value, began.elapsed()))
        };
        let loaded = match lease {
            None => running.await,
            Some(lease) => {
                let mut running = std::pin::pin!(running);
                let third = self.settings.lease.div_f64(3.0);
                loop {
                    match timeout(third, &mut running).await {
                        Ok(loaded) => break loaded,
                        // The load goes on whatever becomes of the lease: its callers wait for it.
                        Err(_) => {
                            let renewed = self.remote.renew(lease.key, &lease.header, self.settings.lease);
                            let _ = timeout(third, renewed).await;
                        }
                    }
                }
            }
        };
        match &loaded {
            Ok(_) => self.counters.load_ok.add(),
            Err(_) => self.counters.load_err.add(),
        }
        loaded
    }

    /// Loads a value anew, unseen; not if somebody is at it, or too many are being loaded so.
    fn refresh(self: &Arc<Self>, id: &str, seen: Option<Seen>, loader: Loader<V>, wish: Wish) {
        let Some(seen) = seen else { return };
        let Ok(place) = Arc::clone(&self.refreshers).try_acquire_owned() else { return };
        let Some(refreshing) = Refreshing::begin(self, id) else { return };
        tokio::spawn(async move {
            let (inner, id) = (&refreshing.inner, &*refreshing.id);
            let tags = inner.tags_of(&wish).await;
            // A failed load leaves what is there; it is tried again at the next call.
            if let Ok((value, delta)) = inner.load(id, loader, None).await {
                inner.counters.refresh.add();
                let _ = inner.fill(id, None, Some(seen), value, delta, tags, wish.ttl).await;
            }
            drop(place);
        });
    }

    /// Asks Redis, and keeps what it says.
    async fn read(&self, id: &str) -> crate::error::Result<Found<V>> {
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
    ) -> crate::error::Result<Found<V>> {
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

/// A value without an end is stored for a century: the script that stores it wants a number.
const FOREVER: Duration = Duration::from_secs(100 * 366 * 24 * 3600);

/// The right to load a key. Dropped before it is over, it is given back in a task of its own; and its time ends it in any
/// case.
struct Lease<'c> {
    client: &'c Client,
    key: &'c str,
    header: Bytes,
    held: bool,
}

impl Lease<'_> {
    async fn give_back(&mut self) {
        if Remote::give_back(self.client, self.key, &self.header).await.is_ok() {
            self.held = false;
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if !self.held {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (client, key, header) = (self.client.clone(), self.key.to_owned(), self.header.clone());
            runtime.spawn(async move {
                let _ = Remote::give_back(&client, &key, &header).await;
            });
        }
    }
}
