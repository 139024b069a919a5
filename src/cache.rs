//! A cache of two levels: values in this process over values in Redis, kept true by the server's own word.
//!
//! Callers say what they want and how it is loaded when it is nowhere; the cache sees to it that it is loaded once, in
//! one process, however many ask ([`get_or_load`](Cache::get_or_load)); that what changes anywhere is dropped everywhere
//! ([`Coherence::Tracking`]); that popular values are loaded anew before they end; that "there is nothing" is remembered
//! too; and that an outage of Redis does not become one of the database behind ([`OnFailure::Load`], as many loads at a
//! time as `max_loads` allows).
//!
//! # What it does not promise
//! - *The present value.* A value read here is older than a change by as long as word of it travels: a delay of the network,
//!   or, over a socket that died without a word, two seconds with [`Coherence::Tracking`] and five with
//!   [`Coherence::PubSub`]. No shorter bound can be had without asking for each read: a silent server looks like one that has
//!   nothing to tell, until it does not answer. With [`Coherence::TtlOnly`] it is [`l1_max_ttl`](CacheBuilder::l1_max_ttl),
//!   with [`Coherence::Off`] a second, where another process has invalidated a tag or the namespace.
//!   Who needs the present value asks Redis itself. What a call returns is never older than what this process was told, or
//!   wrote, before the call.
//! - *One load.* "Loaded once" holds while the loader's process lives and can renew its lease; when it dies, or is paused
//!   for longer than the [lease](CacheBuilder::lease), another one loads. Nothing tells a dead process from a slow one. A
//!   loader must bear being called twice, at the same time too; the later one's value is stored only where nobody wrote in
//!   between.
//! - *A cached value.* Redis evicts; what two processes do at the same moment may cancel out (a value that is stored by one
//!   who has not heard yet that its tag was raised counts as out of date). Either costs a load, never a wrong value.
//! - *Redis down.* With [`OnFailure::Load`] (fail-open) the database behind gets what the cache kept from it, and nothing is
//!   shared: each process loads for itself, one load for each key at a time, [`max_loads`](CacheBuilder::max_loads) in all,
//!   and caches nothing, since what it kept could not be told of changes. The first lookups still wait for Redis, each by
//!   [`lookup_timeout`](CacheBuilder::lookup_timeout), half a second, and by no more; what they store too late for that
//!   arrives all the same, or not, and never over what is newer. When three in a row were late, Redis is given a *rest*:
//!   lookups go without it at once, but for one at a time that is the probe, half a second after the last one at first and
//!   at most a second later on. The first answer in time ends the rest, so for up to a second after Redis is back it is
//!   not asked, and what is loaded meanwhile is not stored. Writes and invalidations know no rest: they are sent, or fail.
//!   Where the database would not bear the loads, [`OnFailure::Fail`], which fails at once during a rest. An invalidation
//!   that fails, be it of a key, a tag or all, is tried again for as long as what it means may live, by this cache and its
//!   clones alone: a process that dies takes it along. Until it took, or the key was set anew, they do not believe what
//!   Redis has of it: whoever looks it up invalidates it first, and goes on as without Redis if that fails too. So no call
//!   returns what this cache had tried to invalidate before it; other processes may serve that until it is gone. A thousand
//!   keys and tags are remembered; with more of them all of the cache counts as invalidated (of the texts of a
//!   [`manager`] those that end first are given up).
//! - *SWAPDB.* It tells nobody, of no key: a database that is swapped is no place for values that are kept in processes.
//! - *Foreign writers.* The server tells of what any program does to a key; with [`Coherence::PubSub`] only caches tell. A key
//!   that a program without this cache overwrites counts as not there, or is
//!   [read as it is](CacheBuilder::read_foreign); one of another type is left alone, and its loads are not cached.
//! - *The order of writes.* What strategies over a store do not promise, and what write-behind may lose, stands in
//!   [`through`].
//!
//! # The rights it needs
//! Values are the keys `NAMESPACE:*`, leases and the versions of tags `NAMESPACE#*`. A user with restricted rights needs both,
//! and `+get +pttl +set +getrange +unlink +del +pexpire +time +eval +evalsha +client|tracking`; with [`Coherence::PubSub`]
//! also `+multi +exec +publish +subscribe` and the channel `&NAMESPACE:inv`.
//!
//! # How it works, from the wire up
//! `tracker.rs` is the connection on which the server tells of changes, `herald.rs` the channel on which caches do;
//! `local.rs` the first level, and the rule by which an invalidation is never lost to a reply that it overtakes;
//! `envelope.rs` the header before each value in Redis, which tells freshness without anybody's clock and makes one
//! compare-and-set serve every write; `remote.rs` what is said to Redis, `question.rs` what most often is; `flight.rs` the
//! one fetch at a time; `load.rs` the way of a lookup, `hit.rs` what may be served from here, `reading.rs` what is found
//! in Redis, `lease.rs` how what is not found is loaded by one alone, `patience.rs` how long Redis is waited for,
//! `rest.rs` when it is not asked at all; `removals.rs` what of it is not believed;
//! `versions.rs` tags; `through.rs` strategies over a store.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use redlane::cache::Cache;
//! use redlane::cache::codec::Raw;
//! use redlane::prelude::*;
//!
//! # async fn example(client: Client) -> Result<(), redlane::cache::CacheError> {
//! let names: Cache<String> = Cache::builder(&client, Raw)
//!     .namespace("names", 1)
//!     .ttl(Duration::from_secs(600))
//!     .stale(Duration::from_secs(60))
//!     .build()
//!     .await?;
//!
//! let name = names
//!     .get_or_load("42", |id| async move { Ok::<_, std::io::Error>(Some(format!("user {id}"))) })
//!     .tags(["team:9"])
//!     .await?;
//! assert_eq!(name.as_deref().map(String::as_str), Some("user 42"));
//!
//! names.invalidate("42").await?;
//! names.invalidate_tag("team:9").await?;
//! # Ok(()) }
//! ```

