//! Clients as what the pools r2d2 and bb8 make their connections by.

use crate::compat::client::Client;
use crate::compat::cluster::ClusterClient;
#[cfg(feature = "r2d2")]
use crate::compat::cluster::ClusterConnection;
#[cfg(feature = "bb8")]
use crate::compat::cluster_async;
use crate::compat::cmd::cmd;
use crate::compat::error::{ErrorKind, RedisError, RedisResult};
#[cfg(feature = "bb8")]
use crate::compat::sentinel::AsyncLockedSentinelClient;
#[cfg(feature = "r2d2")]
use crate::compat::sentinel::LockedSentinelClient;

/// Whether the answer to PING is the one.
fn check_pong(pong: String) -> RedisResult<()> {
    match pong.as_str() {
        "PONG" => Ok(()),
        _ => Err((ErrorKind::UnexpectedReturnType, "ping request", pong).into()),
    }
}

#[cfg(feature = "r2d2")]
impl r2d2::ManageConnection for Client {
    type Connection = crate::compat::connection::Connection;
    type Error = RedisError;

    fn connect(&self) -> RedisResult<Self::Connection> {
        self.get_connection()
    }

    fn is_valid(&self, conn: &mut Self::Connection) -> RedisResult<()> {
        check_pong(cmd("PING").query(conn)?)
    }

    fn has_broken(&self, conn: &mut Self::Connection) -> bool {
        !crate::compat::connection_like::ConnectionLike::is_open(conn)
    }
}

#[cfg(feature = "bb8")]
impl bb8::ManageConnection for Client {
    type Connection = crate::compat::aio::MultiplexedConnection;
    type Error = RedisError;

    async fn connect(&self) -> RedisResult<Self::Connection> {
        self.get_multiplexed_async_connection().await
    }

    async fn is_valid(&self, conn: &mut Self::Connection) -> RedisResult<()> {
        check_pong(cmd("PING").query_async(conn).await?)
    }

    fn has_broken(&self, _conn: &mut Self::Connection) -> bool {
        false
    }
}

#[cfg(feature = "r2d2")]
impl r2d2::ManageConnection for ClusterClient {
    type Connection = ClusterConnection;
    type Error = RedisError;

    fn connect(&self) -> RedisResult<Self::Connection> {
        self.get_connection()
    }

    fn is_valid(&self, conn: &mut Self::Connection) -> RedisResult<()> {
        check_pong(cmd("PING").query(conn)?)
    }

    fn has_broken(&self, conn: &mut Self::Connection) -> bool {
        !crate::compat::connection_like::ConnectionLike::is_open(conn)
    }
}

#[cfg(feature = "r2d2")]
impl r2d2::ManageConnection for LockedSentinelClient {
    type Connection = crate::compat::connection::Connection;
    type Error = RedisError;

    fn connect(&self) -> RedisResult<Self::Connection> {
        self.get_connection()
    }

    fn is_valid(&self, conn: &mut Self::Connection) -> RedisResult<()> {
        check_pong(cmd("PING").query(conn)?)
    }

    fn has_broken(&self, conn: &mut Self::Connection) -> bool {
        !crate::compat::connection_like::ConnectionLike::is_open(conn)
    }
}

#[cfg(feature = "bb8")]
impl bb8::ManageConnection for ClusterClient {
    type Connection = cluster_async::ClusterConnection;
    type Error = RedisError;

    async fn connect(&self) -> RedisResult<Self::Connection> {
        self.get_async_connection().await
    }

    async fn is_valid(&self, conn: &mut Self::Connection) -> RedisResult<()> {
        check_pong(cmd("PING").query_async(conn).await?)
    }

    fn has_broken(&self, _conn: &mut Self::Connection) -> bool {
        false
    }
}

#[cfg(feature = "bb8")]
impl bb8::ManageConnection for AsyncLockedSentinelClient {
    type Connection = crate::compat::aio::MultiplexedConnection;
    type Error = RedisError;

    async fn connect(&self) -> RedisResult<Self::Connection> {
        self.get_async_connection().await
    }

    async fn is_valid(&self, conn: &mut Self::Connection) -> RedisResult<()> {
        check_pong(cmd("PING").query_async(conn).await?)
    }

    fn has_broken(&self, _conn: &mut Self::Connection) -> bool {
        false
    }
}
