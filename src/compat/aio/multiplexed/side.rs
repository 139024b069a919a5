//! Connections beside the shared one, for commands that block.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redlane_pool::config::{LinkConfig, PoolConfig};
use redlane_pool::connector::Dirt;
use redlane_pool::dedicated::Dedicated;
use redlane_pool::pool::{AcquireError, Pool};
use redlane_resp::command::Command as Wire;
use redlane_resp::reply::Reply;

use crate::compat::aio::dial::Dialer;
use crate::compat::error::{RedisError, RedisResult};

/// So many commands may block at a time, each on a socket of its own; further ones wait their turn.
const SIDE_CONNECTIONS: usize = 256;

/// Connections to the same server, greeted alike.
pub(in crate::compat::aio) struct Side {
    dialer: Arc<Dialer>,
    pool: Pool<Dedicated<Dialer>>,
}

impl Side {
    pub(super) fn new(dialer: Arc<Dialer>, link: &LinkConfig) -> Self {
        let mut config = PoolConfig::default();
        config.max_connections = SIDE_CONNECTIONS;
        config.connect_timeout = link.connect_timeout;
        config.acquire_timeout = link.connect_timeout;
        // What blocked once may block again soon, but not for ten minutes.
        config.idle_timeout = Some(Duration::from_secs(60));
        Self { pool: Pool::new(Dedicated::new(Arc::clone(&dialer), link), config), dialer }
    }

    /// Runs a command for as long as it takes. Dropped, it takes its connection along.
    pub(super) async fn run(&self, command: &Wire) -> RedisResult<Reply> {
        let lease = self.pool.acquire().await.map_err(|error| match error {
            AcquireError::Connect(error) => self.dialer.explain(error),
            AcquireError::Closed => RedisError::closed(),
            _ => RedisError::timed_out(),
        })?;
        // A caller that goes away leaves a command behind that still blocks.
        lease.mark(Dirt::BUSY);
        let replies = lease.call(command).await.map_err(RedisError::from_link)?;
        lease.mark_clean();
        replies.into_single().ok_or_else(RedisError::closed)
    }
}

impl fmt::Debug for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Side").field("stats", &self.pool.stats()).finish()
    }
}
