//! A client: it knows where the server is, and makes connections.

use crate::compat::aio::MultiplexedConnection;
use crate::compat::async_config::AsyncConnectionConfig;
use crate::compat::connection_info::{ConnectionInfo, IntoConnectionInfo};
use crate::compat::error::RedisResult;

/// A client: it knows where the server is, and makes connections. It has none itself.
///
/// ```no_run
/// # async fn example() -> redlane::compat::RedisResult<()> {
/// let client = redlane::compat::Client::open("redis://127.0.0.1/")?;
/// let mut con = client.get_multiplexed_async_connection().await?;
/// let _: () = redlane::compat::cmd("SET").arg("a").arg(1).query_async(&mut con).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    info: ConnectionInfo,
}

impl Client {
    /// A client of the server that `params` name. Nothing is connected yet.
    ///
    /// # Errors
    /// `InvalidClientConfig` for a URL that cannot be used.
    pub fn open<T: IntoConnectionInfo>(params: T) -> RedisResult<Self> {
        Ok(Self { info: params.into_connection_info()? })
    }

    /// Where the server is and how it is greeted.
    pub fn get_connection_info(&self) -> &ConnectionInfo {
        &self.info
    }

    /// Connects. Clones of the connection share it.
    ///
    /// # Errors
    /// Why there is no connection within a second.
    pub async fn get_multiplexed_async_connection(&self) -> RedisResult<MultiplexedConnection> {
        self.get_multiplexed_async_connection_with_config(&AsyncConnectionConfig::new()).await
    }

    /// Connects, as `config` says.
    ///
    /// # Errors
    /// Why there is no connection within the time.
    pub async fn get_multiplexed_async_connection_with_config(
        &self,
        config: &AsyncConnectionConfig,
    ) -> RedisResult<MultiplexedConnection> {
        MultiplexedConnection::connect(&self.info, config).await
    }
}
