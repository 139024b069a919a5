//! Connections of their own for commands that must not share: those that block, and transactions that watch.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redlane_pool::config::LinkConfig;
use redlane_pool::connector::Dirt;
use redlane_pool::dedicated::Dedicated;
use redlane_pool::lease::Lease;
use redlane_pool::link::Link;
use redlane_pool::pool::{AcquireError, Pool, Reservation};
use redlane_pool::stats::PoolStats;
use tokio::time::Instant;

use crate::client::submission;
use crate::commands::command::Command;
use crate::commands::facts::{self, Leaves};
use crate::config::Config;
use crate::error::{Error, Failure, Outcome, Result};
use crate::handshake::Handshake;

/// The pool of a client.
pub(crate) struct Leases {
    pool: Pool<Dedicated<Handshake>>,
    /// The shared link's place: it counts against `max_connections`.
    _link: Option<Reservation<Dedicated<Handshake>>>,
}

/// A connection in exclusive use.
pub(crate) type Leased = Lease<Dedicated<Handshake>>;

impl Leases {
    pub(crate) fn new(handshake: Arc<Handshake>, mut link: LinkConfig, config: &Config) -> Self {
        // A lease's caller keeps its own clock: a blocking command may wait for ever.
        link.attempt_timeout = None;
        let pool = Pool::new(Dedicated::new(handshake, &link), config.pool());
        // A limit of one would leave nothing for commands that block, so there it counts without the link.
        let _link = if config.max_connections() > 1 { pool.reserve(1).ok() } else { None };
        Self { pool, _link }
    }

    /// Waits for a connection, at most `acquire_timeout` and until `deadline`. While `link`, the shared one, is down too, it
    /// waits for that: one connection that dials is enough for a server that is away.
    pub(crate) async fn acquire_beside(
        &self,
        link: &Link,
        limit: Duration,
        deadline: Option<Instant>,
    ) -> Result<Leased> {
        let own = Instant::now().checked_add(limit);
        let until = own.into_iter().chain(deadline).min();
        // Whom nothing delays is told of the pool's own limit.
        let mut by = deadline;
        loop {
            match self.acquire(by).await {
                Err(error) if is_outage(&error) && !link.is_up() => {
                    // Answered when the server is back; told at once when it refuses us.
                    let ping = Command::known(const { facts::of("PING") });
                    if submission::command(link, &ping, until, limit).await.is_err() {
                        return Err(error);
                    }
                    by = until;
                }
                result => return result,
            }
        }
    }

    /// Waits for a connection, at most `acquire_timeout` and until `deadline`.
    async fn acquire(&self, deadline: Option<Instant>) -> Result<Leased> {
        let acquired = match deadline {
            Some(deadline) => self.pool.acquire_by(deadline).await,
            None => self.pool.acquire().await,
        };
        acquired.map_err(acquire_error)
    }

    pub(crate) async fn close(&self, limit: Duration) {
        self.pool.close(limit).await;
    }

    pub(crate) fn stats(&self) -> PoolStats {
        self.pool.stats()
    }
}

/// What a command leaves behind on its connection, in the pool's bits.
pub(crate) fn dirt_of(command: &Command) -> Dirt {
    match command.facts().leaves {
        Leaves::Nothing | Leaves::Clean => Dirt::NONE,
        Leaves::Watch => Dirt::WATCH,
        Leaves::Transaction => Dirt::MULTI,
        Leaves::State => Dirt::OTHER,
    }
}

/// Whether the server could not be reached, which may pass.
fn is_outage(error: &Error) -> bool {
    matches!(error.failure(), Failure::Connect(connect) if connect.is_transient())
}

/// Nothing was sent yet when a connection could not be had.
fn acquire_error(error: AcquireError) -> Error {
    match error {
        AcquireError::Connect(source) => Error::connect(source),
        AcquireError::Closed => Error::closed(),
        other => Error::new(Failure::PoolTimeout(other.to_string().into()), Outcome::NotSent),
    }
}

impl fmt::Debug for Leases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leases").field("stats", &self.stats()).finish()
    }
}
