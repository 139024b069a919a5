//! How a cache is to be: its builder.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::codec::{Chosen, Codec};
use super::error::CacheError;
use super::{Cache, Inner};
use crate::client::Client;

/// How values in this process are kept true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Coherence {
    /// The server tells which keys changed (CLIENT TRACKING, RESP3, since 6.0.0). Nothing older than two seconds is
    /// served, even over a socket that died without a word; mostly it is a millisecond.
    Tracking,
    /// The caches tell each other, on the channel `namespace:inv`: for servers and connections without RESP3. All caches of
    /// the namespace have to be of this kind, and only what they do is told: not what another program writes or flushes.
    /// Over a socket that died without a word a value may be five seconds old.
    PubSub,
    /// Nothing is told; a value is served for as long as `l1_max_ttl` says, changed or not.
    TtlOnly,
    /// No value is kept in this process. What is known of tags is, for a second: for so long a value is still served whose
    /// tag, or namespace, another process has invalidated.
    Off,
}

/// What happens when Redis cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// The value is loaded and not cached, as many at a time as `max_loads` allows.
    Load,
    /// The call fails; at once, and as out of time, while Redis is given a [rest](CacheBuilder::lookup_timeout).
    Fail,
}

/// How values look in Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Behind a header of 24 bytes.
    Sealed,
    /// As they are: for keys that others read and write too. Without leases, stale values and known nothings.
    Plain,
}

#[derive(Debug)]
pub(super) struct Settings<V> {
    pub(super) namespace: String,
    pub(super) schema: u32,
    pub(super) ttl: Option<Duration>,
    pub(super) stale: Duration,
    pub(super) negative: Duration,
    pub(super) jitter: f64,
    pub(super) lease: Duration,
    pub(super) lookup_timeout: Duration,
    pub(super) early: f64,
    pub(super) l1_bytes: u64,
    pub(super) l1_max_ttl: Duration,
    pub(super) max_l1_entry: usize,
    pub(super) max_value: usize,
    pub(super) max_loads: usize,
    pub(super) load_wait: Duration,
    pub(super) max_refreshes: usize,
    pub(super) coherence: Coherence,
    pub(super) on_failure: OnFailure,
    pub(super) format: Format,
    pub(super) foreign: bool,
    pub(super) codec: Chosen<V>,
}

/// Above the 300 ms within which a client is back once the server answers, below the second in which the tracked connection
/// finds a silent one.
const LOOKUP_TIMEOUT: Duration = Duration::from_millis(500);

/// Builds a [`Cache`].
#[must_use = "a builder does nothing before `build`"]
pub struct CacheBuilder<V> {
    client: Client,
    settings: Settings<V>,
    reads: PhantomData<fn() -> V>,
}

