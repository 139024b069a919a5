//! The native client: a cheap handle on a shared, auto-pipelining connection and a pool beside it.
//!
//! How a command is executed stands in `client/execute.rs`; the future that it is in `client/pending.rs`. Commands
//! themselves grow from the rows in `commands`; services (locks, pipelines, scans) add their own methods in
//! their own files.

pub(crate) mod execute;
pub(crate) mod leases;
pub mod pending;
pub(crate) mod services;
pub(crate) mod span;
pub(crate) mod submission;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use redlane_pool::retry::Retry;
use redlane_pool::stats::{LinkStats, PoolStats};
use redlane_resp::from_reply::FromReply;
use tokio::time::Instant;

use self::leases::{Leased, Leases};
use self::pending::Pending;
use self::services::Services;
use self::span::Place;
use crate::commands::command::Command;
use crate::commands::executor::{ExclusiveExecutor, Executor};
use crate::commands::facts;
use crate::config::{Config, Endpoint};
use crate::error::{Error, ErrorKind, Result};
use crate::handshake::{Greeting, Handshake};
use crate::metrics::Metrics;
use crate::route::Router;
use crate::route::single::Single;

/// A client of one server. Clones share everything and cost one reference count.
///
/// Its methods are the commands; see the traits in [`prelude`](crate::prelude).
///
/// ```no_run
/// use redlane::prelude::*;
///
/// # async fn example() -> Result<(), Error> {
/// let client = Client::connect(Config::from_url("redis://localhost")?).await?;
/// client.set("greeting", "hello").await?;
/// let greeting: Option<String> = client.get("greeting").await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    place: Place,
    handshake: Arc<Handshake>,
    router: Router,
    leases: Leases,
    retry: Retry,
    /// Commands answered without an error that the retry budget has been credited for.
    credited: AtomicU64,
    metrics: Metrics,
    services: Services,
    closed: AtomicBool,
}

