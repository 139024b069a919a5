//! Clients as what the pools r2d2 and bb8 make their connections by.

#[cfg(feature = "bb8")]
use crate::compat::aio::MultiplexedConnection;
use crate::compat::client::Client;
use crate::compat::cluster::ClusterClient;
#[cfg(feature = "r2d2")]
use crate::compat::cluster::ClusterConnection;
#[cfg(feature = "bb8")]
use crate::compat::cluster_async;
use crate::compat::cmd::cmd;
#[cfg(feature = "r2d2")]
use crate::compat::connection::Connection;
#[cfg(feature = "r2d2")]
use crate::compat::connection_like::ConnectionLike;
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

/// Makes clients managers of r2d2: each is named with its connection.
#[cfg(feature = "r2d2")]
macro_rules! managers_of_r2d2 {
    ($($client:ty => $connection:ty;)*) => {$(
        impl r2d2::ManageConnection for $client {
            type Connection = $connection;
            type Error = RedisError;

            fn connect(&self) -> RedisResult<Self::Connection> {
                self.get_connection()
            }

            fn is_valid(&self, conn: &mut Self::Connection) -> RedisResult<()> {
                check_pong(cmd("PING").query(conn)?)
            }

            fn has_broken(&self, conn: &mut Self::Connection) -> bool {
                !ConnectionLike::is_open(conn)
            }
        }
    )*};
}

/// Makes clients managers of bb8: each is named with its connection and with how it connects.
#[cfg(feature = "bb8")]
macro_rules! managers_of_bb8 {
    ($($client:ty => $connection:ty, $connect:ident;)*) => {$(
        impl bb8::ManageConnection for $client {
            type Connection = $connection;
            type Error = RedisError;

            async fn connect(&self) -> RedisResult<Self::Connection> {
                self.$connect().await
            }

            async fn is_valid(&self, conn: &mut Self::Connection) -> RedisResult<()> {
                check_pong(cmd("PING").query_async(conn).await?)
            }

            fn has_broken(&self, _conn: &mut Self::Connection) -> bool {
                false
            }
        }
    )*};
}

#[cfg(feature = "r2d2")]
managers_of_r2d2! {
    Client => Connection;
    ClusterClient => ClusterConnection;
    LockedSentinelClient => Connection;
}

#[cfg(feature = "bb8")]
managers_of_bb8! {
    Client => MultiplexedConnection, get_multiplexed_async_connection;
    ClusterClient => cluster_async::ClusterConnection, get_async_connection;
    AsyncLockedSentinelClient => MultiplexedConnection, get_async_connection;
}