impl<V: Send + Sync + 'static> CacheBuilder<V> {
    pub(super) fn new(client: Client, codec: impl Codec<V>) -> Self {
        let settings = Settings {
            namespace: "cache".to_owned(),
            schema: 0,
            ttl: Some(Duration::from_secs(300)),
            stale: Duration::ZERO,
            negative: Duration::from_secs(5),
            jitter: 0.1,
            lease: Duration::from_secs(5),
            lookup_timeout: LOOKUP_TIMEOUT,
            early: 1.0,
            l1_bytes: 64 << 20,
            l1_max_ttl: Duration::from_secs(60),
            max_l1_entry: 1 << 20,
            max_value: 64 << 20,
            max_loads: 64,
            load_wait: Duration::from_secs(5),
            max_refreshes: 16,
            coherence: Coherence::Tracking,
            on_failure: OnFailure::Load,
            format: Format::Sealed,
            foreign: false,
            codec: Chosen::new(codec),
        };
        CacheBuilder { client, settings, reads: PhantomData }
    }

    /// The first part of all its keys, and the number of the schema of its values. What another schema wrote counts as
    /// not there. `cache` and 0 by default.
    pub fn namespace(mut self, name: impl Into<String>, schema: u32) -> Self {
        self.settings.namespace = name.into();
        self.settings.schema = schema;
        self
    }

    /// How long a value is fresh, 300 s by default. It is varied by a tenth either way, see [`jitter`](Self::jitter).
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.settings.ttl = Some(ttl);
        self
    }

    /// For how long after that a value is served while it is loaded anew. Zero by default: never.
    pub fn stale(mut self, window: Duration) -> Self {
        self.settings.stale = window;
        self
    }

    /// How long it is remembered that there is nothing, 5 s by default. Zero: not at all.
    pub fn negative(mut self, ttl: Duration) -> Self {
        self.settings.negative = ttl;
        self
    }

    /// By which share each time to live varies either way, 0.1 by default, so that what was cached together does not end
    /// together. From 0 to 0.9.
    pub fn jitter(mut self, share: f64) -> Self {
        self.settings.jitter = share;
        self
    }

    /// How long one process may be loading before another one takes over, 5 s by default. A load that takes longer keeps
    /// its right by renewing it; this is how long one that has died is waited for.
    pub fn lease(mut self, time: Duration) -> Self {
        self.settings.lease = time;
        self
    }

    /// How long one lookup waits for Redis in all, 500 ms by default: to be told what it has, to be given the right to load,
    /// and to store what was loaded. Then the value is loaded without it, or returned without being stored, or the call
    /// fails, as [`on_failure`](Self::on_failure) says.
    ///
    /// It bounds Redis alone. A loader takes its time, and so does a load of another process that is waited for: as long
    /// as Redis says that somebody is loading, each question begins the limit anew. Writes and invalidations wait as long
    /// as any command.
    ///
    /// The default is more than a client takes to be back once a server answers again (300 ms), so that a restart does not
    /// send everybody to the database, and no more than a slow load takes: a cache must not make one wait longer than what it
    /// saves. Lookups that ran into it, or before into the client's own `socket_timeout`, are counted
    /// ([`CacheStats::l2_late`](super::CacheStats::l2_late)). What was sent in time and is answered too late does no harm:
    /// a right to load is given back, and a value is stored only if nobody has written since. At least a millisecond; [`Duration::MAX`]: as long as any command of the client may take, which is
    /// twice its `socket_timeout`.
    ///
    /// # Rest
    /// So that an outage does not make every lookup slower, Redis is given a rest when three lookups in a row were late,
    /// each begun after the one before (those that ask at the same time count once, so it takes three times the limit of
    /// silence). During a rest lookups do not ask Redis; they are counted in
    /// [`CacheStats::l2_rested`](super::CacheStats::l2_rested). One at a time is let through as a probe: the limit after
    /// the last one at first, then twice as long each time, up to a second, or the limit where that is longer. The first
    /// lookup that is answered in time ends the rest; that Redis refuses is an answer too. Both ends are logged (target
    /// `redlane::cache`). A lookup whose caller goes away before the limit says nothing of Redis: who waits for less than
    /// this sets it lower.
    pub fn lookup_timeout(mut self, limit: Duration) -> Self {
        self.settings.lookup_timeout = limit;
        self
    }

    /// How eagerly values are loaded anew before their time (XFetch): 1 by default, more is earlier, 0 is never. The longer
    /// a load took, the earlier it is begun.
    pub fn early(mut self, beta: f64) -> Self {
        self.settings.early = beta;
        self
    }

    /// How many bytes this process keeps: keys, encoded values, and about 200 bytes for each entry. 64 MiB by default.
    pub fn l1_bytes(mut self, bytes: u64) -> Self {
        self.settings.l1_bytes = bytes;
        self
    }

    /// How long this process keeps a value at most, 60 s by default.
    pub fn l1_max_ttl(mut self, ttl: Duration) -> Self {
        self.settings.l1_max_ttl = ttl;
        self
    }

    /// Encoded values above so many bytes are not kept in this process. 1 MiB by default.
    pub fn max_l1_entry(mut self, bytes: usize) -> Self {
        self.settings.max_l1_entry = bytes;
        self
    }

    /// Encoded values above so many bytes are refused. 64 MiB by default; Redis itself takes 512 MiB.
    pub fn max_value(mut self, bytes: usize) -> Self {
        self.settings.max_value = bytes;
        self
    }

    /// How many loads run at a time in this process (64 by default), and how long one more waits before it fails (5 s).
    pub fn max_loads(mut self, count: usize, wait: Duration) -> Self {
        self.settings.max_loads = count;
        self.settings.load_wait = wait;
        self
    }

    /// How values in this process are kept true, [`Coherence::Tracking`] by default.
    pub fn coherence(mut self, coherence: Coherence) -> Self {
        self.settings.coherence = coherence;
        self
    }

    /// What happens when Redis cannot be asked, [`OnFailure::Load`] by default.
    pub fn on_failure(mut self, act: OnFailure) -> Self {
        self.settings.on_failure = act;
        self
    }

    /// Reads values that no cache wrote as if the codec had written them, instead of as not there.
    pub fn read_foreign(mut self, read: bool) -> Self {
        self.settings.foreign = read;
        self
    }

    /// Writes values as they are, for keys that others read and write too.
    pub(super) fn plain(mut self) -> Self {
        self.settings.format = Format::Plain;
        self.settings.foreign = true;
        self
    }

    /// Builds it. With [`Coherence::Tracking`] it connects, and waits until the server tracks; with [`Coherence::PubSub`] until
    /// it has subscribed.
    ///
    /// # Errors
    /// [`CacheError::Usage`] for settings that make no sense, [`CacheError::Redis`] when the server does not track (it speaks
    /// no RESP3, say), or lets nobody subscribe.
    ///
    /// # Cancel safety
    /// A dropped future closes what it had opened.
    pub async fn build(self) -> Result<Cache<V>, CacheError> {
        let settings = &self.settings;
        let wrong = |text| Err(CacheError::Usage(text));
        if settings.namespace.is_empty() {
            return wrong("a cache needs a namespace: its keys would be anybody's");
        }
        if settings.ttl.is_some_and(|ttl| ttl < Duration::from_millis(1)) {
            return wrong("the time to live of a cache is at least a millisecond");
        }
        if settings.lease < Duration::from_millis(30) {
            return wrong("a lease takes at least 30 ms: it is renewed at each third of it");
        }
        if settings.lookup_timeout < Duration::from_millis(1) {
            return wrong("a lookup waits for Redis for a millisecond at least");
        }
        if !(0.0..=0.9).contains(&settings.jitter) {
            return wrong("the jitter of a time to live is from 0 to 0.9");
        }
        if !(settings.early >= 0.0 && settings.early.is_finite()) {
            return wrong("the eagerness of early loads is zero or more");
        }
        if settings.max_loads == 0 {
            return wrong("a cache that may load nothing cannot be filled");
        }
        let inner = Arc::new(Inner::new(self.client, self.settings));
        inner.begin().await?;
        Ok(Cache { inner })
    }
}

impl<V> fmt::Debug for CacheBuilder<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheBuilder").field("namespace", &self.settings.namespace).finish_non_exhaustive()
    }
}