pub mod codec;
pub mod manager;
pub mod through;

mod clock;
mod envelope;
mod error;
mod flight;
mod herald;
mod hit;
mod lease;
mod load;
mod local;
mod patience;
mod question;
mod reading;
mod remote;
mod removals;
mod rest;
mod settings;
mod stats;
mod tracker;
mod versions;
mod write;

use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Semaphore;

use self::clock::Clock;
use self::codec::Codec;
use self::flight::Flights;
use self::herald::Herald;
use self::hit::seconds;
use self::load::{Load, Lookup};
use self::local::Local;
use self::question::Name;
use self::remote::{Remote, Word};
use self::removals::Removals;
use self::rest::Rest;
use self::settings::{Format, Settings};
use self::stats::Counters;
use self::tracker::{Listener, Tracker};
use self::versions::{Name as TagName, Versions};
use crate::client::Client;

pub use self::error::CacheError;
pub use self::settings::{CacheBuilder, Coherence, OnFailure};
pub use self::stats::CacheStats;

/// A cache of values of one type. Clones share everything.
///
/// Ids are texts; in Redis they stand behind the namespace: `names:42`.
pub struct Cache<V> {
    inner: Arc<Inner<V>>,
}

struct Inner<V> {
    settings: Settings<V>,
    remote: Remote,
    local: Option<Local<V>>,
    versions: Versions,
    clock: Arc<Clock>,
    /// Fetches that only look.
    looks: Flights<V>,
    /// Fetches that load what is not there.
    loads: Flights<V>,
    /// How many may load at a time.
    loaders: Semaphore,
    /// How many may load unseen.
    refreshers: Arc<Semaphore>,
    refreshing: Mutex<HashSet<Arc<str>>>,
    rest: Rest,
    removals: Removals,
    counters: Arc<Counters>,
}

impl<V: Send + Sync + 'static> Cache<V> {
    /// Begins to build a cache over `client`, whose values `codec` writes.
    pub fn builder(client: &Client, codec: impl Codec<V>) -> CacheBuilder<V> {
        CacheBuilder::new(client.clone(), codec)
    }

    /// The value of `id` if it is in the cache; `None` when it is not, or is known to be nothing.
    ///
    /// # Errors
    /// [`CacheError::Redis`], only with [`OnFailure::Fail`].
    ///
    /// # Cancel safety
    /// Nothing is lost: who waits for the same value goes on.
    pub fn get<'c>(&'c self, id: &'c str) -> Lookup<'c, V> {
        Lookup::look(&self.inner, id)
    }

    /// The value of `id`, loaded and cached when it is not there; `None` when the loader says that there is nothing.
    ///
    /// However many ask for the same value, in however many processes, one of them loads it, the others wait for it. A value
    /// in its [stale window](CacheBuilder::stale), or popular and soon to end, is served at once, and loaded anew unseen.
    ///
    /// The loader is given the id. It may be dropped in the middle when its caller goes away; another one then loads.
    ///
    /// # Errors
    /// [`CacheError::Load`] with the loader's error, which nobody caches; [`CacheError::Busy`] when too many loads are running;
    /// with [`OnFailure::Fail`] also [`CacheError::Redis`].
    ///
    /// # Cancel safety
    /// Nothing is lost: who waits for the same value loads it instead.
    pub fn get_or_load<'c, F, Fut, E>(&'c self, id: &'c str, loader: F) -> Load<'c, V, F>
    where
        F: FnOnce(String) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Option<V>, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Load::new(&self.inner, id, loader)
    }

    /// Counts and gauges.
    #[must_use]
    pub fn stats(&self) -> CacheStats {
        let mut stats = self.inner.counters.snapshot();
        if let Some(local) = &self.inner.local {
            (stats.entries, stats.bytes) = local.size();
        }
        stats.tracked = self.inner.remote.is_told();
        stats
    }
}

