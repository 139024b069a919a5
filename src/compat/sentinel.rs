//! Sentinels, as far as their types: what is here compiles and carries settings, and asking says that it is not built yet.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::compat::aio::MultiplexedConnection;
use crate::compat::async_config::AsyncConnectionConfig;
use crate::compat::client::Client;
use crate::compat::connection::Connection;
use crate::compat::connection_info::{
    ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo, TlsMode,
};
use crate::compat::error::{ErrorKind, RedisError, RedisResult};
use crate::compat::io::tcp::TcpSettings;
use crate::compat::protocol::ProtocolVersion;

/// The answer of everything that would need a sentinel.
fn not_built() -> RedisError {
    (ErrorKind::InvalidClientConfig, "Redis Sentinel is not built yet").into()
}

/// # Errors
/// `EmptySentinelList` without a sentinel, `InvalidClientConfig` for a URL that cannot be used.
fn sentinels<T: IntoConnectionInfo>(params: Vec<T>) -> RedisResult<Vec<ConnectionInfo>> {
    if params.is_empty() {
        return Err((ErrorKind::EmptySentinelList, "At least one sentinel is required").into());
    }
    params.into_iter().map(T::into_connection_info).collect()
}

/// How the servers that the sentinels name are connected to.
#[derive(Clone, Debug, Default)]
#[expect(dead_code, reason = "nobody reads it before there is a sentinel to ask")]
pub struct SentinelNodeConnectionInfo {
    tls_mode: Option<TlsMode>,
    redis: Option<RedisConnectionInfo>,
    tcp: TcpSettings,
}

impl SentinelNodeConnectionInfo {
    /// Whether they are spoken to over TLS.
    pub fn set_tls_mode(self, tls_mode: TlsMode) -> Self {
        Self { tls_mode: Some(tls_mode), ..self }
    }

    /// How they are greeted.
    pub fn set_redis_connection_info(self, redis_connection_info: RedisConnectionInfo) -> Self {
        Self { redis: Some(redis_connection_info), ..self }
    }

    /// How sockets are set up.
    pub fn set_tcp_settings(self, tcp_settings: TcpSettings) -> Self {
        Self { tcp: tcp_settings, ..self }
    }
}

/// Which server of a service is wanted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SentinelServerType {
    /// The one that is written to.
    Master,
    /// One that follows it.
    Replica,
}

/// The sentinels of one or more services.
#[derive(Debug)]
pub struct Sentinel {
    _sentinels: Vec<ConnectionInfo>,
}

/// Questions to the sentinels, blocking and not.
macro_rules! questions {
    ($($(#[$doc:meta])* $name:ident / $async_name:ident -> $answer:ty;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// `InvalidClientConfig`: not built yet.
        pub fn $name(
            &mut self,
            service_name: &str,
            node_connection_info: Option<&SentinelNodeConnectionInfo>,
        ) -> RedisResult<$answer> {
            let _ = (service_name, node_connection_info);
            Err(not_built())
        }

        $(#[$doc])*
        ///
        /// # Errors
        /// `InvalidClientConfig`: not built yet.
        pub async fn $async_name(
            &mut self,
            service_name: &str,
            node_connection_info: Option<&SentinelNodeConnectionInfo>,
        ) -> RedisResult<$answer> {
            self.$name(service_name, node_connection_info)
        }
    )*};
}

impl Sentinel {
    /// The sentinels at these addresses.
    ///
    /// # Errors
    /// `EmptySentinelList` without one, `InvalidClientConfig` for a URL that cannot be used.
    pub fn build<T: IntoConnectionInfo>(params: Vec<T>) -> RedisResult<Self> {
        Ok(Self { _sentinels: sentinels(params)? })
    }

    questions! {
        /// A client of the server that is written to.
        master_for / async_master_for -> Client;
        /// A client of any server that follows it.
        replica_for / async_replica_for -> Client;
        /// A client of the next server that follows it, in turn.
        replica_rotate_for / async_replica_rotate_for -> Client;
        /// Clients of all servers that follow it.
        get_replica_clients / async_get_replica_clients -> Vec<Client>;
    }
}

/// A client of one service.
#[derive(Debug)]
pub struct SentinelClient {
    _sentinel: Sentinel,
}

impl SentinelClient {
    /// A client of the service `service_name`.
    ///
    /// # Errors
    /// As for [`Sentinel::build`].
    pub fn build<T: IntoConnectionInfo>(
        params: Vec<T>,
        service_name: impl AsRef<str>,
        node_connection_info: Option<SentinelNodeConnectionInfo>,
        server_type: SentinelServerType,
    ) -> RedisResult<Self> {
        let _ = (service_name.as_ref(), node_connection_info, server_type);
        Ok(Self { _sentinel: Sentinel::build(params)? })
    }

    /// A client of the server that serves now.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    pub fn get_client(&mut self) -> RedisResult<Client> {
        Err(not_built())
    }

    /// A client of a sentinel.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    pub fn get_sentinel_client(&mut self) -> RedisResult<Client> {
        Err(not_built())
    }

    /// A connection to the server that serves now.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    pub fn get_connection(&mut self) -> RedisResult<Connection> {
        self.get_client()?.get_connection()
    }

    /// A client of the server that serves now.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    #[expect(clippy::unused_async, reason = "redis-rs's signature")]
    pub async fn async_get_client(&mut self) -> RedisResult<Client> {
        self.get_client()
    }

    /// A client of a sentinel.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    #[expect(clippy::unused_async, reason = "redis-rs's signature")]
    pub async fn async_get_sentinel_client(&mut self) -> RedisResult<Client> {
        self.get_sentinel_client()
    }

    /// A connection to the server that serves now.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    pub async fn get_async_connection(&mut self) -> RedisResult<MultiplexedConnection> {
        self.get_async_connection_with_config(&AsyncConnectionConfig::new()).await
    }

    /// A connection to the server that serves now, with settings.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    pub async fn get_async_connection_with_config(
        &mut self,
        config: &AsyncConnectionConfig,
    ) -> RedisResult<MultiplexedConnection> {
        self.get_client()?.get_multiplexed_async_connection_with_config(config).await
    }
}