impl Client {
    /// Makes a client that begins to connect in the background; commands wait for it within their own deadlines.
    ///
    /// # Errors
    /// Outside a tokio runtime ([`ErrorKind::Usage`](crate::error::ErrorKind)).
    pub fn new(config: Config) -> Result<Self> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(Error::usage("a client is made inside a tokio runtime, which then drives it"));
        }
        let handshake = Arc::new(Handshake::new(&config));
        let link = config.link();
        let leases = Leases::new(Arc::clone(&handshake), link.clone(), &config);
        let router = Router::Single(Single::new(Arc::clone(&handshake), link));
        let place = match config.endpoint() {
            Endpoint::Tcp { host, port } => (host, Some(port)),
            Endpoint::Unix { path } => (path.display().to_string(), None),
        };
        let place = Place { namespace: config.db().to_string(), address: place.0, port: place.1 };
        let retry = config.retry();
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                place,
                handshake,
                router,
                leases,
                retry,
                credited: AtomicU64::new(0),
                metrics: Metrics::default(),
                services: Services::default(),
                closed: AtomicBool::new(false),
            }),
        })
    }

    /// Makes a client and waits until the server has answered a PING, at most the connect timeout.
    ///
    /// # Errors
    /// Whatever kept the server from answering; nothing is left behind then.
    ///
    /// # Cancel safety
    /// A dropped future leaves nothing behind.
    pub async fn connect(config: Config) -> Result<Self> {
        let limit = config.connect_timeout();
        let client = Self::new(config)?;
        let ping = Pending::<String>::new(&client, Command::known(const { facts::of("PING") }))
            .deadline(limit)
            .await;
        match ping {
            Ok(_) => Ok(client),
            // A server that cannot save answers so to everything but reads. It is there, and reads work.
            Err(error) if error.kind() == ErrorKind::Misconfigured => Ok(client),
            Err(error) => {
                client.close_within(Duration::ZERO).await;
                Err(error)
            }
        }
    }

    /// Takes a command; nothing is sent before the first poll.
    #[inline]
    pub(crate) fn pending<R: FromReply>(&self, command: Command) -> Pending<'_, R> {
        Pending::new(self, command)
    }

    /// Sends any command and reads its reply as `R`. See [`cmd`](crate::commands::command::cmd).
    #[inline]
    pub fn execute<R: FromReply>(&self, command: impl Into<Command>) -> Pending<'_, R> {
        self.pending(command.into())
    }

    /// Takes no more commands, lets those under way finish for up to `close_timeout`, and closes all connections.
    /// All clones are closed with it; closing twice is nothing.
    ///
    /// # Cancel safety
    /// A dropped future leaves the client closing: new commands are refused, and the connections end with the last
    /// clone.
    pub async fn close(&self) {
        self.close_within(self.inner.config.close_timeout()).await;
    }

    /// [`close`](Self::close) with a bound of one's own.
    pub async fn close_within(&self, limit: Duration) {
        self.inner.closed.store(true, Ordering::Release);
        self.inner.services.close();
        let begun = Instant::now();
        self.inner.router.close(limit).await;
        self.inner.leases.close(limit.saturating_sub(begun.elapsed())).await;
    }

    /// Whether it was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inner.closed.load(Ordering::Acquire)
    }

    /// Whether the shared connection is up right now.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.inner.router.link().is_up()
    }

    /// The configuration it was made from.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// What the server said of itself when it last greeted; `None` before the first time.
    #[must_use]
    pub fn greeting(&self) -> Option<Greeting> {
        self.inner.handshake.greeting()
    }

    /// Figures of the shared connection.
    #[must_use]
    pub fn link_stats(&self) -> LinkStats {
        self.inner.router.stats()
    }

    /// Figures of the pool.
    #[must_use]
    pub fn pool_stats(&self) -> PoolStats {
        self.inner.leases.stats()
    }

    /// Counters of this client.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// What bounds a call that sets no deadline of its own.
    pub(crate) fn call_timeout(&self) -> Duration {
        let attempt = self.inner.config.socket_timeout();
        if self.inner.config.retry_on_timeout() { attempt.saturating_mul(2) } else { attempt }
    }

    /// What higher layers keep with this client.
    pub(crate) fn services(&self) -> &Services {
        &self.inner.services
    }

    /// How its connections greet.
    pub(crate) fn handshake(&self) -> &Arc<Handshake> {
        &self.inner.handshake
    }

    pub(crate) fn router(&self) -> &Router {
        &self.inner.router
    }

    /// Waits for a connection of one's own, at most `acquire_timeout` and until `deadline`, also for a server that is away.
    pub(crate) async fn lease(&self, deadline: Option<Instant>) -> Result<Leased> {
        let limit = self.config().acquire_timeout();
        self.leases().acquire_beside(self.router().link(), limit, deadline).await
    }

    pub(crate) fn leases(&self) -> &Leases {
        &self.inner.leases
    }

    pub(crate) fn place(&self) -> &Place {
        &self.inner.place
    }

    pub(crate) fn retry(&self) -> &Retry {
        &self.inner.retry
    }

    /// Takes one retry out of the budget, after crediting it with the successes since the last time.
    pub(crate) fn spend_retry(&self) -> bool {
        let Some(budget) = &self.inner.retry.budget else {
            self.inner.metrics.retried();
            return true;
        };
        /// Enough successes to fill the bucket; more would be lost anyway.
        const FILLS: u64 = 1_000;
        let metrics = &self.inner.metrics;
        let completed = self.inner.router.stats().completed.saturating_add(metrics.replies_apart());
        let succeeded = completed.saturating_sub(metrics.error_replies());
        let credited = self.inner.credited.fetch_max(succeeded, Ordering::Relaxed);
        for _ in 0..succeeded.saturating_sub(credited).min(FILLS) {
            budget.earn();
        }
        let granted = budget.try_spend();
        if granted {
            self.inner.metrics.retried();
        } else {
            self.inner.metrics.retry_denied();
        }
        granted
    }
}

impl<'c> Executor for &'c Client {
    type Output<R: FromReply> = Pending<'c, R>;

    #[inline]
    fn run<R: FromReply>(self, command: Command) -> Pending<'c, R> {
        self.pending(command)
    }
}

impl ExclusiveExecutor for &Client {}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.inner.place.address)
            .field("port", &self.inner.place.port)
            .field("db", &self.inner.place.namespace)
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
