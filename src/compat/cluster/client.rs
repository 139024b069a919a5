//! The client of a cluster, and its settings.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use super::{ClusterConnection, Connect, NodeAddress, not_built};
use crate::compat::aio::{self, AsyncPushSender, MultiplexedConnection};
use crate::compat::auth::StreamingCredentialsProvider;
use crate::compat::caching::CacheConfig;
use crate::compat::cluster_async;
use crate::compat::cluster_read_routing::ReadRoutingStrategyFactory;
use crate::compat::connection::Connection;
use crate::compat::connection_info::{ConnectionInfo, IntoConnectionInfo, TlsMode};
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::{ErrorKind, RedisResult};
use crate::compat::io::AsyncDNSResolver;
use crate::compat::io::tcp::TcpSettings;
use crate::compat::protocol::ProtocolVersion;

/// Makes a [`ClusterClient`].
pub struct ClusterClientBuilder {
    nodes: RedisResult<Vec<ConnectionInfo>>,
}

/// Setters whose values nobody needs before there is a cluster to use them on.
macro_rules! settings {
    ($($(#[$doc:meta])* fn $name:ident ($($value:ident: $type:ty),*);)*) => {$(
        $(#[$doc])*
        pub fn $name(self $(, $value: $type)*) -> Self {
            $(let _ = $value;)*
            self
        }
    )*};
}

impl ClusterClientBuilder {
    /// Begins with the nodes by which the cluster is found.
    pub fn new<T: IntoConnectionInfo>(initial_nodes: impl IntoIterator<Item = T>) -> Self {
        Self { nodes: initial_nodes.into_iter().map(T::into_connection_info).collect() }
    }

    /// A client by these settings.
    ///
    /// # Errors
    /// `InvalidClientConfig` without a node, or for one whose URL cannot be used.
    pub fn build(self) -> RedisResult<ClusterClient> {
        let nodes = self.nodes?;
        if nodes.is_empty() {
            return Err((ErrorKind::InvalidClientConfig, "Initial nodes can't be empty.").into());
        }
        Ok(ClusterClient { nodes })
    }

    settings! {
        /// The password of all nodes.
        fn password(password: impl AsRef<str>);
        /// The user on all nodes.
        fn username(username: impl AsRef<str>);
        /// How often a command is tried again.
        fn retries(retries: u32);
        /// The longest wait between two attempts, in milliseconds.
        fn max_retry_wait(max_wait: u64);
        /// The shortest wait between two attempts, in milliseconds.
        fn min_retry_wait(min_wait: u64);
        /// By what the waits grow.
        fn retry_wait_formula(factor: u64, exponent_base: u64);
        /// How often connecting to a node is tried.
        fn max_connection_attempts(max_attempts: NonZeroUsize);
        /// Whether nodes are spoken to over TLS.
        fn tls(tls: TlsMode);
        /// Reads from replicas.
        fn read_from_replicas();
        /// Chooses the nodes that are read from.
        fn read_routing_strategy(strategy: impl ReadRoutingStrategyFactory + 'static);
        /// Other addresses for those that the cluster names.
        fn node_address_map(map: HashMap<NodeAddress, NodeAddress>);
        /// Time for connecting to a node.
        fn connection_timeout(connection_timeout: Duration);
        /// Time for the reply of a node.
        fn response_timeout(response_timeout: Duration);
        /// Time for a command, attempts and waits included.
        fn overall_response_timeout(timeout: Option<Duration>);
        /// The protocol.
        fn use_protocol(protocol: ProtocolVersion);
        /// Where pushes go.
        fn push_sender(push_sender: impl AsyncPushSender);
        /// How sockets are set up.
        fn tcp_settings(tcp_settings: TcpSettings);
        /// Who looks up names.
        fn async_dns_resolver(resolver: impl AsyncDNSResolver);
        /// Keeps replies in memory.
        fn cache_config(cache_config: CacheConfig);
        /// The number of the database.
        fn database_id(database_id: i64);
        /// Commands that may be under way at a time, for each node.
        fn connection_concurrency_limit(limit: usize);
        /// Bytes that may wait to be written, for each node.
        fn write_backpressure_boundary(boundary: usize);
    }

    /// Who gives the credentials.
    pub fn set_credentials_provider<P>(self, provider: P) -> Self
    where
        P: StreamingCredentialsProvider + 'static,
    {
        let _ = provider;
        self
    }
}

#[cfg(feature = "tls")]
impl ClusterClientBuilder {
    settings! {
        /// Whom to trust and who we are.
        fn certs(certificates: crate::compat::tls::TlsCertificates);
        /// Whether a good certificate is accepted whatever name it is for.
        fn danger_accept_invalid_hostnames(insecure: bool);
    }
}

impl fmt::Debug for ClusterClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterClientBuilder").field("initial_nodes", &self.nodes).finish_non_exhaustive()
    }
}

/// A client of a cluster.
#[derive(Clone)]
pub struct ClusterClient {
    nodes: Vec<ConnectionInfo>,
}

impl ClusterClient {
    /// A client of the cluster that these nodes belong to.
    ///
    /// # Errors
    /// As for [`ClusterClientBuilder::build`].
    pub fn new<T: IntoConnectionInfo>(initial_nodes: impl IntoIterator<Item = T>) -> RedisResult<Self> {
        Self::builder(initial_nodes).build()
    }

    /// Begins with the nodes by which the cluster is found.
    pub fn builder<T: IntoConnectionInfo>(
        initial_nodes: impl IntoIterator<Item = T>,
    ) -> ClusterClientBuilder {
        ClusterClientBuilder::new(initial_nodes)
    }

    /// Connects, with settings.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    pub fn get_connection_with_config(&self, config: ClusterConfig) -> RedisResult<ClusterConnection> {
        let _ = config;
        self.get_generic_connection::<Connection>()
    }

    /// Connects.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    pub fn get_connection(&self) -> RedisResult<ClusterConnection> {
        self.get_generic_connection::<Connection>()
    }

    /// Connects, with settings.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    pub async fn get_async_connection_with_config(
        &self,
        config: ClusterConfig,
    ) -> RedisResult<cluster_async::ClusterConnection> {
        let _ = config;
        self.get_async_generic_connection::<MultiplexedConnection>().await
    }

    /// Connects.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    pub async fn get_async_connection(&self) -> RedisResult<cluster_async::ClusterConnection> {
        self.get_async_generic_connection::<MultiplexedConnection>().await
    }

    /// A connection that connects by itself; every command says that it is not built yet.
    pub fn get_pending_async_connection_with_config(
        &self,
        config: ClusterConfig,
    ) -> cluster_async::ClusterConnection {
        let _ = config;
        cluster_async::ClusterConnection::pending()
    }

    /// Connects by connections of another kind.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    #[doc(hidden)]
    pub fn get_generic_connection<C>(&self) -> RedisResult<ClusterConnection<C>>
    where
        C: ConnectionLike + Connect + Send,
    {
        Err(not_built())
    }

    /// Connects by connections of another kind.
    ///
    /// # Errors
    /// `InvalidClientConfig`: not built yet.
    #[doc(hidden)]
    #[expect(clippy::unused_async, reason = "redis-rs's signature")]
    pub async fn get_async_generic_connection<C>(&self) -> RedisResult<cluster_async::ClusterConnection<C>>
    where
        C: aio::ConnectionLike + cluster_async::Connect + Clone + Send + Sync + Unpin + 'static,
    {
        Err(not_built())
    }
}

impl fmt::Debug for ClusterClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterClient").field("initial_nodes", &self.nodes).finish_non_exhaustive()
    }
}

/// Settings of one connection to a cluster.
#[derive(Clone, Debug, Default)]
pub struct ClusterConfig {
    _later: (),
}

impl ClusterConfig {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    settings! {
        /// Time for connecting to a node.
        fn set_connection_timeout(connection_timeout: Duration);
        /// Time for the reply of a node.
        fn set_response_timeout(response_timeout: Duration);
        /// Where pushes go.
        fn set_push_sender(sender: impl AsyncPushSender);
        /// Who looks up names.
        fn set_dns_resolver(resolver: impl AsyncDNSResolver);
    }
}