impl<V: Send + Sync + 'static> Inner<V> {
    fn new(client: Client, settings: Settings<V>) -> Self {
        let counters = Arc::new(Counters::default());
        let evicted = Arc::clone(&counters);
        let local = (settings.coherence != Coherence::Off)
            .then(|| Local::new(settings.l1_bytes, move || evicted.evict_size.add()));
        let word = match settings.coherence {
            Coherence::Tracking => Word::Tracked(Tracker::of(&client)),
            Coherence::PubSub => Word::Published(Herald::new(&settings.namespace)),
            Coherence::TtlOnly | Coherence::Off => Word::Nobody,
        };
        Inner {
            versions: Versions::new(!matches!(word, Word::Nobody), settings.l1_max_ttl),
            loaders: Semaphore::new(settings.max_loads.min(Semaphore::MAX_PERMITS)),
            refreshers: Arc::new(Semaphore::new(settings.max_refreshes.min(Semaphore::MAX_PERMITS))),
            remote: Remote::new(client, word),
            rest: Rest::new(settings.lookup_timeout),
            settings,
            local,
            clock: Clock::new(),
            looks: Flights::new(),
            loads: Flights::new(),
            refreshing: Mutex::default(),
            removals: Removals::default(),
            counters,
        }
    }

    /// Begins to listen, and waits until it is heard.
    async fn begin(self: &Arc<Self>) -> Result<(), CacheError> {
        self.clock.start();
        let weak: Weak<dyn Listener> = Arc::downgrade(self) as _;
        match &self.remote.word {
            Word::Tracked(tracker) => {
                tracker.listen(weak);
                tracker.check(self.remote.client.config().connect_timeout()).await?;
            }
            Word::Published(herald) => herald.listen(&self.remote.client, weak).await?,
            Word::Nobody => {}
        }
        Ok(())
    }

    /// The key of an id.
    fn name<'n>(&'n self, id: &'n str) -> Name<'n> {
        Name { namespace: if self.is_plain() { "" } else { &self.settings.namespace }, id }
    }

    /// A tag; the one without a name is the namespace.
    fn tag<'n>(&'n self, name: &'n str) -> TagName<'n> {
        TagName { namespace: &self.settings.namespace, name }
    }

    /// A time to live, varied so that what was cached together does not end together.
    fn varied(&self, ttl: Duration) -> Duration {
        let share = self.settings.jitter * (2.0 * fastrand::f64() - 1.0);
        seconds(ttl.as_secs_f64() * (1.0 + share)).max(Duration::from_millis(1))
    }

    fn is_plain(&self) -> bool {
        self.settings.format == Format::Plain
    }

    /// Drops what this process has of `id`, voids what is being read of it, and keeps it from those who come later.
    fn drop_local(&self, id: &str) {
        if let Some(local) = &self.local {
            local.invalidate(id);
        }
        self.looks.changed(id);
        self.loads.changed(id);
    }

    /// Drops what this process knows of a tag, and what it has of the namespace when it is that.
    fn drop_tag(&self, tag: &str) {
        self.versions.changed(tag);
        if let Some(local) = self.local.as_ref().filter(|_| tag.is_empty()) {
            local.flush();
        }
        // Which of those that are being read depends on it is not known.
        self.looks.all_changed();
        self.loads.all_changed();
    }
}

impl<V: Send + Sync + 'static> Listener for Inner<V> {
    fn changed(&self, key: &[u8]) {
        let Ok(key) = std::str::from_utf8(key) else { return };
        if self.is_plain() {
            self.counters.inval_push.add();
            return self.drop_local(key);
        }
        let Some(rest) = key.strip_prefix(self.settings.namespace.as_str()) else { return };
        if let Some(id) = rest.strip_prefix(':') {
            self.counters.inval_push.add();
            self.drop_local(id);
        } else if let Some(tag) = rest.strip_prefix('#') {
            self.counters.inval_push.add();
            self.drop_tag(tag);
        }
    }

    fn lost(&self) {
        self.counters.flush.add();
        self.versions.flush();
        if let Some(local) = &self.local {
            local.flush();
        }
        self.looks.all_changed();
        self.loads.all_changed();
    }

    fn holds_any(&self) -> bool {
        self.local.as_ref().is_some_and(|local| !local.is_empty())
    }
}

/// Takes an id off the list of those that are being loaded unseen.
struct Refreshing<V> {
    inner: Arc<Inner<V>>,
    id: Arc<str>,
}

impl<V> Refreshing<V> {
    /// `None` when somebody is at it already.
    fn begin(inner: &Arc<Inner<V>>, id: &str) -> Option<Self> {
        let id: Arc<str> = id.into();
        let mut refreshing = inner.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        refreshing.insert(Arc::clone(&id)).then(|| Refreshing { inner: Arc::clone(inner), id })
    }
}

impl<V> Drop for Refreshing<V> {
    fn drop(&mut self) {
        let mut refreshing = self.inner.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        refreshing.remove(&self.id);
    }
}

impl<V> Clone for Cache<V> {
    fn clone(&self) -> Self {
        Cache { inner: Arc::clone(&self.inner) }
    }
}

impl<V> fmt::Debug for Cache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("namespace", &self.inner.settings.namespace).finish_non_exhaustive()
    }
}