/// A [`SentinelClient`] that threads share.
#[derive(Debug)]
pub struct LockedSentinelClient(Mutex<SentinelClient>);

impl LockedSentinelClient {
    /// Shares a client.
    pub fn new(client: SentinelClient) -> Self {
        Self(Mutex::new(client))
    }

    /// A connection to the server that serves now.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    pub fn get_connection(&self) -> RedisResult<Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_connection()
    }
}

/// A [`SentinelClient`] that tasks share.
#[derive(Debug)]
pub struct AsyncLockedSentinelClient(tokio::sync::Mutex<SentinelClient>);

impl AsyncLockedSentinelClient {
    /// Shares a client.
    pub fn new(client: SentinelClient) -> Self {
        Self(tokio::sync::Mutex::new(client))
    }

    /// A connection to the server that serves now.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    pub async fn get_async_connection(&self) -> RedisResult<MultiplexedConnection> {
        self.0.lock().await.get_async_connection().await
    }
}

/// Makes a [`SentinelClient`].
pub struct SentinelClientBuilder {
    sentinels: Vec<ConnectionAddr>,
}

/// Setters whose values nobody needs before there is a sentinel to use them on.
macro_rules! settings {
    ($($(#[$doc:meta])* fn $name:ident($value:ident: $type:ty);)*) => {$(
        $(#[$doc])*
        pub fn $name(self, $value: $type) -> Self {
            let _ = $value;
            self
        }
    )*};
}

impl SentinelClientBuilder {
    /// Begins with the sentinels of a service.
    ///
    /// # Errors
    /// None yet; it is redis-rs's signature.
    pub fn new<T: IntoIterator<Item = ConnectionAddr>>(
        sentinels: T,
        service_name: impl AsRef<str>,
        server_type: SentinelServerType,
    ) -> RedisResult<Self> {
        let _ = (service_name.as_ref(), server_type);
        Ok(Self { sentinels: sentinels.into_iter().collect() })
    }

    /// A client by these settings.
    ///
    /// # Errors
    /// As for [`Sentinel::build`].
    pub fn build(self) -> RedisResult<SentinelClient> {
        SentinelClient::build(self.sentinels, "", None, SentinelServerType::Master)
    }

    settings! {
        /// How sockets to the server are set up.
        fn set_client_to_redis_tcp_settings(tcp_settings: TcpSettings);
        /// Whether the server is spoken to over TLS.
        fn set_client_to_redis_tls_mode(tls_mode: TlsMode);
        /// The number of the database.
        fn set_client_to_redis_db(db: i64);
        /// The user on the server.
        fn set_client_to_redis_username(username: impl AsRef<str>);
        /// The password on the server.
        fn set_client_to_redis_password(password: impl AsRef<str>);
        /// The protocol to the server.
        fn set_client_to_redis_protocol(protocol: ProtocolVersion);
        /// How sockets to the sentinels are set up.
        fn set_client_to_sentinel_tcp_settings(tcp_settings: TcpSettings);
        /// Whether the sentinels are spoken to over TLS.
        fn set_client_to_sentinel_tls_mode(tls_mode: TlsMode);
        /// The user on the sentinels.
        fn set_client_to_sentinel_username(username: impl AsRef<str>);
        /// The password on the sentinels.
        fn set_client_to_sentinel_password(password: impl AsRef<str>);
        /// The protocol to the sentinels.
        fn set_client_to_sentinel_protocol(protocol: ProtocolVersion);
    }
}

#[cfg(feature = "tls")]
impl SentinelClientBuilder {
    settings! {
        /// Certificates for the server.
        fn set_client_to_redis_certificates(certificates: crate::compat::tls::TlsCertificates);
        /// Certificates for the sentinels.
        fn set_client_to_sentinel_certificates(certificates: crate::compat::tls::TlsCertificates);
    }
}

impl fmt::Debug for SentinelClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentinelClientBuilder").field("sentinels", &self.sentinels).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_without_sentinels_is_refused_and_one_with_them_says_what_is_missing() {
        let none = Sentinel::build(Vec::<&str>::new()).unwrap_err();
        let mut some = Sentinel::build(vec!["redis://127.0.0.1:26379"]).unwrap();

        assert_eq!(none.kind(), ErrorKind::EmptySentinelList);
        assert_eq!(
            some.master_for("primary", None).unwrap_err().to_string(),
            "Redis Sentinel is not built yet - InvalidClientConfig"
        );
    }
}
